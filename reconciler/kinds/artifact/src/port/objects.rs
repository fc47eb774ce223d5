//! What is asked of the bucket.

use async_trait::async_trait;
use reconcile_engine::aws::errors::AwsError;

/// An object, without its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The version; none where the bucket is not versioned.
    pub version: Option<String>,
    /// The SHA-256 of its bytes, in base64.
    pub sha256: Option<String>,
}

/// What can be looked at.
#[async_trait]
pub trait ReadsObjects: Send + Sync {
    /// The bytes of an object, or none if there is none.
    async fn read(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, AwsError>;
    /// What is known of an object, or none if there is none.
    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>, AwsError>;
}

/// What can be done.
#[async_trait]
pub trait WritesObjects: ReadsObjects {
    /// Writes an object; one that stands there already stays if `over` is [`Over::Nothing`].
    async fn write(
        &self,
        (bucket, key): (&str, &str),
        bytes: Vec<u8>,
        over: Over,
    ) -> Result<(), AwsError>;
}

/// What an object may be written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Over {
    /// Nothing: what stands there is what would be written.
    Nothing,
    /// Anything: the bucket keeps the version before.
    Anything,
}
