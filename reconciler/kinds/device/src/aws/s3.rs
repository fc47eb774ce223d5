//! The buckets of registrations and of reports.
//!
//! Sources: S3 API Reference, each operation's page.

use async_trait::async_trait;
use aws_sdk_s3::primitives::DateTime;
use jiff::Timestamp;
use reconcile_engine::aws::buckets::{self, Object, Written, written};
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::session::Session;

use super::answer;
use crate::port::objects::{Listed, ReadsObjects, WritesObjects};

/// S3, through the SDK.
#[derive(Debug)]
pub struct Buckets(buckets::Buckets);

impl Buckets {
    /// Over a session's connection.
    pub fn new(session: &Session) -> Self {
        Self(buckets::Buckets::new(session))
    }
}

#[async_trait]
impl ReadsObjects for Buckets {
    async fn list(&self, bucket: &str, prefix: &str) -> Result<Vec<Listed>, AwsError> {
        let call = self.0.client().list_objects_v2().bucket(bucket).prefix(prefix);
        let mut pages = call.expected_bucket_owner(self.0.owner()).into_paginator().send();
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
        self.0.read(bucket, key).await
    }
}

#[async_trait]
impl WritesObjects for Buckets {
    async fn write(
        &self,
        at: (&str, &str),
        body: Vec<u8>,
        over: Option<&str>,
    ) -> Result<Written, AwsError> {
        let call = self.0.put(at, body).content_type("application/json");
        let call = match over {
            Some(etag) => call.if_match(etag),
            None => call.if_none_match("*"),
        };
        written(call.send().await)
    }

    async fn delete(&self, (bucket, key): (&str, &str), etag: &str) -> Result<Written, AwsError> {
        let call = self.0.client().delete_object().bucket(bucket).key(key);
        written(call.expected_bucket_owner(self.0.owner()).if_match(etag).send().await)
    }
}

fn timestamp(time: &DateTime) -> Option<Timestamp> {
    Timestamp::new(time.secs(), 0).ok()
}
