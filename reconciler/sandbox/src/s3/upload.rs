//! Uploads in parts, and how they lie in their tables.

use jiff::Timestamp;
use s3s::{S3Result, s3_error};
use serde::{Deserialize, Serialize};

use super::bucket::Encryption;
use super::checksum::{Algorithm, Checksum};
use super::object::{Body, Description};
use crate::world::World;

/// An upload that was begun and neither completed nor aborted.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Upload {
    pub(crate) id: String,
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) initiated: Timestamp,
    pub(crate) encryption: Encryption,
    pub(crate) description: Description,
    /// The algorithm that the parts are to be sent with; none leaves it to S3.
    pub(crate) algorithm: Option<Algorithm>,
    pub(crate) is_composite: bool,
}

/// One part that has arrived.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct UploadedPart {
    pub(crate) number: i32,
    pub(crate) body: Body,
    pub(crate) etag: String,
    pub(crate) checksum: Checksum,
    pub(crate) last_modified: Timestamp,
}

impl Upload {
    /// Sorts by bucket and key, and by time within one key.
    pub(crate) fn row_key(&self) -> String {
        row_key(&self.bucket, &self.key, &self.id)
    }

    pub(super) fn part_key(&self, number: i32) -> String {
        format!("{}|{number:05}", self.row_key())
    }
}

fn row_key(bucket: &str, key: &str, id: &str) -> String {
    format!("{bucket}/{key}\0{id}")
}

/// The upload that a call names.
pub(super) fn find<'a>(
    world: &'a World,
    (bucket, key): (&str, &str),
    id: &str,
) -> S3Result<&'a Upload> {
    world.uploads.get(&row_key(bucket, key, id)).ok_or_else(|| {
        s3_error!(
            NoSuchUpload,
            "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed."
        )
    })
}

/// The parts of an upload, in order.
pub(super) fn parts<'a>(
    world: &'a World,
    upload: &Upload,
) -> impl Iterator<Item = &'a UploadedPart> {
    world.parts.with_prefix(format!("{}|", upload.row_key())).map(|(_, part)| part)
}

/// The uploads to a bucket that are under way, by key and age.
pub(super) fn of_bucket<'a>(world: &'a World, bucket: &str) -> impl Iterator<Item = &'a Upload> {
    world.uploads.with_prefix(format!("{bucket}/")).map(|(_, upload)| upload)
}

/// Forgets an upload and its parts.
pub(super) fn forget(world: &mut World, upload: &Upload) {
    let keys: Vec<String> = parts(world, upload).map(|part| upload.part_key(part.number)).collect();
    for key in keys {
        world.parts.remove(&key);
    }
    world.uploads.remove(&upload.row_key());
}
