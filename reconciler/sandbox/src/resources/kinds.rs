//! Types whose behaviour goes beyond the registry's facts.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};

use super::Failure;
use super::identity::physical_name;
use crate::cloudformation::names::suffix;
use crate::resource::Resource;
use crate::world::World;

const BUCKET: &str = "AWS::S3::Bucket";
const BUCKET_POLICY: &str = "AWS::S3::BucketPolicy";
const KEY: &str = "AWS::KMS::Key";
const PARAMETER: &str = "AWS::SSM::Parameter";

/// How long a key waits for its deletion unless the template says otherwise.
const DEFAULT_PENDING_DAYS: i64 = 30;

/// Refuses a resource that its service would refuse.
pub(super) fn admit(world: &World, resource: &Resource) -> Result<(), Failure> {
    let text = |name: &str| {
        let value = resource.properties.get(name);
        value.and_then(Value::as_str).unwrap_or_default()
    };
    let exists =
        |type_name: &str, identifier: &str| find(world, resource, type_name, identifier).is_some();
    let not_found = |message: String| Err(Failure::handler("NotFound", message));
    match resource.type_name.as_str() {
        BUCKET if is_taken_elsewhere(world, BUCKET, &resource.identifier) => {
            let key = Resource::key(&resource.region, BUCKET, &resource.identifier);
            Err(Failure::already_exists(BUCKET, &resource.identifier, key))
        }
        BUCKET_POLICY if !exists(BUCKET, text("Bucket")) => {
            not_found("The specified bucket does not exist".to_owned())
        }
        "AWS::KMS::Alias" => {
            let target = text("TargetKeyId");
            if exists(KEY, target.rsplit('/').next().unwrap_or_default()) {
                return Ok(());
            }
            not_found(format!("Key '{target}' does not exist"))
        }
        "AWS::CloudTrail::Trail" => admit_trail(world, resource, text("S3BucketName")),
        _ => Ok(()),
    }
}

/// Whether a name is taken in whatever region: buckets share one namespace.
pub(super) fn is_taken_elsewhere(world: &World, type_name: &str, name: &str) -> bool {
    let mut resources = world.resources.iter();
    type_name == BUCKET
        && resources.any(|(_, one)| one.type_name == BUCKET && one.identifier == name)
}

/// A trail's bucket must be there, and its policy must let the service write.
fn admit_trail(world: &World, trail: &Resource, bucket: &str) -> Result<(), Failure> {
    let refuse = |message: String| Err(Failure::handler("InvalidRequest", message));
    if find(world, trail, BUCKET, bucket).is_none() {
        return refuse(format!("S3 bucket {bucket} does not exist!"));
    }
    let policy = find(world, trail, BUCKET_POLICY, bucket);
    let document = policy.and_then(|policy| policy.properties.get("PolicyDocument"));
    if document.is_some_and(|document| document.to_string().contains("cloudtrail.amazonaws.com")) {
        return Ok(());
    }
    refuse(format!("Incorrect S3 bucket policy is detected for bucket: {bucket}"))
}

fn find<'a>(
    world: &'a World,
    beside: &Resource,
    type_name: &str,
    identifier: &str,
) -> Option<&'a Resource> {
    world.resources.get(&Resource::key(&beside.region, type_name, identifier))
}

/// Deletes a resource, unless its service would refuse.
pub(super) fn delete(
    world: &mut World,
    key: &str,
    resource: &Resource,
    at: Timestamp,
) -> Result<(), Failure> {
    match resource.type_name.as_str() {
        BUCKET if !crate::s3::is_empty(world, &resource.identifier) => {
            return Err(Failure::handler(
                "GeneralServiceException",
                "The bucket you tried to delete is not empty (Service: S3, Status Code: 409)",
            ));
        }
        KEY => {
            // A key is never gone at once: it waits, disabled, for its deletion.
            let days = resource.properties.get("PendingWindowInDays").and_then(Value::as_i64);
            let wait = SignedDuration::from_hours(24 * days.unwrap_or(DEFAULT_PENDING_DAYS));
            if let Some(key) = world.resources.get_mut(key) {
                key.attributes.insert("KeyState".to_owned(), json!("PendingDeletion"));
                key.attributes.insert("DeletionDate".to_owned(), json!((at + wait).to_string()));
                key.properties.insert("Enabled".to_owned(), json!(false));
            }
            return Ok(());
        }
        _ => {}
    }
    world.resources.remove(key);
    Ok(())
}

/// The attribute that holds the earlier values of a parameter, the oldest first.
const HISTORY: &str = "EarlierValues";

/// Keeps what an update is about to overwrite, where the service does.
pub(super) fn remember(resource: &mut Resource, wanted: &Map<String, Value>) {
    let (old, new) = (resource.properties.get("Value").cloned(), wanted.get("Value"));
    let Some(old) = old.filter(|old| resource.type_name == PARAMETER && Some(old) != new) else {
        return;
    };
    let mut earlier = earlier_values(resource);
    earlier.push(old);
    resource.attributes.insert(HISTORY.to_owned(), Value::Array(earlier));
}

/// The values that a parameter had before the present one, the oldest first.
pub(crate) fn earlier_values(parameter: &Resource) -> Vec<Value> {
    let earlier = parameter.attributes.get(HISTORY).and_then(Value::as_array);
    earlier.cloned().unwrap_or_default()
}

/// What a secret holds: what was given, or what its service has made up.
pub(crate) fn secret_string(secret: &Resource) -> Option<String> {
    if let Some(given) = secret.properties.get("SecretString").and_then(Value::as_str) {
        return Some(given.to_owned());
    }
    let asked = secret.properties.get("GenerateSecretString")?;
    let generated = suffix(&["secret", &secret.identifier, &secret.created.to_string()], 32);
    let text = |name: &str| asked.get(name).and_then(Value::as_str);
    let Some((template, key)) = text("SecretStringTemplate").zip(text("GenerateStringKey")) else {
        return Some(generated);
    };
    let mut content: Value = serde_json::from_str(template).ok()?;
    content.as_object_mut()?.insert(key.to_owned(), json!(generated));
    Some(content.to_string())
}

/// What `Ref` gives.
pub(super) fn reference(resource: &Resource) -> String {
    match resource.type_name.as_str() {
        "AWS::IAM::Policy" => physical_name(resource).to_owned(),
        "AWS::Signer::SigningProfile" => {
            let arn = resource.attributes.get("Arn").and_then(Value::as_str);
            arn.unwrap_or(&resource.identifier).to_owned()
        }
        _ => resource.identifier.clone(),
    }
}
