//! Adding a version of an object: what becomes of those that are there is the bucket's setting.

use s3s::crypto::{Checksum as _, Md5};

use super::bucket::Versioning;
use super::object::{self, Content, NULL_VERSION, ObjectVersion, hex};
use super::operations::Context;
use crate::world::World;

/// Where a version is put.
pub(super) struct Place {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) versioning: Versioning,
}

/// Adds a version, or a delete marker when there is no content; answers its ID, if it has one.
pub(super) fn add(
    world: &mut World,
    context: &Context,
    place: Place,
    object: Option<Content>,
) -> Option<String> {
    let Place { bucket, key, versioning } = place;
    let order = world.next("object-versions");
    let version_id = (versioning == Versioning::Enabled).then(|| version_id(&bucket, order));
    if version_id.is_none() {
        remove_null(world, &bucket, &key);
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

/// Removes the version that has no ID, if there is one.
pub(super) fn remove_null(world: &mut World, bucket: &str, key: &str) {
    let null = object::wanted(world, bucket, key, Some(NULL_VERSION)).map(ObjectVersion::row_key);
    if let Some(row) = null {
        world.objects.remove(&row);
    }
}

/// 32 opaque characters, as AWS's are.
fn version_id(bucket: &str, order: u64) -> String {
    hex(Md5::checksum(format!("{bucket}/{order}").as_bytes()))
}
