//! The buckets of registrations and of reports.
//!
//! Sources: S3 API Reference, each operation's page.

use async_trait::async_trait;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Builder;
use aws_sdk_s3::primitives::{ByteStream, DateTime};
use jiff::Timestamp;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::naming::NameCalls;
use reconcile_engine::aws::session::Session;

use super::answer;
use crate::port::objects::{Listed, Object, ReadsObjects, WritesObjects, Written};

/// How S3 says that somebody was there before: at the same time, or earlier.
const LOST: [&str; 3] = ["ConditionalRequestConflict", "PreconditionFailed", "NoSuchKey"];

/// S3, through the SDK. A bucket of another account is never read or written.
#[derive(Debug)]
pub struct Buckets {
    client: Client,
    owner: String,
}

impl Buckets {
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
impl ReadsObjects for Buckets {
    async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, AwsError> {
        let call = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
        let mut pages = call.expected_bucket_owner(&self.owner).into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = answer(page)?.contents.unwrap_or_default().into_iter();
            objects.extend(page.filter_map(|object| {
                let modified = object.last_modified.as_ref().and_then(timestamp)?;
                Some(Listed { key: object.key?, etag: object.e_tag?, modified })
            }));
        }
        Ok(objects)
    }

    async fn read(&self, bucket: &str, key: &str) -> Result<Option<Object>, AwsError> {
        let call = self.client.get_object().bucket(bucket).key(key);
        let object = match answer(call.expected_bucket_owner(&self.owner).send().await) {
            Ok(object) => object,
            Err(error) if error.is("NoSuchKey") => return Ok(None),
            Err(error) => return Err(error),
        };
        let etag = object.e_tag.unwrap_or_default();
        let broken = |error| AwsError::told(format!("the body of `{key}` broke off: {error}"));
        let body = object.body.collect().await.map_err(broken)?.to_vec();
        Ok(Some(Object { body, etag }))
    }
}

#[async_trait]
impl WritesObjects for Buckets {
    async fn write(
        &self,
        (bucket, key): (&str, &str),
        body: Vec<u8>,
        over: Option<&str>,
    ) -> Result<Written, AwsError> {
        let call = self.client.put_object().bucket(bucket).key(key);
        let call = call.expected_bucket_owner(&self.owner).content_type("application/json");
        let call = match over {
            Some(etag) => call.if_match(etag),
            None => call.if_none_match("*"),
        };
        written(answer(call.body(ByteStream::from(body)).send().await).map(drop))
    }

    async fn delete(&self, (bucket, key): (&str, &str), etag: &str) -> Result<Written, AwsError> {
        let call = self.client.delete_object().bucket(bucket).key(key);
        let call = call.expected_bucket_owner(&self.owner).if_match(etag);
        written(answer(call.send().await).map(drop))
    }
}

fn written(answer: Result<(), AwsError>) -> Result<Written, AwsError> {
    match answer {
        Ok(()) => Ok(Written::Done),
        Err(error) if LOST.iter().any(|code| error.is(code)) => Ok(Written::Lost),
        Err(error) => Err(error),
    }
}

fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), 0).ok()
}
