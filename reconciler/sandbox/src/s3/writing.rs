//! Putting, copying and deleting objects.

use bytes::Bytes;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{
    CopyObjectInput, CopyObjectOutput, CopyObjectResult, CopySource, DeleteObjectInput,
    DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject, ETag,
    ETagCondition, Error, MetadataDirective, ObjectIdentifier, PutObjectInput, PutObjectOutput,
    ServerSideEncryption,
};
use s3s::{S3Result, s3_error};

use super::bucket::{self, Encryption, Versioning};
use super::condition::{Conditions, absent};
use super::object::{self, Body, Content, Description, NULL_VERSION, ObjectVersion};
use super::operations::{Context, timestamp};
use crate::world::World;

pub(super) fn put(
    world: &mut World,
    context: &Context,
    input: PutObjectInput,
    body: Bytes,
) -> S3Result<PutObjectOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    let (versioning, default) = (
        bucket::versioning(bucket),
        bucket::default_encryption(bucket),
    );
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
    };
    conditions.check_write(object::current(world, &input.bucket, &input.key))?;
    let asked = input.server_side_encryption.map(|algorithm| Encryption {
        algorithm: algorithm.as_str().to_owned(),
        key_id: input.ssekms_key_id,
        bucket_key: input.bucket_key_enabled,
    });
    let description = Description {
        content_type: input.content_type,
        content_encoding: input.content_encoding,
        content_disposition: input.content_disposition,
        content_language: input.content_language,
        cache_control: input.cache_control,
        metadata: input.metadata.unwrap_or_default().into_iter().collect(),
    };
    let encryption = asked.unwrap_or(default);
    let etag = etag(&body, &encryption);
    let object = Content {
        body: Body(body),
        etag: etag.clone(),
        encryption: encryption.clone(),
        description,
    };
    let place = Place {
        bucket: input.bucket,
        key: input.key,
        versioning,
    };
    let version_id = add(world, context, place, Some(object));
    Ok(PutObjectOutput {
        e_tag: Some(ETag::Strong(etag)),
        version_id,
        server_side_encryption: Some(ServerSideEncryption::from(encryption.algorithm)),
        ssekms_key_id: encryption.key_id,
        bucket_key_enabled: encryption.bucket_key,
        ..Default::default()
    })
}

pub(super) fn copy(
    world: &mut World,
    context: &Context,
    input: CopyObjectInput,
) -> S3Result<CopyObjectOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    let (versioning, default) = (
        bucket::versioning(bucket),
        bucket::default_encryption(bucket),
    );
    let CopySource::Bucket {
        bucket: from,
        key,
        version_id,
    } = &input.copy_source
    else {
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
        object.description.metadata = input.metadata.unwrap_or_default().into_iter().collect();
        object.description.content_type = input.content_type;
    }
    object.encryption = default;
    object.etag = etag(&object.body.0, &object.encryption);
    let etag = object.etag.clone();
    let place = Place {
        bucket: input.bucket,
        key: input.key,
        versioning,
    };
    let version_id = add(world, context, place, Some(object));
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

pub(super) fn delete(
    world: &mut World,
    context: &Context,
    input: &DeleteObjectInput,
) -> S3Result<DeleteObjectOutput> {
    let wanted = Doomed {
        key: &input.key,
        version_id: input.version_id.as_deref(),
        if_match: input.if_match.as_ref(),
    };
    let deleted = remove(world, context, &input.bucket, &wanted)?;
    Ok(DeleteObjectOutput {
        delete_marker: deleted.is_marker.then_some(true),
        version_id: deleted.version_id,
        request_charged: None,
    })
}

