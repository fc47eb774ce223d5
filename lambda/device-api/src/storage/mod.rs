//! What the function asks of S3: a port, so that the decisions are tested without it.
//!
//! Nothing that a terminal stores passes through here. What terminals may do themselves is signed for
//! them; the function itself begins, completes and drops uploads in parts, which cannot be presigned.

mod presign;
mod s3;

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::content::Sha256;

pub use s3::S3;

/// S3, as far as the function needs it.
pub trait Storage {
    /// Reads a small object, unless its `ETag` is the known one.
    fn read(
        &self,
        bucket: &str,
        key: &str,
        known: Option<&str>,
    ) -> impl Future<Output = Result<Read, StorageError>>;

    /// Signs a request for somebody else to send.
    fn sign(&self, request: Request<'_>) -> impl Future<Output = Result<Signed, StorageError>>;

    /// Begins an upload in parts, and answers S3's ID of it.
    fn begin(
        &self,
        object: Object<'_>,
        sha256: &Sha256,
    ) -> impl Future<Output = Result<String, StorageError>>;

    /// Makes an object of the parts, unless there is one already.
    fn complete(
        &self,
        upload: Upload<'_>,
        parts: &[CompletedPart],
    ) -> impl Future<Output = Result<Completed, StorageError>>;

    /// Ends an upload and drops its parts.
    fn abort(&self, upload: Upload<'_>) -> impl Future<Output = Result<(), StorageError>>;

    /// Lists objects in the order of their keys.
    fn list(&self, listing: Listing<'_>) -> impl Future<Output = Result<Listed, StorageError>>;
}

/// An object that is there or will be.
#[derive(Debug, Clone, Copy)]
pub struct Object<'a> {
    /// Its bucket.
    pub bucket: &'a str,
    /// Its whole key.
    pub key: &'a str,
}

/// An upload in parts.
#[derive(Debug, Clone, Copy)]
pub struct Upload<'a> {
    /// What it is to become.
    pub object: Object<'a>,
    /// S3's ID of it.
    pub id: &'a str,
    /// The bytes of all parts together.
    pub size: u64,
}

/// A request that somebody else is to send.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The object that it is about.
    pub object: Object<'a>,
    /// What is to be done.
    pub operation: Operation<'a>,
    /// The time that it is signed at.
    pub now: Timestamp,
}

/// What somebody else may do with an object.
#[derive(Debug, Clone, Copy)]
pub enum Operation<'a> {
    /// Download it.
    Get,
    /// Upload it, if it is not there yet.
    Put(Payload<'a>),
    /// Upload a part of it.
    PutPart {
        /// S3's ID of the upload.
        upload: &'a str,
        /// The part's number, from 1.
        number: u32,
        /// The part's bytes.
        payload: Payload<'a>,
    },
}

/// Bytes that are promised; S3 takes no others.
#[derive(Debug, Clone, Copy)]
pub struct Payload<'a> {
    /// How many they are.
    pub size: u64,
    /// Their digest.
    pub sha256: &'a Sha256,
}

/// A request that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// The HTTP method.
    pub method: String,
    /// The URL, which is a secret while it is valid.
    pub url: String,
    /// The headers that have to be sent as they stand.
    pub headers: BTreeMap<String, String>,
}

/// What became of reading an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Read {
    /// It is there.
    Found {
        /// The name of this state of it.
        etag: String,
        /// Its content.
        body: Vec<u8>,
    },
    /// It is as it was known.
    Unchanged,
    /// It is not there.
    Absent,
}

/// A part that was uploaded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletedPart {
    /// The part's number, from 1.
    pub number: u32,
    /// What S3 answered to its upload.
    pub etag: String,
    /// Its digest.
    pub sha256: Sha256,
}

/// An object that its parts became.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// The object's `ETag`.
    pub etag: Option<String>,
    /// The object's version.
    pub version: Option<String>,
}

/// A part of a listing.
#[derive(Debug, Clone, Copy)]
pub struct Listing<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// What the keys begin with.
    pub prefix: &'a str,
    /// The key that the listing goes on after.
    pub after: Option<&'a str>,
    /// How many objects are listed at most.
    pub limit: u16,
}

/// Objects, and whether there are more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// The objects, in the order of their keys.
    pub objects: Vec<ListedObject>,
    /// Whether others follow.
    pub is_truncated: bool,
}

/// An object in a listing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedObject {
    /// The whole key.
    pub key: String,
    /// Its bytes.
    pub size: u64,
    /// When it was stored.
    pub modified: Option<Timestamp>,
}

/// Why S3 did not do it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// There is no such upload of this object.
    #[error("there is no such upload")]
    NoSuchUpload,
    /// There is an object of this key already.
    #[error("the object exists")]
    Exists,
    /// The parts are not what was uploaded.
    #[error("the parts are not what was uploaded")]
    WrongParts,
    /// Anything else, by S3's error code or the kind of failure.
    #[error("S3 failed with `{0}`")]
    Failed(String),
}
