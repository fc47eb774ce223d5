//! Object versions, and how they lie in their table.

use std::collections::BTreeMap;

use aws_smithy_types::base64;
use bytes::Bytes;
use jiff::Timestamp;
use s3s::crypto::{Checksum as _, Md5};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::bucket::Encryption;
use super::checksum::Checksum;
use crate::world::World;

/// The ID by which the API names a version that has none.
pub(super) const NULL_VERSION: &str = "null";

/// One version of an object, or a delete marker.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct ObjectVersion {
    pub(crate) bucket: String,
    pub(crate) key: String,
    /// Later writes have higher numbers.
    pub(crate) order: u64,
    /// None for what was written while versioning was not enabled.
    pub(crate) version_id: Option<String>,
    pub(crate) last_modified: Timestamp,
    /// None for a delete marker.
    pub(crate) content: Option<Content>,
}

/// What an object that exists consists of.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Content {
    pub(crate) body: Body,
    pub(crate) etag: String,
    pub(crate) encryption: Encryption,
    pub(crate) description: Description,
    #[serde(default)]
    pub(crate) checksum: Option<Checksum>,
    /// The sizes of the parts that it was uploaded in; empty if it was in one piece.
    #[serde(default)]
    pub(crate) parts: Vec<usize>,
}

/// What the writer says about the object, given back to every reader.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Description {
    pub(crate) content_type: Option<String>,
    pub(crate) content_encoding: Option<String>,
    pub(crate) content_disposition: Option<String>,
    pub(crate) content_language: Option<String>,
    pub(crate) cache_control: Option<String>,
    pub(crate) metadata: BTreeMap<String, String>,
}

/// Bytes that are written down as base64.
#[derive(Debug, Clone)]
pub(crate) struct Body(pub(crate) Bytes);

impl Serialize for Body {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&base64::encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Body {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        base64::decode(text).map(|bytes| Self(bytes.into())).map_err(D::Error::custom)
    }
}

impl ObjectVersion {
    /// Sorts by bucket and key, and the versions of one key newest first. The zero byte ends the key, so
    /// that `a` comes before `a/b` and is not taken for the beginning of `ab`.
    pub(crate) fn row_key(&self) -> String {
        format!("{}{:016x}", key_prefix(&self.bucket, &self.key), u64::MAX - self.order)
    }

    /// The version ID as the API shows it.
    pub(super) fn shown_id(&self) -> &str {
        self.version_id.as_deref().unwrap_or(NULL_VERSION)
    }
}

fn key_prefix(bucket: &str, key: &str) -> String {
    format!("{bucket}/{key}\0")
}

/// All versions of all keys of a bucket.
pub(super) fn of_bucket<'a>(
    world: &'a World,
    bucket: &str,
) -> impl Iterator<Item = &'a ObjectVersion> {
    with_prefix(world, bucket, "")
}

/// All versions of the keys that start with `prefix`.
pub(super) fn with_prefix<'a>(
    world: &'a World,
    bucket: &str,
    prefix: &str,
) -> impl Iterator<Item = &'a ObjectVersion> {
    world.objects.with_prefix(format!("{bucket}/{prefix}")).map(|(_, version)| version)
}

/// The versions of one key, newest first.
pub(super) fn versions<'a>(
    world: &'a World,
    bucket: &str,
    key: &str,
) -> impl Iterator<Item = &'a ObjectVersion> {
    world.objects.with_prefix(key_prefix(bucket, key)).map(|(_, version)| version)
}

/// The version that is asked for: the newest when none is named. It may be a delete marker.
pub(super) fn wanted<'a>(
    world: &'a World,
    bucket: &str,
    key: &str,
    version_id: Option<&str>,
) -> Option<&'a ObjectVersion> {
    versions(world, bucket, key)
        .find(|version| version_id.is_none_or(|wanted| version.shown_id() == wanted))
}

/// The object as it exists now; a delete marker counts as absent.
pub(super) fn current<'a>(world: &'a World, bucket: &str, key: &str) -> Option<&'a Content> {
    wanted(world, bucket, key, None)?.content.as_ref()
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

/// 16 bytes as the 32 characters in which `ETag`s and version IDs are shown.
pub(super) fn hex(bytes: [u8; 16]) -> String {
    format!("{:032x}", u128::from_be_bytes(bytes))
}
