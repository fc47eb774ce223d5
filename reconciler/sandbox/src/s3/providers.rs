//! Buckets and their policies as resource types: what S3 refuses.

use jiff::Timestamp;

use super::bucket::BUCKET;
use super::is_empty;
use crate::resource::Resource;
use crate::resources::{Failure, Origin, Provider, beside};
use crate::world::World;

/// `AWS::S3::Bucket`
pub(crate) struct BucketProvider;

impl Provider for BucketProvider {
    /// Bucket names are one namespace for all regions.
    fn create(
        &self,
        world: &mut World,
        bucket: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let mut resources = world.resources.iter();
        if resources.any(|(_, one)| one.type_name == BUCKET && one.identifier == bucket.identifier)
        {
            return Err(Failure::already_exists(BUCKET, &bucket.identifier, bucket.row_key()));
        }
        Ok(())
    }

    fn delete(&self, world: &mut World, bucket: &Resource, _at: Timestamp) -> Result<(), Failure> {
        if !is_empty(world, &bucket.identifier) {
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
pub(crate) struct BucketPolicyProvider;

impl Provider for BucketPolicyProvider {
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
