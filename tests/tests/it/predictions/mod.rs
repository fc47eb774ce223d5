//! What `diff` predicts of two templates, and what CloudFormation's change set then says of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::time::Duration;

use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::types::{
    Capability, ChangeAction, ChangeSetStatus, Parameter, PolicyAction, Replacement, ResourceChange,
};
use reconcile_core::plan::PlannedUnit;
use reconcile_core::verdict::Effect;
use reconcile_engine::compare::compare;
use reconcile_tests::account::Account;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::{Repository, root};
use serde::Deserialize;

/// Where the pairs are, from the root of the repository.
const PAIRS: &str = "tests/tests/it/predictions/pairs.yaml";

/// Two templates, and what is known to differ between prediction and change set.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Pair {
    case: String,
    template: String,
    #[serde(default)]
    from: Option<String>,
    #[serde(default)]
    to: Option<String>,
    #[serde(default)]
    given: BTreeMap<String, String>,
    #[serde(default)]
    then: BTreeMap<String, String>,
    #[serde(default)]
    differs: BTreeMap<String, String>,
}

/// What happens to resources, by logical ID, in the words of the table.
type Fates = BTreeMap<String, String>;

impl Pair {
    fn changed(&self) -> String {
        let Some(from) = &self.from else { return self.template.clone() };
        assert!(self.template.contains(from.as_str()), "{}: there is no `{from}`", self.case);
        self.template.replace(from.as_str(), self.to.as_deref().unwrap_or_default())
    }

    fn repository(template: &str, parameters: &BTreeMap<String, String>) -> Repository {
        let mut more = "capabilities: [CAPABILITY_NAMED_IAM]\n".to_owned();
        if !parameters.is_empty() {
            more.push_str("parameters:\n");
        }
        for (name, value) in parameters {
            writeln!(more, "  {name}: \"{value}\"").expect("a string takes it");
        }
        Repository::new().stack("app", &more, template)
    }

    /// What the comparison of two revisions says, without AWS.
    fn predicted(&self) -> Fates {
        let account = Account::new();
        let world = |template: &str, parameters| {
            let repository = Self::repository(template, parameters);
            Operator::new(&account, &repository).interpret().expect("it is declared rightly")
        };
        let base = world(&self.template, &self.given);
        let head = world(&self.changed(), &self.then);
        let differences = compare((&base, &head), account.now(), &|_| true);
        let differences = differences.expect("it keeps the rules of a plan");
        assert_eq!(account.calls(), 0, "nobody is asked");
        let [unit] = differences.plan.plan().units() else { panic!("there is one unit") };
        fates(unit)
    }

    /// What a change set says, in an account in which the first template is deployed.
    fn computed(&self) -> Fates {
        let account = Account::new();
        account.process(async {
            let client = account.cloudformation();
            let stack = client.create_stack().stack_name("app").template_body(&self.template);
            let stack = stack.set_parameters(Some(parameters(&self.given)));
            let stack = stack.capabilities(Capability::CapabilityNamedIam);
            stack.send().await.expect("the stack is begun");
            settle(&client).await;
            let set = client.create_change_set().stack_name("app").change_set_name("next");
            let set = set.template_body(self.changed());
            let set = set.set_parameters(Some(parameters(&self.then)));
            let set = set.capabilities(Capability::CapabilityNamedIam);
            set.send().await.expect("the change set is begun");
            changes(&client).await
        })
    }
}

/// The strongest effect on each resource, and whether what goes stays in AWS.
fn fates(unit: &PlannedUnit) -> Fates {
    let Some(change) = unit.planned.verdict.change() else { return Fates::new() };
    let mut effects: BTreeMap<&str, Effect> = BTreeMap::new();
    for field in &change.fields {
        let Some(path) = field.path.strip_prefix("Resources/") else { continue };
        let id = path.split('/').next().unwrap_or_default();
        let effect = effects.entry(id).or_insert(field.effect);
        *effect = (*effect).max(field.effect);
    }
    let is_kept = |id: &str| {
        let mut dangers = change.dangers.iter();
        dangers.any(|danger| {
            danger.subject.split(' ').next() == Some(id) && danger.what.contains("stays in AWS")
        })
    };
    let word = |id: &str, effect: Effect| match effect {
        Effect::Create => "created",
        // A change set makes no difference between the two.
        Effect::Record | Effect::InPlace => "changed",
        Effect::MayReplace => "may be replaced",
        Effect::Replace if is_kept(id) => "replaced, old one kept",
        Effect::Replace => "replaced",
        Effect::Delete if is_kept(id) => "removed, kept",
        Effect::Delete => "removed",
    };
    effects.iter().map(|(id, effect)| ((*id).to_owned(), word(id, *effect).to_owned())).collect()
}

