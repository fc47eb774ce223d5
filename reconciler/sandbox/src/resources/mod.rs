//! Physical resources: creating, changing and deleting them as their services would.
//!
//! Most types are generic and follow the registry's facts; types whose behaviour matters here have a
//! [`Provider`]. Knows nothing of templates and stack operations.

mod arns;
mod failure;
mod identity;
mod provider;
pub(crate) mod tags;
mod trail;

use std::collections::BTreeSet;

use jiff::Timestamp;
use reconcile_cfn::registry::{self, Replacement, ResourceType};
use serde_json::{Map, Value};

pub(crate) use failure::{Failure, InjectedFailure};
pub(crate) use provider::Provider;
use provider::provider;

use crate::resource::Resource;
use crate::world::World;

/// On whose behalf a resource is created.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Origin<'a> {
    pub(crate) region: &'a str,
    pub(crate) stack_name: &'a str,
    pub(crate) stack_id: &'a str,
    pub(crate) logical_id: &'a str,
    /// The row key of the resource that this one replaces.
    pub(crate) predecessor: Option<&'a str>,
    pub(crate) at: Timestamp,
}

/// Creates a resource and returns its row key.
pub(crate) fn create(
    world: &mut World,
    origin: Origin<'_>,
    type_name: &str,
    mut properties: Map<String, Value>,
) -> Result<String, Failure> {
    failure::injected(world, type_name, origin.logical_id, "CREATE")?;
    let facts = facts(type_name)?;
    check_names(&facts, origin.logical_id, &properties)?;
    let identifier = identity::settle(&facts, origin, &mut properties);
    let key = Resource::key(origin.region, type_name, &identifier);
    if world.resources.contains(&key) {
        return Err(Failure::already_exists(type_name, &identifier, key));
    }
    let mut resource = Resource {
        type_name: type_name.to_owned(),
        region: origin.region.to_owned(),
        identifier,
        properties,
        attributes: Map::new(),
        created: origin.at,
    };
    resource.attributes = identity::attributes(&facts, &resource, origin);
    provider(type_name).create(world, &mut resource, origin)?;
    let key = Resource::key(origin.region, type_name, &resource.identifier);
    world.resources.insert(key.clone(), resource);
    Ok(key)
}

/// Sets the properties named by `changed` to their values in `wanted`; those without one are removed.
pub(crate) fn update(
    world: &mut World,
    key: &str,
    logical_id: &str,
    (wanted, changed): (&Map<String, Value>, &BTreeSet<String>),
    at: Timestamp,
) -> Result<(), Failure> {
    let Some(before) = world.resources.get(key).cloned() else {
        return Err(Failure::not_found(key));
    };
    failure::injected(world, &before.type_name, logical_id, "UPDATE")?;
    let facts = facts(&before.type_name)?;
    check_names(&facts, logical_id, wanted)?;
    let mut resource = before.clone();
    for name in changed {
        match wanted.get(name) {
            Some(value) => {
                resource.properties.insert(name.clone(), value.clone());
            }
            // A generated name is not in the template, and stays.
            None if facts.replaces(name) == Replacement::Always => {}
            None => {
                resource.properties.shift_remove(name);
            }
        }
    }
    provider(facts.name()).update(world, &before, &mut resource, at)?;
    world.resources.insert(key, resource);
    Ok(())
}

/// Deletes a resource; one that is gone already counts as deleted.
pub(crate) fn delete(
    world: &mut World,
    key: &str,
    logical_id: &str,
    at: Timestamp,
) -> Result<(), Failure> {
    let Some(resource) = world.resources.get(key).cloned() else {
        return Ok(());
    };
    failure::injected(world, &resource.type_name, logical_id, "DELETE")?;
    provider(&resource.type_name).delete(world, &resource, at)
}

/// What `Ref` gives for a resource.
pub(crate) fn reference(resource: &Resource) -> String {
    provider(&resource.type_name).reference(resource)
}

/// What `Fn::GetAtt` gives for a resource.
pub(crate) fn attribute(resource: &Resource, name: &str) -> Option<Value> {
    let property = || {
        let (first, rest) = name.split_once('.').unwrap_or((name, ""));
        let mut path = rest.split_terminator('.');
        let top = resource.properties.get(first)?;
        path.try_fold(top, |value, part| value.get(part))
    };
    resource.attributes.get(name).or_else(property).cloned()
}

/// The resource of this name in the region of another one.
pub(crate) fn beside<'a>(
    world: &'a World,
    other: &Resource,
    type_name: &str,
    identifier: &str,
) -> Option<&'a Resource> {
    world.resources.get(&Resource::key(&other.region, type_name, identifier))
}

fn facts(type_name: &str) -> Result<ResourceType, Failure> {
    registry::resource_type(type_name)
        .ok_or_else(|| Failure::plain(format!("Unrecognized resource type: {type_name}")))
}

/// Refuses properties that are missing or that the type does not have.
fn check_names(
    facts: &ResourceType,
    logical_id: &str,
    properties: &Map<String, Value>,
) -> Result<(), Failure> {
    let refuse = |complaint: String| {
        Failure::plain(format!(
            "Properties validation failed for resource {logical_id} with message: [#: {complaint}]"
        ))
    };
    let top_level = facts.required().iter().filter(|path| !path.contains('/'));
    let mut missing = top_level.filter(|name| !properties.contains_key(**name));
    if let Some(name) = missing.next() {
        return Err(refuse(format!("required key [{name}] not found")));
    }
    if facts.takes_any_property() {
        return Ok(());
    }
    let known = facts.properties();
    match properties.keys().find(|name| !known.contains(name.as_str())) {
        Some(name) => Err(refuse(format!("extraneous key [{name}] is not permitted"))),
        None => Ok(()),
    }
}
