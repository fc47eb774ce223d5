//! Policies of CAs: kept, and not evaluated.

use serde_json::{Value, json};

use super::authority;
use super::refusal::not_found;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// Answers `PutPolicy`.
pub(super) fn put_policy(world: &mut World, call: &Call) -> Answer {
    let policy = call.required("Policy")?;
    if !serde_json::from_str::<Value>(policy).is_ok_and(|policy| policy.is_object()) {
        return Err(AwsError::new("InvalidPolicyException", "The policy is not valid JSON"));
    }
    set(world, call, Some(policy.to_owned()))
}

/// Answers `GetPolicy`.
pub(super) fn get_policy(world: &World, call: &Call) -> Answer {
    let arn = call.required("ResourceArn")?;
    let policy = authority::of_arn(world, &call.region, arn)?.policy.as_ref();
    let policy = policy.ok_or_else(|| not_found(format!("There is no policy for {arn}")))?;
    Ok(json!({ "Policy": policy }))
}

/// Answers `DeletePolicy`.
pub(super) fn delete_policy(world: &mut World, call: &Call) -> Answer {
    set(world, call, None)
}

fn set(world: &mut World, call: &Call, policy: Option<String>) -> Answer {
    let arn = authority::of_arn(world, &call.region, call.required("ResourceArn")?)?.arn.clone();
    if let Some(authority) = world.certificate_authorities.get_mut(&arn) {
        authority.policy = policy;
    }
    Ok(Value::Null)
}
