//! Listing a bucket's objects and their versions, page by page.

use aws_smithy_types::base64;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use s3s::dto::{
    CommonPrefix, DeleteMarkerEntry, ETag, EncodingType, ListObjectVersionsInput,
    ListObjectVersionsOutput, ListObjectsInput, ListObjectsOutput, ListObjectsV2Input,
    ListObjectsV2Output, Object, ObjectStorageClass, ObjectVersion as ListedVersion,
    ObjectVersionStorageClass, Owner,
};
use s3s::{S3Result, s3_error};

use super::bucket;
use super::object::{self, ObjectVersion};
use super::operations::{Context, timestamp};
use crate::world::{ACCOUNT, World};

/// The most that one page holds.
const PAGE: i32 = 1000;

/// What stays as it is in a listing that asked for `encoding-type=url`.
const UNRESERVED: &AsciiSet =
    &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

pub(super) fn objects(
    world: &World,
    context: &Context,
    input: &ListObjectsV2Input,
) -> S3Result<ListObjectsV2Output> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let after = match &input.continuation_token {
        Some(token) => Some(decode_token(token)?),
        None => input.start_after.clone(),
    };
    let existing = latest(object::with_prefix(world, &input.bucket, &prefix))
        .filter(|version| version.content.is_some())
        .filter(|version| is_after(&version.key, after.as_deref(), input.delimiter.as_deref()));
    let max_keys = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
    let page = Page::fill(existing, &prefix, input.delimiter.as_deref(), max_keys);
    let encode = |text: &str| encode(text, input.encoding_type.as_ref());
    let contents = page.versions.iter().map(|(version, _)| listed(version, encode)).collect();
    Ok(ListObjectsV2Output {
        common_prefixes: Some(page.common_prefixes(encode)),
        contents: Some(contents),
        key_count: i32::try_from(page.len()).ok(),
        is_truncated: Some(page.is_truncated),
        next_continuation_token: page.next().map(base64::encode),
        continuation_token: input.continuation_token.clone(),
        name: Some(input.bucket.clone()),
        prefix: Some(prefix),
        max_keys: Some(max_keys),
        delimiter: input.delimiter.clone(),
        encoding_type: input.encoding_type.clone(),
        start_after: input.start_after.clone(),
        request_charged: None,
    })
}

/// The older listing, whose pages go on from a key that the caller knows.
pub(super) fn objects_by_marker(
    world: &World,
    context: &Context,
    input: &ListObjectsInput,
) -> S3Result<ListObjectsOutput> {
    let asked = ListObjectsV2Input {
        bucket: input.bucket.clone(),
        delimiter: input.delimiter.clone(),
        encoding_type: input.encoding_type.clone(),
        max_keys: input.max_keys,
        prefix: input.prefix.clone(),
        start_after: input.marker.clone().filter(|marker| !marker.is_empty()),
        ..Default::default()
    };
    let listed = objects(world, context, &asked)?;
    let next = listed.next_continuation_token.as_deref().map(decode_token).transpose()?;
    // Without a delimiter the last key says enough, and S3 does not say it again.
    let next = next.filter(|_| input.delimiter.is_some());
    let contents = listed.contents.unwrap_or_default().into_iter();
    let contents = contents.map(|object| Object { owner: Some(owner()), ..object });
    Ok(ListObjectsOutput {
        name: listed.name,
        prefix: listed.prefix,
        marker: Some(input.marker.clone().unwrap_or_default()),
        max_keys: listed.max_keys,
        is_truncated: listed.is_truncated,
        contents: Some(contents.collect()),
        common_prefixes: listed.common_prefixes,
        delimiter: listed.delimiter,
        next_marker: next.map(|next| encode(&next, input.encoding_type.as_ref())),
        encoding_type: listed.encoding_type,
        request_charged: None,
    })
}

