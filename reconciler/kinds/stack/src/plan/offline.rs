//! What two revisions of a stack's declaration differ in: a plan, were the one before deployed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reconcile_cfn::Template;
use reconcile_cfn::intrinsics::{self, references};
use reconcile_core::coverage::Coverage;
use reconcile_core::input::Value;
use reconcile_core::observation::Observation;
use reconcile_core::plan::Planned;
use reconcile_core::text::Reference;
use reconcile_core::verdict::{Action, Change, Effect, FieldChange, Verdict};
use reconcile_engine::kind::{Declared, PlanContext, Wanted};
use serde_json::Value as Json;

use super::desired::Desired;
use super::{outputs, record};
use crate::blind_spots::BlindSpots;
use crate::spec::{Allow, IgnoreDrift, Spec};
use crate::state::{
    Described, DriftStatus, SeenDrift, SeenPolicy, SeenTemplate, Settings, State, Status,
};

/// Decides about one stack as if AWS showed what another revision declares.
pub(crate) fn compare(
    before: Option<&Declared<'_, Spec>>,
    wanted: &Wanted<'_, Spec>,
    context: &PlanContext<'_>,
) -> Planned {
    let seen = before.map_or(Observation::Absent, |one| Observation::Present(deployed(one)));
    let planned = super::plan(wanted, &seen, context).planned;
    // What was not looked at is not worth a word where nothing was.
    let planned = Planned { coverage: Coverage::default(), ..planned };
    match (before, wanted) {
        (Some(before), Wanted::Declared(spec)) => {
            let notes = reach(planned.verdict.change(), [before.spec, spec]);
            let coverage = Coverage { notes, ..planned.coverage };
            let verdict = with_care(planned.verdict, before.spec, spec);
            Planned { verdict, coverage, ..planned }
        }
        (None, _) | (_, Wanted::Gone) => planned,
    }
}

/// The stack as AWS would show it, deployed as it is declared.
fn deployed(declared: &Declared<'_, Spec>) -> State {
    let Declared { spec, context } = declared;
    let desired = Desired::new(spec, context);
    let published = outputs::after_creation(&desired, &desired.evaluated()).into_iter();
    let described = Described {
        id: format!("arn:aws:cloudformation:{}::stack/{}/declared", spec.region, spec.stack_name),
        name: spec.stack_name.clone(),
        status: Status::new("CREATE_COMPLETE"),
        status_reason: None,
        created: context.now,
        updated: None,
        parameters: parameters(&desired),
        tags: desired.tags.clone(),
        outputs: published.map(|(name, value)| by_reference(context, name, value)).collect(),
        termination_protection: spec.termination_protection,
        settings: Settings::default(),
        drift: DriftStatus::NotChecked,
        drift_checked: None,
    };
    State {
        described,
        template: SeenTemplate::Read(Arc::clone(&spec.template.parsed)),
        policy: SeenPolicy::Read(spec.policy.as_deref().map(str::to_owned)),
        drift: SeenDrift::Summary,
        blind_spots: BlindSpots::default(),
        hidden: BTreeMap::new(),
    }
}

/// Every parameter of the template that has a value, as it is written where that is not known.
fn parameters(desired: &Desired<'_>) -> BTreeMap<String, String> {
    let declared = desired.spec.template.parsed.parameters();
    let value = |name: &str| {
        let written = || desired.spec.parameters.get(name).map(ToString::to_string);
        desired.parameter(name).or_else(written)
    };
    declared.filter_map(|one| Some((one.name.to_owned(), value(one.name)?))).collect()
}

fn by_reference(context: &PlanContext<'_>, output: String, value: Value) -> (String, String) {
    let address = context.address.clone();
    let value = match value {
        Value::Known(text) => text,
        Value::Pending(_) => Reference { address, output: output.clone() }.to_string(),
    };
    (output, value)
}

/// Which properties each parameter that changes reaches, a sentence each.
fn reach(change: Option<&Change>, sides: [&Spec; 2]) -> Vec<String> {
    let fields = change.map_or(&[][..], |change| &change.fields);
    let changed = fields.iter().filter_map(|field| field.path.strip_prefix("Parameters/"));
    let sentence = |name: &str| {
        let is_reached = |field: &&FieldChange| {
            sides.iter().any(|spec| mentions(&spec.template.parsed, &field.path, name))
        };
        let reached: Vec<_> = fields.iter().filter(is_reached).map(shown).collect();
        match reached.as_slice() {
            [] => format!("the parameter `{name}` reaches no resource that would change"),
            reached => format!("the parameter `{name}` reaches {}", reached.join(", ")),
        }
    };
    changed.map(sentence).collect()
}

