//! The awsJson protocols: the operation in `X-Amz-Target`, JSON in and out.

use bytes::Bytes;
use http::Request;
use serde_json::{Map, Value, json};

use crate::error::AwsError;

/// The header of the operation.
pub(super) const TARGET: &str = "x-amz-target";

/// The operation and its parameters.
pub(super) fn decode(target: &str, request: &Request<Bytes>) -> Result<(String, Value), AwsError> {
    let header = request.headers().get(TARGET).and_then(|value| value.to_str().ok());
    let operation = header
        .and_then(|header| header.strip_prefix(target)?.strip_prefix('.'))
        .ok_or_else(|| AwsError::new("UnknownOperationException", ""))?;
    if request.body().is_empty() {
        return Ok((operation.to_owned(), Value::Object(Map::new())));
    }
    match serde_json::from_slice(request.body()) {
        Ok(parameters @ Value::Object(_)) => Ok((operation.to_owned(), parameters)),
        Ok(_) | Err(_) => Err(AwsError::new("SerializationException", "")),
    }
}

/// An operation without a result answers an empty object; a member that is `null` is not there.
pub(super) fn success(result: &Value) -> String {
    if result.is_null() { "{}".to_owned() } else { without_nulls(result).to_string() }
}

/// The code stands in `__type`; in which case `message` is written differs from service to service, and
/// clients read both.
pub(super) fn failure(error: &AwsError) -> String {
    json!({ "__type": error.code, "message": error.message }).to_string()
}

fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(name, member)| (name.clone(), without_nulls(member)))
            .collect::<Map<_, _>>()
            .into(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
