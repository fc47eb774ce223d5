//! Going back to the deployment before an update, resource by resource.

use super::{Doomed, Phase, Stage, Step, StepState, Task};
use crate::cloudformation::stack::StackResource;
use crate::cloudformation::status::ResourceStatus;

/// The status reason of a resource that a continued rollback passed over.
pub(crate) const SKIPPED: &str = "Resource rollback skipped by user";

impl Stage<'_> {
    /// Lays out the way back: every resource that was there before the update.
    pub(super) fn plan_revert(&mut self) {
        self.operation.phase = Phase::Revert;
        let good = self.stack.last_good.as_deref();
        // What had been replaced stays: the old physical resources are the wanted ones again.
        self.operation.doomed.retain(|doomed| {
            let wanted = good.and_then(|good| good.resources.get(&doomed.resource.logical_id));
            wanted.is_none_or(|wanted| wanted.key != doomed.resource.key)
        });
        self.operation.steps = good
            .into_iter()
            .flat_map(|good| &good.resources)
            .map(|(id, resource)| {
                let after = resource.depends_on.clone();
                (id.clone(), Step { task: Task::Restore, after, state: StepState::Waiting })
            })
            .collect();
    }

    pub(super) fn start_restore(&mut self, logical_id: &str) -> StepState {
        let Some(good) = self.good(logical_id) else {
            return StepState::Done;
        };
        let Some(now) = self.stack.resources.get(logical_id).cloned() else {
            return StepState::Done;
        };
        if self.operation.options.skip.contains(logical_id) {
            let reason = Some(SKIPPED.to_owned());
            let skipped = StackResource { drift: None, ..good };
            self.enter_resource(skipped, ResourceStatus::UpdateComplete, reason);
            return StepState::Done;
        }
        if now.key != good.key {
            // The replacement is undone; what it had created goes in the clean-up.
            if now.key.is_some() {
                self.operation.doomed.push(Doomed { resource: now, retain: false, listed: false });
            }
            self.enter_resource(good, ResourceStatus::UpdateComplete, None);
            return StepState::Done;
        }
        let same = now.properties == good.properties && now.stack_tags == good.stack_tags;
        if same && now.status != ResourceStatus::UpdateFailed {
            self.stack.resources.insert(logical_id.to_owned(), good);
            return StepState::Done;
        }
        let type_name = now.type_name.clone();
        self.enter_resource(now, ResourceStatus::UpdateInProgress, None);
        self.running(&type_name, None)
    }

    pub(super) fn finish_restore(&mut self, logical_id: &str) -> bool {
        let Some(good) = self.good(logical_id) else {
            return true;
        };
        let Some(now) = self.stack.resources.get(logical_id).cloned() else {
            return true;
        };
        match self.update(&now, &good.properties, &good.stack_tags) {
            Ok(resolved) => {
                let good = StackResource { resolved, ..good };
                self.enter_resource(good, ResourceStatus::UpdateComplete, None);
                true
            }
            Err(failure) => {
                let reason = Some(failure.reason(&self.stack.id, logical_id));
                self.enter_resource(now, ResourceStatus::UpdateFailed, reason);
                false
            }
        }
    }

    /// Lays out the deletion of what only the failed update had created.
    pub(super) fn plan_revert_cleanup(&mut self) {
        self.operation.phase = Phase::RevertCleanup;
        let good = self.stack.last_good.as_deref();
        let known = |id: &String| good.is_some_and(|good| good.resources.contains_key(id));
        let new = self.stack.resources.iter().filter(|(id, _)| !known(id));
        let except_on_create = self.operation.options.retain_except_on_create;
        let new: Vec<_> = new
            .map(|(_, resource)| Doomed {
                resource: resource.clone(),
                retain: resource.key.is_some()
                    && (self.adopts(&resource.logical_id)
                        || (resource.deletion_policy() == Some("Retain") && !except_on_create)),
                listed: true,
            })
            .collect();
        self.operation.doomed.extend(new);
        self.plan_removal();
    }

    fn good(&self, logical_id: &str) -> Option<StackResource> {
        self.stack.last_good.as_ref()?.resources.get(logical_id).cloned()
    }
}
