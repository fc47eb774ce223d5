//! A stack as a story tells it: declared, deployed as declared, then changed in one thing.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use jiff::Timestamp;
use reconcile_cfn::Template;
use reconcile_cfn::intrinsics::short_form;
use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::environment::{self, Environment};
use reconcile_core::input::{Outputs, Value};
use reconcile_core::observation::Observation;
use reconcile_core::redaction::Veil;
use reconcile_core::text::Text;
use reconcile_core::verdict::{Action, Change, Verdict};
use reconcile_engine::kind::{Decision, PlanContext, Wanted};

use crate::blind_spots::BlindSpots;
use crate::plan::desired::Desired;
use crate::plan::plan;
use crate::spec::{Allow, OnDrift, Spec, TemplateFile};
use crate::state::{
    COMMIT_TAG, Described, Difference, DriftStatus, ResourceDrift, ResourceDriftStatus, SeenDrift,
    SeenPolicy, SeenTemplate, Settings, State, Status,
};
use crate::step::{Deletion, Deployment, Restoration, Step};

/// The region of every story.
pub(super) const REGION: &str = "ap-northeast-1";

/// A bucket and nothing else.
pub(super) const BUCKET: &str = "
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: { BucketName: clinic-data }
";

/// One stack, what is declared of it and what is seen of it.
#[derive(Debug, Clone)]
pub(super) struct Story {
    pub(super) spec: Spec,
    pub(super) seen: Observation<State>,
    pub(super) environment: Environment,
    /// What other units publish.
    published: Outputs,
    gone: bool,
}

impl Story {
    /// A stack that is declared and does not exist.
    pub(super) fn declared(template: &str) -> Self {
        Self {
            spec: spec(template),
            seen: Observation::Absent,
            environment: production(),
            published: Outputs::default(),
            gone: false,
        }
    }

    /// A stack that AWS shows as it is declared.
    pub(super) fn deployed(template: &str) -> Self {
        Self::declared(template).deploy()
    }

    /// AWS shows what is declared up to here.
    pub(super) fn deploy(mut self) -> Self {
        let state = self.as_deployed();
        self.seen = Observation::Present(state);
        self
    }

    /// `desired/` does not declare it any more.
    pub(super) fn gone(mut self) -> Self {
        self.gone = true;
        self
    }

    /// The declared template is another.
    pub(super) fn template(mut self, text: &str) -> Self {
        self.spec.template = template_file(text);
        self
    }

    /// In the declared template, one text is another.
    pub(super) fn edit(self, from: &str, to: &str) -> Self {
        let text = self.spec.template.text.replace(from, to);
        assert_ne!(*text, *self.spec.template.text, "`{from}` is not in the template");
        self.template(&text)
    }

    /// A declared parameter, as it is written in the stack's file.
    pub(super) fn parameter(mut self, name: &str, written: &str) -> Self {
        self.spec.parameters.insert(name.to_owned(), Text::parse(written).unwrap());
        self
    }

    /// The declaration is another in one thing.
    pub(super) fn declare(mut self, change: impl FnOnce(&mut Spec)) -> Self {
        change(&mut self.spec);
        self
    }

    /// What git permits.
    pub(super) fn allow(mut self, change: impl FnOnce(&mut Allow)) -> Self {
        change(&mut self.spec.allow);
        self
    }

    /// AWS shows something else in one thing.
    pub(super) fn shows(mut self, change: impl FnOnce(&mut State)) -> Self {
        let Observation::Present(state) = &mut self.seen else { panic!("nothing is deployed") };
        change(state);
        self
    }

    /// AWS shows another state.
    pub(super) fn status(self, word: &str) -> Self {
        self.shows(|state| state.described.status = Status::new(word))
    }

    /// The last drift detection found this.
    pub(super) fn drifted(self, found: Vec<ResourceDrift>) -> Self {
        self.shows(|state| {
            state.described.drift = DriftStatus::Drifted;
            state.drift = SeenDrift::Resources(found);
        })
    }

    /// Another unit publishes a value.
    pub(super) fn published(mut self, unit: &str, output: &str, value: &str) -> Self {
        let outputs = BTreeMap::from([(output.to_owned(), Value::Known(value.to_owned()))]);
        self.published.publish(unit.parse().unwrap(), outputs);
        self
    }

