//! The bytes of an upload, and whether they are those that the sender meant.

use aws_smithy_types::base64;
use bytes::Bytes;
use http_body_util::BodyExt as _;
use s3s::crypto::{Checksum as _, Md5};
use s3s::dto::{PutObjectInput, StreamingBlob, UploadPartInput};
use s3s::{Body, S3Request, S3Result, s3_error};

use super::checksum::{self, Checksum};

/// What an upload brought.
pub(super) struct Received {
    pub(super) body: Bytes,
    /// The checksum that the sender gave, which is right.
    pub(super) checksum: Option<Checksum>,
}

/// An input with a body.
pub(super) trait Upload {
    fn take_body(&mut self) -> Option<StreamingBlob>;
    fn content_md5(&self) -> Option<&str>;
}

impl Upload for PutObjectInput {
    fn take_body(&mut self) -> Option<StreamingBlob> {
        self.body.take()
    }

    fn content_md5(&self) -> Option<&str> {
        self.content_md5.as_deref()
    }
}

impl Upload for UploadPartInput {
    fn take_body(&mut self) -> Option<StreamingBlob> {
        self.body.take()
    }

    fn content_md5(&self) -> Option<&str> {
        self.content_md5.as_deref()
    }
}

/// Takes the body out of an upload and checks it against every checksum that came with it, before or
/// after the body.
pub(super) async fn receive<I: Upload>(request: &mut S3Request<I>) -> S3Result<Received> {
    let body = match request.input.take_body() {
        Some(blob) => collect(blob).await?,
        None => Bytes::new(),
    };
    if let Some(told) = request.input.content_md5()
        && told != base64::encode(Md5::checksum(&body))
    {
        return Err(s3_error!(
            BadDigest,
            "The Content-MD5 you specified did not match what we received."
        ));
    }
    let before = checksum::verify(&request.headers, &body)?;
    // The trailer is known only now that the body has been read.
    let trailer = request.trailing_headers.as_ref().and_then(s3s::TrailingHeaders::take);
    let after = checksum::verify(&trailer.unwrap_or_default(), &body)?;
    Ok(Received { body, checksum: before.or(after) })
}

async fn collect(blob: StreamingBlob) -> S3Result<Bytes> {
    let collected = Body::from(blob).collect().await;
    collected
        .map(http_body_util::Collected::to_bytes)
        .map_err(|_| s3_error!(IncompleteBody, "The request body terminated unexpectedly"))
}
