//! Deleting objects, one or many.

use s3s::S3Result;
use s3s::dto::{
    DeleteObjectInput, DeleteObjectOutput, DeleteObjectsInput, DeleteObjectsOutput, DeletedObject,
    ETagCondition, Error, ObjectIdentifier,
};

use super::bucket::{self, Versioning};
use super::condition::Conditions;
use super::object::{self, NULL_VERSION};
use super::operations::Context;
use super::versions::{self, Place};
use crate::world::World;

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
    input: &DeleteObjectsInput,
) -> S3Result<DeleteObjectsOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for ObjectIdentifier { key, version_id, e_tag, .. } in &input.delete.objects {
        let if_match = e_tag.clone().map(ETagCondition::ETag);
        let wanted = Doomed { key, version_id: version_id.as_deref(), if_match: if_match.as_ref() };
        match remove(world, context, &input.bucket, &wanted) {
            Ok(removed) => deleted.push(DeletedObject {
                delete_marker: removed.is_marker.then_some(true),
                delete_marker_version_id: removed.version_id.filter(|_| removed.is_marker),
                key: Some(key.clone()),
                version_id: version_id.clone(),
            }),
            Err(error) => errors.push(Error {
                code: Some(error.code().as_str().to_owned()),
                key: Some(key.clone()),
                message: error.message().map(ToOwned::to_owned),
                version_id: version_id.clone(),
            }),
        }
    }
    if input.delete.quiet == Some(true) {
        deleted.clear();
    }
    Ok(DeleteObjectsOutput { deleted: Some(deleted), errors: Some(errors), request_charged: None })
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
    let conditions = Conditions { if_match: doomed.if_match, if_none_match: None };
    conditions.check_write(object::current(world, bucket, doomed.key))?;
    if let Some(version_id) = doomed.version_id {
        let version = object::wanted(world, bucket, doomed.key, Some(version_id)).cloned();
        let is_marker = version.as_ref().is_some_and(|version| version.content.is_none());
        if let Some(version) = version {
            world.objects.remove(&version.row_key());
        }
        return Ok(Removed { version_id: Some(version_id.to_owned()), is_marker });
    }
    if versioning == Versioning::Off {
        versions::remove_null(world, bucket, doomed.key);
        return Ok(Removed::default());
    }
    let place = Place { bucket: bucket.to_owned(), key: doomed.key.to_owned(), versioning };
    let marker = versions::add(world, context, place, None);
    Ok(Removed {
        version_id: Some(marker.unwrap_or_else(|| NULL_VERSION.to_owned())),
        is_marker: true,
    })
}
