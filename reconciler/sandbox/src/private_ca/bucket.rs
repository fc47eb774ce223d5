//! The buckets that Private CA writes to: whether it may.

use super::refusal::validation;
use crate::error::AwsError;
use crate::s3::{self, Access, Service};
use crate::world::World;

/// What its service principal must be let do, to the bucket and to what is in it.
const ACTIONS: [(&str, &str); 4] = [
    ("s3:GetBucketAcl", ""),
    ("s3:GetBucketLocation", ""),
    ("s3:PutObject", "/*"),
    ("s3:PutObjectAcl", "/*"),
];

/// Refuses a bucket that is not there or does not let Private CA write on behalf of a CA.
pub(super) fn check(
    world: &World,
    region: &str,
    authority: &str,
    bucket: &str,
) -> Result<(), AwsError> {
    s3::reach(world, region, bucket).map_err(|refused| {
        validation(format!("{}: {} ({bucket})", refused.code, refused.message))
    })?;
    let service = Service { principal: "acm-pca.amazonaws.com", source_arn: authority };
    let is_allowed = |(action, inside): &(&str, &str)| {
        let resource = format!("arn:aws:s3:::{bucket}{inside}");
        s3::permits(world, (region, bucket), service, Access { action, resource: &resource })
    };
    if ACTIONS.iter().all(is_allowed) { Ok(()) } else { Err(denied(bucket)) }
}

/// The refusal of a bucket that is not laid out for Private CA, in its own words.
pub(super) fn denied(bucket: &str) -> AwsError {
    validation(format!(
        "Permission error with your S3 bucket '{bucket}'. Check that your bucket policy, encryption settings, S3 Block Public Access settings, and global account permissions are configured correctly. For more information, check the service documentation."
    ))
}
