//! Executing and deleting change sets.

use serde_json::{Value, json};

use super::{Execution, Kind, Status, find, of_stack};
use crate::call::{Answer, Call};
use crate::cloudformation::lifecycle;
use crate::cloudformation::operation::{
    Asked, OnFailure, Options, begin_create, begin_import, begin_update,
};
use crate::cloudformation::stack::{no_stack, not_updatable};
use crate::cloudformation::status::{StackStatus, word};
use crate::error::AwsError;
use crate::world::World;

/// Answers `ExecuteChangeSet`.
pub(in crate::cloudformation) fn execute_change_set(world: &mut World, call: &Call) -> Answer {
    let id = find(world, call)?;
    let Some(set) = world.change_sets.get(&id).cloned() else {
        return Ok(json!({}));
    };
    let Some(stack) = world.stacks.get(&set.stack_id).cloned() else {
        return Err(no_stack(&set.stack_name));
    };
    if lifecycle::is_replayed(&stack, call)? {
        return Ok(json!({}));
    }
    if set.status != Status::CreateComplete || set.execution != Execution::Available {
        return Err(AwsError::new(
            "InvalidChangeSetStatus",
            format!(
                "ChangeSet [{}] cannot be executed in its current status of [{}]",
                set.id,
                if set.status == Status::CreateComplete {
                    word(&set.execution)
                } else {
                    word(&set.status)
                },
            ),
        ));
    }
    let in_review = stack.status == StackStatus::ReviewInProgress;
    let fits = match set.kind {
        Kind::Create => in_review,
        Kind::Update => stack.status.takes_update(),
        Kind::Import => in_review || stack.status.takes_update(),
    };
    if !fits {
        return Err(not_updatable(&stack));
    }
    if call.flag("DisableRollback").is_some() && set.on_failure.is_some() {
        return Err(AwsError::validation(
            "DisableRollback cannot be specified for a change set that was created with OnStackFailure",
        ));
    }
    let disabled = call.flag("DisableRollback").unwrap_or(false);
    let chosen = if disabled { OnFailure::DoNothing } else { OnFailure::Rollback };
    let options = Options {
        on_failure: set.on_failure.unwrap_or(chosen),
        revert_drift: set.revert_drift,
        retain_except_on_create: call.flag("RetainExceptOnCreate").unwrap_or(false),
        ..Options::default()
    };
    retire_others(world, &set.stack_id, &id);
    let mut stack = stack;
    lifecycle::remember_token(&mut stack, call);
    stack.change_set_id = Some(set.id.clone());
    stack.disable_rollback = options.on_failure == OnFailure::DoNothing;
    let asked = Asked { token: call.text("ClientRequestToken"), at: call.now };
    match set.kind {
        Kind::Create => {
            stack.deployment = set.deployment;
            begin_create(world, stack, options, asked);
        }
        Kind::Update => begin_update(world, stack, set.deployment, options, asked),
        Kind::Import => begin_import(world, stack, set.deployment, options, asked),
    }
    Ok(json!({}))
}

/// Execution uses up the change set and does away with all others of the stack.
fn retire_others(world: &mut World, stack_id: &str, executed: &str) {
    let others: Vec<String> = of_stack(world, stack_id).map(|set| set.id.clone()).collect();
    for id in others {
        if id != executed {
            world.jobs.remove(&id);
            world.change_sets.remove(&id);
        }
    }
    if let Some(set) = world.change_sets.get_mut(executed) {
        set.execution = Execution::ExecuteInProgress;
    }
}

/// Answers `DeleteChangeSet`. One that is not there counts as deleted.
pub(in crate::cloudformation) fn delete_change_set(world: &mut World, call: &Call) -> Answer {
    let id = match find(world, call) {
        Ok(id) => id,
        Err(error) if error.code == "ChangeSetNotFound" => return Ok(json!({})),
        Err(error) => return Err(error),
    };
    let executing = |set: &super::ChangeSet| set.execution == Execution::ExecuteInProgress;
    if world.change_sets.get(&id).is_some_and(executing) {
        return Err(AwsError::new(
            "InvalidChangeSetStatus",
            format!(
                "ChangeSet [{id}] cannot be deleted in its current status of [EXECUTE_IN_PROGRESS]"
            ),
        ));
    }
    world.jobs.remove(&id);
    world.change_sets.remove(&id);
    Ok(Value::Object(serde_json::Map::new()))
}
