//! A bucket with compare-and-swap, as S3's conditional writes give it.

use async_trait::async_trait;

/// An object's bytes with the tag that a conditional write compares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The bytes.
    pub body: Vec<u8>,
    /// The `ETag` that S3 gave: opaque.
    pub etag: String,
}

/// Why the state bucket did not do as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// Somebody else wrote first (409 or 412).
    #[error("`{key}` was changed by somebody else")]
    Lost {
        /// The object.
        key: String,
    },
    /// There is no such bucket.
    #[error("the state bucket `{bucket}` does not exist")]
    NoBucket {
        /// The bucket.
        bucket: String,
    },
    /// Anything else.
    #[error("failed to {operation} `{key}`: {why}")]
    Failed {
        /// `read`, `list`, `write` or `delete`.
        operation: &'static str,
        /// The object.
        key: String,
        /// What AWS said.
        why: String,
    },
}

/// The state bucket.
#[async_trait]
pub trait StateStore: std::fmt::Debug + Send + Sync {
    /// The object, or none if there is none.
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError>;
    /// The keys that begin with this, in their order.
    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError>;
    /// Writes an object that must not exist yet; returns its tag.
    async fn create(&self, key: &str, body: Vec<u8>) -> Result<String, StoreError>;
    /// Writes an object that must still have this tag; returns the new one.
    async fn replace(&self, key: &str, body: Vec<u8>, etag: &str) -> Result<String, StoreError>;
    /// Deletes an object that must still have this tag.
    async fn delete(&self, key: &str, etag: &str) -> Result<(), StoreError>;
    /// The bucket's URL for an object in it, as CloudFormation's `TemplateURL` takes it.
    fn url(&self, key: &str) -> String;
}
