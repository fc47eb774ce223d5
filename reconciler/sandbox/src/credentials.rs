//! The one identity that the sandbox knows. It protects nothing: the sandbox is the caller's own.

use aws_credential_types::Credentials;

pub(crate) const ACCESS_KEY_ID: &str = "sandbox";
pub(crate) const SECRET_ACCESS_KEY: &str = "sandbox";

/// The credentials that S3's signatures are verified against.
pub(crate) fn credentials() -> Credentials {
    Credentials::new(ACCESS_KEY_ID, SECRET_ACCESS_KEY, None, None, "sandbox")
}
