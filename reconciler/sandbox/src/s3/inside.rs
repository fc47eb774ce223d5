//! S3 as other services of the account use it, on behalf of their callers.

use bytes::Bytes;
use jiff::Timestamp;
use s3s::S3Error;

use super::bucket::{self, Versioning};
use super::checksum::Algorithm;
use super::object::{self, Body, Content, Description};
use super::operations::Context;
use super::versions::{self, Place};
use crate::world::World;

/// An object, or one version of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Location<'a> {
    /// The region whose endpoint is asked.
    pub(crate) region: &'a str,
    pub(crate) bucket: &'a str,
    pub(crate) key: &'a str,
    pub(crate) version: Option<&'a str>,
}

/// S3's answer to a service that it refuses.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refused {
    pub(crate) code: String,
    pub(crate) message: String,
    /// Where the bucket is, if that is why.
    pub(crate) elsewhere: Option<String>,
}

/// Reads an object.
pub(crate) fn fetch(world: &World, location: Location<'_>) -> Result<Bytes, Refused> {
    let Location { region, bucket, key, version } = location;
    reach(world, region, bucket)?;
    let content = object::wanted(world, bucket, key, version)
        .and_then(|object| object.content.as_ref())
        .ok_or_else(|| match version {
            Some(_) => Refused::of("NoSuchVersion", "The specified version does not exist."),
            None => Refused::of("NoSuchKey", "The specified key does not exist."),
        })?;
    Ok(content.body.0.clone())
}

/// Writes an object.
pub(crate) fn store(
    world: &mut World,
    location: Location<'_>,
    body: Bytes,
    now: Timestamp,
) -> Result<(), Refused> {
    let Location { region, bucket: name, key, version: _ } = location;
    let bucket =
        bucket::reached(world, region, name).map_err(|error| Refused::new(world, name, &error))?;
    let (versioning, encryption) = (bucket::versioning(bucket), bucket::default_encryption(bucket));
    let object = Content {
        etag: object::etag(&body, &encryption),
        checksum: Some(Algorithm::DEFAULT.of(&body)),
        parts: Vec::new(),
        body: Body(body),
        encryption,
        description: Description::default(),
    };
    let place = Place { bucket: name.to_owned(), key: key.to_owned(), versioning };
    let context = Context { region: region.to_owned(), now };
    versions::add(world, &context, place, Some(object));
    Ok(())
}

/// Refuses unless a bucket is there, in this region.
pub(crate) fn reach(world: &World, region: &str, bucket: &str) -> Result<(), Refused> {
    let reached = bucket::reached(world, region, bucket);
    reached.map(|_| ()).map_err(|error| Refused::new(world, bucket, &error))
}

/// Whether every write to a bucket is a version of its own.
pub(crate) fn is_versioned(world: &World, bucket: &str) -> bool {
    let bucket = bucket::anywhere(world, bucket);
    bucket.is_some_and(|bucket| bucket::versioning(bucket) == Versioning::Enabled)
}

/// Whether a bucket refuses objects that everybody may read, as every new one does.
pub(crate) fn blocks_public_acls(world: &World, bucket: &str) -> bool {
    let bucket = bucket::anywhere(world, bucket);
    let settings =
        bucket.and_then(|bucket| bucket.properties.get("PublicAccessBlockConfiguration"));
    settings.is_none_or(|settings| {
        let blocks = settings.get("BlockPublicAcls");
        blocks.is_some_and(|blocks| *blocks == true || *blocks == "true")
    })
}

impl Refused {
    fn of(code: &str, message: &str) -> Self {
        Self { code: code.to_owned(), message: message.to_owned(), elsewhere: None }
    }

    fn new(world: &World, bucket: &str, error: &S3Error) -> Self {
        Self {
            elsewhere: bucket::anywhere(world, bucket).map(|bucket| bucket.region.clone()),
            ..Self::of(error.code().as_str(), error.message().unwrap_or_default())
        }
    }
}
