//! Key Management Service: what keys are, and whether they rotate. Nothing is encrypted with them.

use serde_json::{Value, json};

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::{ACCOUNT, World};

/// Days between rotations unless the key says otherwise.
const ROTATION_PERIOD: u64 = 365;

/// Answers one call.
pub(crate) fn handle(world: &mut World, call: &Call) -> Answer {
    match &*call.operation {
        "DescribeKey" => Ok(describe_key(find(world, call)?)),
        "GetKeyRotationStatus" => Ok(rotation_status(find(world, call)?)),
        _ => Err(AwsError::new("UnknownOperationException", "")),
    }
}

fn describe_key(key: &Resource) -> Value {
    let property = |name: &str| key.properties.get(name).cloned();
    let is_enabled = property("Enabled").is_none_or(|enabled| truth(&enabled));
    json!({ "KeyMetadata": {
        "AWSAccountId": ACCOUNT,
        "KeyId": key.identifier,
        "Arn": key.attributes.get("Arn"),
        "CreationDate": key.created.as_second(),
        "Description": property("Description").unwrap_or_else(|| json!("")),
        "Enabled": is_enabled,
        "KeyState": if is_enabled { "Enabled" } else { "Disabled" },
        "KeyUsage": property("KeyUsage").unwrap_or_else(|| json!("ENCRYPT_DECRYPT")),
        "KeySpec": property("KeySpec").unwrap_or_else(|| json!("SYMMETRIC_DEFAULT")),
        "KeyManager": "CUSTOMER",
        "Origin": "AWS_KMS",
        "MultiRegion": property("MultiRegion").is_some_and(|multi| truth(&multi)),
    }})
}

fn rotation_status(key: &Resource) -> Value {
    let is_enabled = key.properties.get("EnableKeyRotation").is_some_and(truth);
    let period = key.properties.get("RotationPeriodInDays").cloned();
    json!({
        "KeyId": key.identifier,
        "KeyRotationEnabled": is_enabled,
        "RotationPeriodInDays": is_enabled.then(|| period.unwrap_or_else(|| json!(ROTATION_PERIOD))),
    })
}

/// The key that `KeyId` names: by its identifier, its ARN, or an alias.
fn find<'a>(world: &'a World, call: &Call) -> Result<&'a Resource, AwsError> {
    let named = call.required("KeyId")?;
    let id = named.rsplit_once(":key/").map_or(named, |(_, id)| id);
    let alias = named.find("alias/").and_then(|start| named.get(start..));
    let aliased = || {
        let target = in_region(world, &call.region, "AWS::KMS::Alias", alias?)?;
        let target = target.properties.get("TargetKeyId")?.as_str()?;
        in_region(world, &call.region, "AWS::KMS::Key", target.rsplit('/').next()?)
    };
    let found = in_region(world, &call.region, "AWS::KMS::Key", id).or_else(aliased);
    found.ok_or_else(|| {
        let (kind, state) =
            if alias.is_some() { ("Alias", "is not found.") } else { ("Key", "does not exist") };
        AwsError::new("NotFoundException", format!("{kind} '{named}' {state}"))
    })
}

fn in_region<'a>(
    world: &'a World,
    region: &str,
    type_name: &str,
    identifier: &str,
) -> Option<&'a Resource> {
    world.resources.get(&Resource::key(region, type_name, identifier))
}

/// Templates write booleans as text, too.
fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}
