//! Buckets of the account, as every kind reaches them: only the account's own, never over what somebody else wrote.
//!
//! Owns the client, reading, and what S3's refusals of a conditional write mean. What is written where is the kinds' matter.
//!
//! Sources: S3 API Reference, each operation's page; S3 User Guide, "Conditional writes".

use std::error::Error;

use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use super::errors::{AwsError, answer};
use super::naming::NameCalls;
use super::session::Session;

/// The account's buckets in its environment's region.
#[derive(Debug, Clone)]
pub struct Buckets {
    client: Client,
    owner: String,
}

/// An object that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What is in it.
    pub bytes: Vec<u8>,
    /// The tag of what is in it.
    pub etag: String,
    /// Its version; none where the bucket keeps none.
    pub version: Option<String>,
}

/// How a write went that compares first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// It was written.
    Done,
    /// Somebody else wrote before.
    Lost,
}

impl Buckets {
    /// Over a session's connection.
    pub fn new(session: &Session) -> Self {
        let sdk = session.sdk(session.environment.target.region());
        Self { client: client(&sdk), owner: session.account.clone() }
    }

    /// For what only one kind asks; every request has to name [`Buckets::owner`].
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// The account: S3 refuses what is asked of another one's bucket (`ExpectedBucketOwner`).
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// An object, or none if there is none.
    pub async fn read(&self, bucket: &str, key: &str) -> Result<Option<Object>, AwsError> {
        let call = self.client.get_object().bucket(bucket).key(key);
        let object = match answer(call.expected_bucket_owner(&self.owner).send().await) {
            Err(error) if error.is("NoSuchKey") => return Ok(None),
            answer => answer?,
        };
        let (etag, version) = (object.e_tag.unwrap_or_default(), object.version_id);
        let broken = |error| AwsError::told(format!("the body of `{key}` broke off: {error}"));
        let bytes = object.body.collect().await.map_err(broken)?.to_vec();
        Ok(Some(Object { bytes, etag, version }))
    }

    /// The request that writes an object; its sender says over what.
    pub fn put(&self, (bucket, key): (&str, &str), bytes: Vec<u8>) -> PutObjectFluentBuilder {
        let call = self.client.put_object().bucket(bucket).key(key);
        call.expected_bucket_owner(&self.owner).body(ByteStream::from(bytes))
    }
}

/// A client of S3.
pub(crate) fn client(sdk: &SdkConfig) -> Client {
    let config = Builder::from(sdk)
        .interceptor(NameCalls)
        // The hosts of a custom endpoint have no names per bucket.
        .force_path_style(sdk.endpoint_url().is_some())
        .build();
    Client::from_conf(config)
}

/// What the answer to a conditional write or deletion says.
pub fn written<T, E>(result: Result<T, SdkError<E, HttpResponse>>) -> Result<Written, AwsError>
where
    E: ProvideErrorMetadata + Error + 'static,
{
    match answer(result) {
        Ok(_) => Ok(Written::Done),
        Err(error) if is_lost(&error) => Ok(Written::Lost),
        Err(error) => Err(error),
    }
}

/// Whether somebody else's write is the reason: at the same time (409), earlier (412), or, of an object that was to be
/// replaced, by deleting it (404).
pub(crate) fn is_lost(error: &AwsError) -> bool {
    const CODES: [&str; 3] = ["ConditionalRequestConflict", "NoSuchKey", "PreconditionFailed"];
    CODES.iter().any(|code| error.is(code))
}
