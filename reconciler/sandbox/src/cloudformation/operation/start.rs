//! How operations begin: the stack's first status, and the steps of the first phase.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{Operation, Options, Phase, Stage, Step, StepState, Task, Validation};
use crate::cloudformation::changes;
use crate::cloudformation::exports;
use crate::cloudformation::history::{Begun, OperationKind};
use crate::cloudformation::jobs::Job;
use crate::cloudformation::stack::{Deployment, Stack};
use crate::cloudformation::status::{ResourceStatus, StackStatus};
use crate::cloudformation::template::Blueprint;
use crate::cloudformation::validation;
use crate::error::AwsError;
use crate::world::World;

pub(super) const USER: &str = "User Initiated";

/// Why a stack turns back that validation stopped.
const INVALID: &str = "Validation failure detected. See the operation's FAILED event for details.";

/// When and with which token an operation was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Asked<'a> {
    pub(crate) token: Option<&'a str>,
    pub(crate) at: Timestamp,
}

/// Begins to create the stack, whose deployment is set.
pub(crate) fn begin_create(
    world: &mut World,
    mut stack: Stack,
    options: Options,
    asked: Asked<'_>,
) {
    let before = stack.status;
    stack.status = StackStatus::CreateInProgress;
    begin(world, stack, (Phase::Create, before), options, asked);
}

/// Begins to update the stack to another deployment.
pub(crate) fn begin_update(
    world: &mut World,
    mut stack: Stack,
    deployment: Deployment,
    options: Options,
    asked: Asked<'_>,
) {
    let before = stack.status;
    if stack.last_good.is_none() {
        stack.last_good = Some(Box::new(stack.snapshot()));
    }
    stack.deployment = deployment;
    stack.begins_to_be_updated(asked.at);
    stack.status = StackStatus::UpdateInProgress;
    begin(world, stack, (Phase::Update, before), options, asked);
}

/// Begins to take resources over, into a stack that may have none yet.
pub(crate) fn begin_import(
    world: &mut World,
    mut stack: Stack,
    deployment: Deployment,
    options: Options,
    asked: Asked<'_>,
) {
    let before = stack.status;
    if before != StackStatus::ReviewInProgress {
        stack.last_good = Some(Box::new(stack.snapshot()));
        stack.begins_to_be_updated(asked.at);
    }
    stack.deployment = deployment;
    stack.status = StackStatus::ImportInProgress;
    begin(world, stack, (Phase::Import, before), options, asked);
}

/// Begins to delete the stack.
pub(crate) fn begin_delete(
    world: &mut World,
    mut stack: Stack,
    options: Options,
    asked: Asked<'_>,
) {
    let before = stack.status;
    stack.status = StackStatus::DeleteInProgress;
    begin(world, stack, (Phase::Delete, before), options, asked);
}

/// Begins, or takes up again, the way back from a failed creation or update.
pub(crate) fn begin_rollback(
    world: &mut World,
    mut stack: Stack,
    options: Options,
    asked: Asked<'_>,
) {
    let before = stack.status;
    let phase = if stack.last_good.is_some() {
        stack.status = StackStatus::UpdateRollbackInProgress;
        Phase::Revert
    } else {
        stack.status = StackStatus::RollbackInProgress;
        Phase::RollbackCreate
    };
    begin(world, stack, (phase, before), options, asked);
}

fn begin(
    world: &mut World,
    mut stack: Stack,
    (phase, status_before): (Phase, StackStatus),
    options: Options,
    asked: Asked<'_>,
) {
    stack.status_reason = Some(USER.to_owned());
    stack.detailed_status = None;
    let deploys = matches!(phase, Phase::Create | Phase::Update | Phase::Import);
    let change_set_id = stack.change_set_id.clone().filter(|_| deploys);
    let begun = Begun {
        kind: kind(phase, status_before),
        change_set_id: change_set_id.as_deref(),
        token: asked.token,
        at: asked.at,
    };
    world.open_operation(&mut stack, begun);
    world.record_stack(&mut stack, asked.token, asked.at);
    let operation = Operation {
        stack_id: stack.id.clone(),
        token: asked.token.map(str::to_owned),
        phase,
        begun: false,
        status_before,
        blueprint: Blueprint::default(),
        steps: BTreeMap::new(),
        doomed: std::mem::take(&mut stack.leftovers),
        options,
        cancelled: false,
    };
    world.schedule(stack.id.clone(), asked.at, Job::Operation(Box::new(operation)));
    world.stacks.insert(stack.id.clone(), stack);
}

