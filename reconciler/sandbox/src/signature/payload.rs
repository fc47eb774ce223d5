//! The digest of the body as a signature covers it.

use bytes::Bytes;
use http::Request;

use super::{Claim, Place, Refusal, S3};

/// The header by which S3 is told what the body is, or that it is not signed.
const HEADER: &str = "x-amz-content-sha256";

/// The digest, after comparing it with the body where the body is what it names. A body that is sent in
/// chunks is checked where its chunks are read.
pub(super) fn digest(claim: &Claim, request: &Request<Bytes>) -> Result<String, Refusal> {
    let actual = || super::digest(request.body());
    if claim.scope.service != S3 {
        return Ok(actual());
    }
    let told = request.headers().get(HEADER).and_then(|value| value.to_str().ok());
    match (told, claim.place) {
        (None, Place::Query { .. }) => Ok("UNSIGNED-PAYLOAD".to_owned()),
        (None, Place::Header) => Err(Refusal::NoPayloadDigest),
        (Some(told), _) if told == "UNSIGNED-PAYLOAD" || told.starts_with("STREAMING-") => {
            Ok(told.to_owned())
        }
        (Some(told), _) if told == actual() => Ok(told.to_owned()),
        (Some(told), _) => Err(Refusal::OtherPayload { told: told.to_owned(), actual: actual() }),
    }
}
