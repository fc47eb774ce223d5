//! Taking over a resource that exists, and letting go of it again.
//!
//! An import changes nothing about the resource but its tags: what the template says besides is only
//! noted, and shows as drift where it is not so.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Phase, Stage, Step, StepState, Task};
use crate::cloudformation::stack::{Stack, StackResource};
use crate::cloudformation::status::ResourceStatus;
use crate::cloudformation::tags;
use crate::resources::{self, Failure};

const STARTED: &str = "Resource import started.";
const COMPLETED: &str = "Resource import completed.";
const TAGGING: &str = "Apply stack-level tags to imported resource if applicable.";

impl Stage<'_> {
    /// Whether the deployment takes this resource over instead of creating it.
    pub(super) fn adopts(&self, logical_id: &str) -> bool {
        self.stack.deployment.imports.contains_key(logical_id)
    }

    pub(super) fn start_adoption(&mut self, resource: StackResource) {
        let reason = Some(STARTED.to_owned());
        self.enter_resource(resource, ResourceStatus::ImportInProgress, reason);
    }

    pub(super) fn finish_adoption(
        &mut self,
        resource: StackResource,
        properties: Map<String, Value>,
    ) -> bool {
        let key = self.stack.deployment.imports.get(&resource.logical_id).cloned();
        let key = key.unwrap_or_default();
        let lives = self.world.resources.get(&key).is_some_and(|live| !live.awaits_deletion());
        if !lives {
            let reason = Failure::not_found(&key).message().to_owned();
            self.enter_resource(resource, ResourceStatus::ImportFailed, Some(reason));
            return false;
        }
        let mut resource = self.born(resource, key, properties);
        self.enter_resource_again(&mut resource, ResourceStatus::ImportInProgress, None);
        let completed = Some(COMPLETED.to_owned());
        self.enter_resource_again(&mut resource, ResourceStatus::ImportComplete, completed);
        let tagging = Some(TAGGING.to_owned());
        self.enter_resource_again(&mut resource, ResourceStatus::UpdateInProgress, tagging);
        let stack_tags = self.stack.deployment.tags.clone();
        let tagged = |live: &Map<String, Value>, stack: &Stack| {
            tags::effective(&resource, live, &stack_tags, stack)
        };
        let (status, reason) = match self.retag(&resource, tagged) {
            Ok(()) => (ResourceStatus::UpdateComplete, None),
            Err(failure) => {
                let reason = failure.reason(&self.stack.id, &resource.logical_id);
                (ResourceStatus::UpdateFailed, Some(reason))
            }
        };
        self.enter_resource(resource, status, reason);
        status == ResourceStatus::UpdateComplete
    }

    /// Lays out the way back from an import: what was taken over is let go of.
    pub(super) fn plan_release(&mut self) {
        self.operation.phase = Phase::ImportRollback;
        let imported = self.stack.deployment.imports.keys();
        let taken = imported.filter(|id| self.stack.resources.contains_key(*id));
        self.operation.steps = taken
            .map(|id| {
                let after = BTreeSet::new();
                (id.clone(), Step { task: Task::Release, after, state: StepState::Waiting })
            })
            .collect();
    }

    pub(super) fn start_release(&mut self, logical_id: &str) -> StepState {
        let Some(resource) = self.stack.resources.get(logical_id).cloned() else {
            return StepState::Done;
        };
        let type_name = resource.type_name.clone();
        self.enter_resource(resource, ResourceStatus::ImportRollbackInProgress, None);
        self.running(&type_name, None)
    }

    pub(super) fn finish_release(&mut self, logical_id: &str) -> bool {
        let Some(mut resource) = self.stack.resources.get(logical_id).cloned() else {
            return true;
        };
        let untagged = |live: &Map<String, Value>, _: &Stack| {
            let mut properties = live.clone();
            if let Some(name) = tags::property(&resource.type_name)
                && let Some(all) = live.get(name)
            {
                properties.insert(name.to_owned(), tags::own(all, &resource, None));
            }
            properties
        };
        if let Err(failure) = self.retag(&resource, untagged) {
            let reason = Some(failure.reason(&self.stack.id, logical_id));
            self.enter_resource(resource, ResourceStatus::ImportRollbackFailed, reason);
            return false;
        }
        self.enter_resource_again(&mut resource, ResourceStatus::ImportRollbackComplete, None);
        self.stack.resources.remove(logical_id);
        true
    }

    /// Gives a live resource other tags, and nothing else.
    fn retag(
        &mut self,
        resource: &StackResource,
        change: impl Fn(&Map<String, Value>, &Stack) -> Map<String, Value>,
    ) -> Result<(), Failure> {
        let (Some(name), Some(key)) = (tags::property(&resource.type_name), &resource.key) else {
            return Ok(());
        };
        let Some(live) = self.world.resources.get(key) else {
            return Ok(());
        };
        let wanted = change(&live.properties, &self.stack);
        resources::retag(self.world, key, &resource.logical_id, (&wanted, name))
    }
}
