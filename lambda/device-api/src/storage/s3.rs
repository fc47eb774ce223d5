//! The port to S3 itself, by the SDK.

use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{BehaviorVersion, Credentials, Region, timeout::TimeoutConfig};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart as SdkPart,
    ServerSideEncryption,
};
use jiff::Timestamp;

use super::presign::{Presigner, Unsigned};
use super::{
    Completed, CompletedPart, Listed, ListedObject, Listing, Object, Operation, Payload, Read,
    Request, Signed, Storage, StorageError, Upload,
};
use crate::content::Sha256;
use crate::settings::{Access, Settings};

/// A registration is some kilobytes; what is larger is none, and is not loaded.
const MAX_READ: i64 = 256 * 1024;

/// API Gateway gives up after 30 seconds, and so does a terminal's user.
const TIMEOUT: Duration = Duration::from_secs(10);
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);

/// The header of an object in parts that tells the digest of the whole, which S3 cannot verify then.
const WHOLE_DIGEST: &str = "sha256";

/// S3, reached with the function's own credentials.
#[derive(Debug, Clone)]
pub struct S3 {
    client: Client,
    presigner: Presigner,
    kms_key: String,
}

impl S3 {
    /// Makes a client; the first call connects.
    pub fn new(access: &Access, settings: &Settings) -> Self {
        let Access { region, key_id, secret_key, session_token, endpoint } = access;
        let credentials =
            Credentials::new(key_id, secret_key, session_token.clone(), None, "environment");
        let presigner = Presigner::new(access, credentials.clone(), settings.url_lifetime);
        let timeouts = TimeoutConfig::builder()
            .operation_timeout(TIMEOUT)
            .connect_timeout(CONNECT_TIMEOUT)
            .build();
        let mut config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(region.clone()))
            .credentials_provider(credentials)
            .timeout_config(timeouts);
        if let Some(endpoint) = endpoint {
            // Buckets have no names of their own below an endpoint that is not AWS's.
            config = config.endpoint_url(endpoint).force_path_style(true);
        }
        Self {
            client: Client::from_conf(config.build()),
            presigner,
            kms_key: settings.kms_key.clone(),
        }
    }
}

impl S3 {
    /// The headers by which an object is never overwritten, and encrypted with the clinic's key.
    fn once_and_encrypted(&self) -> [(&'static str, String); 3] {
        [
            ("if-none-match", "*".to_owned()),
            ("x-amz-server-side-encryption", "aws:kms".to_owned()),
            ("x-amz-server-side-encryption-aws-kms-key-id", self.kms_key.clone()),
        ]
    }
}

impl Storage for S3 {
    async fn read(
        &self,
        bucket: &str,
        key: &str,
        known: Option<&str>,
    ) -> Result<Read, StorageError> {
        let get = self.client.get_object().bucket(bucket).key(key);
        let got = match get.set_if_none_match(known.map(str::to_owned)).send().await {
            Ok(got) => got,
            Err(error) if status(&error) == Some(304) => return Ok(Read::Unchanged),
            Err(error) if error.code() == Some("NoSuchKey") => return Ok(Read::Absent),
            Err(error) => return Err(failed(&error)),
        };
        if got.content_length.is_none_or(|length| length > MAX_READ) {
            return Err(StorageError::Failed("ObjectTooLarge".to_owned()));
        }
        let etag = got.e_tag.unwrap_or_default();
        let body = got.body.collect().await;
        let body = body.map_err(|_| StorageError::Failed("BodyCutOff".to_owned()))?;
        Ok(Read::Found { etag, body: body.to_vec() })
    }

    async fn sign(&self, request: Request<'_>) -> Result<Signed, StorageError> {
        let Request { object, operation, now } = request;
        let unsigned = match operation {
            Operation::Get => Unsigned {
                method: "GET",
                object,
                query: vec![("x-id", "GetObject".to_owned())],
                headers: Vec::new(),
            },
            Operation::Put(payload) => Unsigned {
                method: "PUT",
                object,
                query: vec![("x-id", "PutObject".to_owned())],
                headers: self.once_and_encrypted().into_iter().chain(promised(payload)).collect(),
            },
            Operation::PutPart { upload, number, payload } => Unsigned {
                method: "PUT",
                object,
                query: vec![
                    ("x-id", "UploadPart".to_owned()),
                    ("partNumber", number.to_string()),
                    ("uploadId", upload.to_owned()),
                ],
                headers: promised(payload).into(),
            },
        };
        self.presigner.presign(unsigned, now).await
    }

