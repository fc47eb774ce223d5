//! Deleting physical resources, dependents first.

use std::collections::{BTreeMap, BTreeSet};

use super::provision::keeps;
use super::{Doomed, Phase, Stage, Step, StepState, Task};
use crate::cloudformation::status::ResourceStatus;
use crate::resources::{self, Origin};

impl Stage<'_> {
    /// Lays out the deletion of every resource of the stack.
    pub(super) fn plan_deletion(&mut self) {
        let options = &self.operation.options;
        // On the way back from a creation only `Retain` itself keeps a resource.
        let creating = self.operation.phase != Phase::Delete;
        let left = self.stack.resources.values().filter(|resource| {
            !matches!(
                resource.status,
                ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped
            )
        });
        let doomed = left.map(|resource| {
            let policy = resource.deletion_policy();
            let kept = if creating {
                policy == Some("Retain") && !options.retain_except_on_create
            } else {
                keeps(policy) || options.retain.contains(&resource.logical_id)
            };
            // What was there before the stack outlives a creation that failed.
            let kept = kept || (creating && self.adopts(&resource.logical_id));
            let retain = kept && resource.key.is_some();
            Doomed { resource: resource.clone(), retain, listed: true }
        });
        let doomed: Vec<_> = doomed.collect();
        self.operation.doomed.extend(doomed);
        self.plan_removal();
    }

    /// Lays out the deletion of what an update replaced or left out.
    pub(super) fn plan_update_cleanup(&mut self) {
        self.operation.phase = Phase::UpdateCleanup;
        let wanted = &self.operation.blueprint.resources;
        let removed = self.stack.resources.values();
        let removed = removed.filter(|resource| !wanted.contains_key(&resource.logical_id));
        let removed: Vec<_> = removed
            .map(|resource| Doomed {
                resource: resource.clone(),
                retain: keeps(resource.deletion_policy()) && resource.key.is_some(),
                listed: true,
            })
            .collect();
        self.operation.doomed.extend(removed);
        self.plan_removal();
    }

    /// Turns what is doomed into steps: a resource goes after those that depend on it.
    pub(super) fn plan_removal(&mut self) {
        let doomed: BTreeMap<String, Doomed> = std::mem::take(&mut self.operation.doomed)
            .into_iter()
            .map(|doomed| (step_id(&doomed), doomed))
            .collect();
        let dependents = |id: &str, one: &Doomed| -> BTreeSet<String> {
            let needing = doomed.iter().filter(|(other, doomed)| {
                other.as_str() != id
                    && doomed.resource.depends_on.contains(&one.resource.logical_id)
            });
            needing.map(|(other, _)| other.clone()).collect()
        };
        self.operation.steps = doomed
            .iter()
            .map(|(id, one)| {
                let task = Task::Remove(Box::new(one.clone()));
                (id.clone(), Step { task, after: dependents(id, one), state: StepState::Waiting })
            })
            .collect();
    }

    pub(super) fn start_remove(&mut self, doomed: Doomed) -> StepState {
        if doomed.retain {
            self.let_go(doomed, ResourceStatus::DeleteSkipped, None);
            return StepState::Done;
        }
        let type_name = doomed.resource.type_name.clone();
        self.mark(doomed, ResourceStatus::DeleteInProgress, None);
        self.running(&type_name, None)
    }

    pub(super) fn finish_remove(&mut self, doomed: Doomed) -> bool {
        let resource = &doomed.resource;
        self.keep_snapshot(&doomed);
        let result = match resource.key.as_deref() {
            Some(key) => resources::delete(self.world, key, &resource.logical_id, self.at),
            None => Ok(()),
        };
        let Err(failure) = result else {
            self.let_go(doomed, ResourceStatus::DeleteComplete, None);
            return true;
        };
        let reason = Some(failure.reason(&self.stack.id, &resource.logical_id));
        if self.operation.options.force_delete {
            self.let_go(doomed, ResourceStatus::DeleteSkipped, reason);
            return true;
        }
        self.mark(doomed, ResourceStatus::DeleteFailed, reason);
        false
    }

    /// Keeps a copy of a database or volume that is about to go, if its policy says so.
    fn keep_snapshot(&mut self, doomed: &Doomed) {
        let resource = &doomed.resource;
        let replaced = !doomed.listed;
        let policy = if replaced {
            resource.policies.update_replace.as_deref()
        } else {
            resource.deletion_policy()
        };
        // What was just created holds nothing yet.
        let begun = matches!(self.operation.phase, Phase::RollbackCreate | Phase::RevertCleanup);
        if policy == Some("Snapshot") && !begun {
            let origin = Origin {
                region: &self.stack.region,
                stack_name: &self.stack.name,
                stack_id: &self.stack.id,
                logical_id: &resource.logical_id,
                predecessor: resource.key.as_deref(),
                at: self.at,
            };
            resources::keep_snapshot(self.world, origin);
        }
    }

    /// The resource is no longer the stack's: it is gone, or left to its owner.
    fn let_go(&mut self, doomed: Doomed, status: ResourceStatus, reason: Option<String>) {
        let id = doomed.resource.logical_id.clone();
        let listed = doomed.listed;
        self.mark(doomed, status, reason);
        let cleanup = matches!(self.operation.phase, Phase::UpdateCleanup | Phase::RevertCleanup);
        if listed && cleanup {
            self.stack.resources.remove(&id);
        }
    }

    fn mark(&mut self, doomed: Doomed, status: ResourceStatus, reason: Option<String>) {
        let mut resource = doomed.resource;
        if doomed.listed {
            self.enter_resource(resource, status, reason);
            return;
        }
        resource.status = status;
        resource.status_reason = reason;
        self.record(&resource);
    }
}

/// Two physical resources of one logical ID can be doomed in one phase.
fn step_id(doomed: &Doomed) -> String {
    format!("{}|{}", doomed.resource.logical_id, doomed.resource.physical_id)
}
