//! Listing uploads that are under way, and their parts.

use s3s::S3Result;
use s3s::dto::{
    ChecksumAlgorithm, ETag, Initiator, ListMultipartUploadsInput, ListMultipartUploadsOutput,
    ListPartsInput, ListPartsOutput, MultipartUpload, Part, StorageClass,
};

use super::bucket;
use super::checksum;
use super::listing::{encode, owner};
use super::operations::{Context, timestamp};
use super::upload::{self, Upload, UploadedPart};
use crate::world::{ACCOUNT, World};

/// The most that one page holds.
const PAGE: i32 = 1000;

pub(super) fn parts(
    world: &World,
    context: &Context,
    input: &ListPartsInput,
) -> S3Result<ListPartsOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let place = (input.bucket.as_str(), input.key.as_str());
    let upload = upload::find(world, place, &input.upload_id)?;
    let after = input.part_number_marker.unwrap_or_default();
    let max = input.max_parts.unwrap_or(PAGE).clamp(0, PAGE);
    let rest: Vec<_> = upload::parts(world, upload).filter(|part| part.number > after).collect();
    let page: Vec<_> = rest.iter().take(usize::try_from(max).unwrap_or_default()).collect();
    let is_truncated = page.len() < rest.len();
    Ok(ListPartsOutput {
        bucket: Some(input.bucket.clone()),
        key: Some(input.key.clone()),
        upload_id: Some(input.upload_id.clone()),
        checksum_algorithm: upload.algorithm.map(|it| ChecksumAlgorithm::from_static(it.name())),
        checksum_type: upload.algorithm.map(|_| checksum::kind(upload.is_composite)),
        initiator: Some(initiator()),
        owner: Some(owner()),
        is_truncated: Some(is_truncated),
        max_parts: Some(max),
        next_part_number_marker: page.last().map(|part| part.number),
        part_number_marker: Some(after),
        parts: Some(page.into_iter().map(|part| listed_part(part)).collect()),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
        ..Default::default()
    })
}

fn listed_part(part: &UploadedPart) -> Part {
    let mut listed = Part {
        part_number: Some(part.number),
        e_tag: Some(ETag::Strong(part.etag.clone())),
        size: i64::try_from(part.body.0.len()).ok(),
        last_modified: Some(timestamp(part.last_modified)),
        ..Default::default()
    };
    checksum::tell!(listed, &part.checksum);
    listed
}

pub(super) fn all(
    world: &World,
    context: &Context,
    input: &ListMultipartUploadsInput,
) -> S3Result<ListMultipartUploadsOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let key_marker = input.key_marker.clone().unwrap_or_default();
    let id_marker = input.upload_id_marker.clone();
    let max = input.max_uploads.unwrap_or(PAGE).clamp(0, PAGE);
    let is_after = |upload: &&Upload| match &id_marker {
        Some(id) => (&upload.key, &upload.id) > (&key_marker, id),
        None => key_marker.is_empty() || upload.key > key_marker,
    };
    let rest: Vec<_> = upload::of_bucket(world, &input.bucket)
        .filter(|upload| upload.key.starts_with(&prefix))
        .filter(is_after)
        .collect();
    let page: Vec<_> = rest.iter().take(usize::try_from(max).unwrap_or_default()).collect();
    let is_truncated = page.len() < rest.len();
    let last = page.last().filter(|_| is_truncated);
    let encode = |text: &str| encode(text, input.encoding_type.as_ref());
    Ok(ListMultipartUploadsOutput {
        bucket: Some(input.bucket.clone()),
        is_truncated: Some(is_truncated),
        key_marker: Some(key_marker.clone()),
        upload_id_marker: Some(input.upload_id_marker.clone().unwrap_or_default()),
        next_key_marker: last.map(|upload| encode(&upload.key)),
        next_upload_id_marker: last.map(|upload| upload.id.clone()),
        max_uploads: Some(max),
        prefix: Some(prefix.clone()),
        encoding_type: input.encoding_type.clone(),
        uploads: Some(page.into_iter().map(|upload| listed(upload, encode)).collect()),
        ..Default::default()
    })
}

fn listed(upload: &Upload, encode: impl Fn(&str) -> String) -> MultipartUpload {
    MultipartUpload {
        key: Some(encode(&upload.key)),
        upload_id: Some(upload.id.clone()),
        initiated: Some(timestamp(upload.initiated)),
        initiator: Some(initiator()),
        owner: Some(owner()),
        checksum_algorithm: upload.algorithm.map(|it| ChecksumAlgorithm::from_static(it.name())),
        checksum_type: upload.algorithm.map(|_| checksum::kind(upload.is_composite)),
        storage_class: Some(StorageClass::from_static(StorageClass::STANDARD)),
    }
}

fn initiator() -> Initiator {
    Initiator { id: Some(ACCOUNT.to_owned()), display_name: None }
}
