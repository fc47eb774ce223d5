//! The state bucket in S3, by conditional writes.

use async_trait::async_trait;
use aws_config::SdkConfig;
use aws_sdk_s3::Client;
use aws_sdk_s3::config::Region;
use aws_sdk_s3::operation::get_object::GetObjectOutput;
use aws_sdk_s3::operation::put_object::builders::PutObjectFluentBuilder;
use aws_sdk_s3::primitives::ByteStream;

use super::store::{StateStore, StoreError, Stored};
use crate::aws::buckets::{self, is_lost};
use crate::aws::errors::{AwsError, Nature};

/// A bucket of S3 that belongs to a known account.
///
/// Guarantees: a write that S3 carried out is reported as done, also when its answer was lost: S3 then
/// refuses our own retry, so a refused write is compared with what is there. 409 and 412 are never a
/// success otherwise. A bucket of another account is never read or written (`ExpectedBucketOwner`).
///
/// Assumptions: a body is nobody else's: two writers of the same bytes may both be told that they won.
///
/// Errors: [`StoreError`]; a missing bucket has its own, because `reconcile` can make one.
#[derive(Debug)]
pub struct S3Store {
    client: Client,
    bucket: String,
    owner: String,
    /// Where objects are for those who take a URL: up to the key, with a slash at the end.
    base_url: String,
}

impl S3Store {
    /// The bucket of the account `owner`, in the region of `sdk`.
    pub fn new(sdk: &SdkConfig, bucket: String, owner: String) -> Self {
        Self { client: buckets::client(sdk), base_url: base_url(sdk, &bucket), bucket, owner }
    }

    fn put(&self, key: &str, body: &[u8]) -> PutObjectFluentBuilder {
        self.client
            .put_object()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .key(key)
            .content_type("application/json")
            .body(ByteStream::from(body.to_vec()))
    }

    async fn write(
        &self,
        key: &str,
        body: &[u8],
        request: PutObjectFluentBuilder,
    ) -> Result<String, StoreError> {
        match request.send().await {
            Ok(written) => Ok(written.e_tag.unwrap_or_default()),
            Err(error) => {
                let error = AwsError::of(&error);
                if may_be_written(&error)
                    && let Ok(Some(stored)) = self.get(key).await
                    && stored.body == body
                {
                    return Ok(stored.etag);
                }
                Err(self.failure("write", key, &error))
            }
        }
    }

    async fn read(&self, key: &str, object: GetObjectOutput) -> Result<Stored, StoreError> {
        let etag = object.e_tag.unwrap_or_default();
        let body = object.body.collect().await.map_err(|error| StoreError::Failed {
            operation: "read",
            key: key.to_owned(),
            why: format!("its body broke off: {error}"),
        })?;
        Ok(Stored { body: body.to_vec(), etag })
    }

    fn failure(&self, operation: &'static str, key: &str, error: &AwsError) -> StoreError {
        if error.is("NoSuchBucket") {
            StoreError::NoBucket { bucket: self.bucket.clone() }
        } else if is_lost(error) {
            StoreError::Lost { key: key.to_owned() }
        } else {
            StoreError::Failed { operation, key: key.to_owned(), why: error.to_string() }
        }
    }
}

#[async_trait]
impl StateStore for S3Store {
    async fn get(&self, key: &str) -> Result<Option<Stored>, StoreError> {
        let answer = self
            .client
            .get_object()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .key(key)
            .send()
            .await;
        match answer {
            Ok(object) => self.read(key, object).await.map(Some),
            Err(error) => {
                let error = AwsError::of(&error);
                if error.is("NoSuchKey") {
                    return Ok(None);
                }
                Err(self.failure("read", key, &error))
            }
        }
    }

    async fn list(&self, prefix: &str) -> Result<Vec<String>, StoreError> {
        let mut pages = self
            .client
            .list_objects_v2()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .prefix(prefix)
            .into_paginator()
            .send();
        let mut keys = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| self.failure("list", prefix, &AwsError::of(&error)))?;
            keys.extend(page.contents.into_iter().flatten().filter_map(|object| object.key));
        }
        Ok(keys)
    }

    async fn create(&self, key: &str, body: Vec<u8>) -> Result<String, StoreError> {
        let request = self.put(key, &body).if_none_match("*");
        self.write(key, &body, request).await
    }

    async fn replace(&self, key: &str, body: Vec<u8>, etag: &str) -> Result<String, StoreError> {
        let request = self.put(key, &body).if_match(etag);
        self.write(key, &body, request).await
    }

    async fn delete(&self, key: &str, etag: &str) -> Result<(), StoreError> {
        let answer = self
            .client
            .delete_object()
            .bucket(&self.bucket)
            .expected_bucket_owner(&self.owner)
            .key(key)
            .if_match(etag)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => {
                let error = AwsError::of(&error);
                if error.is("NoSuchKey") {
                    return Ok(());
                }
                Err(self.failure("delete", key, &error))
            }
        }
    }

    fn url(&self, key: &str) -> String {
        format!("{}{key}", self.base_url)
    }
}

/// Whether the write may have been carried out although it came back as an error.
fn may_be_written(error: &AwsError) -> bool {
    is_lost(error) || matches!(error.nature, Nature::Unanswered | Nature::Unavailable)
}

fn base_url(sdk: &SdkConfig, bucket: &str) -> String {
    if let Some(endpoint) = sdk.endpoint_url() {
        return format!("{}/{bucket}/", endpoint.trim_end_matches('/'));
    }
    let region = sdk.region().map_or("", Region::as_ref);
    let suffix = if region.starts_with("cn-") { "amazonaws.com.cn" } else { "amazonaws.com" };
    // A dot in the name would break the certificate of the host.
    if bucket.contains('.') {
        format!("https://s3.{region}.{suffix}/{bucket}/")
    } else {
        format!("https://{bucket}.s3.{region}.{suffix}/")
    }
}
