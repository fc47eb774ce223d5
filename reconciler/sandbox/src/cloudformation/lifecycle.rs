//! Creating, updating, rolling back and deleting stacks without change sets.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::change_set;
use super::changes::{self, Basis};
use super::jobs::Job;
use super::operation::{
    Asked, OnFailure, Options, Phase, Validation, begin_create, begin_delete, begin_rollback,
    begin_update,
};
use super::policy;
use super::request::{self, texts};
use super::stack::{Stack, new_stack, not_updatable};
use super::status::{ResourceStatus, StackStatus, word};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// Whether a token comes again with the operation that it was used for.
pub(super) fn is_replayed(stack: &Stack, call: &Call) -> Result<bool, AwsError> {
    let Some(token) = call.text("ClientRequestToken") else {
        return Ok(false);
    };
    match stack.tokens.get(token) {
        None => Ok(false),
        Some(operation) if *operation == call.operation => Ok(true),
        Some(_) => Err(AwsError::new(
            "TokenAlreadyExistsException",
            format!("A client request token {token} already exists for another operation"),
        )),
    }
}

/// Keeps the token so that the same call has no effect again.
pub(super) fn remember_token(stack: &mut Stack, call: &Call) {
    if let Some(token) = call.text("ClientRequestToken") {
        stack.tokens.insert(token.to_owned(), call.operation.clone());
    }
}

fn asked(call: &Call) -> Asked<'_> {
    Asked { token: call.text("ClientRequestToken"), at: call.now }
}

/// Answers `CreateStack`.
pub(super) fn create_stack(world: &mut World, call: &Call) -> Answer {
    let name = call.required("StackName")?;
    if let Some(stack) = world.find_stack(&call.region, name) {
        if is_replayed(stack, call)? {
            return Ok(begun(world, &stack.id));
        }
        return Err(AwsError::new(
            "AlreadyExistsException",
            format!("Stack [{name}] already exists"),
        ));
    }
    let on_failure = match (call.text("OnFailure"), call.flag("DisableRollback")) {
        (Some(_), Some(_)) => {
            return Err(AwsError::validation(
                "You can specify either DisableRollback or OnFailure, but not both.",
            ));
        }
        (Some("DELETE"), None) => OnFailure::Delete,
        (Some("DO_NOTHING"), None) | (None, Some(true)) => OnFailure::DoNothing,
        _ => OnFailure::Rollback,
    };
    let deployment = request::deployment(world, call, None)?;
    let mut stack = new_stack(world, call, name, deployment)?;
    if let Some(body) = call.text("StackPolicyBody") {
        policy::validate(body)?;
        stack.policy = Some(body.to_owned());
    }
    stack.termination_protection = call.flag("EnableTerminationProtection").unwrap_or(false);
    stack.disable_rollback = on_failure == OnFailure::DoNothing;
    remember_token(&mut stack, call);
    let id = stack.id.clone();
    let options = Options {
        on_failure,
        validation: validation(call),
        retain_except_on_create: call.flag("RetainExceptOnCreate").unwrap_or(false),
        ..Options::default()
    };
    begin_create(world, stack, options, asked(call));
    Ok(begun(world, &id))
}

fn validation(call: &Call) -> Validation {
    if call.flag("DisableValidation") == Some(true) { Validation::Done } else { Validation::Due }
}

/// The stack and the operation that has begun on it.
fn begun(world: &World, stack_id: &str) -> Value {
    let operation = world.stacks.get(stack_id).and_then(|stack| stack.operation.as_deref());
    json!({ "StackId": stack_id, "OperationId": operation })
}

/// Answers `UpdateStack`.
pub(super) fn update_stack(world: &mut World, call: &Call) -> Answer {
    let mut stack = stack_to_update(world, call)?;
    let id = stack.id.clone();
    if is_replayed(&stack, call)? {
        return Ok(begun(world, &id));
    }
    if !stack.status.takes_update() {
        return Err(not_updatable(&stack));
    }
    let deployment = request::deployment(world, call, Some(&stack))?;
    if changes::compute(world, &stack, &deployment, Basis::LastDeployment)?.is_empty() {
        return Err(AwsError::validation("No updates are to be performed."));
    }
    if let Some(body) = call.text("StackPolicyBody") {
        policy::validate(body)?;
        stack.policy = Some(body.to_owned());
    }
    let during = call.text("StackPolicyDuringUpdateBody");
    during.map_or(Ok(()), policy::validate)?;
    remember_token(&mut stack, call);
    let disabled = call.flag("DisableRollback").unwrap_or(false);
    let options = Options {
        on_failure: if disabled { OnFailure::DoNothing } else { OnFailure::Rollback },
        policy: during.map(str::to_owned),
        validation: validation(call),
        retain_except_on_create: call.flag("RetainExceptOnCreate").unwrap_or(false),
        ..Options::default()
    };
    begin_update(world, stack, deployment, options, asked(call));
    Ok(begun(world, &id))
}

fn stack_to_update(world: &World, call: &Call) -> Result<Stack, AwsError> {
    let name = call.required("StackName")?;
    let found = world.find_stack(&call.region, name);
    let found = found.filter(|stack| stack.status != StackStatus::DeleteComplete);
    found.cloned().ok_or_else(|| AwsError::validation(format!("Stack [{name}] does not exist")))
}

