//! A bucket: what S3 reads in the live properties of an `AWS::S3::Bucket`.

use jiff::Timestamp;
use s3s::dto::ServerSideEncryption;
use s3s::{S3Error, S3ErrorCode, S3Result, s3_error};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::resource::Resource;
use crate::world::World;

/// The type of the rows that are buckets.
pub(crate) const BUCKET: &str = "AWS::S3::Bucket";

/// Whether new versions are kept beside old ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Versioning {
    /// Never turned on: one version, without an ID.
    Off,
    /// Every write is a version of its own.
    Enabled,
    /// Writes replace the version `null`; older versions stay.
    Suspended,
}

/// How an object is encrypted at rest, as the answers say it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Encryption {
    pub(crate) algorithm: String,
    pub(crate) key_id: Option<String>,
    pub(crate) bucket_key: Option<bool>,
}

impl Encryption {
    /// Whether a key of KMS is used, which also makes the `ETag` something else than an MD5.
    pub(super) fn is_kms(&self) -> bool {
        self.algorithm != ServerSideEncryption::AES256
    }

    /// What an answer says of the bucket key: it is one of KMS's, and nothing is said of another.
    pub(super) fn uses_bucket_key(&self) -> Option<bool> {
        self.bucket_key.filter(|_| self.is_kms())
    }
}

/// A new bucket with the settings that S3 gives to every new one.
pub(crate) fn new_bucket(region: &str, name: &str, at: Timestamp) -> Resource {
    let properties = json!({
        "BucketName": name,
        "BucketEncryption": { "ServerSideEncryptionConfiguration": [
            { "BucketKeyEnabled": false, "ServerSideEncryptionByDefault": { "SSEAlgorithm": "AES256" } },
        ] },
        "OwnershipControls": { "Rules": [{ "ObjectOwnership": "BucketOwnerEnforced" }] },
        "PublicAccessBlockConfiguration": {
            "BlockPublicAcls": true,
            "BlockPublicPolicy": true,
            "IgnorePublicAcls": true,
            "RestrictPublicBuckets": true,
        },
    });
    let attributes = json!({
        "Arn": format!("arn:aws:s3:::{name}"),
        "DomainName": format!("{name}.s3.amazonaws.com"),
        "DualStackDomainName": format!("{name}.s3.dualstack.{region}.amazonaws.com"),
        "RegionalDomainName": format!("{name}.s3.{region}.amazonaws.com"),
        "WebsiteURL": format!("http://{name}.s3-website-{region}.amazonaws.com"),
    });
    Resource {
        type_name: BUCKET.to_owned(),
        region: region.to_owned(),
        identifier: name.to_owned(),
        properties: members(properties),
        attributes: members(attributes),
        created: at,
    }
}

/// The bucket of this name, wherever it is: names are unique over all regions.
pub(super) fn anywhere<'a>(world: &'a World, name: &str) -> Option<&'a Resource> {
    world
        .resources
        .iter()
        .map(|(_, resource)| resource)
        .find(|resource| resource.type_name == BUCKET && resource.identifier == name)
}

/// The bucket that a call signed for `region` reaches.
pub(super) fn reached<'a>(world: &'a World, region: &str, name: &str) -> S3Result<&'a Resource> {
    if let Some(bucket) = world.resources.get(&Resource::key(region, BUCKET, name)) {
        return Ok(bucket);
    }
    match anywhere(world, name) {
        Some(elsewhere) => Err(redirect(&elsewhere.region)),
        None => Err(s3_error!(NoSuchBucket, "The specified bucket does not exist")),
    }
}

/// The same, to write to.
pub(super) fn reached_mut<'a>(
    world: &'a mut World,
    region: &str,
    name: &str,
) -> S3Result<&'a mut Resource> {
    reached(world, region, name)?;
    world
        .resources
        .get_mut(&Resource::key(region, BUCKET, name))
        .ok_or_else(|| S3ErrorCode::NoSuchBucket.into())
}

pub(super) fn versioning(bucket: &Resource) -> Versioning {
    let status = bucket.properties.get("VersioningConfiguration").and_then(|it| it.get("Status"));
    match status.and_then(Value::as_str) {
        Some("Enabled") => Versioning::Enabled,
        Some(_) => Versioning::Suspended,
        None => Versioning::Off,
    }
}

/// The encryption of objects whose writer asks for none.
pub(super) fn default_encryption(bucket: &Resource) -> Encryption {
    let properties = Value::Object(bucket.properties.clone());
    let rule = properties.pointer("/BucketEncryption/ServerSideEncryptionConfiguration/0");
    let text = |pointer: &str| Some(rule?.pointer(pointer)?.as_str()?.to_owned());
    Encryption {
        algorithm: text("/ServerSideEncryptionByDefault/SSEAlgorithm")
            .unwrap_or_else(|| ServerSideEncryption::AES256.to_owned()),
        key_id: text("/ServerSideEncryptionByDefault/KMSMasterKeyID"),
        bucket_key: rule.and_then(|rule| rule.get("BucketKeyEnabled")?.as_bool()),
    }
}

fn redirect(region: &str) -> S3Error {
    let mut error = s3_error!(
        PermanentRedirect,
        "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint."
    );
    if let Ok(region) = region.parse() {
        let mut headers = http::HeaderMap::new();
        headers.insert("x-amz-bucket-region", region);
        error.set_headers(headers);
    }
    error
}

fn members(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}
