//! Creating, updating and replacing one resource on the way to a new deployment.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::view::Deployed;
use super::{Doomed, Stage, StepState};
use crate::cloudformation::diff;
use crate::cloudformation::drift;
use crate::cloudformation::policy;
use crate::cloudformation::stack::StackResource;
use crate::cloudformation::status::ResourceStatus;
use crate::cloudformation::tags;
use crate::cloudformation::template::{Definition, Evaluator, Scope};
use crate::error::AwsError;
use crate::resources::{self, Failure, Origin};

const REPLACING: &str =
    "Requested update requires the creation of a new physical resource; hence creating one.";

/// What a running step will do when it is due.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Work {
    Create { properties: Map<String, Value> },
    Update { properties: Map<String, Value> },
    Replace { properties: Map<String, Value> },
}

impl Stage<'_> {
    pub(super) fn start_provision(&mut self, logical_id: &str) -> StepState {
        let Some(definition) = self.operation.blueprint.resources.get(logical_id).cloned() else {
            return StepState::Done;
        };
        let existing = self.stack.resources.get(logical_id).cloned();
        let existing = existing.filter(|resource| resource.key.is_some());
        match (self.resolve(&definition), existing) {
            (Ok(properties), None) => {
                let resource = self.newborn(logical_id, &definition);
                self.enter_resource(resource, ResourceStatus::CreateInProgress, None);
                self.running(&definition.type_name, Some(Work::Create { properties }))
            }
            (Ok(properties), Some(existing)) => self.start_update(existing, definition, properties),
            (Err(error), None) => {
                let resource = self.newborn(logical_id, &definition);
                self.enter_resource(resource, ResourceStatus::CreateFailed, Some(error.message));
                StepState::Failed
            }
            (Err(error), Some(existing)) => {
                self.enter_resource(existing, ResourceStatus::UpdateFailed, Some(error.message));
                StepState::Failed
            }
        }
    }

    fn start_update(
        &mut self,
        mut existing: StackResource,
        definition: Definition,
        properties: Map<String, Value>,
    ) -> StepState {
        existing.policies = definition.policies;
        existing.depends_on = definition.depends_on;
        let before = self.baseline(&existing, &properties);
        let changes = diff::properties(&before, &properties);
        let gone = self.operation.options.revert_drift && self.world.live(&existing).is_none();
        let replaces = gone || diff::replaces(&existing.type_name, &changes);
        if changes.is_empty() && !gone && existing.stack_tags == self.stack.deployment.tags {
            // What is equal is taken over without a word, as CloudFormation does.
            existing.properties = properties;
            self.stack.resources.insert(existing.logical_id.clone(), existing);
            return StepState::Done;
        }
        let action = if replaces { "Update:Replace" } else { "Update:Modify" };
        if let Err(reason) = self.permitted(action, &existing) {
            self.enter_resource(existing, ResourceStatus::UpdateFailed, Some(reason));
            return StepState::Failed;
        }
        let type_name = existing.type_name.clone();
        let reason = replaces.then(|| REPLACING.to_owned());
        self.enter_resource(existing, ResourceStatus::UpdateInProgress, reason);
        let work =
            if replaces { Work::Replace { properties } } else { Work::Update { properties } };
        self.running(&type_name, Some(work))
    }

    /// The properties that the new ones are compared with: the last deployment, or what lives.
    fn baseline(
        &self,
        existing: &StackResource,
        wanted: &Map<String, Value>,
    ) -> Map<String, Value> {
        let live = self.world.live(existing).filter(|_| self.operation.options.revert_drift);
        match live {
            Some(live) => drift::baseline(existing, wanted, live),
            None => existing.properties.clone(),
        }
    }

    /// Whether the stack policy lets the operation do this to a resource.
    pub(super) fn permitted(&self, action: &str, resource: &StackResource) -> Result<(), String> {
        let temporary = self.operation.options.policy.as_deref();
        match temporary.or(self.stack.policy.as_deref()) {
            Some(text) => policy::check(text, action, &resource.logical_id, &resource.type_name),
            None => Ok(()),
        }
    }

    pub(super) fn finish_provision(&mut self, logical_id: &str, work: Work) -> bool {
        let Some(resource) = self.stack.resources.get(logical_id).cloned() else {
            return true;
        };
        match work {
            Work::Create { properties } => self.finish_create(resource, properties),
            Work::Update { properties } => self.finish_update(resource, properties),
            Work::Replace { properties } => self.finish_replace(resource, properties),
        }
    }

    fn finish_create(&mut self, resource: StackResource, properties: Map<String, Value>) -> bool {
        match self.create(&resource, &properties) {
            Ok(key) => {
                let mut resource = self.born(resource, key, properties);
                self.enter_resource_again(
                    &mut resource,
                    ResourceStatus::CreateInProgress,
                    Some("Resource creation Initiated".to_owned()),
                );
                self.enter_resource(resource, ResourceStatus::CreateComplete, None);
                true
            }
            Err(failure) => {
                let reason = Some(failure.reason(&self.stack.id, &resource.logical_id));
                self.enter_resource(resource, ResourceStatus::CreateFailed, reason);
                false
            }
        }
    }

    fn finish_update(&mut self, mut resource: StackResource, wanted: Map<String, Value>) -> bool {
        let stack_tags = self.stack.deployment.tags.clone();
        match self.update(&resource, &wanted, &stack_tags) {
            Ok(()) => {
                resource.properties = wanted;
                resource.stack_tags = stack_tags;
                self.enter_resource(resource, ResourceStatus::UpdateComplete, None);
                true
            }
            Err(failure) => {
                let reason = Some(failure.reason(&self.stack.id, &resource.logical_id));
                self.enter_resource(resource, ResourceStatus::UpdateFailed, reason);
                false
            }
        }
    }

    fn finish_replace(&mut self, old: StackResource, properties: Map<String, Value>) -> bool {
        let lives = self.world.live(&old).is_some();
        match self.create(&old, &properties) {
            Ok(key) => {
                if lives {
                    let retain = keeps(old.policies.update_replace.as_deref());
                    let resource = old.clone();
                    self.operation.doomed.push(Doomed { resource, retain, listed: false });
                }
                let resource = self.born(old, key, properties);
                self.enter_resource(resource, ResourceStatus::UpdateComplete, None);
                true
            }
            Err(failure) => {
                let reason = if failure.is_collision_with(old.key.as_deref()) {
                    format!(
                        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename {} and update the stack again.",
                        old.physical_id
                    )
                } else {
                    failure.reason(&self.stack.id, &old.logical_id)
                };
                self.enter_resource(old, ResourceStatus::UpdateFailed, Some(reason));
                false
            }
        }
    }

    fn create(
        &mut self,
        resource: &StackResource,
        properties: &Map<String, Value>,
    ) -> Result<String, Failure> {
        let desired =
            tags::effective(resource, properties, &self.stack.deployment.tags, &self.stack);
        let origin = Origin {
            region: &self.stack.region,
            stack_name: &self.stack.name,
            stack_id: &self.stack.id,
            logical_id: &resource.logical_id,
            predecessor: resource.key.as_deref(),
            at: self.at,
        };
        resources::create(self.world, origin, &resource.type_name, desired)
    }

    /// Brings the live resource from its last deployment to `wanted`.
    pub(super) fn update(
        &mut self,
        resource: &StackResource,
        wanted: &Map<String, Value>,
        stack_tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let Some(key) = resource.key.as_deref() else {
            return Ok(());
        };
        let before =
            tags::effective(resource, &resource.properties, &resource.stack_tags, &self.stack);
        let after = tags::effective(resource, wanted, stack_tags, &self.stack);
        let mut changed: BTreeSet<String> = before.keys().chain(after.keys()).cloned().collect();
        if !self.operation.options.revert_drift {
            changed.retain(|name| before.get(name) != after.get(name));
        }
        resources::update(self.world, key, &resource.logical_id, (&after, &changed), self.at)
    }

    fn resolve(&self, definition: &Definition) -> Result<Map<String, Value>, AwsError> {
        let view = Deployed { world: self.world, stack: &self.stack };
        let evaluator = Evaluator { scope: &Scope::default(), resources: &view };
        let properties = evaluator.value(&Value::Object(definition.properties.clone()))?;
        Ok(properties.as_object().cloned().unwrap_or_default())
    }

    fn newborn(&self, logical_id: &str, definition: &Definition) -> StackResource {
        StackResource {
            logical_id: logical_id.to_owned(),
            type_name: definition.type_name.clone(),
            physical_id: String::new(),
            key: None,
            status: ResourceStatus::CreateInProgress,
            status_reason: None,
            updated: self.at,
            properties: Map::new(),
            stack_tags: self.stack.deployment.tags.clone(),
            policies: definition.policies.clone(),
            depends_on: definition.depends_on.clone(),
            drift: None,
        }
    }

    /// The resource with the physical one that it has now.
    fn born(
        &self,
        resource: StackResource,
        key: String,
        properties: Map<String, Value>,
    ) -> StackResource {
        let physical_id = self.world.resources.get(&key).map(resources::reference);
        StackResource {
            physical_id: physical_id.unwrap_or_default(),
            key: Some(key),
            properties,
            stack_tags: self.stack.deployment.tags.clone(),
            drift: None,
            ..resource
        }
    }

    /// Puts a resource into a status, keeps it in the stack, and records it.
    pub(super) fn enter_resource(
        &mut self,
        mut resource: StackResource,
        status: ResourceStatus,
        reason: Option<String>,
    ) {
        self.enter_resource_again(&mut resource, status, reason);
        self.stack.resources.insert(resource.logical_id.clone(), resource);
    }

    fn enter_resource_again(
        &mut self,
        resource: &mut StackResource,
        status: ResourceStatus,
        reason: Option<String>,
    ) {
        resource.status = status;
        resource.status_reason = reason;
        resource.updated = self.at;
        self.record(resource);
    }

    /// Ends what is still going on after a failure, as CloudFormation cancels it.
    pub(super) fn cancel_rest(&mut self) {
        let mut running = Vec::new();
        for (id, step) in &mut self.operation.steps {
            match step.state {
                StepState::Waiting => step.state = StepState::Cancelled,
                StepState::Running { .. } => {
                    step.state = StepState::Cancelled;
                    running.push(id.clone());
                }
                StepState::Done | StepState::Failed | StepState::Cancelled => {}
            }
        }
        for id in running {
            let Some(resource) = self.stack.resources.get(&id).cloned() else {
                continue;
            };
            let (status, reason) = if resource.status == ResourceStatus::CreateInProgress {
                (ResourceStatus::CreateFailed, "Resource creation cancelled")
            } else {
                (ResourceStatus::UpdateFailed, "Resource update cancelled")
            };
            self.enter_resource(resource, status, Some(reason.to_owned()));
        }
    }
}

/// Whether a deletion or replacement policy lets the physical resource live on.
pub(super) fn keeps(policy: Option<&str>) -> bool {
    matches!(policy, Some("Retain" | "RetainExceptOnCreate"))
}
