//! The bucket of truststores.
//!
//! Sources: S3 API Reference, each operation's page.

use async_trait::async_trait;
use aws_sdk_s3::types::BucketVersioningStatus;
use reconcile_engine::aws::buckets::{Buckets, Object, written};
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::session::Session;

use super::answer;
use crate::port::objects::{ReadsObjects, WritesObjects};
use crate::step::Over;

/// S3, through the SDK.
#[derive(Debug)]
pub struct Bucket(Buckets);

impl Bucket {
    /// Over a session's connection.
    pub fn new(session: &Session) -> Self {
        Self(Buckets::new(session))
    }
}

#[async_trait]
impl ReadsObjects for Bucket {
    async fn read(&self, bucket: &str, key: &str) -> Result<Option<Object>, AwsError> {
        self.0.read(bucket, key).await
    }

    async fn is_versioned(&self, bucket: &str) -> Result<bool, AwsError> {
        let call = self.0.client().get_bucket_versioning().bucket(bucket);
        let found = answer(call.expected_bucket_owner(self.0.owner()).send().await)?;
        Ok(found.status == Some(BucketVersioningStatus::Enabled))
    }
}

#[async_trait]
impl WritesObjects for Bucket {
    async fn write(&self, at: (&str, &str), bytes: Vec<u8>, over: &Over) -> Result<(), AwsError> {
        let call = self.0.put(at, bytes).content_type("application/x-pem-file");
        let call = match over {
            Over::Nothing => call.if_none_match("*"),
            Over::Tag(etag) => call.if_match(etag),
        };
        written(call.send().await).map(drop)
    }
}
