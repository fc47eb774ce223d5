//! Asking for a change set.

use serde_json::json;

use super::{ChangeSet, Execution, Kind, Status, import, of_stack};
use crate::call::{Answer, Call};
use crate::cloudformation::history::{Begun, OperationKind};
use crate::cloudformation::jobs::Job;
use crate::cloudformation::names;
use crate::cloudformation::operation::OnFailure;
use crate::cloudformation::request;
use crate::cloudformation::stack::{Deployment, Stack, new_stack, not_updatable};
use crate::cloudformation::status::StackStatus;
use crate::error::AwsError;
use crate::world::World;

/// Answers `CreateChangeSet`.
pub(in crate::cloudformation) fn create_change_set(world: &mut World, call: &Call) -> Answer {
    let stack_name = call.required("StackName")?;
    let name = call.required("ChangeSetName")?;
    check_name(name)?;
    let existing = world.find_stack(&call.region, stack_name).cloned();
    let kind = kind(call, existing.as_ref(), stack_name, name)?;
    if let Some(stack) = &existing
        && let Some(set) = of_stack(world, &stack.id).find(|set| set.name == name)
    {
        // The same token asks for the same change set again.
        if set.token.is_some() && set.token.as_deref() == call.text("ClientToken") {
            return Ok(json!({ "Id": set.id, "StackId": set.stack_id }));
        }
        return Err(AwsError::new(
            "AlreadyExistsException",
            format!("ChangeSet {name} already exists"),
        ));
    }
    let on_failure = on_failure(call, kind)?;
    let deployed = existing.as_ref().filter(|stack| stack.status != StackStatus::ReviewInProgress);
    let mut deployment = request::deployment(world, call, deployed)?;
    let is_new = existing.is_none();
    let mut stack = match existing {
        Some(stack) => stack,
        None => in_review(world, call, stack_name)?,
    };
    if kind == Kind::Import {
        deployment.imports = import::admit(world, call, &stack, &deployment)?;
    }
    let id = names::change_set_id(&call.region, &stack.id, name, call.now);
    let begun = Begun {
        kind: OperationKind::CreateChangeSet,
        change_set_id: Some(&id),
        token: call.text("ClientToken"),
        at: call.now,
    };
    let operation_id = world.open_operation(&mut stack, begun);
    if is_new {
        stack.operation = Some(operation_id.clone());
        world.record_stack(&mut stack, call.text("ClientToken"), call.now);
    }
    world.stacks.insert(stack.id.clone(), stack.clone());
    let set = ChangeSet {
        id: id.clone(),
        name: name.to_owned(),
        stack_id: stack.id.clone(),
        stack_name: stack.name.clone(),
        kind,
        description: call.text("Description").map(str::to_owned),
        created: call.now,
        status: Status::CreatePending,
        status_reason: None,
        execution: Execution::Unavailable,
        deployment,
        changes: Vec::new(),
        on_failure,
        revert_drift: kind == Kind::Update && call.text("DeploymentMode") == Some("REVERT_DRIFT"),
        import_existing: kind != Kind::Import
            && call.flag("ImportExistingResources").unwrap_or(false),
        validates: !call.flag("DisableValidation").unwrap_or(false),
        operation_id,
        token: call.text("ClientToken").map(str::to_owned),
    };
    world.change_sets.insert(id.clone(), set);
    let due = call.now + world.duration("AWS::CloudFormation::ChangeSet");
    world.schedule(id.clone(), due, Job::ChangeSet);
    Ok(json!({ "Id": id, "StackId": stack.id }))
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let legal = |one: char| one.is_ascii_alphanumeric() || one == '-';
    if starts_well && name.len() <= 128 && name.chars().all(legal) {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "1 validation error detected: Value '{name}' at 'changeSetName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    )))
}

/// What the change set is for, and whether the stack's state lets it.
fn kind(
    call: &Call,
    stack: Option<&Stack>,
    stack_name: &str,
    name: &str,
) -> Result<Kind, AwsError> {
    let kind = match call.text("ChangeSetType") {
        Some("CREATE") => Kind::Create,
        Some("UPDATE") | None => Kind::Update,
        Some("IMPORT") => Kind::Import,
        Some(other) => {
            return Err(AwsError::validation(format!("ChangeSetType {other} is not supported")));
        }
    };
    match (kind, stack) {
        (Kind::Create | Kind::Import, None) => Ok(kind),
        (Kind::Create, Some(stack)) if stack.status == StackStatus::ReviewInProgress => Ok(kind),
        (Kind::Create, Some(stack)) => Err(AwsError::validation(format!(
            "Stack [{}] already exists and cannot be created again with the changeSet [{name}].",
            stack.name
        ))),
        (Kind::Update, None) => {
            Err(AwsError::validation(format!("Stack [{stack_name}] does not exist")))
        }
        (Kind::Import, Some(stack)) if stack.status == StackStatus::ReviewInProgress => Ok(kind),
        (Kind::Update | Kind::Import, Some(stack)) if stack.status.takes_update() => Ok(kind),
        (Kind::Update | Kind::Import, Some(stack)) => Err(not_updatable(stack)),
    }
}

fn on_failure(call: &Call, kind: Kind) -> Result<Option<OnFailure>, AwsError> {
    match call.text("OnStackFailure") {
        None => Ok(None),
        Some("ROLLBACK") => Ok(Some(OnFailure::Rollback)),
        Some("DO_NOTHING") => Ok(Some(OnFailure::DoNothing)),
        Some("DELETE") if kind == Kind::Create => Ok(Some(OnFailure::Delete)),
        Some(other) => Err(AwsError::validation(format!(
            "OnStackFailure {other} is not allowed for this change set"
        ))),
    }
}

/// A stack without resources, which waits for its first change set to be executed.
fn in_review(world: &World, call: &Call, name: &str) -> Result<Stack, AwsError> {
    let mut stack = new_stack(world, call, name, Deployment::default())?;
    stack.status = StackStatus::ReviewInProgress;
    stack.status_reason = Some("User Initiated".to_owned());
    Ok(stack)
}