pub(super) fn versions(
    world: &World,
    context: &Context,
    input: &ListObjectVersionsInput,
) -> S3Result<ListObjectVersionsOutput> {
    bucket::reached(world, &context.region, &input.bucket)?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let marker = input.key_marker.as_deref().filter(|marker| !marker.is_empty());
    let version_marker = input.version_id_marker.as_deref();
    let reached = version_marker.zip(marker).and_then(|(id, key)| {
        object::wanted(world, &input.bucket, key, Some(id)).map(ObjectVersion::row_key)
    });
    let remaining = object::with_prefix(world, &input.bucket, &prefix).filter(|version| {
        match &reached {
            // Older versions of the key at which the last page ended come first.
            Some(row) => version.row_key() > *row,
            None => is_after(&version.key, marker, input.delimiter.as_deref()),
        }
    });
    let max_keys = input.max_keys.unwrap_or(PAGE).clamp(0, PAGE);
    let page = Page::fill(remaining, &prefix, input.delimiter.as_deref(), max_keys);
    let encode = |text: &str| encode(text, input.encoding_type.as_ref());
    let (mut versions, mut markers) = (Vec::new(), Vec::new());
    for (version, _) in &page.versions {
        let newest = object::wanted(world, &input.bucket, &version.key, None);
        let is_latest = newest.is_some_and(|newest| newest.order == version.order);
        match listed_version(version, is_latest, encode) {
            Listed::Version(version) => versions.push(version),
            Listed::Marker(marker) => markers.push(marker),
        }
    }
    Ok(ListObjectVersionsOutput {
        common_prefixes: Some(page.common_prefixes(encode)),
        delete_markers: Some(markers),
        versions: Some(versions),
        is_truncated: Some(page.is_truncated),
        next_key_marker: page.next().map(encode),
        next_version_id_marker: page.next_version().map(str::to_owned),
        delimiter: input.delimiter.clone(),
        encoding_type: input.encoding_type.clone(),
        // S3 says of both markers where the page begins, also of the first.
        key_marker: Some(input.key_marker.clone().unwrap_or_default()),
        max_keys: Some(max_keys),
        name: Some(input.bucket.clone()),
        prefix: Some(prefix),
        request_charged: None,
        version_id_marker: Some(input.version_id_marker.clone().unwrap_or_default()),
    })
}

/// The newest version of each key.
fn latest<'a>(
    versions: impl Iterator<Item = &'a ObjectVersion>,
) -> impl Iterator<Item = &'a ObjectVersion> {
    let mut last: Option<&str> = None;
    versions.filter(move |version| last.replace(&version.key) != Some(&version.key))
}

/// Whether a key comes after the one at which the last page ended, which may be a common prefix and then
/// stands for all keys under it.
fn is_after(key: &str, after: Option<&str>, delimiter: Option<&str>) -> bool {
    let Some(after) = after else { return true };
    let is_rolled_up = delimiter.is_some_and(|delimiter| after.ends_with(delimiter));
    key > after && !(is_rolled_up && key.starts_with(after))
}

/// One page: versions and common prefixes in the order in which they were met.
struct Page<'a> {
    /// With their position among everything on the page.
    versions: Vec<(&'a ObjectVersion, usize)>,
    prefixes: Vec<(String, usize)>,
    is_truncated: bool,
}

impl<'a> Page<'a> {
    fn fill(
        versions: impl Iterator<Item = &'a ObjectVersion>,
        prefix: &str,
        delimiter: Option<&str>,
        max: i32,
    ) -> Self {
        let max = usize::try_from(max).unwrap_or_default();
        let mut page = Self { versions: Vec::new(), prefixes: Vec::new(), is_truncated: false };
        for version in versions {
            let common = common_prefix(&version.key, prefix, delimiter);
            if common.is_some() && page.prefixes.last().map(|(last, _)| &**last) == common {
                continue;
            }
            let position = page.len();
            if position == max {
                page.is_truncated = max > 0;
                break;
            }
            match common {
                Some(common) => page.prefixes.push((common.to_owned(), position)),
                None => page.versions.push((version, position)),
            }
        }
        page
    }

