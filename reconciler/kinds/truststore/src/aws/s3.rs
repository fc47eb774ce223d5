//! The bucket of truststores.
//!
//! Sources: S3 API Reference, each operation's page; S3 User Guide, "Conditional writes".

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::BucketVersioningStatus;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::naming::NameCalls;
use reconcile_engine::aws::session::Session;

use super::answer;
use crate::port::objects::{Object, ReadsObjects, WritesObjects};
use crate::step::Over;

/// How S3 says that somebody was there before: at the same time, earlier, or by deleting it.
const TAKEN: [&str; 3] = ["ConditionalRequestConflict", "PreconditionFailed", "NoSuchKey"];

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
    async fn read(&self, bucket: &str, key: &str) -> Result<Option<Object>, AwsError> {
        let call = self.client.get_object().bucket(bucket).key(key);
        let object = match answer(call.expected_bucket_owner(&self.owner).send().await) {
            Err(error) if error.is("NoSuchKey") => return Ok(None),
            answer => answer?,
        };
        let broken = |error| AwsError::told(format!("the body of `{key}` broke off: {error}"));
        let (version, etag) = (object.version_id, object.e_tag.unwrap_or_default());
        let bytes = object.body.collect().await.map_err(broken)?.to_vec();
        Ok(Some(Object { bytes, version, etag }))
    }

    async fn is_versioned(&self, bucket: &str) -> Result<bool, AwsError> {
        let call = self.client.get_bucket_versioning().bucket(bucket);
        let found = answer(call.expected_bucket_owner(&self.owner).send().await)?;
        Ok(found.status == Some(BucketVersioningStatus::Enabled))
    }
}

#[async_trait]
impl WritesObjects for Bucket {
    async fn write(
        &self,
        (bucket, key): (&str, &str),
        bytes: Vec<u8>,
        over: &Over,
    ) -> Result<(), AwsError> {
        let call = self.client.put_object().bucket(bucket).key(key);
        let call = call.expected_bucket_owner(&self.owner);
        let call = call.content_type("application/x-pem-file").body(ByteStream::from(bytes));
        let call = match over {
            Over::Nothing => call.if_none_match("*"),
            Over::Tag(etag) => call.if_match(etag),
        };
        match answer(call.send().await) {
            Err(error) if TAKEN.iter().any(|code| error.is(code)) => Ok(()),
            written => written.map(drop),
        }
    }
}
