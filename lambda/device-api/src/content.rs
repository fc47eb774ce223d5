//! Digests of content, in the two spellings that are met.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

const BYTES: usize = 32;

/// The SHA-256 digest of bytes that were promised.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Sha256([u8; BYTES]);

/// What was read is no digest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a SHA-256 digest is {} hexadecimal digits", 2 * BYTES)]
pub struct NotADigest;

impl Sha256 {
    /// As `sha256sum` and `Get-FileHash` print it, in lower case.
    pub fn hex(&self) -> String {
        hex::encode(self.0)
    }

    /// As S3's headers have it.
    pub fn base64(&self) -> String {
        BASE64_STANDARD.encode(self.0)
    }
}

impl TryFrom<String> for Sha256 {
    type Error = NotADigest;

    fn try_from(text: String) -> Result<Self, NotADigest> {
        let mut digest = [0; BYTES];
        hex::decode_to_slice(text, &mut digest).map_err(|_| NotADigest)?;
        Ok(Self(digest))
    }
}
