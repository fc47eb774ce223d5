//! The canonical request: what of a request its signature covers, in one agreed form.

use bytes::Bytes;
use http::{HeaderMap, Request};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::{Claim, Refusal, S3};

/// Everything but RFC 3986's unreserved characters.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
const RESERVED_IN_PATHS: &AsciiSet = &RESERVED.remove(b'/');

/// Headers of S3 that may be added to a presigned request: they do not change what it does.
const HARMLESS: [&str; 2] = ["x-amz-user-agent", "x-amz-checksum-mode"];

/// Writes the canonical request down.
pub(super) fn request(
    claim: &Claim,
    request: &Request<Bytes>,
    payload: &str,
) -> Result<String, Refusal> {
    check_coverage(claim, request.headers())?;
    let method = request.method();
    let path = path(request.uri().path(), &claim.scope.service);
    let query = query(request.uri().query().unwrap_or_default());
    let headers: Vec<_> = claim
        .signed_headers
        .iter()
        .map(|name| format!("{name}:{}", header(request.headers(), name)))
        .collect();
    let headers = headers.join("\n");
    let names = claim.signed_headers.join(";");
    Ok(format!("{method}\n{path}\n{query}\n{headers}\n\n{names}\n{payload}"))
}

/// Refuses a request that carries more than was signed.
fn check_coverage(claim: &Claim, headers: &HeaderMap) -> Result<(), Refusal> {
    let is_signed = |name: &str| claim.signed_headers.iter().any(|signed| signed == name);
    if !is_signed("host") {
        return Err(Refusal::incomplete(
            "'Host' must be a 'SignedHeader' in the AWS Authorization.",
        ));
    }
    let unsigned: Vec<_> = headers
        .keys()
        .map(http::HeaderName::as_str)
        .filter(|name| claim.scope.service == S3 && name.starts_with("x-amz-"))
        .filter(|name| !is_signed(name) && !HARMLESS.contains(name))
        .map(str::to_owned)
        .collect();
    if unsigned.is_empty() { Ok(()) } else { Err(Refusal::UnsignedHeaders(unsigned)) }
}

/// S3 encodes each byte once, however it came; the other services encode what came once more.
fn path(path: &str, service: &str) -> String {
    if service == S3 {
        let decoded: Vec<u8> = percent_decode_str(path).collect();
        percent_encoding::percent_encode(&decoded, RESERVED_IN_PATHS).to_string()
    } else {
        utf8_percent_encode(path, RESERVED_IN_PATHS).to_string()
    }
}

fn query(query: &str) -> String {
    let mut pairs: Vec<_> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| name != "X-Amz-Signature")
        .map(|(name, value)| (encoded(&name), encoded(&value)))
        .collect();
    pairs.sort_unstable();
    let pairs: Vec<_> = pairs.into_iter().map(|(name, value)| format!("{name}={value}")).collect();
    pairs.join("&")
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// All values of a header, each without superfluous spaces.
fn header(headers: &HeaderMap, name: &str) -> String {
    let values: Vec<_> = headers
        .get_all(name)
        .iter()
        .map(|value| {
            let value = String::from_utf8_lossy(value.as_bytes());
            value.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
        })
        .collect();
    values.join(",")
}