    async fn begin(&self, object: Object<'_>, sha256: &Sha256) -> Result<String, StorageError> {
        let create = self.client.create_multipart_upload().bucket(object.bucket).key(object.key);
        let created = create
            .checksum_algorithm(ChecksumAlgorithm::Sha256)
            .checksum_type(ChecksumType::Composite)
            .server_side_encryption(ServerSideEncryption::AwsKms)
            .ssekms_key_id(&self.kms_key)
            .metadata(WHOLE_DIGEST, sha256.hex())
            .send()
            .await
            .map_err(|error| failed(&error))?;
        created.upload_id.ok_or_else(|| StorageError::Failed("NoUploadId".to_owned()))
    }

    async fn complete(
        &self,
        upload: Upload<'_>,
        parts: &[CompletedPart],
    ) -> Result<Completed, StorageError> {
        let Upload { object, id, size } = upload;
        let parts = parts.iter().map(|CompletedPart { number, etag, sha256 }| {
            SdkPart::builder()
                .part_number(part_number(*number))
                .e_tag(etag)
                .checksum_sha256(sha256.base64())
                .build()
        });
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts.collect())).build();
        let complete = self.client.complete_multipart_upload();
        let completed = complete
            .bucket(object.bucket)
            .key(object.key)
            .upload_id(id)
            .multipart_upload(parts)
            .mpu_object_size(length(size))
            .if_none_match("*")
            .send()
            .await
            .map_err(|error| not_completed(&error))?;
        Ok(Completed { etag: completed.e_tag, version: completed.version_id })
    }

    async fn abort(&self, upload: Upload<'_>) -> Result<(), StorageError> {
        let Upload { object, id, size: _ } = upload;
        let abort = self.client.abort_multipart_upload().bucket(object.bucket).key(object.key);
        abort.upload_id(id).send().await.map_err(|error| failed(&error))?;
        Ok(())
    }

    async fn list(&self, listing: Listing<'_>) -> Result<Listed, StorageError> {
        let Listing { bucket, prefix, after, limit } = listing;
        let list = self.client.list_objects_v2().bucket(bucket).prefix(prefix);
        let listed = list
            .set_start_after(after.map(str::to_owned))
            .max_keys(limit.into())
            .send()
            .await
            .map_err(|error| failed(&error))?;
        let is_truncated = listed.is_truncated == Some(true);
        let objects = listed.contents.unwrap_or_default().into_iter().map(|object| ListedObject {
            key: object.key.unwrap_or_default(),
            size: object.size.and_then(|size| u64::try_from(size).ok()).unwrap_or_default(),
            modified: object.last_modified.and_then(|at| Timestamp::from_second(at.secs()).ok()),
        });
        Ok(Listed { objects: objects.collect(), is_truncated })
    }
}

/// The headers by which S3 takes these bytes and no others.
fn promised(Payload { size, sha256 }: Payload<'_>) -> [(&'static str, String); 2] {
    [("content-length", size.to_string()), ("x-amz-checksum-sha256", sha256.base64())]
}

fn failed<E: ProvideErrorMetadata>(error: &SdkError<E>) -> StorageError {
    match error.code() {
        Some("NoSuchUpload") => StorageError::NoSuchUpload,
        Some("PreconditionFailed" | "ConditionalRequestConflict") => StorageError::Exists,
        Some(code) => StorageError::Failed(code.to_owned()),
        None => StorageError::Failed(kind(error).to_owned()),
    }
}

/// `InvalidRequest` is S3's word for parts that are not as large together as was promised.
fn not_completed<E: ProvideErrorMetadata>(error: &SdkError<E>) -> StorageError {
    match error.code() {
        Some("InvalidPart" | "InvalidPartOrder" | "EntityTooSmall" | "InvalidRequest") => {
            StorageError::WrongParts
        }
        Some(_) | None => failed(error),
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the SDK's errors may grow")]
fn kind<E>(error: &SdkError<E>) -> &'static str {
    match error {
        SdkError::TimeoutError(_) => "Timeout",
        SdkError::DispatchFailure(_) => "Unreachable",
        SdkError::ResponseError(_) => "BadResponse",
        SdkError::ServiceError(_) => "Unexplained",
        _ => "NotSent",
    }
}

fn status<E>(error: &SdkError<E>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

/// S3's sizes end far below the largest number.
fn length(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}

fn part_number(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}
