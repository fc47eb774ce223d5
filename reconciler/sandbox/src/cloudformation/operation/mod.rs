//! A stack operation: a state machine whose steps have due times on the sandbox's clock.
//!
//! A phase is a set of steps, one a resource, which run in parallel along their dependencies; when none
//! is left, [`phases`] says what follows. What a step does to the world is in [`provision`], [`restore`]
//! and [`remove`].

mod adopt;
mod phases;
mod provision;
mod remove;
mod restore;
mod start;
mod view;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

pub(super) use restore::SKIPPED;
pub(super) use start::{
    Asked, begin_create, begin_delete, begin_import, begin_rollback, begin_update,
};
pub(super) use view::Deployed;

use super::stack::{Stack, StackResource};
use super::status::StackStatus;
use super::template::Blueprint;
use crate::world::World;
use provision::Work;

/// What happens when a resource cannot be provisioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OnFailure {
    Rollback,
    Delete,
    DoNothing,
}

/// Which part of an operation is going on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Phase {
    /// Resources of a new stack are created.
    Create,
    /// Resources are created, updated and replaced.
    Update,
    /// What the update made superfluous is deleted.
    UpdateCleanup,
    /// Resources go back to what they were before the update.
    Revert,
    /// What the failed update had created is deleted.
    RevertCleanup,
    /// The resources of a failed creation are deleted.
    RollbackCreate,
    /// The stack is deleted.
    Delete,
    /// Resources that exist are taken over.
    Import,
    /// What a failed import took over is let go of.
    ImportRollback,
}

/// A stack operation that is under way. Its row key is the stack's ID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Operation {
    pub(crate) stack_id: String,
    pub(crate) token: Option<String>,
    pub(crate) phase: Phase,
    /// Whether the phase has its steps yet.
    pub(crate) begun: bool,
    pub(crate) status_before: StackStatus,
    pub(crate) blueprint: Blueprint,
    pub(crate) steps: BTreeMap<String, Step>,
    /// Physical resources to delete once this phase has succeeded.
    pub(crate) doomed: Vec<Doomed>,
    pub(crate) options: Options,
    pub(crate) cancelled: bool,
}

/// Whether a deployment is validated before anything is touched.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Validation {
    /// It was, or is not to be.
    #[default]
    Done,
    Due,
}

/// What the caller decided about an operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Options {
    pub(crate) on_failure: OnFailure,
    /// Resources that a deletion leaves alone.
    pub(crate) retain: BTreeSet<String>,
    /// Resources that a continued rollback passes over.
    pub(crate) skip: BTreeSet<String>,
    /// Whether live properties count, and not the last deployment.
    pub(crate) revert_drift: bool,
    pub(crate) retain_except_on_create: bool,
    /// Whether resources that cannot be deleted are left behind.
    pub(crate) force_delete: bool,
    #[serde(default)]
    pub(crate) validation: Validation,
    /// A stack policy for this update only.
    pub(crate) policy: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            on_failure: OnFailure::Rollback,
            retain: BTreeSet::new(),
            skip: BTreeSet::new(),
            revert_drift: false,
            retain_except_on_create: false,
            force_delete: false,
            validation: Validation::Done,
            policy: None,
        }
    }
}

/// The work on one resource in the present phase.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Step {
    task: Task,
    /// Steps that must be done before.
    after: BTreeSet<String>,
    state: StepState,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Task {
    Provision,
    Restore,
    Remove(Box<Doomed>),
    Release,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum StepState {
    Waiting,
    Running { due: Timestamp, work: Option<Work> },
    Done,
    Failed,
    Cancelled,
}

/// A physical resource that is to be deleted, or let go of.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Doomed {
    pub(crate) resource: StackResource,
    pub(crate) retain: bool,
    /// Whether the stack still lists this very resource.
    pub(crate) listed: bool,
}

/// An operation at work: the world, its stack (taken out of the world meanwhile), and the time.
struct Stage<'a> {
    world: &'a mut World,
    stack: Stack,
    operation: &'a mut Operation,
    at: Timestamp,
}

/// Carries an operation on as far as it goes at this time. `None`: it is over.
pub(super) fn run(
    world: &mut World,
    operation: &mut Operation,
    at: Timestamp,
) -> Option<Timestamp> {
    let stack = world.stacks.remove(&operation.stack_id)?;
    let mut stage = Stage { world, stack, operation, at };
    let due = stage.run();
    let Stage { world, stack, operation: _, at: _ } = stage;
    world.stacks.insert(stack.id.clone(), stack);
    due
}

