//! Buckets and keys: what their services refuse, and how a key goes.

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{Failure, Origin, Provider};
use crate::resource::Resource;
use crate::s3::{self, BUCKET};
use crate::world::World;

const KEY: &str = "AWS::KMS::Key";

/// How long a key waits for its deletion unless the template says otherwise.
const DEFAULT_PENDING_DAYS: i64 = 30;

/// `AWS::S3::Bucket`
pub(super) struct Bucket;

impl Provider for Bucket {
    /// Bucket names are one namespace for all regions.
    fn create(
        &self,
        world: &mut World,
        bucket: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let mut resources = world.resources.iter();
        if resources
            .any(|(_, one)| one.type_name == BUCKET && one.identifier == bucket.identifier)
        {
            return Err(Failure::already_exists(BUCKET, &bucket.identifier, bucket.row_key()));
        }
        Ok(())
    }

    fn delete(
        &self,
        world: &mut World,
        bucket: &Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        if !s3::is_empty(world, &bucket.identifier) {
            return Err(Failure::handler(
                "GeneralServiceException",
                "The bucket you tried to delete is not empty (Service: S3, Status Code: 409)",
            ));
        }
        world.resources.remove(&bucket.row_key());
        Ok(())
    }
}

/// `AWS::S3::BucketPolicy`
pub(super) struct BucketPolicy;

impl Provider for BucketPolicy {
    fn create(
        &self,
        world: &mut World,
        policy: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        match beside(world, policy, BUCKET, policy.text("Bucket")) {
            Some(_) => Ok(()),
            None => Err(Failure::handler("NotFound", "The specified bucket does not exist")),
        }
    }
}

/// `AWS::KMS::Alias`
pub(super) struct KeyAlias;

impl Provider for KeyAlias {
    fn create(
        &self,
        world: &mut World,
        alias: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let target = alias.text("TargetKeyId");
        match beside(world, alias, KEY, target.rsplit('/').next().unwrap_or_default()) {
            Some(_) => Ok(()),
            None => Err(Failure::handler("NotFound", format!("Key '{target}' does not exist"))),
        }
    }
}

/// `AWS::KMS::Key`
pub(super) struct Key;

impl Provider for Key {
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

/// The resource of this name in the region of another one.
pub(super) fn beside<'a>(
    world: &'a World,
    other: &Resource,
    type_name: &str,
    identifier: &str,
) -> Option<&'a Resource> {
    world.resources.get(&Resource::key(&other.region, type_name, identifier))
}
