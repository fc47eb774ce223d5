//! S3: buckets and objects with versions, conditional writes, and the bucket settings that matter here.
//!
//! The protocol and its signatures are the `s3s` crate's; this module owns the behaviour. A bucket is a
//! row of [`World::resources`], the same that CloudFormation makes and changes; what it holds is
//! [`World::objects`].

mod bucket;
mod buckets;
mod checksum;
mod condition;
mod deleting;
mod door;
mod host;
mod inside;
mod listing;
mod multipart;
mod naming;
mod object;
mod operations;
mod payload;
mod policy;
mod providers;
mod reading;
mod upload;
mod uploads;
mod versions;
mod writing;

pub(crate) use bucket::{BUCKET, new_bucket};
pub(crate) use door::S3Door;
pub(crate) use inside::{Location, Refused, blocks_public_acls, fetch, is_versioned, reach, store};
pub(crate) use naming::{Address, action, operation};
pub(crate) use object::{Body, ObjectVersion};
pub(crate) use policy::{Access, Service, permits};
pub(crate) use providers::{BucketPolicyProvider, BucketProvider, is_taken};
pub(crate) use upload::{Upload, UploadedPart};

use crate::error::AwsError;
use crate::world::World;

/// Whether a bucket holds no object version and no delete marker.
pub(crate) fn is_empty(world: &World, bucket: &str) -> bool {
    object::of_bucket(world, bucket).next().is_none()
}

/// The text of the object that an `https` URL names, as CloudFormation reads a `TemplateURL`.
pub(crate) fn object_text(world: &World, url: &str) -> Result<String, AwsError> {
    let unreadable = |why: &str| AwsError::validation(format!("S3 error: {why} ({url})"));
    let uri: http::Uri = url.parse().map_err(|_| unreadable("The URL is not valid"))?;
    let (bucket, key) = host::locate(&uri)
        .ok_or_else(|| AwsError::validation("TemplateURL must be a supported URL.".to_owned()))?;
    let version = form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
        .find(|(name, _)| name == "versionId")
        .map(|(_, value)| value.into_owned());
    let content = object::wanted(world, &bucket, &key, version.as_deref())
        .and_then(|object| object.content.as_ref())
        .ok_or_else(|| unreadable("The specified key does not exist."))?;
    String::from_utf8(content.body.0.to_vec())
        .map_err(|_| unreadable("The object is not UTF-8 text"))
}