fn kind(phase: Phase, before: StackStatus) -> OperationKind {
    match phase {
        Phase::Create => OperationKind::CreateStack,
        Phase::Import if before == StackStatus::ReviewInProgress => OperationKind::CreateStack,
        Phase::Update | Phase::UpdateCleanup | Phase::Import => OperationKind::UpdateStack,
        Phase::Delete => OperationKind::DeleteStack,
        Phase::Revert if before == StackStatus::UpdateRollbackFailed => {
            OperationKind::ContinueRollback
        }
        Phase::Revert | Phase::RevertCleanup | Phase::RollbackCreate | Phase::ImportRollback => {
            OperationKind::Rollback
        }
    }
}

impl Stage<'_> {
    /// Lays out the first phase. `false`: the operation is over before it began.
    pub(super) fn begin(&mut self) -> bool {
        match self.operation.phase {
            Phase::Create | Phase::Update | Phase::Import => match self.reduce() {
                Ok(_) if self.fails_validation() => return self.give_up(INVALID),
                Ok(blueprint) => {
                    self.stack.imports.clone_from(&blueprint.imports);
                    self.operation.blueprint = blueprint;
                    self.plan_provision();
                    self.refuse_protected_removals();
                    return true;
                }
                Err(error) => return self.give_up(&error.message),
            },
            Phase::Delete => {
                if let Some(reason) = exports::deletion_blocked(self.world, &self.stack) {
                    let before = self.operation.status_before;
                    self.enter(before, Some(reason));
                    return false;
                }
                self.plan_deletion();
            }
            Phase::RollbackCreate => self.plan_deletion(),
            Phase::Revert => self.plan_revert(),
            Phase::UpdateCleanup | Phase::RevertCleanup | Phase::ImportRollback => {}
        }
        true
    }

    /// Whether validation stops the operation before it touches anything.
    fn fails_validation(&mut self) -> bool {
        if self.operation.options.validation == Validation::Done {
            return false;
        }
        let found = validation::blocking(self.world, &self.stack, &self.stack.deployment);
        let findings = found.unwrap_or_default();
        let stops = validation::refusal(&findings).is_some();
        let id = self.stack.operation.clone().unwrap_or_default();
        self.world.note_findings(&self.stack.id, &id, findings);
        if stops {
            self.stack.detailed_status = Some("VALIDATION_FAILED".to_owned());
        }
        stops
    }

    fn reduce(&self) -> Result<Blueprint, AwsError> {
        changes::blueprint(self.world, &self.stack, &self.stack.deployment)
    }

    fn plan_provision(&mut self) {
        let imports = self.operation.phase == Phase::Import;
        let resources = self.operation.blueprint.resources.iter();
        let resources = resources.filter(|(id, _)| !imports || self.adopts(id));
        self.operation.steps = resources
            .map(|(id, definition)| {
                let after = definition.depends_on.clone();
                (id.clone(), Step { task: Task::Provision, after, state: StepState::Waiting })
            })
            .collect();
    }

    /// A stack policy may forbid the deletion of what the new template leaves out.
    fn refuse_protected_removals(&mut self) {
        let wanted = &self.operation.blueprint.resources;
        let removed = self.stack.resources.values();
        let removed = removed.filter(|resource| !wanted.contains_key(&resource.logical_id));
        for resource in removed.cloned().collect::<Vec<_>>() {
            if let Err(reason) = self.permitted("Update:Delete", &resource) {
                let id = resource.logical_id.clone();
                self.enter_resource(resource, ResourceStatus::UpdateFailed, Some(reason));
                let state = StepState::Failed;
                self.operation
                    .steps
                    .insert(id, Step { task: Task::Provision, after: [].into(), state });
            }
        }
    }
}
