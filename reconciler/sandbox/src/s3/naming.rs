//! What S3 calls an operation: its requests do not say, and permissions have other names yet.

use http::Method;
use percent_encoding::percent_decode_str;

use super::host;

/// The bucket and the key that a request is about.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Address {
    bucket: Option<String>,
    key: Option<String>,
}

impl Address {
    pub(crate) fn of(host: &str, path: &str) -> Self {
        let path = path.strip_prefix('/').unwrap_or(path);
        let path = percent_decode_str(path).decode_utf8_lossy();
        let (bucket, key) = match host::bucket_of(host) {
            Some(bucket) => (bucket, &*path),
            None => path.split_once('/').unwrap_or((&*path, "")),
        };
        let given = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Self { bucket: given(bucket), key: given(key) }
    }

    /// `bucket` or `bucket/key`.
    pub(crate) fn resource(&self) -> Option<String> {
        match (&self.bucket, &self.key) {
            (Some(bucket), Some(key)) => Some(format!("{bucket}/{key}")),
            (bucket, _) => bucket.clone(),
        }
    }
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Account,
    Bucket,
    Object,
}

/// Method, level, the query parameter that tells it from the others (none for the last), and the name.
const OPERATIONS: [(Method, Level, &str, &str); 25] = [
    (Method::GET, Level::Account, "", "ListBuckets"),
    (Method::GET, Level::Bucket, "location", "GetBucketLocation"),
    (Method::GET, Level::Bucket, "policy", "GetBucketPolicy"),
    (Method::GET, Level::Bucket, "tagging", "GetBucketTagging"),
    (Method::GET, Level::Bucket, "versioning", "GetBucketVersioning"),
    (Method::GET, Level::Bucket, "versions", "ListObjectVersions"),
    (Method::GET, Level::Bucket, "list-type", "ListObjectsV2"),
    (Method::GET, Level::Bucket, "uploads", "ListMultipartUploads"),
    (Method::GET, Level::Bucket, "", "ListObjects"),
    (Method::HEAD, Level::Bucket, "", "HeadBucket"),
    (Method::PUT, Level::Bucket, "policy", "PutBucketPolicy"),
    (Method::PUT, Level::Bucket, "versioning", "PutBucketVersioning"),
    (Method::PUT, Level::Bucket, "", "CreateBucket"),
    (Method::POST, Level::Bucket, "delete", "DeleteObjects"),
    (Method::DELETE, Level::Bucket, "policy", "DeleteBucketPolicy"),
    (Method::DELETE, Level::Bucket, "", "DeleteBucket"),
    (Method::GET, Level::Object, "uploadId", "ListParts"),
    (Method::GET, Level::Object, "", "GetObject"),
    (Method::HEAD, Level::Object, "", "HeadObject"),
    (Method::PUT, Level::Object, "partNumber", "UploadPart"),
    (Method::PUT, Level::Object, "", "PutObject"),
    (Method::POST, Level::Object, "uploads", "CreateMultipartUpload"),
    (Method::POST, Level::Object, "uploadId", "CompleteMultipartUpload"),
    (Method::DELETE, Level::Object, "uploadId", "AbortMultipartUpload"),
    (Method::DELETE, Level::Object, "", "DeleteObject"),
];

/// The operation that a request asks for; empty if the sandbox does not play it.
pub(crate) fn operation(
    method: &Method,
    address: &Address,
    asks: impl Fn(&str) -> bool,
    copies: bool,
) -> &'static str {
    let level = match (&address.bucket, &address.key) {
        (None, _) => Level::Account,
        (Some(_), None) => Level::Bucket,
        (Some(_), Some(_)) => Level::Object,
    };
    let fits = |(for_method, of, parameter, _): &&(Method, Level, &str, &str)| {
        *for_method == *method && *of == level && (parameter.is_empty() || asks(parameter))
    };
    match OPERATIONS.iter().find(fits) {
        Some((_, _, _, "PutObject")) if copies => "CopyObject",
        Some((_, _, _, name)) => name,
        None => "",
    }
}

/// The IAM action that an operation needs.
pub(crate) fn action(operation: &str) -> &str {
    match operation {
        "CopyObject" | "CreateMultipartUpload" | "UploadPart" | "CompleteMultipartUpload" => {
            "PutObject"
        }
        "ListParts" => "ListMultipartUploadParts",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "DeleteObjects" => "DeleteObject",
        "HeadBucket" | "ListObjects" | "ListObjectsV2" => "ListBucket",
        "HeadObject" => "GetObject",
        "ListBuckets" => "ListAllMyBuckets",
        "ListObjectVersions" => "ListBucketVersions",
        other => other,
    }
}
