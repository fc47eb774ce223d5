//! Tags of functions and code-signing configurations.

use serde_json::{Value, json};

use super::code_signing::CODE_SIGNING_CONFIG;
use super::function::FUNCTION;
use super::name::FunctionName;
use super::refusal::not_found;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::tags;
use crate::world::World;

/// Answers `ListTags`.
pub(super) fn list_tags(world: &mut World, call: &Call) -> Answer {
    Ok(json!({ "Tags": tags::shown(found(world, call)?) }))
}

/// Answers `TagResource`.
pub(super) fn tag_resource(world: &mut World, call: &Call) -> Answer {
    tags::set(found(world, call)?, call.parameters.get("Tags"));
    Ok(Value::Null)
}

/// Answers `UntagResource`.
pub(super) fn untag_resource(world: &mut World, call: &Call) -> Answer {
    tags::unset(found(world, call)?, &call.texts("tagKeys"));
    Ok(Value::Null)
}

fn found<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Resource, AwsError> {
    let arn = call.required("Resource")?;
    let key = if arn.contains(":code-signing-config:") {
        Resource::key(&call.region, CODE_SIGNING_CONFIG, arn)
    } else {
        Resource::key(&call.region, FUNCTION, &FunctionName::parse(arn).name)
    };
    let missing = || not_found(format!("The resource {arn} does not exist"));
    world.resources.get_mut(&key).ok_or_else(missing)
}
