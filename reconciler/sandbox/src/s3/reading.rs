//! Getting an object, or only its headers.

use s3s::dto::{
    ChecksumMode, ETag, GetObjectInput, GetObjectOutput, HeadObjectInput, HeadObjectOutput, Range,
    ServerSideEncryption, StreamingBlob,
};
use s3s::{Body, S3Error, S3Result, s3_error};

use super::bucket::{self, Versioning};
use super::checksum;
use super::condition::{Conditions, absent};
use super::object::{self, Content, ObjectVersion};
use super::operations::{Context, timestamp};
use crate::world::World;

pub(super) fn get(
    world: &World,
    context: &Context,
    input: &GetObjectInput,
) -> S3Result<GetObjectOutput> {
    let bucket = bucket::reached(world, &context.region, &input.bucket)?;
    let version = object::wanted(world, &input.bucket, &input.key, input.version_id.as_deref());
    let version = version.ok_or_else(|| match input.version_id {
        Some(_) => s3_error!(NoSuchVersion, "The specified version does not exist."),
        None => absent(),
    })?;
    let Some(object) = &version.content else {
        return Err(marked_deleted(version, input.version_id.is_some()));
    };
    let conditions = Conditions {
        if_match: input.if_match.as_ref(),
        if_none_match: input.if_none_match.as_ref(),
    };
    conditions.check_read(object)?;
    let mut output = describe(version, object);
    if bucket::versioning(bucket) != Versioning::Off {
        output.version_id = Some(version.shown_id().to_owned());
    }
    let asks = |mode: &ChecksumMode| mode.as_str() == ChecksumMode::ENABLED;
    let whole = input.range.is_none() && input.part_number.is_none();
    if let Some(checksum) = object.checksum.as_ref()
        && whole
        && input.checksum_mode.as_ref().is_some_and(asks)
    {
        checksum::tell!(output, checksum);
        output.checksum_type = Some(checksum.kind());
    }
    let part = match input.part_number {
        Some(number) => part(object, number, &mut output)?,
        None => select(object, input.range.as_ref(), &mut output)?,
    };
    output.content_length = i64::try_from(part.len()).ok();
    output.body = Some(StreamingBlob::from(Body::from(part)));
    Ok(output)
}

pub(super) fn head(
    world: &World,
    context: &Context,
    input: &HeadObjectInput,
) -> S3Result<HeadObjectOutput> {
    let asked = GetObjectInput {
        bucket: input.bucket.clone(),
        key: input.key.clone(),
        version_id: input.version_id.clone(),
        range: input.range,
        if_match: input.if_match.clone(),
        if_none_match: input.if_none_match.clone(),
        checksum_mode: input.checksum_mode.clone(),
        part_number: input.part_number,
        ..Default::default()
    };
    let got = get(world, context, &asked)?;
    Ok(HeadObjectOutput {
        accept_ranges: got.accept_ranges,
        bucket_key_enabled: got.bucket_key_enabled,
        cache_control: got.cache_control,
        checksum_crc32: got.checksum_crc32,
        checksum_crc32c: got.checksum_crc32c,
        checksum_crc64nvme: got.checksum_crc64nvme,
        checksum_sha1: got.checksum_sha1,
        checksum_sha256: got.checksum_sha256,
        checksum_type: got.checksum_type,
        content_disposition: got.content_disposition,
        content_encoding: got.content_encoding,
        content_language: got.content_language,
        content_length: got.content_length,
        content_range: got.content_range,
        content_type: got.content_type,
        e_tag: got.e_tag,
        last_modified: got.last_modified,
        metadata: got.metadata,
        parts_count: got.parts_count,
        ssekms_key_id: got.ssekms_key_id,
        server_side_encryption: got.server_side_encryption,
        version_id: got.version_id,
        ..Default::default()
    })
}

fn describe(version: &ObjectVersion, content: &Content) -> GetObjectOutput {
    let description = content.description.clone();
    GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        bucket_key_enabled: content.encryption.uses_bucket_key(),
        cache_control: description.cache_control,
        content_disposition: description.content_disposition,
        content_encoding: description.content_encoding,
        content_language: description.content_language,
        content_type: description.content_type.or_else(|| Some("binary/octet-stream".to_owned())),
        e_tag: Some(ETag::Strong(content.etag.clone())),
        last_modified: Some(timestamp(version.last_modified)),
        metadata: Some(description.metadata.into_iter().collect()),
        ssekms_key_id: content.encryption.key_id.clone(),
        server_side_encryption: Some(ServerSideEncryption::from(
            content.encryption.algorithm.clone(),
        )),
        ..Default::default()
    }
}

/// The bytes that are asked for; notes in the output which part of the whole they are.
fn select(
    content: &Content,
    range: Option<&Range>,
    output: &mut GetObjectOutput,
) -> S3Result<bytes::Bytes> {
    let body = &content.body.0;
    let Some(range) = range else {
        return Ok(body.clone());
    };
    let whole = u64::try_from(body.len()).unwrap_or(u64::MAX);
    let part = range.check(whole)?;
    output.content_range = Some(format!("bytes {}-{}/{whole}", part.start, part.end - 1));
    let index = |at: u64| usize::try_from(at).unwrap_or(body.len());
    Ok(body.slice(index(part.start)..index(part.end)))
}

/// One part of an object that was uploaded in parts; an object in one piece is its own first.
fn part(content: &Content, number: i32, output: &mut GetObjectOutput) -> S3Result<bytes::Bytes> {
    let body = &content.body.0;
    let sizes = if content.parts.is_empty() { vec![body.len()] } else { content.parts.clone() };
    let index = usize::try_from(number).unwrap_or_default().checked_sub(1);
    let Some((index, size)) = index.and_then(|index| Some((index, *sizes.get(index)?))) else {
        return Err(s3_error!(InvalidRange, "The requested partnumber is not satisfiable"));
    };
    let start: usize = sizes.iter().take(index).sum();
    if size < body.len() {
        output.content_range =
            Some(format!("bytes {start}-{}/{}", (start + size).saturating_sub(1), body.len()));
    }
    output.parts_count = i32::try_from(content.parts.len()).ok().filter(|count| *count > 0);
    Ok(body.slice(start..start + size))
}

/// A deleted object is absent; a delete marker that is named exists but cannot be read.
fn marked_deleted(marker: &ObjectVersion, is_named: bool) -> S3Error {
    let mut error = if is_named {
        s3_error!(MethodNotAllowed, "The specified method is not allowed against this resource.")
    } else {
        absent()
    };
    let mut headers = http::HeaderMap::new();
    headers.insert("x-amz-delete-marker", http::HeaderValue::from_static("true"));
    if let Ok(id) = marker.shown_id().parse() {
        headers.insert("x-amz-version-id", id);
    }
    error.set_headers(headers);
    error
}
