//! Tags of signing profiles.

use serde_json::{Value, json};

use super::profile::PROFILE;
use super::refusal::not_found;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::tags;
use crate::world::World;

/// Answers `ListTagsForResource`.
pub(super) fn list_tags_for_resource(world: &mut World, call: &Call) -> Answer {
    Ok(json!({ "tags": tags::shown(found(world, call)?) }))
}

/// Answers `TagResource`.
pub(super) fn tag_resource(world: &mut World, call: &Call) -> Answer {
    tags::set(found(world, call)?, call.parameters.get("tags"));
    Ok(Value::Null)
}

/// Answers `UntagResource`.
pub(super) fn untag_resource(world: &mut World, call: &Call) -> Answer {
    tags::unset(found(world, call)?, &call.texts("tagKeys"));
    Ok(Value::Null)
}

fn found<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Resource, AwsError> {
    let arn = call.required("resourceArn")?;
    let key = Resource::key(&call.region, PROFILE, arn);
    world.resources.get_mut(&key).ok_or_else(|| AwsError {
        code: "NotFoundException".to_owned(),
        ..not_found(format!("Resource {arn} not found"))
    })
}