    fn len(&self) -> usize {
        self.versions.len() + self.prefixes.len()
    }

    fn last_version(&self) -> Option<&'a ObjectVersion> {
        let last = self.len().checked_sub(1)?;
        self.versions.last().filter(|(_, at)| *at == last).map(|(version, _)| *version)
    }

    /// The key or common prefix at which the next page begins.
    fn next(&self) -> Option<&str> {
        let last = self.last_version().map(|version| &*version.key);
        let last = last.or_else(|| self.prefixes.last().map(|(prefix, _)| &**prefix));
        last.filter(|_| self.is_truncated)
    }

    fn next_version(&self) -> Option<&'a str> {
        self.last_version().filter(|_| self.is_truncated).map(ObjectVersion::shown_id)
    }

    fn common_prefixes(&self, encode: impl Fn(&str) -> String) -> Vec<CommonPrefix> {
        let prefixes = self.prefixes.iter();
        prefixes.map(|(prefix, _)| CommonPrefix { prefix: Some(encode(prefix)) }).collect()
    }
}

/// What a key is rolled up into: all of it up to the first delimiter after the prefix.
fn common_prefix<'a>(key: &'a str, prefix: &str, delimiter: Option<&str>) -> Option<&'a str> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let at = key.get(prefix.len()..)?.find(delimiter)?;
    key.get(..prefix.len() + at + delimiter.len())
}

fn listed(version: &ObjectVersion, encode: impl Fn(&str) -> String) -> Object {
    let content = version.content.as_ref();
    Object {
        key: Some(encode(&version.key)),
        last_modified: Some(timestamp(version.last_modified)),
        e_tag: content.map(|content| ETag::Strong(content.etag.clone())),
        size: content.and_then(|content| i64::try_from(content.body.0.len()).ok()),
        storage_class: Some(ObjectStorageClass::from_static(ObjectStorageClass::STANDARD)),
        ..Default::default()
    }
}

enum Listed {
    Version(ListedVersion),
    Marker(DeleteMarkerEntry),
}

fn listed_version(
    version: &ObjectVersion,
    is_latest: bool,
    encode: impl Fn(&str) -> String,
) -> Listed {
    let key = Some(encode(&version.key));
    let (is_latest, version_id) = (Some(is_latest), Some(version.shown_id().to_owned()));
    let last_modified = Some(timestamp(version.last_modified));
    let Some(content) = &version.content else {
        return Listed::Marker(DeleteMarkerEntry {
            is_latest,
            key,
            last_modified,
            owner: Some(owner()),
            version_id,
        });
    };
    Listed::Version(ListedVersion {
        e_tag: Some(ETag::Strong(content.etag.clone())),
        is_latest,
        key,
        last_modified,
        owner: Some(owner()),
        size: i64::try_from(content.body.0.len()).ok(),
        storage_class: Some(ObjectVersionStorageClass::from_static(
            ObjectVersionStorageClass::STANDARD,
        )),
        version_id,
        ..Default::default()
    })
}

/// Every object is its bucket's owner's (`BucketOwnerEnforced`).
pub(super) fn owner() -> Owner {
    Owner { id: Some(ACCOUNT.to_owned()), display_name: None }
}

/// The name that a continuation token stands for.
pub(super) fn decode_token(token: &str) -> S3Result<String> {
    base64::decode(token)
        .ok()
        .and_then(|bytes| String::from_utf8(bytes).ok())
        .ok_or_else(|| s3_error!(InvalidArgument, "The continuation token provided is incorrect"))
}

/// A name as the caller asked for it.
pub(super) fn encode(text: &str, encoding: Option<&EncodingType>) -> String {
    match encoding {
        Some(_) => utf8_percent_encode(text, UNRESERVED).to_string(),
        None => text.to_owned(),
    }
}
