//! The bucket of packages.
//!
//! Sources: S3 API Reference, each operation's page.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::ChecksumMode;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::naming::NameCalls;
use reconcile_engine::aws::session::Session;

use super::{answer, present};
use crate::build::base64_sha256;
use crate::port::objects::{Head, Over, ReadsObjects, WritesObjects};

/// How S3 says that somebody was there before: at the same time, or earlier.
const TAKEN: [&str; 2] = ["ConditionalRequestConflict", "PreconditionFailed"];

/// S3, through the SDK. A bucket of another account is never read or written.
#[derive(Debug)]
pub struct Bucket {
    client: Client,
    owner: String,
}

impl Bucket {
    /// Over a session's connection.
    pub fn new(session: &Session) -> Self {
        let sdk = session.sdk(session.environment.target.region());
        let config = Builder::from(&sdk)
            .interceptor(NameCalls)
            // The hosts of a custom endpoint have no names per bucket.
            .force_path_style(sdk.endpoint_url().is_some())
            .build();
        Self { client: Client::from_conf(config), owner: session.account.clone() }
    }
}

#[async_trait]
impl ReadsObjects for Bucket {
    async fn read(&self, bucket: &str, key: &str) -> Result<Option<Vec<u8>>, AwsError> {
        let call = self.client.get_object().bucket(bucket).key(key);
        let call = call.expected_bucket_owner(&self.owner).send().await;
        let Some(object) = present(answer(call), &["NoSuchKey"])? else { return Ok(None) };
        let broken = |error| AwsError::told(format!("the body of `{key}` broke off: {error}"));
        let body = object.body.collect().await.map_err(broken)?;
        Ok(Some(body.to_vec()))
    }

    async fn head(&self, bucket: &str, key: &str) -> Result<Option<Head>, AwsError> {
        let call = self.client.head_object().bucket(bucket).key(key);
        let call = call.checksum_mode(ChecksumMode::Enabled);
        let call = call.expected_bucket_owner(&self.owner).send().await;
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
        let call = self.client.put_object().bucket(bucket).key(key);
        let call = call.expected_bucket_owner(&self.owner).checksum_sha256(base64_sha256(&bytes));
        let call = match over {
            Over::Nothing => call.if_none_match("*"),
            Over::Anything => call,
        };
        match answer(call.body(ByteStream::from(bytes)).send().await) {
            Err(error) if over == Over::Nothing && TAKEN.iter().any(|code| error.is(code)) => {
                Ok(())
            }
            written => written.map(drop),
        }
    }
}
