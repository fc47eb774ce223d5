//! Taking resources over that exist: what a change set may name, and what is wrong with it.
//!
//! What the request alone shows is refused at once; whether the resources are there, and free, is found
//! out when the change set is made, and fails it. The words are those that users of AWS quote.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_cfn::registry::{self, Handler, ResourceType};
use serde_json::Value;

use crate::call::Call;
use crate::cloudformation::changes::{self, Basis};
use crate::cloudformation::stack::{Deployment, Stack, StackResource};
use crate::cloudformation::status::{ResourceStatus, StackStatus};
use crate::cloudformation::template::{self, Policies, entries, mentioned};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::Failure;
use crate::world::World;

/// What an import says of itself when it can be executed.
pub(super) const REVIEW: &str = "Verify that resources and their properties defined in the template match the intended configuration of the resource import to avoid unexpected changes.";

/// A resource to import, as the caller names it.
struct Wanted {
    logical_id: String,
    type_name: String,
    identifier: BTreeMap<String, String>,
}

/// The live resources that a change set of type `IMPORT` names, as row keys by logical ID.
pub(super) fn admit(
    world: &World,
    call: &Call,
    stack: &Stack,
    deployment: &Deployment,
) -> Result<BTreeMap<String, String>, AwsError> {
    let wanted = wanted(call)?;
    let body = template::read(&deployment.template)?;
    check_frozen(stack, deployment, &body)?;
    check_named(&wanted, &body)?;
    check_changes(world, stack, deployment, &wanted)?;
    let unprotected = wanted.iter().filter(|one| {
        let written = body.pointer(&format!("/Resources/{}/DeletionPolicy", one.logical_id));
        written.is_none()
    });
    refuse_some(unprotected.map(|one| &one.logical_id), |ids| {
        format!(
            "The following resources to import {ids} must have DeletionPolicy attribute specified in the template."
        )
    })?;
    let keys = wanted.iter().filter_map(|one| {
        let facts = registry::resource_type(&one.type_name)?;
        let key = key(&facts, &stack.region, |name| one.identifier.get(name).cloned())?;
        Some((one.logical_id.clone(), key))
    });
    Ok(keys.collect())
}

fn wanted(call: &Call) -> Result<Vec<Wanted>, AwsError> {
    let list = call.list("ResourcesToImport");
    if list.is_empty() {
        return Err(AwsError::validation("Must Provide at least one resource to import"));
    }
    let text = |one: &Value, name: &str| {
        one.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let wanted = list.iter().enumerate().map(|(index, one)| {
        let identifier = one.get("ResourceIdentifier").and_then(Value::as_object).ok_or_else(|| {
            AwsError::validation(format!(
                "1 validation error detected: Value null at 'resourcesToImport.{}.member.resourceIdentifier' failed to satisfy constraint: Member must not be null",
                index + 1
            ))
        })?;
        let identifier = identifier.iter().filter_map(|(name, value)| {
            Some((name.clone(), value.as_str()?.to_owned()))
        });
        Ok(Wanted {
            logical_id: text(one, "LogicalResourceId"),
            type_name: text(one, "ResourceType"),
            identifier: identifier.collect(),
        })
    });
    wanted.collect()
}

/// An import changes neither outputs nor tags.
fn check_frozen(stack: &Stack, deployment: &Deployment, body: &Value) -> Result<(), AwsError> {
    let last = template::read(&stack.deployment.template).unwrap_or_default();
    let outputs = last.get("Outputs") != body.get("Outputs");
    let tags = stack.deployment.tags != deployment.tags && is_deployed(stack);
    let changed = if outputs { "Outputs" } else { "Tags" };
    if !outputs && !tags {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "As part of the import operation, you cannot modify or add [{changed}]"
    )))
}

fn is_deployed(stack: &Stack) -> bool {
    stack.status != StackStatus::ReviewInProgress
}

/// What is named must be in the template, of the same type, and identified as its type is.
fn check_named(wanted: &[Wanted], body: &Value) -> Result<(), AwsError> {
    let names: BTreeSet<&String> = wanted.iter().map(|one| &one.logical_id).collect();
    if names.len() < wanted.len() {
        return Err(AwsError::validation(
            "Every resource to import must have unique LogicalResourceId",
        ));
    }
    let declared: BTreeMap<&String, &Value> = entries(body, "Resources").collect();
    let undeclared = names.into_iter().filter(|id| !declared.contains_key(id));
    refuse_some(undeclared, |ids| {
        format!(
            "The logical resource ids {ids} provided in ResourceToImport do not exist in the template."
        )
    })?;
    for Wanted { logical_id, type_name, identifier } in wanted {
        let facts = registry::resource_type(type_name);
        let expected = facts.as_ref().map(ResourceType::primary_identifier).unwrap_or_default();
        let given: BTreeSet<&str> = identifier.keys().map(String::as_str).collect();
        if given != expected.iter().copied().collect() {
            return Err(AwsError::validation(format!(
                "Invalid resource identifier for resource type {type_name}. Expected [{}]",
                expected.join(", ")
            )));
        }
        let written = declared.get(logical_id).and_then(|one| one.get("Type")?.as_str());
        if written != Some(type_name.as_str()) {
            return Err(AwsError::validation(format!(
                "Resource type of [{logical_id}] passed in ResourceToImport does not match with resource type defined in the template. Resource type in ResourceToImport: {type_name}; Resource type in Template: {}.",
                written.unwrap_or_default()
            )));
        }
    }
    let foreign: BTreeSet<&String> = wanted
        .iter()
        .map(|one| &one.type_name)
        .filter(|name| {
            !registry::resource_type(name).is_some_and(|facts| facts.handles(Handler::Read))
        })
        .collect();
    refuse_some(foreign.into_iter(), |types| {
        format!("ResourceTypes {types} are not supported for Import")
    })
}

