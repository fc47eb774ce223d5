//! How each protocol words that a signature was refused.

use jiff::Timestamp;

use super::protocol::Protocol;
use crate::error::AwsError;
use crate::signature::Refusal;

/// AWS's error for `refusal`, as the services of `protocol` answer it.
pub(super) fn worded(refusal: &Refusal, protocol: Protocol) -> AwsError {
    let (status, code, message) = match protocol {
        Protocol::S3 => s3(refusal),
        Protocol::Query { .. } => query(refusal),
        Protocol::Json { .. } => json(refusal),
        Protocol::RestJson(_) => rest_json(refusal),
    };
    AwsError { status, code: code.to_owned(), message }
}

type Worded = (u16, &'static str, String);

fn s3(refusal: &Refusal) -> Worded {
    match refusal {
        Refusal::Missing => (403, "AccessDenied", "Access Denied".to_owned()),
        Refusal::OtherVersion => {
            let message = "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256.";
            (400, "InvalidRequest", message.to_owned())
        }
        Refusal::Incomplete(why) => {
            let message = format!("The authorization header is malformed; {why}");
            (400, "AuthorizationHeaderMalformed", message)
        }
        Refusal::UnknownKey => {
            let message = "The AWS Access Key Id you provided does not exist in our records.";
            (403, "InvalidAccessKeyId", message.to_owned())
        }
        Refusal::InvalidToken => {
            let message = "The provided token is malformed or otherwise invalid.";
            (400, "InvalidToken", message.to_owned())
        }
        Refusal::ExpiredToken => {
            (400, "ExpiredToken", "The provided token has expired.".to_owned())
        }
        Refusal::Skewed { .. } => {
            let message =
                "The difference between the request time and the current time is too large.";
            (403, "RequestTimeTooSkewed", message.to_owned())
        }
        Refusal::ExpiredUrl { .. } => (403, "AccessDenied", "Request has expired".to_owned()),
        Refusal::NoPayloadDigest => {
            let message = "Missing required header for this request: x-amz-content-sha256";
            (400, "InvalidRequest", message.to_owned())
        }
        Refusal::OtherPayload { told, actual } => {
            let message = format!(
                "The provided 'x-amz-content-sha256' header does not match what was computed: {told} is not {actual}."
            );
            (400, "XAmzContentSHA256Mismatch", message)
        }
        Refusal::UnsignedHeaders(names) => {
            let message = format!(
                "There were headers present in the request which were not signed: {}",
                names.join(", ")
            );
            (403, "AccessDenied", message)
        }
        Refusal::Mismatch { .. } => {
            let message = "The request signature we calculated does not match the signature you provided. Check your key and signing method.";
            (403, "SignatureDoesNotMatch", message.to_owned())
        }
    }
}

fn query(refusal: &Refusal) -> Worded {
    let (code, message) = general(refusal);
    let (status, code) = match code {
        Code::Missing => (403, "MissingAuthenticationToken"),
        Code::Incomplete => (400, "IncompleteSignature"),
        Code::Unknown => (403, "InvalidClientTokenId"),
        Code::Expired => (403, "ExpiredToken"),
        Code::Invalid => (403, "SignatureDoesNotMatch"),
    };
    (status, code, message)
}

fn json(refusal: &Refusal) -> Worded {
    let (code, message) = general(refusal);
    let code = match code {
        Code::Missing => "MissingAuthenticationTokenException",
        Code::Incomplete => "IncompleteSignatureException",
        Code::Unknown => "UnrecognizedClientException",
        Code::Expired => "ExpiredTokenException",
        Code::Invalid => "InvalidSignatureException",
    };
    (400, code, message)
}

/// The codes of the JSON services under the status that says the same.
fn rest_json(refusal: &Refusal) -> Worded {
    let (_, code, message) = json(refusal);
    (403, code, message)
}

/// What the services other than S3 tell apart.
enum Code {
    Missing,
    Incomplete,
    Unknown,
    Expired,
    Invalid,
}

fn general(refusal: &Refusal) -> (Code, String) {
    match refusal {
        Refusal::Missing => (Code::Missing, "Request is missing Authentication Token".to_owned()),
        Refusal::OtherVersion => {
            (Code::Incomplete, "Authorization must be of the algorithm AWS4-HMAC-SHA256".to_owned())
        }
        Refusal::Incomplete(why) => (Code::Incomplete, why.clone()),
        Refusal::UnknownKey | Refusal::InvalidToken => {
            (Code::Unknown, "The security token included in the request is invalid.".to_owned())
        }
        Refusal::ExpiredToken => {
            (Code::Expired, "The security token included in the request is expired".to_owned())
        }
        Refusal::Skewed { signed_at, now, tolerance } => {
            let minutes = tolerance.as_mins();
            let (signed, now_text) = (basic(*signed_at), basic(*now));
            let message = if signed_at < now {
                let earliest = basic(*now - *tolerance);
                format!(
                    "Signature expired: {signed} is now earlier than {earliest} ({now_text} - {minutes} min.)"
                )
            } else {
                let latest = basic(*now + *tolerance);
                format!(
                    "Signature not yet current: {signed} is still later than {latest} ({now_text} + {minutes} min.)"
                )
            };
            (Code::Invalid, message)
        }
        Refusal::ExpiredUrl { expires, now } => {
            let message = format!(
                "Signature expired: {} is now earlier than {}",
                basic(*expires),
                basic(*now)
            );
            (Code::Invalid, message)
        }
        // The first two are S3's alone.
        Refusal::NoPayloadDigest | Refusal::OtherPayload { .. } | Refusal::UnsignedHeaders(_) => {
            (Code::Invalid, "The request is not the one that was signed.".to_owned())
        }
        Refusal::Mismatch { canonical } => {
            let message = format!(
                "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details.\n\nThe Canonical String for this request should have been\n'{canonical}'\n"
            );
            (Code::Invalid, message)
        }
    }
}

/// `20260101T000000Z`
fn basic(time: Timestamp) -> String {
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}