impl Stage<'_> {
    fn run(&mut self) -> Option<Timestamp> {
        loop {
            if !self.operation.begun {
                self.operation.begun = true;
                if !self.begin() {
                    return None;
                }
            }
            self.finish_due();
            self.start_ready();
            if self.operation.phase.stops_at_first_failure() && self.has_failed() {
                self.cancel_rest();
            }
            match self.next_due() {
                Some(due) if due <= self.at => {}
                Some(due) => return Some(due),
                None if self.next_phase() => {}
                None => return None,
            }
        }
    }

    /// Whether the phase has failed, or the user has cancelled it.
    fn has_failed(&self) -> bool {
        self.operation.cancelled
            || self.operation.steps.values().any(|step| step.state == StepState::Failed)
    }

    fn next_due(&self) -> Option<Timestamp> {
        let due = self.operation.steps.values().filter_map(|step| match &step.state {
            StepState::Running { due, work: _ } => Some(*due),
            StepState::Waiting | StepState::Done | StepState::Failed | StepState::Cancelled => None,
        });
        due.min()
    }

    /// Starts every step whose predecessors are done, until there is none.
    fn start_ready(&mut self) {
        while let Some(id) = self.ready() {
            let Some(step) = self.operation.steps.get(&id) else {
                return;
            };
            let state = match step.task.clone() {
                Task::Provision => self.start_provision(&id),
                Task::Restore => self.start_restore(&id),
                Task::Remove(doomed) => self.start_remove(*doomed),
                Task::Release => self.start_release(&id),
            };
            self.set_state(&id, state);
        }
    }

    fn ready(&self) -> Option<String> {
        if self.operation.phase.stops_at_first_failure() && self.has_failed() {
            return None;
        }
        let steps = &self.operation.steps;
        let done = |id: &String| steps.get(id).is_none_or(|step| step.state == StepState::Done);
        let mut waiting = steps.iter().filter(|(_, step)| step.state == StepState::Waiting);
        waiting.find(|(_, step)| step.after.iter().all(done)).map(|(id, _)| id.clone())
    }

    /// Carries out the effect of every running step that is due, in time order.
    fn finish_due(&mut self) {
        while let Some((id, work)) = self.due() {
            let Some(step) = self.operation.steps.get(&id) else {
                return;
            };
            let succeeded = match step.task.clone() {
                Task::Provision => work.is_none_or(|work| self.finish_provision(&id, work)),
                Task::Restore => self.finish_restore(&id),
                Task::Remove(doomed) => self.finish_remove(*doomed),
                Task::Release => self.finish_release(&id),
            };
            self.set_state(&id, if succeeded { StepState::Done } else { StepState::Failed });
            if !succeeded && self.operation.phase.stops_at_first_failure() {
                return;
            }
        }
    }

    fn due(&self) -> Option<(String, Option<Work>)> {
        let running = self.operation.steps.iter().filter_map(|(id, step)| match &step.state {
            StepState::Running { due, work } if *due <= self.at => Some((*due, id, work)),
            StepState::Running { .. }
            | StepState::Waiting
            | StepState::Done
            | StepState::Failed
            | StepState::Cancelled => None,
        });
        let (_, id, work) = running.min_by_key(|(due, id, _)| (*due, *id))?;
        Some((id.clone(), work.clone()))
    }

    fn set_state(&mut self, id: &str, state: StepState) {
        if let Some(step) = self.operation.steps.get_mut(id) {
            step.state = state;
        }
    }

    /// The state of a step that takes as long as its type is set to take.
    fn running(&self, type_name: &str, work: Option<Work>) -> StepState {
        StepState::Running { due: self.at + self.world.duration(type_name), work }
    }

    /// Records a change of a resource's status.
    fn record(&mut self, resource: &StackResource) {
        let token = self.operation.token.as_deref();
        self.world.record_resource(&mut self.stack, resource, token, self.at);
    }

    /// Puts the stack into another status and records it.
    fn enter(&mut self, status: StackStatus, reason: Option<String>) {
        self.stack.status = status;
        self.stack.status_reason = reason;
        let token = self.operation.token.as_deref();
        self.world.record_stack(&mut self.stack, token, self.at);
    }
}

impl Phase {
    /// Whether the first failure ends the phase; deletions go on with what they can.
    fn stops_at_first_failure(self) -> bool {
        matches!(self, Self::Create | Self::Update | Self::Import)
    }
}
