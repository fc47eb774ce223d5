//! The ARNs of CAs and of what they issue.

use crate::world::ACCOUNT;

/// The ARN of a CA.
pub(super) fn authority(region: &str, id: &str) -> String {
    format!("arn:aws:acm-pca:{region}:{ACCOUNT}:certificate-authority/{id}")
}

/// The ARN of a certificate that a CA has issued.
pub(super) fn certificate(authority: &str, serial: &str) -> String {
    format!("{}{serial}", certificates(authority))
}

/// What the ARNs of all certificates of a CA begin with.
pub(super) fn certificates(authority: &str) -> String {
    format!("{authority}/certificate/")
}

/// The ID of a CA, from its ARN.
pub(super) fn id(authority: &str) -> &str {
    authority.rsplit('/').next().unwrap_or_default()
}
