//! Cloud Control: one API over the resources of all types, in the shape of the registry's schemas.
//!
//! Reading answers at once. Creating, updating and deleting answer with a request that goes on by itself:
//! [`handle`] begins it, [`advance`] carries it out when it is due. What a resource does is in
//! [`crate::resources`].

mod changing;
mod model;
mod reading;
mod requests;

pub(crate) use requests::{ResourceRequest, advance};

use jiff::Timestamp;
use json_patch::Patch;
use reconcile_cfn::registry::{self, Handler, ResourceType};

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// Answers one call.
pub(crate) fn handle(world: &mut World, call: &Call) -> Answer {
    let answer = match call.operation.as_str() {
        "CreateResource" => changing::create_resource(world, call),
        "DeleteResource" => changing::delete_resource(world, call),
        "GetResource" => reading::get_resource(world, call),
        "GetResourceRequestStatus" => requests::get_resource_request_status(world, call),
        "ListResourceRequests" => requests::list_resource_requests(world, call),
        "ListResources" => reading::list_resources(world, call),
        "UpdateResource" => changing::update_resource(world, call),
        _ => Err(AwsError::new("UnknownOperationException", "")),
    };
    answer.map_err(|error| match error.code.as_str() {
        // What CloudFormation calls `ValidationError`.
        "ValidationError" => AwsError::new("ValidationException", error.message),
        _ => error,
    })
}

/// Carries out an `UpdateResource` within the call: the resource of a row key is patched when this returns.
pub(crate) fn update_at_once(
    world: &mut World,
    key: &str,
    patch: &Patch,
    now: Timestamp,
) -> Result<(), AwsError> {
    let resource = world.resources.get(key).map(|resource| (&resource.type_name, &resource.region));
    let Some((type_name, region)) = resource.map(|(name, region)| (name.clone(), region.clone()))
    else {
        return Err(AwsError::new("ResourceNotFoundException", "The resource was not found."));
    };
    let facts = handled(&type_name, Handler::Update)?;
    let change = changing::patched(world, &facts, key, patch)?;
    requests::at_once(world, (&type_name, &region), change, now)
        .map_err(|failure| AwsError::new(failure.code(), failure.message()))
}

/// The facts of a type, if its provider handles what is asked for.
fn handled(name: &str, handler: Handler) -> Result<ResourceType, AwsError> {
    let Some(facts) = registry::resource_type(name) else {
        let message = format!("The type '{name}' cannot be found.");
        return Err(AwsError::new("TypeNotFoundException", message));
    };
    if facts.handles(handler) {
        return Ok(facts);
    }
    let action = match handler {
        Handler::Create => "CREATE",
        Handler::Read => "READ",
        Handler::Update => "UPDATE",
        Handler::Delete => "DELETE",
        Handler::List => "LIST",
    };
    let message = format!("Resource type {name} does not support {action} action");
    Err(AwsError::new("UnsupportedActionException", message))
}

/// The row key of the resource that a call names, if there is such a resource.
fn found(world: &World, call: &Call) -> Result<String, AwsError> {
    let (type_name, identifier) = (call.required("TypeName")?, call.required("Identifier")?);
    let key = Resource::key(&call.region, type_name, identifier);
    match world.resources.get(&key) {
        Some(resource) if !resource.awaits_deletion() => Ok(key),
        Some(_) | None => Err(AwsError::new(
            "ResourceNotFoundException",
            format!("Resource of type '{type_name}' with identifier '{identifier}' was not found."),
        )),
    }
}
