//! Trails: a trail's bucket must be there, and its policy must let the service write.

use serde_json::Value;

use super::{Failure, Origin, Provider, beside};
use crate::resource::Resource;
use crate::s3::BUCKET;
use crate::world::World;

/// `AWS::CloudTrail::Trail`
pub(super) struct TrailProvider;

impl Provider for TrailProvider {
    fn create(
        &self,
        world: &mut World,
        trail: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let refuse = |message: String| Err(Failure::handler("InvalidRequest", message));
        let bucket = trail.text("S3BucketName");
        if beside(world, trail, BUCKET, bucket).is_none() {
            return refuse(format!("S3 bucket {bucket} does not exist!"));
        }
        let policy = beside(world, trail, "AWS::S3::BucketPolicy", bucket);
        let document = policy.and_then(|policy| policy.properties.get("PolicyDocument"));
        let names_service =
            |document: &Value| document.to_string().contains("cloudtrail.amazonaws.com");
        if document.is_some_and(names_service) {
            return Ok(());
        }
        refuse(format!("Incorrect S3 bucket policy is detected for bucket: {bucket}"))
    }
}
