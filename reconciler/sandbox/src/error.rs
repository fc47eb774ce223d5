//! An error as an AWS service answers it.

use crate::store::StateError;

/// A refused call: HTTP status, AWS's error code and AWS's own words.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub(crate) struct AwsError {
    pub(crate) status: u16,
    pub(crate) code: String,
    pub(crate) message: String,
}

impl AwsError {
    /// A 400 with this code.
    pub(crate) fn new(code: &str, message: impl Into<String>) -> Self {
        Self { status: 400, code: code.to_owned(), message: message.into() }
    }

    /// CloudFormation's and STS's generic refusal.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationError", message)
    }

    /// A query service's answer to an operation that it does not have.
    pub(crate) fn unknown_operation(operation: &str, version: &str) -> Self {
        let message = format!("Could not find operation {operation} for version {version}");
        Self::new("InvalidAction", message)
    }

    /// A failure of the sandbox, as AWS reports one of its own.
    pub(crate) fn internal(error: &StateError) -> Self {
        let message = match std::error::Error::source(error) {
            Some(source) => format!("{error}: {source}"),
            None => error.to_string(),
        };
        Self { status: 500, code: "InternalFailure".to_owned(), message }
    }
}