/// `Key/Description`, with what changing it does beyond the property.
fn shown(field: &FieldChange) -> String {
    let path = field.path.trim_start_matches("Resources/").replacen("/Properties", "", 1);
    match field.effect {
        Effect::Record | Effect::InPlace => format!("`{path}`"),
        Effect::Create | Effect::MayReplace | Effect::Replace | Effect::Delete => {
            format!("`{path}` (which would {})", field.effect.words())
        }
    }
}

/// Whether what a template has at the path of a field depends on a parameter.
fn mentions(template: &Template, path: &str, parameter: &str) -> bool {
    let mut parts = path.split('/');
    if parts.next() != Some("Resources") {
        return false;
    }
    let Some(resource) = parts.next().and_then(|id| template.resource(id)) else { return false };
    let written = match (parts.next(), parts.next()) {
        (Some("Properties"), Some(name)) => {
            resource.properties.and_then(|properties| properties.get(name))
        }
        (Some(attribute), _) => resource.body.get(attribute),
        (None, _) => None,
    };
    let conditions = template.section("Conditions");
    let depends = |condition: &str| {
        let condition = conditions.and_then(|conditions| conditions.get(condition));
        condition.is_some_and(|condition| depends_on(template, condition, parameter))
    };
    resource.condition.is_some_and(depends)
        || written.is_some_and(|written| depends_on(template, written, parameter))
}

fn depends_on(template: &Template, value: &Json, parameter: &str) -> bool {
    references(value).iter().any(|reference| match reference {
        intrinsics::Reference::Ref(name) => name == parameter,
        intrinsics::Reference::Condition(name) => {
            let condition = template.section("Conditions").and_then(|all| all.get(name));
            condition.is_some_and(|condition| depends_on(template, condition, parameter))
        }
        intrinsics::Reference::GetAtt { .. }
        | intrinsics::Reference::Import(_)
        | intrinsics::Reference::Mapping(_) => false,
    })
}

/// The verdict with what changes in how the stack is looked after: a reader has to see consent come and go.
fn with_care(verdict: Verdict, before: &Spec, after: &Spec) -> Verdict {
    let fields = care(before, after);
    match verdict {
        _ if fields.is_empty() => verdict,
        Verdict::InSync => {
            let reason = "AWS stays as it is: how it is looked after is declared otherwise";
            Verdict::Change(Change { fields, ..Change::new(Action::Update, reason) })
        }
        Verdict::Change(mut change) => {
            change.fields.extend(fields);
            Verdict::Change(change)
        }
        Verdict::Blocked { why, unblock, change } => {
            let change = change.map(|mut change| {
                change.fields.extend(fields);
                change
            });
            Verdict::Blocked { why, unblock, change }
        }
        Verdict::Unknown { .. } => verdict,
    }
}

fn care(before: &Spec, after: &Spec) -> Vec<FieldChange> {
    let (before, after) = (of_care(before), of_care(after));
    let names: BTreeSet<_> = before.keys().chain(after.keys()).copied().collect();
    let differing = names.into_iter().filter(|name| before.get(name) != after.get(name));
    let value = |side: &BTreeMap<_, String>, name| side.get(name).cloned();
    differing.map(|name| record(name, value(&before, name), value(&after, name))).collect()
}

/// What a stack's file says that CloudFormation is not told as a difference, where it says it.
fn of_care(spec: &Spec) -> BTreeMap<&'static str, String> {
    let Allow { replace, delete, skip_rollback, adopt, recreate } = &spec.allow;
    let list = |names: &BTreeSet<String>| names.iter().cloned().collect::<Vec<_>>().join(", ");
    let yes = |flag: bool| if flag { "true".to_owned() } else { String::new() };
    let ignored = |one: &IgnoreDrift| {
        let IgnoreDrift { resource, property, reason, until } = one;
        format!("{resource}{property} until {until}: {reason}")
    };
    let ignored: Vec<_> = spec.ignore_drift.iter().map(ignored).collect();
    let capabilities: Vec<_> = spec.capabilities.iter().map(|one| one.as_str()).collect();
    let said = [
        ("allow/replace", list(replace)),
        ("allow/delete", list(delete)),
        ("allow/skipRollback", list(skip_rollback)),
        ("allow/adopt", yes(*adopt)),
        ("allow/recreate", yes(*recreate)),
        ("capabilities", capabilities.join(", ")),
        ("ignoreDrift", ignored.join("\n")),
        ("onDrift", format!("{:?}", spec.on_drift).to_lowercase()),
        ("roleArn", spec.role_arn.as_ref().map(ToString::to_string).unwrap_or_default()),
    ];
    said.into_iter().filter(|(_, value)| !value.is_empty()).collect()
}
