//! Creating, updating and deleting resources.

use std::collections::BTreeSet;

use json_patch::Patch;
use reconcile_cfn::registry::{Handler, Replacement, ResourceType};
use serde_json::{Map, Value};

use super::requests::{ResourceRequest, Subject, Work, begin};
use super::{found, handled, model};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::{self, Failure, Origin};
use crate::world::World;

/// Answers `CreateResource`.
pub(super) fn create_resource(world: &mut World, call: &Call) -> Answer {
    let facts = handled(call.required("TypeName")?, Handler::Create)?;
    let Ok(Value::Object(properties)) = serde_json::from_str(call.required("DesiredState")?) else {
        return Err(AwsError::validation("DesiredState must be a JSON object"));
    };
    refuse_read_only(&facts, properties.keys().map(String::as_str))?;
    let subject = Subject { type_name: facts.name(), identifier: None };
    begin(world, call, subject, Work::Create { properties })
}

/// Answers `UpdateResource`.
pub(super) fn update_resource(world: &mut World, call: &Call) -> Answer {
    let facts = handled(call.required("TypeName")?, Handler::Update)?;
    let key = found(world, call)?;
    let patch: Patch = serde_json::from_str(call.required("PatchDocument")?)
        .map_err(|error| AwsError::validation(format!("Invalid patch document: {error}")))?;
    let (identifier, work) = patched(world, &facts, &key, &patch)?;
    let subject = Subject { type_name: facts.name(), identifier: Some(identifier) };
    begin(world, call, subject, work)
}

/// What a patch makes of a resource, with the resource's identifier.
///
/// Cloud Control reads the resource, applies the patch to what it read, and hands the result to the update
/// handler: a write-only property that the patch does not set again is lost.
pub(super) fn patched(
    world: &World,
    facts: &ResourceType,
    key: &str,
    patch: &Patch,
) -> Result<(String, Work), AwsError> {
    let touched = patch.0.iter().map(|operation| operation.path().to_string());
    let touched: Vec<String> = touched.map(|path| path.trim_matches('/').to_owned()).collect();
    refuse_read_only(facts, touched.iter().map(String::as_str))?;
    let Some(resource) = world.resources.get(key) else {
        return Err(AwsError::new("ResourceNotFoundException", "The resource was not found."));
    };
    let before = model::readable(facts, resource);
    let mut patched = Value::Object(before.clone());
    json_patch::patch(&mut patched, patch)
        .map_err(|error| AwsError::validation(format!("Invalid patch update: {error}")))?;
    let Value::Object(after) = patched else {
        return Err(AwsError::validation("Invalid patch update: a resource is a JSON object"));
    };
    refuse_create_only(facts, &before, &after)?;
    let wanted = model::settable(facts, after);
    let names = resource.properties.keys().chain(wanted.keys());
    // One that is write-only, too, was not read, and does not go because of that.
    let changed = names.filter(|name| facts.replaces(name) != Replacement::Always);
    let changed: BTreeSet<String> = changed.cloned().collect();
    Ok((resource.identifier.clone(), Work::Update { wanted, changed }))
}

/// Answers `DeleteResource`.
pub(super) fn delete_resource(world: &mut World, call: &Call) -> Answer {
    let facts = handled(call.required("TypeName")?, Handler::Delete)?;
    found(world, call)?;
    let identifier = call.text("Identifier").map(str::to_owned);
    begin(world, call, Subject { type_name: facts.name(), identifier }, Work::Delete)
}

/// Does what a request is about; answers with the resource's identifier.
pub(super) fn carry_out(world: &mut World, request: &ResourceRequest) -> Result<String, Failure> {
    let identifier = request.identifier.clone().unwrap_or_default();
    let key = Resource::key(&request.region, &request.type_name, &identifier);
    match &request.work {
        Work::Create { properties } => {
            let noun = request.type_name.rsplit("::").next().unwrap_or_default();
            let origin = Origin {
                region: &request.region,
                // What the caller does not name gets a name of its own.
                stack_name: "cloudcontrol",
                stack_id: &request.token,
                logical_id: noun,
                predecessor: None,
                at: request.due(),
            };
            let key = resources::create(world, origin, &request.type_name, properties.clone())?;
            let made = world.resources.get(&key);
            Ok(made.map(|resource| resource.identifier.clone()).unwrap_or_default())
        }
        Work::Update { wanted, changed } => {
            resources::update(world, &key, &identifier, (wanted, changed), request.due())?;
            Ok(identifier)
        }
        Work::Delete => {
            resources::delete(world, &key, &identifier, request.due())?;
            Ok(identifier)
        }
    }
}

fn refuse_read_only<'a>(
    facts: &ResourceType,
    paths: impl Iterator<Item = &'a str>,
) -> Result<(), AwsError> {
    refuse(
        "readOnlyProperties",
        "ValidationException",
        paths.filter(|path| facts.is_read_only(path)),
    )
}

fn refuse_create_only(
    facts: &ResourceType,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Result<(), AwsError> {
    let names: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let moved = names.into_iter().filter(|name| before.get(*name) != after.get(*name));
    let fixed = moved.filter(|name| facts.replaces(name) == Replacement::Always);
    refuse("createOnlyProperties", "NotUpdatableException", fixed.map(String::as_str))
}

fn refuse<'a>(
    kind: &str,
    code: &str,
    paths: impl Iterator<Item = &'a str>,
) -> Result<(), AwsError> {
    let paths: Vec<String> = paths.map(|path| format!("/properties/{path}")).collect();
    if paths.is_empty() {
        return Ok(());
    }
    let paths = paths.join(", ");
    Err(AwsError::new(code, format!("Invalid patch update: {kind} [{paths}] cannot be updated")))
}
