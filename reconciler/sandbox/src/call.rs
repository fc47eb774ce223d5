//! One call as a service's handler sees it, after the wire protocol was taken off.

use jiff::Timestamp;
use serde_json::Value;

use crate::credentials::Caller;
use crate::error::AwsError;

/// A decoded call. `parameters` is a JSON object in the shape of the API reference: awsQuery's
/// `Tags.member.1.Key` arrives as `{"Tags": [{"Key": ...}]}`, every scalar as a string; JSON keeps its types.
#[derive(Debug, Clone)]
pub(crate) struct Call {
    pub(crate) operation: String,
    pub(crate) region: String,
    pub(crate) parameters: Value,
    pub(crate) caller: Caller,
    /// The sandbox's clock at the time of the call.
    pub(crate) now: Timestamp,
}

/// What a handler answers: the result's members in the shape of the API reference, or AWS's error.
/// The protocol layer turns arrays into `<member>` lists and drops nulls.
pub(crate) type Answer = Result<Value, AwsError>;

impl Call {
    /// A string parameter, if given and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    /// Whether a parameter was given at all, be it empty.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.parameters.get(name).is_some()
    }

    /// A string parameter that the operation requires.
    pub(crate) fn required(&self, name: &str) -> Result<&str, AwsError> {
        self.text(name).ok_or_else(|| {
            AwsError::validation(format!(
                "1 validation error detected: Value null at '{name}' failed to satisfy constraint: Member must not be null"
            ))
        })
    }

    /// A boolean parameter, if given: the form and the query have it as text.
    pub(crate) fn flag(&self, name: &str) -> Option<bool> {
        match self.parameters.get(name)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if !text.is_empty() => Some(text.eq_ignore_ascii_case("true")),
            Value::Null
            | Value::String(_)
            | Value::Number(_)
            | Value::Array(_)
            | Value::Object(_) => None,
        }
    }

    /// A whole number, if given: the form has it as text, JSON as a number.
    pub(crate) fn number(&self, name: &str) -> Option<usize> {
        match self.parameters.get(name)? {
            Value::Number(number) => number.as_u64()?.try_into().ok(),
            Value::String(text) => text.parse().ok(),
            Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
        }
    }

    /// A list of texts; the query does not show whether a single one is a list.
    pub(crate) fn texts(&self, name: &str) -> Vec<&str> {
        match self.parameters.get(name) {
            Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).collect(),
            Some(Value::String(text)) => vec![text],
            _ => Vec::new(),
        }
    }

    /// A list parameter; empty when not given.
    pub(crate) fn list(&self, name: &str) -> &[Value] {
        self.parameters.get(name).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }
}
