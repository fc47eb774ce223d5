//! The bytes of an upload, and whether they are those that the sender meant.

use aws_smithy_types::base64;
use bytes::Bytes;
use http::HeaderMap;
use http_body_util::BodyExt as _;
use s3s::crypto::{Checksum, Crc32, Crc32c, Crc64Nvme, Md5, Sha1, Sha256};
use s3s::dto::{PutObjectInput, StreamingBlob};
use s3s::{Body, S3Request, S3Result, s3_error};

/// Takes the body out of an upload and checks it against every checksum that came with it, before or
/// after the body.
pub(super) async fn receive(request: &mut S3Request<PutObjectInput>) -> S3Result<Bytes> {
    let body = match request.input.body.take() {
        Some(blob) => collect(blob).await?,
        None => Bytes::new(),
    };
    if let Some(expected) = &request.input.content_md5 {
        check::<Md5>("Content-MD5", expected, &body)?;
    }
    check_headers(&request.headers, &body)?;
    // The trailer is known only now that the body has been read.
    let trailer = request.trailing_headers.as_ref().and_then(s3s::TrailingHeaders::take);
    check_headers(&trailer.unwrap_or_default(), &body)?;
    Ok(body)
}

async fn collect(blob: StreamingBlob) -> S3Result<Bytes> {
    let collected = Body::from(blob).collect().await;
    collected
        .map(http_body_util::Collected::to_bytes)
        .map_err(|_| s3_error!(IncompleteBody, "The request body terminated unexpectedly"))
}

/// Compares a checksum by its name and expected value with the bytes.
type Check = fn(&str, &str, &[u8]) -> S3Result<()>;

fn check_headers(headers: &HeaderMap, body: &[u8]) -> S3Result<()> {
    let checks: [(&str, Check); 5] = [
        ("x-amz-checksum-crc32", check::<Crc32>),
        ("x-amz-checksum-crc32c", check::<Crc32c>),
        ("x-amz-checksum-crc64nvme", check::<Crc64Nvme>),
        ("x-amz-checksum-sha1", check::<Sha1>),
        ("x-amz-checksum-sha256", check::<Sha256>),
    ];
    for (name, check) in checks {
        if let Some(expected) = headers.get(name).and_then(|value| value.to_str().ok()) {
            check(name, expected, body)?;
        }
    }
    Ok(())
}

fn check<C: Checksum>(name: &str, expected: &str, body: &[u8]) -> S3Result<()> {
    if base64::encode(C::checksum(body)) == expected {
        return Ok(());
    }
    Err(s3_error!(BadDigest, "The {name} you specified did not match the calculated checksum."))
}
