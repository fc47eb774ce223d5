//! Change sets: what would be deployed, and what it would change.

mod answers;
mod create;
mod execute;
mod import;

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

pub(super) use answers::{describe_change_set, list_change_sets};
pub(super) use create::create_change_set;
pub(super) use execute::{delete_change_set, execute_change_set};

use super::changes::{self, Basis, Computed};
use super::operation::OnFailure;
use super::stack::{Deployment, Stack};
use super::status::StackStatus;
use super::validation;
use crate::call::Call;
use crate::error::AwsError;
use crate::world::World;

/// What CloudFormation says when there is nothing to do.
const NO_CHANGES: &str = "The submitted information didn't contain changes. Submit different information to create a change set.";

/// A change set. Its row key is its ID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ChangeSet {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) stack_id: String,
    pub(crate) stack_name: String,
    pub(crate) kind: Kind,
    pub(crate) description: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) status: Status,
    pub(crate) status_reason: Option<String>,
    pub(crate) execution: Execution,
    pub(crate) deployment: Deployment,
    /// `ResourceChange` values with property values.
    pub(crate) changes: Vec<Value>,
    pub(crate) on_failure: Option<OnFailure>,
    pub(crate) revert_drift: bool,
    /// Whether resources that exist under their names are taken over.
    #[serde(default)]
    pub(crate) import_existing: bool,
    /// Whether it is validated before it can be executed.
    #[serde(default)]
    pub(crate) validates: bool,
    /// The operation that makes it.
    #[serde(default)]
    pub(crate) operation_id: String,
    pub(crate) token: Option<String>,
}

/// What the change set is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Kind {
    /// A stack that is not there yet.
    Create,
    /// One that is.
    Update,
    /// Resources that are there already, for a stack that may be.
    Import,
}

/// How far the creation of the change set is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Status {
    CreatePending,
    CreateComplete,
    Failed,
}

/// Whether the change set can be executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum Execution {
    Unavailable,
    Available,
    ExecuteInProgress,
    ExecuteComplete,
    ExecuteFailed,
}

/// Computes the changes of a change set that was asked for.
pub(super) fn compute(world: &mut World, id: &str, at: Timestamp) {
    let Some(set) = world.change_sets.get(id).cloned() else {
        return;
    };
    let Some(stack) = world.stacks.get(&set.stack_id) else {
        return;
    };
    let surveyed = survey(world, stack, &set);
    let findings = match &surveyed {
        Ok((computed, imports)) if set.validates && !computed.is_empty() => {
            let deployment = Deployment { imports: imports.clone(), ..set.deployment.clone() };
            let blocking = validation::blocking(world, stack, &deployment).unwrap_or_default();
            let warnings = validation::warnings(world, &computed.resources);
            blocking.into_iter().chain(warnings).collect()
        }
        Ok(_) | Err(_) => Vec::new(),
    };
    let refusal = validation::refusal(&findings);
    world.note_findings(&set.stack_id, &set.operation_id, findings);
    conclude_making(
        world,
        id,
        refusal.map_or(surveyed, |refusal| Err(AwsError::validation(refusal))),
    );
    let made = world.change_sets.get(id).is_some_and(|set| set.status == Status::CreateComplete);
    world.close_operation((&set.stack_id, &set.operation_id), made, at);
}

/// What a change set would change, and what it takes over.
type Surveyed = Result<(Computed, BTreeMap<String, String>), AwsError>;

fn conclude_making(world: &mut World, id: &str, surveyed: Surveyed) {
    let Some(set) = world.change_sets.get_mut(id) else {
        return;
    };
    match surveyed {
        Ok((computed, _)) if computed.is_empty() => {
            set.status = Status::Failed;
            set.status_reason = Some(NO_CHANGES.to_owned());
        }
        Ok((computed, imports)) => {
            set.status = Status::CreateComplete;
            set.status_reason = (set.kind == Kind::Import).then(|| import::REVIEW.to_owned());
            set.execution = Execution::Available;
            set.deployment.imports = imports;
            set.changes = computed.resources;
        }
        Err(error) => {
            set.status = Status::Failed;
            set.status_reason = Some(error.message);
        }
    }
}

fn survey(world: &World, stack: &Stack, set: &ChangeSet) -> Surveyed {
    let mut deployment = set.deployment.clone();
    if set.import_existing {
        deployment.imports = import::existing(world, stack, &deployment)?;
    }
    import::check_live(world, &deployment.imports)?;
    let basis = if set.revert_drift { Basis::Actual } else { Basis::LastDeployment };
    let computed = changes::compute(world, stack, &deployment, basis)?;
    Ok((computed, deployment.imports))
}

/// Notes on the executed change set of a stack how its operation has ended.
pub(super) fn conclude(world: &mut World, stack_id: &str) {
    let status = world.stacks.get(stack_id).map(|stack| stack.status);
    let succeeded = matches!(
        status,
        Some(
            StackStatus::CreateComplete | StackStatus::UpdateComplete | StackStatus::ImportComplete
        )
    );
    let executed =
        of_stack(world, stack_id).find(|set| set.execution == Execution::ExecuteInProgress);
    let Some(id) = executed.map(|set| set.id.clone()) else { return };
    if let Some(set) = world.change_sets.get_mut(&id) {
        set.execution =
            if succeeded { Execution::ExecuteComplete } else { Execution::ExecuteFailed };
    }
}

/// Forgets the change sets of a stack that is deleted.
pub(super) fn forget(world: &mut World, stack_id: &str) {
    let ids: Vec<String> = of_stack(world, stack_id).map(|set| set.id.clone()).collect();
    for id in ids {
        world.jobs.remove(&id);
        world.change_sets.remove(&id);
    }
}

/// The template of the change set that a call names.
pub(super) fn template(world: &World, call: &Call) -> Result<String, AwsError> {
    let id = find(world, call)?;
    let set = world.change_sets.get(&id);
    Ok(set.map(|set| set.deployment.template.clone()).unwrap_or_default())
}

/// The ID of the change set that a call names, by ID or by its own and its stack's name.
pub(super) fn find(world: &World, call: &Call) -> Result<String, AwsError> {
    let name = call.required("ChangeSetName")?;
    let missing = || AwsError {
        status: 404,
        code: "ChangeSetNotFound".to_owned(),
        message: format!("ChangeSet [{name}] does not exist"),
    };
    if name.starts_with("arn:") {
        return world.change_sets.get(name).map(|set| set.id.clone()).ok_or_else(missing);
    }
    if call.text("StackName").is_none() {
        return Err(AwsError::validation(
            "StackName must be specified if ChangeSetName is not specified as an ARN.",
        ));
    }
    let stack = world.stack_of(call)?;
    let found = of_stack(world, &stack.id).find(|set| set.name == name);
    found.map(|set| set.id.clone()).ok_or_else(missing)
}

fn of_stack<'a>(world: &'a World, stack_id: &'a str) -> impl Iterator<Item = &'a ChangeSet> {
    world.change_sets.iter().map(|(_, set)| set).filter(move |set| set.stack_id == stack_id)
}
