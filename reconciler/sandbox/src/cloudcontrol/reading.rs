//! Reading and listing resources.

use reconcile_cfn::registry::{Handler, ResourceType};
use serde_json::{Value, json};

use super::{found, handled, model};
use crate::call::{Answer, Call};
use crate::cloudformation::paging::page;
use crate::resource::Resource;
use crate::world::World;

/// How many resources stand on a page; `MaxResults` is reserved (API Reference, `ListResources`).
const PAGE: usize = 25;

/// Answers `GetResource`.
pub(super) fn get_resource(world: &World, call: &Call) -> Answer {
    let facts = handled(call.required("TypeName")?, Handler::Read)?;
    let key = found(world, call)?;
    let description = world.resources.get(&key).map(|resource| description(&facts, resource));
    Ok(json!({ "TypeName": facts.name(), "ResourceDescription": description }))
}

/// Answers `ListResources`.
pub(super) fn list_resources(world: &World, call: &Call) -> Answer {
    let facts = handled(call.required("TypeName")?, Handler::List)?;
    let listed = world
        .resources
        .with_prefix(Resource::key(&call.region, facts.name(), ""))
        .filter(|(_, resource)| !resource.awaits_deletion())
        .map(|(_, resource)| description(&facts, resource));
    let (descriptions, next) = page(listed.collect(), call, PAGE)?;
    Ok(json!({
        "TypeName": facts.name(),
        "ResourceDescriptions": descriptions,
        "NextToken": next,
    }))
}

fn description(facts: &ResourceType, resource: &Resource) -> Value {
    let properties = Value::Object(model::readable(facts, resource));
    json!({ "Identifier": resource.identifier, "Properties": properties.to_string() })
}
