//! An error as an AWS service answers it.

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
        Self {
            status: 400,
            code: code.to_owned(),
            message: message.into(),
        }
    }

    /// CloudFormation's and STS's generic refusal.
    pub(crate) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationError", message)
    }

    /// A query service's answer to an operation that it does not have.
    pub(crate) fn unknown_operation(operation: &str) -> Self {
        Self::new(
            "InvalidAction",
            format!("Could not find operation {operation} for version"),
        )
    }
}
