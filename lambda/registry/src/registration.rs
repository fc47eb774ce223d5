//! The document.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::name::Name;
use crate::place::{Bucket, Prefix};
use crate::serial::Serial;

/// What is on record about one terminal.
///
/// Reading is strict: a member that a reader does not know could be a restriction, so such a document is
/// malformed to it. Readers are therefore deployed before writers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Registration {
    /// The terminal, once more: a document under another terminal's key is no permission for that one.
    pub terminal: Name,
    /// The clinic that the terminal stands in.
    pub clinic: Name,
    /// The clinic's bucket.
    pub bucket: Bucket,
    /// What the keys of the terminal's objects begin with.
    pub prefix: Prefix,
    /// Whether the terminal may do anything at all.
    pub state: State,
    /// The certificates that the terminal may come with. All others are refused.
    pub serials: Vec<AllowedSerial>,
    /// The newest certificate that was issued for the terminal.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
}

/// Whether a terminal may do anything at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It may.
    Enrolled,
    /// It may not for now.
    Suspended,
    /// It never may again.
    Revoked,
}

/// A certificate that a terminal may come with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct AllowedSerial {
    /// The certificate's serial number.
    pub serial: Serial,
    /// Until when it may be used; for one that was replaced, less than the certificate itself says.
    pub not_after: Timestamp,
}

/// An issued certificate and what leads from it to the root, in PEM.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub struct Certificate {
    /// The terminal's certificate.
    pub pem: String,
    /// The certificates above it, the issuer's first.
    pub chain: String,
}

/// A document is not what this crate describes.
#[derive(Debug, thiserror::Error)]
#[error("failed to read a terminal's registration")]
pub struct Malformed(#[from] serde_json::Error);

/// Where a terminal's document is kept.
pub fn key(terminal: &Name) -> String {
    format!("registry/{terminal}.json")
}

impl Registration {
    /// Reads a document.
    pub fn from_json(bytes: &[u8]) -> Result<Self, Malformed> {
        Ok(serde_json::from_slice(bytes)?)
    }

    /// Writes a document.
    pub fn to_json(&self) -> Result<Vec<u8>, Malformed> {
        Ok(serde_json::to_vec_pretty(self)?)
    }
}
