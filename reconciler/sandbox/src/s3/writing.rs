//! Putting and copying objects.

use bytes::Bytes;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, ETag, MetadataDirective,
    PutObjectInput, PutObjectOutput, ServerSideEncryption,
};
use s3s::{S3Result, s3_error};

use super::bucket::{self, Encryption};
use super::condition::{Conditions, absent};
use super::object::{self, Body, Content, Description, hex};
use super::operations::{Context, timestamp};
use super::versions::{self, Place};
use crate::world::World;

pub(super) fn put(
    world: &mut World,
    context: &Context,
    input: &PutObjectInput,
    body: Bytes,
) -> S3Result<PutObjectOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    let (versioning, default) = (bucket::versioning(bucket), bucket::default_encryption(bucket));
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
    };
    conditions.check_write(object::current(world, &input.bucket, &input.key))?;
    let asked = input.server_side_encryption.as_ref().map(|algorithm| Encryption {
        algorithm: algorithm.as_str().to_owned(),
        key_id: input.ssekms_key_id.clone(),
        bucket_key: input.bucket_key_enabled,
    });
    let description = Description {
        content_type: input.content_type.clone(),
        content_encoding: input.content_encoding.clone(),
        content_disposition: input.content_disposition.clone(),
        content_language: input.content_language.clone(),
        cache_control: input.cache_control.clone(),
        metadata: input.metadata.clone().unwrap_or_default().into_iter().collect(),
    };
    let encryption = asked.unwrap_or(default);
    let etag = etag(&body, &encryption);
    let object = Content {
        body: Body(body),
        etag: etag.clone(),
        encryption: encryption.clone(),
        description,
    };
    let place = Place { bucket: input.bucket.clone(), key: input.key.clone(), versioning };
    let version_id = versions::add(world, context, place, Some(object));
    Ok(PutObjectOutput {
        e_tag: Some(ETag::Strong(etag)),
        version_id,
        bucket_key_enabled: encryption.uses_bucket_key(),
        server_side_encryption: Some(ServerSideEncryption::from(encryption.algorithm)),
        ssekms_key_id: encryption.key_id,
        ..Default::default()
    })
}

pub(super) fn copy(
    world: &mut World,
    context: &Context,
    input: &CopyObjectInput,
) -> S3Result<CopyObjectOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    let (versioning, default) = (bucket::versioning(bucket), bucket::default_encryption(bucket));
    let CopySource::Bucket { bucket: from, key, version_id } = &input.copy_source else {
        return Err(s3_error!(NotImplemented));
    };
    bucket::anywhere(world, from)
        .ok_or_else(|| s3_error!(NoSuchBucket, "The specified bucket does not exist"))?;
    let source = object::wanted(world, from, key, version_id.as_deref()).ok_or_else(absent)?;
    let (source_id, source) = (source.version_id.clone(), source.content.clone());
    let mut object = source.ok_or_else(absent)?;
    let conditions = Conditions {
        if_match: input.copy_source_if_match.as_ref(),
        if_none_match: input.copy_source_if_none_match.as_ref(),
    };
    conditions.check_read(&object)?;
    let replaces = |it: &MetadataDirective| it.as_str() == MetadataDirective::REPLACE;
    if input.metadata_directive.as_ref().is_some_and(replaces) {
        object.description.metadata =
            input.metadata.clone().unwrap_or_default().into_iter().collect();
        object.description.content_type.clone_from(&input.content_type);
    }
    object.encryption = default;
    object.etag = etag(&object.body.0, &object.encryption);
    let etag = object.etag.clone();
    let place = Place { bucket: input.bucket.clone(), key: input.key.clone(), versioning };
    let version_id = versions::add(world, context, place, Some(object));
    let result = CopyObjectResult {
        e_tag: Some(ETag::Strong(etag)),
        last_modified: Some(timestamp(context.now)),
        ..Default::default()
    };
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: source_id,
        version_id,
        ..Default::default()
    })
}

/// The MD5 of the content, except under KMS, where S3 promises only that it names the content.
pub(super) fn etag(body: &Bytes, encryption: &Encryption) -> String {
    let mut digest = Md5::new();
    if encryption.is_kms() {
        digest.update(encryption.algorithm.as_bytes());
    }
    digest.update(body);
    hex(digest.finalize())
}
