//! Tags of CAs.

use serde_json::{Value, json};

use super::authority;
use super::description::page;
use super::refusal::not_found;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// How many tags a CA can have.
const MOST: usize = 50;

const TAGS: &str = "Tags";

/// Answers `ListTags`.
pub(super) fn list_tags(world: &World, call: &Call) -> Answer {
    let settings = authority::find(world, call)?.settings(world)?;
    let (tags, next) = page(present(settings), call, MOST)?;
    Ok(json!({ "Tags": tags, "NextToken": next }))
}

/// Answers `TagCertificateAuthority`.
pub(super) fn tag_certificate_authority(world: &mut World, call: &Call) -> Answer {
    let settings = settings_mut(world, call)?;
    let added = call.list(TAGS);
    let is_kept = |tag: &Value| !added.iter().any(|added| added["Key"] == tag["Key"]);
    let mut tags: Vec<Value> = present(settings).into_iter().filter(is_kept).collect();
    tags.extend(added.iter().cloned());
    if tags.len() > MOST {
        let message = format!("A certificate authority has at most {MOST} tags");
        return Err(AwsError::new("TooManyTagsException", message));
    }
    settings.properties.insert(TAGS.to_owned(), Value::Array(tags));
    Ok(Value::Null)
}

/// Answers `UntagCertificateAuthority`: a tag with a value goes only if it has that value.
pub(super) fn untag_certificate_authority(world: &mut World, call: &Call) -> Answer {
    let settings = settings_mut(world, call)?;
    let goes = |tag: &Value| {
        call.list(TAGS).iter().any(|removed| {
            let value = removed.get("Value").filter(|value| !value.is_null());
            removed["Key"] == tag["Key"] && value.is_none_or(|value| *value == tag["Value"])
        })
    };
    let tags = present(settings).into_iter().filter(|tag| !goes(tag)).collect();
    settings.properties.insert(TAGS.to_owned(), Value::Array(tags));
    Ok(Value::Null)
}

fn present(settings: &Resource) -> Vec<Value> {
    let tags = settings.properties.get(TAGS).and_then(Value::as_array);
    tags.cloned().unwrap_or_default()
}

fn settings_mut<'a>(world: &'a mut World, call: &Call) -> Result<&'a mut Resource, AwsError> {
    let authority = authority::find(world, call)?;
    let (arn, key) = (authority.arn.clone(), authority.settings_key());
    world.resources.get_mut(&key).ok_or_else(|| not_found(format!("Could not find {arn}")))
}
