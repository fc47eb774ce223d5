//! What a caller has to acknowledge before a template is taken.

use serde_json::Value;

use super::blueprint::entries;
use crate::error::AwsError;

/// The properties by which an IAM resource gets a name of its own.
const NAMES: [&str; 5] =
    ["RoleName", "ManagedPolicyName", "UserName", "GroupName", "InstanceProfileName"];

/// The capabilities that a template requires.
pub(crate) fn required(body: &Value) -> Vec<&'static str> {
    let iam: Vec<_> = entries(body, "Resources")
        .map(|(_, resource)| resource)
        .filter(|resource| {
            let kind = resource.get("Type").and_then(Value::as_str);
            kind.is_some_and(|kind| kind.starts_with("AWS::IAM::"))
        })
        .collect();
    let named = iam.iter().any(|resource| {
        let properties = resource.get("Properties");
        properties.is_some_and(|properties| NAMES.iter().any(|name| properties.get(name).is_some()))
    });
    let mut required = Vec::new();
    if named {
        required.push("CAPABILITY_NAMED_IAM");
    } else if !iam.is_empty() {
        required.push("CAPABILITY_IAM");
    }
    if body.get("Transform").is_some() {
        required.push("CAPABILITY_AUTO_EXPAND");
    }
    required
}

/// Refuses a template that requires more than what was acknowledged.
pub(crate) fn check(body: &Value, acknowledged: &[String]) -> Result<(), AwsError> {
    let missing: Vec<_> = required(body)
        .into_iter()
        .filter(|needed| {
            !acknowledged.iter().any(|given| {
                given == needed || (*needed == "CAPABILITY_IAM" && given == "CAPABILITY_NAMED_IAM")
            })
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(AwsError::new(
        "InsufficientCapabilitiesException",
        format!("Requires capabilities : [{}]", missing.join(", ")),
    ))
}