pub(super) fn delete_many(
    world: &mut World,
    context: &Context,
    input: DeleteObjectsInput,
) -> S3Result<DeleteObjectsOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for ObjectIdentifier {
        key,
        version_id,
        e_tag,
        ..
    } in input.delete.objects
    {
        let if_match = e_tag.map(ETagCondition::ETag);
        let wanted = Doomed {
            key: &key,
            version_id: version_id.as_deref(),
            if_match: if_match.as_ref(),
        };
        match remove(world, context, &input.bucket, &wanted) {
            Ok(removed) => deleted.push(DeletedObject {
                delete_marker: removed.is_marker.then_some(true),
                delete_marker_version_id: removed.version_id.filter(|_| removed.is_marker),
                key: Some(key),
                version_id,
            }),
            Err(error) => errors.push(Error {
                code: Some(error.code().as_str().to_owned()),
                key: Some(key),
                message: error.message().map(ToOwned::to_owned),
                version_id,
            }),
        }
    }
    if input.delete.quiet == Some(true) {
        deleted.clear();
    }
    Ok(DeleteObjectsOutput {
        deleted: Some(deleted),
        errors: Some(errors),
        request_charged: None,
    })
}

/// What is to be deleted.
struct Doomed<'a> {
    key: &'a str,
    version_id: Option<&'a str>,
    if_match: Option<&'a ETagCondition>,
}

/// What a deletion removed or, when `is_marker`, the delete marker that it removed or left.
#[derive(Default)]
struct Removed {
    version_id: Option<String>,
    is_marker: bool,
}

fn remove(
    world: &mut World,
    context: &Context,
    bucket: &str,
    doomed: &Doomed<'_>,
) -> S3Result<Removed> {
    let versioning = bucket::versioning(bucket::reached(world, &context.region, bucket)?);
    let conditions = Conditions {
        if_match: doomed.if_match,
        if_none_match: None,
    };
    conditions.check_write(object::current(world, bucket, doomed.key))?;
    if let Some(version_id) = doomed.version_id {
        let version = object::wanted(world, bucket, doomed.key, Some(version_id)).cloned();
        let is_marker = version
            .as_ref()
            .is_some_and(|version| version.content.is_none());
        if let Some(version) = version {
            world.objects.remove(&version.row_key());
        }
        return Ok(Removed {
            version_id: Some(version_id.to_owned()),
            is_marker,
        });
    }
    if versioning == Versioning::Off {
        remove_null_version(world, bucket, doomed.key);
        return Ok(Removed::default());
    }
    let place = Place {
        bucket: bucket.to_owned(),
        key: doomed.key.to_owned(),
        versioning,
    };
    let marker = add(world, context, place, None);
    Ok(Removed {
        version_id: Some(marker.unwrap_or_else(|| NULL_VERSION.to_owned())),
        is_marker: true,
    })
}

/// Where a version is put.
struct Place {
    bucket: String,
    key: String,
    versioning: Versioning,
}

/// Adds a version, or a delete marker when there is no content; answers its ID, if it has one.
fn add(
    world: &mut World,
    context: &Context,
    place: Place,
    object: Option<Content>,
) -> Option<String> {
    let Place {
        bucket,
        key,
        versioning,
    } = place;
    let order = world.next("object-versions");
    let version_id = (versioning == Versioning::Enabled).then(|| version_id(&bucket, order));
    if version_id.is_none() {
        remove_null_version(world, &bucket, &key);
    }
    let version = ObjectVersion {
        bucket,
        key,
        order,
        version_id: version_id.clone(),
        last_modified: context.now,
        content: object,
    };
    world.objects.insert(version.row_key(), version);
    version_id
}

fn remove_null_version(world: &mut World, bucket: &str, key: &str) {
    let null = object::wanted(world, bucket, key, Some(NULL_VERSION)).map(ObjectVersion::row_key);
    if let Some(row) = null {
        world.objects.remove(&row);
    }
}

/// 32 opaque characters, as AWS's are.
fn version_id(bucket: &str, order: u64) -> String {
    hex(Md5::checksum(format!("{bucket}/{order}").as_bytes()))
}

/// The MD5 of the content, except under KMS, where S3 promises only that it names the content.
fn etag(body: &Bytes, encryption: &Encryption) -> String {
    let mut digest = Md5::new();
    if encryption.is_kms() {
        digest.update(encryption.algorithm.as_bytes());
    }
    digest.update(body);
    hex(digest.finalize())
}

fn hex(bytes: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(bytes))
}