/// Answers `DeleteStack`. A stack that is not there counts as deleted.
pub(super) fn delete_stack(world: &mut World, call: &Call) -> Answer {
    let name = call.required("StackName")?;
    let Some(mut stack) = world.find_stack(&call.region, name).cloned() else {
        return Ok(json!({}));
    };
    if is_replayed(&stack, call)?
        || matches!(stack.status, StackStatus::DeleteComplete | StackStatus::DeleteInProgress)
    {
        return Ok(json!({}));
    }
    if stack.termination_protection {
        return Err(AwsError::validation(format!(
            "Stack [{}] cannot be deleted while TerminationProtection is enabled",
            stack.name
        )));
    }
    if stack.status.is_busy() && stack.status != StackStatus::CreateInProgress {
        return Err(AwsError::validation(format!(
            "Stack [{}] cannot be deleted while in status {}",
            stack.id,
            word(&stack.status)
        )));
    }
    let retain: BTreeSet<String> = texts(call.list("RetainResources")).into_iter().collect();
    let forced = call.text("DeletionMode") == Some("FORCE_DELETE_STACK");
    if stack.status != StackStatus::DeleteFailed && (forced || !retain.is_empty()) {
        return Err(AwsError::validation(
            "Invalid operation on stack: RetainResources and FORCE_DELETE_STACK can only be used for stacks in the DELETE_FAILED state",
        ));
    }
    remember_token(&mut stack, call);
    change_set::forget(world, &stack.id);
    let options = Options { retain, force_delete: forced, ..Options::default() };
    begin_delete(world, stack, options, asked(call));
    Ok(json!({}))
}

/// Answers `ContinueUpdateRollback`.
pub(super) fn continue_update_rollback(world: &mut World, call: &Call) -> Answer {
    let mut stack = world.stack_of(call)?.clone();
    if is_replayed(&stack, call)? {
        return Ok(json!({}));
    }
    if stack.status != StackStatus::UpdateRollbackFailed {
        return Err(AwsError::validation(format!(
            "Stack:{} is in {} state and can not continue rolling back an update.",
            stack.id,
            word(&stack.status)
        )));
    }
    let mut skip: BTreeSet<String> = texts(call.list("ResourcesToSkip")).into_iter().collect();
    if call.flag("ForceRollback") == Some(true) {
        if !skip.is_empty() {
            return Err(AwsError::validation(
                "ForceRollback and ResourcesToSkip cannot be specified together",
            ));
        }
        let failed = stack.resources.values();
        let failed = failed.filter(|resource| resource.status == ResourceStatus::UpdateFailed);
        skip = failed.map(|resource| resource.logical_id.clone()).collect();
    }
    if let Some(unknown) = skip.iter().find(|id| !stack.resources.contains_key(*id)) {
        return Err(AwsError::validation(format!(
            "ResourcesToSkip contains a resource that is not in the stack: {unknown}"
        )));
    }
    remember_token(&mut stack, call);
    begin_rollback(world, stack, Options { skip, ..Options::default() }, asked(call));
    Ok(json!({}))
}

/// Answers `RollbackStack`.
pub(super) fn rollback_stack(world: &mut World, call: &Call) -> Answer {
    let mut stack = world.stack_of(call)?.clone();
    let id = stack.id.clone();
    if is_replayed(&stack, call)? {
        return Ok(begun(world, &id));
    }
    if !matches!(stack.status, StackStatus::CreateFailed | StackStatus::UpdateFailed) {
        return Err(AwsError::validation(format!(
            "Stack:{} is in {} state and can not be rolled back.",
            stack.id,
            word(&stack.status)
        )));
    }
    remember_token(&mut stack, call);
    let options = Options {
        retain_except_on_create: call.flag("RetainExceptOnCreate").unwrap_or(false),
        ..Options::default()
    };
    begin_rollback(world, stack, options, asked(call));
    Ok(begun(world, &id))
}

/// Answers `CancelUpdateStack`.
pub(super) fn cancel_update_stack(world: &mut World, call: &Call) -> Answer {
    let stack = world.stack_of(call)?;
    let id = stack.id.clone();
    let refusal = AwsError::validation(format!(
        "CancelUpdateStack cannot be called from current stack status {}",
        word(&stack.status)
    ));
    let Some(scheduled) = world.jobs.get_mut(&id) else {
        return Err(refusal);
    };
    match &mut scheduled.job {
        Job::Operation(operation) if operation.phase == Phase::Update => {
            operation.cancelled = true;
            scheduled.due = call.now;
            Ok(json!({}))
        }
        Job::Operation(_) | Job::ChangeSet | Job::DriftDetection => Err(refusal),
    }
}

/// Answers `UpdateTerminationProtection`.
pub(super) fn update_termination_protection(world: &mut World, call: &Call) -> Answer {
    let id = world.stack_of(call)?.id.clone();
    call.required("EnableTerminationProtection")?;
    let enabled = call.flag("EnableTerminationProtection").unwrap_or(false);
    if let Some(stack) = world.stacks.get_mut(&id) {
        stack.termination_protection = enabled;
    }
    Ok(Value::from_iter([("StackId", id)]))
}
