//! Where things are in the bucket: every name says what is behind it.

use reconcile_core::digest::Digest;

/// Where Signer puts what it signed: it chooses the rest of the name, which the job tells.
pub const SIGNER_PREFIX: &str = "signer/";

/// The record that the sources of an artifact make a package: [`crate::state::Built`].
pub fn inputs(name: &str, inputs: &Digest) -> String {
    format!("inputs/{name}/{inputs}.json")
}

/// The unsigned package of these bytes.
pub fn unsigned(sha256: &Digest) -> String {
    format!("unsigned/{sha256}.zip")
}

/// The package of these bytes, signed by a version of a profile; `instead_of` is the job before, where
/// that is of no use any more. Known before it is signed.
pub fn signed(sha256: &Digest, profile_version: &str, instead_of: Option<&str>) -> String {
    match instead_of {
        None => format!("signed/{sha256}-{profile_version}.zip"),
        Some(job) => format!("signed/{sha256}-{profile_version}-{job}.zip"),
    }
}

/// The record of the signature: [`crate::state::Record`].
pub fn record(sha256: &Digest, profile_version: &str) -> String {
    format!("signed/{sha256}-{profile_version}.json")
}
