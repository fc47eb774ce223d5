//! What is asked of the bucket.

use async_trait::async_trait;
use reconcile_engine::aws::buckets::Object;
use reconcile_engine::aws::errors::AwsError;

use crate::step::Over;

/// What can be looked at.
#[async_trait]
pub trait ReadsObjects: Send + Sync {
    /// An object, or none if there is none.
    async fn read(&self, bucket: &str, key: &str) -> Result<Option<Object>, AwsError>;
    /// Whether a bucket keeps the versions of its objects.
    async fn is_versioned(&self, bucket: &str) -> Result<bool, AwsError>;
}

/// What can be done.
#[async_trait]
pub trait WritesObjects: ReadsObjects {
    /// Writes an object in the place of another one. Where that is no more so, what stands there stays: somebody
    /// wrote at the same time, or it was us and the answer was lost.
    async fn write(
        &self,
        (bucket, key): (&str, &str),
        bytes: Vec<u8>,
        over: &Over,
    ) -> Result<(), AwsError>;
}
