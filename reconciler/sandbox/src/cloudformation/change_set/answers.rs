//! Reading change sets.

use serde_json::{Value, json};

use super::{ChangeSet, Execution, Status, find, of_stack};
use crate::call::{Answer, Call};
use crate::cloudformation::answers::{parameters, tags};
use crate::cloudformation::operation::OnFailure;
use crate::cloudformation::paging::page;
use crate::cloudformation::status::word;
use crate::world::World;

/// How many changes one answer holds; AWS splits at 1 MB.
const PAGE: usize = 100;

/// What `IncludePropertyValues` adds to a change.
const CONTEXTS: [&str; 3] = ["BeforeContext", "AfterContext", "PreviousDeploymentContext"];
const TARGET_VALUES: [&str; 7] = [
    "Path",
    "BeforeValue",
    "AfterValue",
    "AttributeChangeType",
    "BeforeValueFrom",
    "AfterValueFrom",
    "Drift",
];

/// Answers `DescribeChangeSet`.
pub(in crate::cloudformation) fn describe_change_set(world: &World, call: &Call) -> Answer {
    let id = find(world, call)?;
    let Some(set) = world.change_sets.get(&id) else {
        return Ok(json!({}));
    };
    let with_values = call.flag("IncludePropertyValues").unwrap_or(false);
    let changes = set.changes.iter().map(|change| {
        let change = if with_values { change.clone() } else { without_values(change) };
        json!({ "Type": "Resource", "ResourceChange": change })
    });
    let (changes, next) = page(changes.collect(), call, PAGE)?;
    let on_failure = set.on_failure.map(|choice| match choice {
        OnFailure::Rollback => "ROLLBACK",
        OnFailure::Delete => "DELETE",
        OnFailure::DoNothing => "DO_NOTHING",
    });
    let mut answer = summary(set);
    answer["Parameters"] = parameters(&set.deployment);
    answer["Tags"] = tags(&set.deployment);
    answer["Capabilities"] = json!(set.deployment.capabilities);
    answer["NotificationARNs"] = json!(set.deployment.notification_arns);
    answer["OnStackFailure"] = json!(on_failure);
    answer["Changes"] = json!(changes);
    answer["NextToken"] = json!(next);
    if set.revert_drift {
        answer["DeploymentMode"] = json!("REVERT_DRIFT");
        answer["StackDriftStatus"] = json!(stack_drift(set));
    }
    Ok(answer)
}

/// What the changes of a drift-aware change set say about the stack as a whole.
fn stack_drift(set: &ChangeSet) -> &'static str {
    let drifted = |change: &Value| {
        matches!(
            change.get("ResourceDriftStatus").and_then(Value::as_str),
            Some("MODIFIED" | "DELETED")
        )
    };
    match (set.status, set.changes.iter().any(drifted)) {
        (Status::CreatePending, _) => "NOT_CHECKED",
        (_, true) => "DRIFTED",
        (_, false) => "IN_SYNC",
    }
}

fn summary(set: &ChangeSet) -> Value {
    json!({
        "ChangeSetName": set.name,
        "ChangeSetId": set.id,
        "StackId": set.stack_id,
        "StackName": set.stack_name,
        "Description": set.description,
        "CreationTime": set.created.to_string(),
        "ExecutionStatus": word(&set.execution),
        "Status": word(&set.status),
        "StatusReason": set.status_reason,
        "IncludeNestedStacks": false,
        "ImportExistingResources": set.import_existing.then_some(true),
    })
}

fn without_values(change: &Value) -> Value {
    let mut change = change.clone();
    if let Some(change) = change.as_object_mut() {
        for name in CONTEXTS {
            change.shift_remove(name);
        }
        let details = change.get_mut("Details").and_then(Value::as_array_mut);
        for detail in details.into_iter().flatten() {
            if let Some(target) = detail.get_mut("Target").and_then(Value::as_object_mut) {
                for name in TARGET_VALUES {
                    target.shift_remove(name);
                }
            }
        }
    }
    change
}

/// Answers `ListChangeSets`: those that were not executed.
pub(in crate::cloudformation) fn list_change_sets(world: &World, call: &Call) -> Answer {
    let stack = world.stack_of(call)?;
    let open = of_stack(world, &stack.id)
        .filter(|set| matches!(set.execution, Execution::Available | Execution::Unavailable));
    let (summaries, next) = page(open.map(summary).collect(), call, PAGE)?;
    Ok(json!({ "Summaries": summaries, "NextToken": next }))
}