fn parameters(given: &BTreeMap<String, String>) -> Vec<Parameter> {
    let parameter = |(name, value): (&String, &String)| {
        Parameter::builder().parameter_key(name).parameter_value(value).build()
    };
    given.iter().map(parameter).collect()
}

async fn settle(client: &Client) {
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_secs(10)).await;
        let stacks = client.describe_stacks().stack_name("app").send().await;
        let stacks = stacks.expect("the stack is there");
        let status = stacks.stacks()[0].stack_status().expect("it has one").as_str();
        if status == "CREATE_COMPLETE" {
            return;
        }
        assert!(status.ends_with("_IN_PROGRESS"), "{status}");
    }
    panic!("the stack never settles");
}

async fn changes(client: &Client) -> Fates {
    for _ in 0..100 {
        tokio::time::sleep(Duration::from_secs(5)).await;
        let set = client.describe_change_set().stack_name("app").change_set_name("next");
        let set = set.send().await.expect("the change set is there");
        match set.status() {
            Some(ChangeSetStatus::CreateComplete) => {
                let changes = set.changes().iter().filter_map(|change| change.resource_change());
                return changes.map(fate).collect();
            }
            Some(ChangeSetStatus::Failed) => {
                let reason = set.status_reason().unwrap_or_default();
                assert!(reason.contains("didn't contain changes"), "{reason}");
                return Fates::new();
            }
            _ => {}
        }
    }
    panic!("the change set is never made");
}

fn fate(change: &ResourceChange) -> (String, String) {
    let is_kept = matches!(
        change.policy_action(),
        Some(PolicyAction::Retain | PolicyAction::ReplaceAndRetain)
    );
    let word = match (change.action().expect("it has one"), change.replacement()) {
        (ChangeAction::Add, _) => "created",
        (ChangeAction::Remove, _) if is_kept => "removed, kept",
        (ChangeAction::Remove, _) => "removed",
        (_, Some(Replacement::True)) if is_kept => "replaced, old one kept",
        (_, Some(Replacement::True)) => "replaced",
        (_, Some(Replacement::Conditional)) => "may be replaced",
        _ => "changed",
    };
    (change.logical_resource_id().unwrap_or_default().to_owned(), word.to_owned())
}

#[test]
fn a_prediction_is_what_the_change_set_says_or_it_is_explained() {
    let pairs = std::fs::read_to_string(root().join(PAIRS)).expect("the pairs are there");
    let pairs: Vec<Pair> = serde_yaml::from_str(&pairs).expect("they can be read");
    assert!(pairs.len() >= 30, "there are {} pairs", pairs.len());
    let (mut table, mut wrong) = (String::new(), Vec::new());
    let (mut agreed, mut explained) = (0, 0);
    for pair in &pairs {
        let (predicted, computed) = (pair.predicted(), pair.computed());
        writeln!(table, "{}", pair.case).expect("a string takes it");
        let ids: BTreeSet<_> = predicted.keys().chain(computed.keys()).collect();
        if ids.is_empty() {
            writeln!(table, "  =  nothing").expect("a string takes it");
            agreed += 1;
        }
        let mut differing = BTreeSet::new();
        for id in ids {
            let word = |fates: &Fates| fates.get(id).map_or("untouched", String::as_str).to_owned();
            let (here, there) = (word(&predicted), word(&computed));
            if here == there {
                agreed += 1;
                writeln!(table, "  =  {id}: {here}").expect("a string takes it");
            } else {
                explained += 1;
                differing.insert(id.clone());
                let why = pair.differs.get(id).map_or("unexplained", String::as_str);
                writeln!(table, "  ≠  {id}: {here}, but the change set says: {there}\n     {why}")
                    .expect("a string takes it");
            }
        }
        if differing != pair.differs.keys().cloned().collect() {
            wrong.push(pair.case.as_str());
        }
    }
    writeln!(table, "\n{} pairs: {agreed} agree, {explained} differ", pairs.len())
        .expect("a string takes it");
    println!("{table}");
    assert!(wrong.is_empty(), "not as explained: {}", wrong.join("; "));
}