    /// The decision.
    pub(super) fn decision(&self) -> Decision<Step> {
        let address = address();
        let wanted = if self.gone { Wanted::Gone } else { Wanted::Declared(&self.spec) };
        plan(&wanted, &self.seen, &self.context(&address))
    }

    /// The decision in words: verdict, fields, dangers and steps.
    pub(super) fn told(&self) -> String {
        let Decision { planned, steps } = self.decision();
        let mut told = verdict(&planned.verdict);
        for step in &steps {
            writeln!(told, "  step: {}", step_in_words(step)).unwrap();
        }
        told
    }

    /// What it will publish, in words.
    pub(super) fn outputs(&self) -> String {
        let outputs = self.decision().planned.outputs;
        let lines = outputs.iter().map(|(name, value)| format!("{name}: {value}\n"));
        lines.collect()
    }

    /// How much was seen, in words.
    pub(super) fn coverage(&self) -> String {
        let coverage = self.decision().planned.coverage;
        let mut told = format!(
            "checked {}, unsupported {}, ignored {}, unreadable {}\n",
            coverage.checked, coverage.unsupported, coverage.ignored, coverage.unreadable
        );
        told.extend(coverage.notes.iter().map(|note| format!("{note}\n")));
        told
    }

    /// The change set that is asked for.
    pub(super) fn deployment(&self) -> Deployment {
        let deployments = self.decision().steps.into_iter().filter_map(|step| match step {
            Step::Deploy(deployment) => Some(*deployment),
            Step::Wait(_)
            | Step::Restore(_)
            | Step::SetPolicy(..)
            | Step::Protect(..)
            | Step::ContinueRollback(..)
            | Step::Delete(_) => None,
        });
        deployments.last().expect("something to deploy")
    }

    fn context<'a>(&'a self, address: &'a Address) -> PlanContext<'a> {
        PlanContext {
            address,
            environment: &self.environment,
            inputs: self.published.seen_from(REGION),
            now: "2026-11-21T12:00:00Z".parse().unwrap(),
            veil: Veil::default(),
        }
    }

    /// The declared stack, as AWS would show it.
    fn as_deployed(&self) -> State {
        let address = address();
        let desired = Desired::new(&self.spec, &self.context(&address));
        let template = &self.spec.template.parsed;
        let shown = |value: &Value| value.known().unwrap_or("resolved").to_owned();
        let parameters = template.parameters().filter_map(|parameter| {
            let given = desired.parameters.get(parameter.name).map(shown);
            let value = given.or_else(|| parameter.default.map(short_form))?;
            let value = if parameter.no_echo { "****".to_owned() } else { value };
            Some((parameter.name.to_owned(), value))
        });
        let outputs = desired.evaluated().outputs;
        let outputs = outputs.into_iter().map(|(name, output)| (name, short_form(&output.value)));
        let mut tags = desired.tags.clone();
        tags.insert(COMMIT_TAG.to_owned(), "0123456".to_owned());
        let at = |text: &str| text.parse::<Timestamp>().unwrap();
        State {
            described: Described {
                id: format!("arn:aws:cloudformation:{REGION}:111122223333:stack/data/1"),
                name: self.spec.stack_name.clone(),
                status: Status::new("CREATE_COMPLETE"),
                status_reason: None,
                created: at("2026-11-01T00:00:00Z"),
                updated: None,
                parameters: parameters.collect(),
                tags,
                outputs: outputs.collect(),
                termination_protection: self.spec.termination_protection,
                drift: DriftStatus::InSync,
                drift_checked: Some(at("2026-11-20T00:00:00Z")),
                settings: Settings::default(),
            },
            template: SeenTemplate::Read(Arc::clone(template)),
            policy: SeenPolicy::Read(self.spec.policy.as_deref().map(str::to_owned)),
            drift: SeenDrift::Summary,
            blind_spots: BlindSpots::default(),
            hidden: BTreeMap::new(),
        }
    }
}