/// An import adds what it imports, and leaves all else alone.
fn check_changes(
    world: &World,
    stack: &Stack,
    deployment: &Deployment,
    wanted: &[Wanted],
) -> Result<(), AwsError> {
    let computed = changes::compute(world, stack, deployment, Basis::LastDeployment)?;
    let of = |added: bool| -> Vec<String> {
        let text = |change: &Value, name: &str| {
            change.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        let changes = computed.resources.iter();
        let chosen = changes.filter(|change| (text(change, "Action") == "Add") == added);
        chosen.map(|change| text(change, "LogicalResourceId")).collect()
    };
    let (added, changed) = (of(true), of(false));
    if added.is_empty() {
        return Err(AwsError::validation(
            "The template should contain at least one new resource to import.",
        ));
    }
    let known = wanted.iter().map(|one| &one.logical_id).filter(|id| !added.contains(id));
    refuse_some(known, |ids| {
        format!(
            "Resources {ids} passed in ResourceToImport are already in a stack and cannot be imported."
        )
    })?;
    let unnamed = added.iter().filter(|id| !wanted.iter().any(|one| one.logical_id == **id));
    refuse_some(unnamed, |ids| format!("Resources {ids} is missing from ResourceToImport list"))?;
    refuse_some(changed.iter(), |ids| {
        format!(
            "You have modified resources {ids} in your template that are not being imported. Update, create or delete operations cannot be executed during import operations."
        )
    })
}

fn refuse_some<'a>(
    names: impl Iterator<Item = &'a String>,
    words: impl FnOnce(&str) -> String,
) -> Result<(), AwsError> {
    let names: Vec<&str> = names.map(String::as_str).collect();
    if names.is_empty() {
        return Ok(());
    }
    Err(AwsError::validation(words(&format!("[{}]", names.join(", ")))))
}

/// Fails unless everything that a deployment takes over is there, and no stack's yet.
pub(super) fn check_live(
    world: &World,
    imports: &BTreeMap<String, String>,
) -> Result<(), AwsError> {
    for key in imports.values() {
        let live = world.resources.get(key).filter(|live| !live.awaits_deletion());
        let Some(live) = live else {
            return Err(AwsError::validation(Failure::not_found(key).message()));
        };
        if let Some(owner) = owner(world, key) {
            return Err(AwsError::validation(format!(
                "{} already exists in stack {}",
                live.identifier, owner.id
            )));
        }
    }
    Ok(())
}

fn owner<'a>(world: &'a World, key: &str) -> Option<&'a Stack> {
    let mut stacks = world.stacks.iter().map(|(_, stack)| stack);
    stacks.find(|stack| {
        stack.status != StackStatus::DeleteComplete
            && stack.resources.values().any(|resource| is_held(resource, key))
    })
}

fn is_held(resource: &StackResource, key: &str) -> bool {
    let is_gone =
        matches!(resource.status, ResourceStatus::DeleteComplete | ResourceStatus::DeleteSkipped);
    resource.key.as_deref() == Some(key) && !is_gone
}

/// What a deployment would create under a name at which something is already, as
/// `ImportExistingResources` takes it over.
pub(super) fn existing(
    world: &World,
    stack: &Stack,
    deployment: &Deployment,
) -> Result<BTreeMap<String, String>, AwsError> {
    let body = template::read(&deployment.template)?;
    let blueprint = changes::blueprint(world, stack, deployment)?;
    let (mut found, mut unprotected) = (BTreeMap::new(), Vec::new());
    for (id, definition) in &blueprint.resources {
        let is_new = stack.resources.get(id).is_none_or(|resource| resource.key.is_none());
        let Some(facts) = registry::resource_type(&definition.type_name).filter(|_| is_new) else {
            continue;
        };
        let written = body.pointer(&format!("/Resources/{id}/Properties"));
        // A name that is computed does not count, even if it comes out the same.
        let literal = |name: &str| {
            let value = written?.get(name)?;
            mentioned(value).is_empty().then(|| value.as_str().map(str::to_owned))?
        };
        let Some(key) = key(&facts, &stack.region, literal) else {
            continue;
        };
        if !world.resources.contains(&key) || !facts.handles(Handler::Read) {
            continue;
        }
        if !is_protected(&definition.policies) {
            let parts = facts.primary_identifier().iter();
            let parts = parts.filter_map(|name| Some(format!("{name}={}", literal(name)?)));
            let identifier: Vec<String> = parts.collect();
            unprotected.push(format!("{id} ({{{}}})", identifier.join(", ")));
        }
        found.insert(id.clone(), key);
    }
    if unprotected.is_empty() {
        return Ok(found);
    }
    Err(AwsError::validation(format!(
        "CloudFormation is attempting to import some resources because they already exist in your account. The resources must have the DeletionPolicy attribute set to 'Retain' or 'RetainExceptOnCreate' in the template for successful import. The affected resources are {}",
        unprotected.join(", ")
    )))
}

fn is_protected(policies: &Policies) -> bool {
    matches!(policies.deletion.as_deref(), Some("Retain" | "RetainExceptOnCreate"))
}

/// The row key of the resource whose primary identifier has these values.
fn key(
    facts: &ResourceType,
    region: &str,
    value: impl Fn(&str) -> Option<String>,
) -> Option<String> {
    let parts: Option<Vec<String>> =
        facts.primary_identifier().iter().map(|name| value(name)).collect();
    Some(Resource::key(region, facts.name(), &parts?.join("|")))
}
