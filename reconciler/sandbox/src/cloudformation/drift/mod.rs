//! Drift detection: live resources against what was last deployed.

mod actual;
mod answers;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(super) use actual::{baseline, is_supported};
pub(super) use answers::{
    describe_stack_drift_detection_status, describe_stack_resource_drifts, detect_stack_drift,
    detect_stack_resource_drift,
};

use super::diff::{self, PropertyChange};
use super::stack::{ResourceDrift, Stack, StackDrift, StackResource};
use super::status::ResourceStatus;
use super::template::scalar;
use super::veil;
use crate::world::World;

/// A drift detection. Its row key is its ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Detection {
    pub(crate) id: String,
    pub(crate) stack_id: String,
    pub(crate) started: Timestamp,
    /// The resources to look at; none means all.
    pub(crate) only: Vec<String>,
    /// The result, once there is one: the stack's drift and how many resources drifted.
    pub(crate) result: Option<(String, usize)>,
}

/// Carries a detection out.
pub(super) fn detect(world: &mut World, id: &str, at: Timestamp) {
    let Some(detection) = world.detections.get(id).cloned() else {
        return;
    };
    let Some(stack) = world.stacks.get(&detection.stack_id).cloned() else {
        return;
    };
    let stack = checked(world, stack, &detection.only, at);
    let drifted = drifted(&stack);
    let status = stack.drift.as_ref().map(|drift| drift.status.clone()).unwrap_or_default();
    if let Some(detection) = world.detections.get_mut(id) {
        detection.result = Some((status, drifted));
    }
    world.stacks.insert(stack.id.clone(), stack);
}

/// The stack with fresh results for its resources, or for some of them.
fn checked(world: &World, mut stack: Stack, only: &[String], at: Timestamp) -> Stack {
    let ids: Vec<String> = stack.resources.keys().cloned().collect();
    for id in ids {
        let Some(resource) = stack.resources.get(&id) else {
            continue;
        };
        let wanted = only.is_empty() || only.contains(&id);
        if wanted && is_checkable(resource) {
            let drift = compare(world, &stack, resource, at);
            if let Some(resource) = stack.resources.get_mut(&id) {
                resource.drift = Some(drift);
            }
        }
    }
    let status = if drifted(&stack) > 0 { "DRIFTED" } else { "IN_SYNC" };
    stack.drift = Some(StackDrift { status: status.to_owned(), checked: at });
    stack
}

/// A resource that a continued rollback passed over is not what was deployed, and is not checked.
fn is_checkable(resource: &StackResource) -> bool {
    let skipped = resource.status_reason.as_deref() == Some(super::operation::SKIPPED);
    let lives =
        !matches!(resource.status, ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped);
    is_supported(&resource.type_name) && resource.key.is_some() && lives && !skipped
}

fn drifted(stack: &Stack) -> usize {
    let results = stack.resources.values().filter_map(|resource| resource.drift.as_ref());
    results.filter(|drift| matches!(drift.status.as_str(), "MODIFIED" | "DELETED")).count()
}

/// Compares one resource. Only what the template sets counts.
fn compare(world: &World, stack: &Stack, resource: &StackResource, at: Timestamp) -> ResourceDrift {
    let expected = &resource.properties;
    let shown = |properties: &_| veil::deployed(stack, &resource.logical_id, properties);
    let shown_expected = shown(expected);
    let result = |status: &str, actual: Value, differences: Vec<Value>| ResourceDrift {
        status: status.to_owned(),
        checked: at,
        expected: Value::Object(shown_expected.clone()),
        actual,
        differences,
    };
    let Some(live) = world.live(resource).filter(|live| !live.awaits_deletion()) else {
        return result("DELETED", Value::Null, Vec::new());
    };
    let actual = actual::projected(resource, expected, live);
    let shown_actual = shown(&actual);
    let differences: Vec<_> = diff::properties(expected, &actual)
        .into_iter()
        .map(|change| {
            let before = change.before.and_then(|_| veil::at(&shown_expected, &change.path));
            let after = change.after.and_then(|_| veil::at(&shown_actual, &change.path));
            difference(&PropertyChange { before, after, ..change })
        })
        .collect();
    let status = if differences.is_empty() { "IN_SYNC" } else { "MODIFIED" };
    result(status, Value::Object(shown_actual), differences)
}

fn difference(change: &PropertyChange) -> Value {
    let kind = match (&change.before, &change.after) {
        (None, _) => "ADD",
        (Some(_), None) => "REMOVE",
        (Some(_), Some(_)) => "NOT_EQUAL",
    };
    let shown = |value: &Option<Value>| match value {
        None => "null".to_owned(),
        Some(value) => scalar(value).unwrap_or_else(|| value.to_string()),
    };
    json!({
        "PropertyPath": diff::pointer(&change.path),
        "ExpectedValue": shown(&change.before),
        "ActualValue": shown(&change.after),
        "DifferenceType": kind,
    })
}