/// A resource that drift detection found changed: property, deployed value, value that is there.
pub(super) fn modified(logical_id: &str, differences: &[(&str, &str, &str)]) -> ResourceDrift {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    ResourceDrift {
        logical_id: logical_id.to_owned(),
        type_name: "AWS::S3::Bucket".to_owned(),
        status: ResourceDriftStatus::Modified,
        differences: differences
            .iter()
            .map(|(path, expected, actual)| Difference {
                path: (*path).to_owned(),
                expected: some(expected),
                actual: some(actual),
            })
            .collect(),
    }
}

/// The names in a set of `allow:`.
pub(super) fn names(ids: &[&str]) -> BTreeSet<String> {
    ids.iter().map(|&id| id.to_owned()).collect()
}

fn address() -> Address {
    Address::new("stacks", "data")
}

fn production() -> Environment {
    Environment {
        regions: BTreeSet::new(),
        name: "production".to_owned(),
        target: environment::Target::Aws {
            account: "111122223333".to_owned(),
            region: REGION.to_owned(),
        },
        state_bucket: "clinic-state".to_owned(),
        default: false,
        variables: BTreeMap::new(),
        tags: BTreeMap::new(),
        allow_delete: BTreeSet::new(),
        sections: BTreeMap::new(),
    }
}

fn spec(template: &str) -> Spec {
    Spec {
        stack_name: "data".to_owned(),
        region: REGION.to_owned(),
        declared_in: "desired/stacks/data.yaml".to_owned(),
        template: template_file(template),
        parameters: BTreeMap::new(),
        policy: None,
        termination_protection: false,
        on_drift: OnDrift::Report,
        allow: Allow::default(),
        ignore_drift: Vec::new(),
        capabilities: BTreeSet::new(),
        tags: BTreeMap::new(),
        role_arn: None,
    }
}

fn template_file(text: &str) -> TemplateFile {
    TemplateFile {
        path: "infra/data.yaml".to_owned(),
        text: Arc::from(text),
        digest: Digest::of(text),
        parsed: Arc::new(Template::parse(text).unwrap()),
    }
}

fn verdict(verdict: &Verdict) -> String {
    match verdict {
        Verdict::InSync => "in sync\n".to_owned(),
        Verdict::Change(change) => in_words(change),
        Verdict::Blocked { why, unblock, change } => {
            let change = change.as_ref().map(in_words).unwrap_or_default();
            format!("blocked: {why}\n  unblock: {unblock}\n{change}")
        }
        Verdict::Unknown { why } => format!("unknown: {why}\n"),
    }
}

fn in_words(change: &Change) -> String {
    let Change { action, reason, dangers, fields } = change;
    let mut told = format!("{action}: {reason}\n");
    for field in fields {
        let value = |value: &Option<String>| value.as_deref().unwrap_or("-").to_owned();
        let (before, after) = (value(&field.before), value(&field.after));
        let effect = field.effect.words().trim_start_matches("be ");
        writeln!(told, "  {}: {before} -> {after} ({effect})", field.path).unwrap();
    }
    for danger in dangers {
        let allowed = if danger.allowed { "allowed" } else { "not allowed" };
        writeln!(
            told,
            "  {:?} danger, {allowed}: {} {}",
            danger.level, danger.subject, danger.what
        )
        .unwrap();
    }
    assert!(*action != Action::Update || !reason.is_empty(), "an update says why");
    told
}

fn step_in_words(step: &Step) -> String {
    match step {
        Step::Wait(_) => "wait".to_owned(),
        Step::Deploy(deployment) => {
            let Deployment { mode, expected, .. } = &**deployment;
            let expected: Vec<_> =
                expected.iter().map(|(id, effect)| format!("{id} {}", effect.words())).collect();
            format!("deploy {mode:?}, expecting [{}]", expected.join(", "))
        }
        Step::Restore(Restoration { logical_id, remedy, .. }) => {
            format!("restore {logical_id}: {remedy:?}")
        }
        Step::SetPolicy(_, policy) => format!("set policy {policy}"),
        Step::Protect(_, on) => format!("protect {on}"),
        Step::ContinueRollback(_, skip) => format!("continue rollback without {skip:?}"),
        Step::Delete(Deletion { unprotect, .. }) => format!("delete, unprotect {unprotect}"),
    }
}
