//! Key Management Service: what keys are, whether they rotate, and how they go. Nothing is encrypted with
//! them.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::{Failure, Origin, Provider};
use crate::world::{ACCOUNT, World};

/// Days between rotations unless the key says otherwise.
const ROTATION_PERIOD: u64 = 365;

/// How long a key waits for its deletion unless the template says otherwise.
const DEFAULT_PENDING_DAYS: i64 = 30;

const KEY: &str = "AWS::KMS::Key";

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
        in_region(world, &call.region, KEY, target.rsplit('/').next()?)
    };
    let found = in_region(world, &call.region, KEY, id).or_else(aliased);
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

/// `AWS::KMS::Alias`
pub(crate) struct KeyAliasProvider;

impl Provider for KeyAliasProvider {
    fn create(
        &self,
        world: &mut World,
        alias: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let target = alias.text("TargetKeyId");
        let id = target.rsplit('/').next().unwrap_or_default();
        match in_region(world, &alias.region, KEY, id) {
            Some(_) => Ok(()),
            None => Err(Failure::handler("NotFound", format!("Key '{target}' does not exist"))),
        }
    }
}

/// `AWS::KMS::Key`
pub(crate) struct KeyProvider;

impl Provider for KeyProvider {
    /// A key is never gone at once: it waits, disabled, for its deletion.
    fn delete(&self, world: &mut World, key: &Resource, at: Timestamp) -> Result<(), Failure> {
        let days = key.properties.get("PendingWindowInDays").and_then(Value::as_i64);
        let wait = SignedDuration::from_hours(24 * days.unwrap_or(DEFAULT_PENDING_DAYS));
        if let Some(key) = world.resources.get_mut(&key.row_key()) {
            key.attributes.insert("KeyState".to_owned(), json!("PendingDeletion"));
            key.attributes.insert("DeletionDate".to_owned(), json!((at + wait).to_string()));
            key.properties.insert("Enabled".to_owned(), json!(false));
        }
        Ok(())
    }
}
