//! What a deployment would change: the content of a change set.
//!
//! Compares resolved properties, resource by resource in dependency order, so that a resource that may be
//! replaced makes what refers to it uncertain. Knows nothing of change sets as rows.

mod detail;
mod preview;
mod resource;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use super::dynamic;
use super::exports;
use super::operation::Deployed;
use super::stack::{Deployment, Stack};
use super::template::{self, Blueprint, Definition, Evaluator, Scope};
use super::veil::Veil;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources;
use crate::world::World;
use preview::{Fate, Preview};
use resource::Comparison;

/// What a deployment is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Basis {
    /// The last deployment.
    LastDeployment,
    /// The live resources, as `DeploymentMode=REVERT_DRIFT` asks.
    Actual,
}

/// The changes of a deployment.
#[derive(Debug, Default)]
pub(super) struct Computed {
    /// `ResourceChange` values with property values, in the order of logical IDs.
    pub(super) resources: Vec<Value>,
    /// Whether outputs or the stack's tags change besides.
    pub(super) others: bool,
}

impl Computed {
    pub(super) fn is_empty(&self) -> bool {
        self.resources.is_empty() && !self.others
    }
}

/// What a deployment makes of a stack.
pub(super) fn blueprint(
    world: &World,
    stack: &Stack,
    deployment: &Deployment,
) -> Result<Blueprint, AwsError> {
    let body = template::read(&deployment.template)?;
    let exports = exports::values(world, &stack.region);
    let owner = stack.owner(deployment);
    let blueprint = template::reduce(&body, owner, &deployment.values(), exports)?;
    dynamic::check_secure(&blueprint)?;
    Ok(blueprint)
}

/// Computes what deploying `deployment` would change.
pub(super) fn compute(
    world: &World,
    stack: &Stack,
    deployment: &Deployment,
    basis: Basis,
) -> Result<Computed, AwsError> {
    let body = template::read(&deployment.template)?;
    let after = blueprint(world, stack, deployment)?;
    check_types(stack, &after)?;
    let last = template::read(&stack.deployment.template).unwrap_or_default();
    let veils =
        Veils { before: Veil::of(&stack.deployment, &last), after: Veil::of(deployment, &body) };
    let survey = Survey { world, stack, deployment, body: &body, basis, veils };
    let (mut changes, fates) = survey.provisioned(&after)?;
    for (id, resource) in &stack.resources {
        if !after.resources.contains_key(id) {
            let shown = survey.veils.before.over(id, &resource.properties);
            changes.insert(id.clone(), resource::removal(resource, &shown));
        }
    }
    let others =
        stack.deployment.tags != deployment.tags || survey.outputs_change(&after, &fates)?;
    Ok(Computed { resources: changes.into_values().collect(), others })
}

/// The type of a logical ID can never change.
fn check_types(stack: &Stack, after: &Blueprint) -> Result<(), AwsError> {
    let changed = after.resources.iter().filter(|(id, definition)| {
        let before = stack.resources.get(*id).filter(|resource| resource.key.is_some());
        before.is_some_and(|before| before.type_name != definition.type_name)
    });
    let changed: Vec<_> = changed.map(|(id, _)| id.as_str()).collect();
    if changed.is_empty() {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "Update of resource type is not permitted. The new template modifies resource type of the following resources: [{}]",
        changed.join(", ")
    )))
}

/// Changes by logical ID, and what becomes of each resource.
type Changes = BTreeMap<String, Value>;
type Fates = BTreeMap<String, Fate>;

struct Survey<'a> {
    world: &'a World,
    stack: &'a Stack,
    deployment: &'a Deployment,
    body: &'a Value,
    basis: Basis,
    veils: Veils<'a>,
}

/// What hides the secrets of the last deployment, and of the new one.
struct Veils<'a> {
    before: Veil<'a>,
    after: Veil<'a>,
}

impl Survey<'_> {
    /// The changes of the resources that the new template has, and what becomes of each.
    fn provisioned(&self, after: &Blueprint) -> Result<(Changes, Fates), AwsError> {
        let mut changes = BTreeMap::new();
        let mut fates = BTreeMap::new();
        for id in in_order(after) {
            let Some(definition) = after.resources.get(id) else {
                continue;
            };
            let properties = self.resolve(definition, &fates)?;
            let existing = self.stack.resources.get(id).filter(|existing| existing.key.is_some());
            let Some(existing) = existing else {
                let shown = self.veils.after.over(id, &properties);
                let mut change = resource::addition(id, definition, &shown);
                if let Some(live) = self.adopted(id) {
                    change["Action"] = json!("Import");
                    change["PhysicalResourceId"] = json!(resources::reference(live));
                }
                changes.insert(id.clone(), change);
                fates.insert(id.clone(), Fate::Renewed);
                continue;
            };
            let comparison = Comparison {
                survey: self,
                existing,
                definition,
                properties: &properties,
                fates: &fates,
            };
            let (change, fate) = comparison.change();
            changes.extend(change.map(|change| (id.clone(), change)));
            fates.insert(id.clone(), fate);
        }
        Ok((changes, fates))
    }

    fn resolve(
        &self,
        definition: &Definition,
        fates: &Fates,
    ) -> Result<Map<String, Value>, AwsError> {
        let resources = self.preview(fates);
        let evaluator = Evaluator { scope: &Scope::default(), resources: &resources };
        let properties = evaluator.value(&Value::Object(definition.properties.clone()))?;
        Ok(properties.as_object().cloned().unwrap_or_default())
    }

    /// The live resource that is taken over under this name.
    fn adopted(&self, logical_id: &str) -> Option<&Resource> {
        self.world.resources.get(self.deployment.imports.get(logical_id)?)
    }

    fn preview<'a>(&'a self, fates: &'a Fates) -> Preview<'a> {
        Preview { deployed: Deployed { world: self.world, stack: self.stack }, fates }
    }

    /// An output that depends on a changed resource does not count: it changes by itself.
    fn outputs_change(&self, after: &Blueprint, fates: &Fates) -> Result<bool, AwsError> {
        let outputs = exports::outputs(after, &self.preview(fates))?;
        let before = &self.stack.outputs;
        Ok(outputs.len() != before.len()
            || outputs.iter().zip(before).any(|(after, before)| {
                after != before && !after.value.contains(preview::KNOWN_AFTER_APPLY)
            }))
    }
}

/// Logical IDs, each after those that it depends on.
fn in_order(blueprint: &Blueprint) -> Vec<&String> {
    let mut order = Vec::new();
    let mut placed: BTreeSet<&String> = BTreeSet::new();
    while placed.len() < blueprint.resources.len() {
        let before = placed.len();
        for (id, definition) in &blueprint.resources {
            let ready = definition.depends_on.iter().all(|needed| placed.contains(needed));
            if ready && placed.insert(id) {
                order.push(id);
            }
        }
        if placed.len() == before {
            break;
        }
    }
    order
}
