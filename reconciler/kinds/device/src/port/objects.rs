//! What is asked of the buckets of registrations and of reports.

use async_trait::async_trait;
use jiff::Timestamp;
use reconcile_engine::aws::buckets::{Object, Written};
use reconcile_engine::aws::errors::AwsError;

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its key.
    pub key: String,
    /// Its tag.
    pub etag: String,
    /// When it was written.
    pub modified: Timestamp,
}

/// Looks into buckets.
#[async_trait]
pub trait ReadsObjects: Send + Sync {
    /// All objects whose keys begin with `prefix`.
    async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, AwsError>;
    /// An object, or none if there is none.
    async fn read(&self, bucket: &str, key: &str) -> Result<Option<Object>, AwsError>;
}

/// Writes into buckets.
#[async_trait]
pub trait WritesObjects: ReadsObjects {
    /// Writes an object in place of the one with this tag, or where there is none.
    async fn write(
        &self,
        at: (&str, &str),
        body: Vec<u8>,
        over: Option<&str>,
    ) -> Result<Written, AwsError>;
    /// Deletes the object with this tag.
    async fn delete(&self, at: (&str, &str), etag: &str) -> Result<Written, AwsError>;
}
