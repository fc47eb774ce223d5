//! What follows a phase: the way of a stack from status to status.

use super::start::USER;
use super::view::Deployed;
use super::{OnFailure, Phase, Stage, StepState};
use crate::cloudformation::exports;
use crate::cloudformation::history::{Begun, OperationKind};
use crate::cloudformation::status::{ResourceStatus, StackStatus, word};

impl Stage<'_> {
    /// Ends the phase and lays out the next one. `false`: the operation is over.
    pub(super) fn next_phase(&mut self) -> bool {
        let failed = self.has_failed();
        match (self.operation.phase, failed) {
            (Phase::Create | Phase::Update | Phase::Import, false) => self.conclude(),
            (Phase::Create | Phase::Update | Phase::Import, true) => self.fall_back(),
            (Phase::UpdateCleanup, _) => {
                self.stack.last_good = None;
                let reason = self.left_behind();
                self.end(StackStatus::UpdateComplete, reason)
            }
            (Phase::Revert, false) => {
                self.enter(StackStatus::UpdateRollbackCompleteCleanupInProgress, None);
                self.plan_revert_cleanup();
                true
            }
            (Phase::Revert, true) => self.end_failed(StackStatus::UpdateRollbackFailed, "update"),
            (Phase::RevertCleanup, _) => {
                self.restore_deployment();
                let reason = self.left_behind();
                self.end(StackStatus::UpdateRollbackComplete, reason)
            }
            (Phase::RollbackCreate, false) => self.end(StackStatus::RollbackComplete, None),
            (Phase::RollbackCreate, true) => self.end_failed(StackStatus::RollbackFailed, "delete"),
            (Phase::Delete, false) => {
                self.stack.deleted = Some(self.at);
                self.stack.outputs.clear();
                self.stack.imports.clear();
                self.end(StackStatus::DeleteComplete, None)
            }
            (Phase::Delete, true) => self.end_failed(StackStatus::DeleteFailed, "delete"),
            (Phase::ImportRollback, false) if self.stack.last_good.is_none() => {
                self.end(StackStatus::RollbackComplete, None)
            }
            (Phase::ImportRollback, false) => {
                self.restore_deployment();
                self.end(StackStatus::ImportRollbackComplete, None)
            }
            (Phase::ImportRollback, true) => {
                self.end_failed(StackStatus::ImportRollbackFailed, "import")
            }
        }
    }

    fn end(&mut self, status: StackStatus, reason: Option<String>) -> bool {
        self.stack.leftovers = std::mem::take(&mut self.operation.doomed);
        self.enter(status, reason);
        self.close(!word(&status).ends_with("FAILED"));
        false
    }

    /// Notes how the present operation has ended.
    fn close(&mut self, succeeded: bool) {
        let id = self.stack.operation.clone().unwrap_or_default();
        self.world.close_operation((&self.stack.id, &id), succeeded, self.at);
    }

    /// Ends an operation that failed with the one that undoes it.
    fn turn_back(&mut self, status: StackStatus, reason: String) {
        self.close(false);
        let token = self.operation.token.clone();
        let (kind, token, at) = (OperationKind::Rollback, token.as_deref(), self.at);
        let begun = Begun { kind, change_set_id: None, token, at };
        self.world.open_operation(&mut self.stack, begun);
        self.enter(status, Some(reason));
    }

    fn end_failed(&mut self, status: StackStatus, verb: &str) -> bool {
        let reason = self.failed_reason(verb);
        self.end(status, Some(reason))
    }

    /// All resources are as wanted: outputs and exports decide whether the operation succeeds.
    fn conclude(&mut self) -> bool {
        let view = Deployed { world: self.world, stack: &self.stack };
        let outputs = exports::outputs(&self.operation.blueprint, &view)
            .and_then(|outputs| exports::admit(self.world, &self.stack, outputs));
        match outputs {
            Err(error) => return self.give_up(&error.message),
            Ok(outputs) => self.stack.outputs = outputs,
        }
        if self.operation.phase == Phase::Create {
            return self.end(StackStatus::CreateComplete, None);
        }
        if self.operation.phase == Phase::Import {
            self.stack.last_good = None;
            return self.end(StackStatus::ImportComplete, None);
        }
        self.enter(StackStatus::UpdateCompleteCleanupInProgress, None);
        self.plan_update_cleanup();
        true
    }

    fn fall_back(&mut self) -> bool {
        let verb = match self.operation.phase {
            Phase::Create => "create",
            Phase::Import => "import",
            Phase::Update
            | Phase::UpdateCleanup
            | Phase::Revert
            | Phase::RevertCleanup
            | Phase::RollbackCreate
            | Phase::Delete
            | Phase::ImportRollback => "update",
        };
        let reason =
            if self.operation.cancelled { USER.to_owned() } else { self.failed_reason(verb) };
        self.give_up(&reason)
    }

    /// Ends a creation or update that cannot succeed, and turns back where that is wanted.
    pub(super) fn give_up(&mut self, reason: &str) -> bool {
        self.operation.cancelled = false;
        match (self.operation.phase, self.operation.options.on_failure) {
            (Phase::Create, OnFailure::DoNothing) => {
                return self.end(StackStatus::CreateFailed, Some(reason.to_owned()));
            }
            (Phase::Create, OnFailure::Delete) => {
                self.turn_back(StackStatus::DeleteInProgress, rollback_reason(reason));
                self.plan_deletion();
                self.operation.phase = Phase::Delete;
            }
            (Phase::Create, OnFailure::Rollback) => {
                self.turn_back(StackStatus::RollbackInProgress, rollback_reason(reason));
                self.plan_deletion();
                self.operation.phase = Phase::RollbackCreate;
            }
            (Phase::Import, _) => {
                self.turn_back(StackStatus::ImportRollbackInProgress, reason.to_owned());
                self.plan_release();
            }
            (_, OnFailure::DoNothing) => {
                return self.end(StackStatus::UpdateFailed, Some(reason.to_owned()));
            }
            (_, OnFailure::Rollback | OnFailure::Delete) => {
                self.turn_back(StackStatus::UpdateRollbackInProgress, reason.to_owned());
                self.plan_revert();
            }
        }
        true
    }

    /// Gives the stack back what it was deployed from before the update.
    fn restore_deployment(&mut self) {
        if let Some(good) = self.stack.last_good.take() {
            self.stack.deployment = good.deployment;
            self.stack.outputs = good.outputs;
            self.stack.imports = good.imports;
        }
    }

    /// What a clean-up could not delete; it does not make the operation fail.
    fn left_behind(&self) -> Option<String> {
        self.has_failed().then(|| "One or more resources could not be deleted.".to_owned())
    }

    fn failed_reason(&self, verb: &str) -> String {
        format!(
            "The following resource(s) failed to {verb}: [{}]. ",
            self.failed_names().join(", ")
        )
    }

    /// The resources that failed in this phase; those cancelled on the way count, as with AWS.
    fn failed_names(&self) -> Vec<&str> {
        let steps = self.operation.steps.iter();
        let failed = steps.filter(|(id, step)| match step.state {
            StepState::Failed => true,
            StepState::Cancelled => self.stack.resources.get(*id).is_some_and(|resource| {
                matches!(
                    resource.status,
                    ResourceStatus::CreateFailed
                        | ResourceStatus::UpdateFailed
                        | ResourceStatus::ImportFailed
                )
            }),
            StepState::Waiting | StepState::Done | StepState::Running { .. } => false,
        });
        failed.filter_map(|(id, _)| id.split('|').next()).collect()
    }
}

/// How CloudFormation words the reason of the rollback of a creation.
fn rollback_reason(reason: &str) -> String {
    format!("{}. Rollback requested by user.", reason.trim_end_matches([' ', '.']))
}
