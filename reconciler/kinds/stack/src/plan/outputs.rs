//! What a stack publishes once a decision about it was carried out.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_cfn::intrinsics::{is_literal, references};
use reconcile_core::input::Value;
use serde_json::Value as Json;

use super::desired::Desired;
use super::diff::Differences;
use super::evaluate::Evaluated;
use crate::state::State;

type Outputs = BTreeMap<String, Value>;

/// What it publishes now.
pub(super) fn current(state: &State) -> Outputs {
    let outputs = state.described.outputs.iter();
    outputs.map(|(name, value)| (name.clone(), Value::Known(value.clone()))).collect()
}

/// Every declared output, unknown until the stack was applied.
pub(super) fn pending(desired: &Desired<'_>) -> Outputs {
    let outputs = desired.spec.template.parsed.outputs();
    outputs.map(|output| (output.name.to_owned(), own(desired))).collect()
}

/// What a stack that does not exist yet will publish.
pub(super) fn after_creation(desired: &Desired<'_>, new: &Evaluated) -> Outputs {
    let outputs = new.outputs.iter();
    let value = |value: &Json| literal(value).unwrap_or_else(|| own(desired));
    outputs.map(|(name, output)| (name.clone(), value(&output.value))).collect()
}

/// What a stack will publish after an update: as now, where neither the output's expression nor a
/// resource that it reads changes in a way that moves it.
pub(super) fn after_update(
    desired: &Desired<'_>,
    state: &State,
    (old, new): (&Evaluated, &Evaluated),
    differences: &Differences,
) -> Outputs {
    let moved = |value: &Json| {
        references(value).iter().any(|reference| {
            let change = reference.logical_name().and_then(|id| differences.resources.get(id));
            change.is_some_and(|change| change.effect.is_destructive())
        })
    };
    let mut outputs = Outputs::new();
    for (name, output) in &new.outputs {
        let now = state.described.outputs.get(name);
        let same = old.outputs.get(name).is_some_and(|old| old.value == output.value);
        let value = match (literal(&output.value), now) {
            (Some(literal), _) => literal,
            (None, Some(now)) if same && !moved(&output.value) => Value::Known(now.clone()),
            (None, _) => own(desired),
        };
        outputs.insert(name.clone(), value);
    }
    outputs
}

fn own(desired: &Desired<'_>) -> Value {
    Value::Pending(BTreeSet::from([desired.address.clone()]))
}

fn literal(value: &Json) -> Option<Value> {
    match value {
        Json::String(text) if is_literal(value) => Some(Value::Known(text.clone())),
        Json::Bool(_) | Json::Number(_) => Some(Value::Known(value.to_string())),
        Json::Null | Json::String(_) | Json::Array(_) | Json::Object(_) => None,
    }
}
