//! Private CA's errors.

use crate::error::AwsError;
use crate::resources::Failure;

/// What is asked for is not there.
pub(super) fn not_found(message: impl Into<String>) -> AwsError {
    AwsError::new("ResourceNotFoundException", message)
}

/// An argument is not what it may be, or does not go with another one.
pub(super) fn invalid_args(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidArgsException", message)
}

/// What is asked is not allowed at all.
pub(super) fn invalid_request(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidRequestException", message)
}

/// The CA is not in a state for it.
pub(super) fn invalid_state(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidStateException", message)
}

/// Tells a refusal of the CA's state in the words that AWS is known to use for the operation.
pub(super) fn in_words(error: AwsError, message: impl Into<String>) -> AwsError {
    if error.code == "InvalidStateException" { invalid_state(message) } else { error }
}

/// The certificate signing request cannot be used.
pub(super) fn malformed_csr(message: impl Into<String>) -> AwsError {
    AwsError::new("MalformedCSRException", message)
}

/// A certificate that is imported cannot be used.
pub(super) fn malformed_certificate(message: impl Into<String>) -> AwsError {
    AwsError::new("MalformedCertificateException", message)
}

/// A parameter does not fit its constraint.
pub(super) fn validation(message: impl Into<String>) -> AwsError {
    AwsError::new("ValidationException", message)
}

/// It is not done yet.
pub(super) fn in_progress(message: impl Into<String>) -> AwsError {
    AwsError::new("RequestInProgressException", message)
}

/// The service itself has failed.
pub(super) fn internal(message: impl Into<String>) -> AwsError {
    AwsError { status: 500, ..AwsError::new("InternalFailure", message) }
}

/// The error as a resource's handler tells it.
pub(super) fn failure(error: &AwsError) -> Failure {
    let code = match error.code.as_str() {
        "ResourceNotFoundException" => "NotFound",
        "PermissionAlreadyExistsException" => "AlreadyExists",
        "LimitExceededException" => "ServiceLimitExceeded",
        _ => "InvalidRequest",
    };
    let message = format!("{} (Service: AcmPca, Status Code: {})", error.message, error.status);
    Failure::handler(code, message)
}
