//! Signer's errors.

use serde_json::{Value, json};

use crate::error::AwsError;

/// The body of an error.
pub(super) fn body(error: &AwsError) -> Value {
    json!({ "message": error.message })
}

/// What is asked for is not there.
pub(super) fn not_found(message: impl Into<String>) -> AwsError {
    AwsError { status: 404, ..AwsError::new("ResourceNotFoundException", message) }
}

/// A parameter is not what it may be.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// Signer itself has failed.
pub(super) fn internal(message: impl Into<String>) -> AwsError {
    AwsError { status: 500, ..AwsError::new("InternalServiceErrorException", message) }
}
