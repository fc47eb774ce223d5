//! Why a signature does not open the door.

use jiff::{SignedDuration, Timestamp};

/// A reason, without the words of any protocol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// The request is not signed.
    Missing,
    /// The signature is of an older version.
    OtherVersion,
    /// The claim lacks a part, or a part cannot be read.
    Incomplete(String),
    /// Nobody has this access key.
    UnknownKey,
    /// The session token is not that of the access key.
    InvalidToken,
    /// The temporary credentials have ended.
    ExpiredToken,
    /// Signed too long ago, or in the future.
    Skewed {
        /// By the signer's clock.
        signed_at: Timestamp,
        /// By the account's clock.
        now: Timestamp,
        /// How far they may be apart.
        tolerance: SignedDuration,
    },
    /// The presigned URL has ended.
    ExpiredUrl {
        /// When it did.
        expires: Timestamp,
        /// By the account's clock.
        now: Timestamp,
    },
    /// S3 was not told the digest of the body.
    NoPayloadDigest,
    /// The body is not the one that was signed.
    OtherPayload {
        /// The digest that was signed.
        told: String,
        /// The digest of the body.
        actual: String,
    },
    /// Headers that S3 acts on are not covered by the signature.
    UnsignedHeaders(Vec<String>),
    /// Something that is covered is not what was signed, or the secret is another.
    Mismatch {
        /// What should have been signed.
        canonical: String,
    },
}

impl Refusal {
    pub(super) fn incomplete(why: impl Into<String>) -> Self {
        Self::Incomplete(why.into())
    }
}
