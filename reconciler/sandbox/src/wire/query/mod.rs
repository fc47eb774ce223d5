//! The awsQuery protocol: a form in, XML out.

mod decode;
mod encode;
#[cfg(test)]
mod tests;

use bytes::Bytes;
use http::Request;
use serde_json::Value;

pub(super) use encode::Envelope;

/// The operation and its parameters: from the body, or from the query of a presigned call.
pub(super) fn decode(request: &Request<Bytes>) -> (String, Value) {
    let query = request.uri().query().unwrap_or_default();
    decode::form(if request.body().is_empty() { query.as_bytes() } else { request.body() })
}
