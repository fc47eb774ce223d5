//! The bucket of packages.
//!
//! Sources: S3 API Reference, each operation's page.

use async_trait::async_trait;
use aws_sdk_s3::types::ChecksumMode;
use reconcile_engine::aws::buckets::{Buckets, written};
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::session::Session;

use super::{answer, present};
use crate::build::base64_sha256;
use crate::port::objects::{Head, Over, ReadsObjects, WritesObjects};

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
    async fn read(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, AwsError> {
        Ok(self.0.read(bucket, key).await?.map(|object| object.bytes))
    }

    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>, AwsError> {
        let call = self.0.client().head_object().bucket(bucket).key(key);
        let call = call.checksum_mode(ChecksumMode::Enabled);
        let call = call.expected_bucket_owner(self.0.owner()).send().await;
        // An answer to HEAD has no body, so its code is what the SDK makes of the status.
        let Some(head) = present(answer(call), &["NotFound", "NoSuchKey"])? else {
            return Ok(None);
        };
        let sha256 = match head.checksum_sha256 {
            Some(sha256) => Some(sha256),
            // It was not written by us, or by an S3 that keeps no such checksum: its bytes tell.
            None => self.read(bucket, key).await?.map(|bytes| base64_sha256(&bytes)),
        };
        Ok(Some(Head { version: head.version_id, sha256 }))
    }
}

#[async_trait]
impl WritesObjects for Bucket {
    async fn write(
        &self,
        (bucket, key): (&str, &str),
        bytes: Vec<u8>,
        over: Over,
    ) -> Result<(), AwsError> {
        let checksum = base64_sha256(&bytes);
        let call = self.0.put((bucket, key), bytes).checksum_sha256(checksum);
        match over {
            // Whoever was faster wrote the same.
            Over::Nothing => written(call.if_none_match("*").send().await).map(drop),
            Over::Anything => answer(call.send().await).map(drop),
        }
    }
}
