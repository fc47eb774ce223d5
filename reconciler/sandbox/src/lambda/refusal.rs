//! Lambda's errors: their statuses, how they are written down, and what CloudFormation makes of them.

use serde_json::{Value, json};

use crate::error::AwsError;
use crate::resources::Failure;

/// The exceptions whose model spells `message` with a capital.
const CAPITAL: [&str; 6] = [
    "CodeSigningConfigNotFoundException",
    "CodeVerificationFailedException",
    "InvalidCodeSignatureException",
    "ResourceInUseException",
    "ResourceNotFoundException",
    "ServiceException",
];

/// The body of an error.
pub(super) fn body(error: &AwsError) -> Value {
    let kind = if error.status < 500 { "User" } else { "Service" };
    let name = if CAPITAL.contains(&&*error.code) { "Message" } else { "message" };
    json!({ "Type": kind, name: error.message })
}

/// What is asked for is not there.
pub(super) fn not_found(message: impl Into<String>) -> AwsError {
    AwsError { status: 404, ..AwsError::new("ResourceNotFoundException", message) }
}

/// What is to be made is there already.
pub(super) fn conflict(message: impl Into<String>) -> AwsError {
    AwsError { status: 409, ..AwsError::new("ResourceConflictException", message) }
}

/// A parameter is not what it may be.
pub(super) fn invalid(message: impl Into<String>) -> AwsError {
    AwsError::new("InvalidParameterValueException", message)
}

/// The caller has seen another state than the present one.
pub(super) fn outdated() -> AwsError {
    let message = "The RevisionId provided does not match the latest RevisionId. Call the GetFunction/GetAlias API to retrieve the latest RevisionId";
    AwsError { status: 412, ..AwsError::new("PreconditionFailedException", message) }
}

/// The error as the type's handler reports it.
pub(super) fn failure(error: &AwsError) -> Failure {
    let code = match error.status {
        404 => "NotFound",
        409 => "ResourceConflict",
        500.. => "ServiceInternalError",
        _ => "InvalidRequest",
    };
    match &*error.code {
        // This one has been seen without the service behind it.
        "CodeVerificationFailedException" => Failure::handler(code, &*error.message),
        _ => Failure::handler(
            code,
            format!("{} (Service: Lambda, Status Code: {})", error.message, error.status),
        ),
    }
}
