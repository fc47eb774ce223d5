//! SHA-256 digests, by which desired state, observed state and plans are compared.

use std::fmt::{self, Write as _};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 in lower-case hex (64 characters).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: impl AsRef<[u8]>) -> Self {
        let mut hex = String::with_capacity(64);
        for byte in Sha256::digest(bytes.as_ref()) {
            // Writing to a String cannot fail.
            let _ = write!(hex, "{byte:02x}");
        }
        Self(hex)
    }

    /// The digest of several parts, each delimited by its length so that no two lists collide.
    pub fn of_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut joined = Vec::new();
        for part in parts {
            joined.extend_from_slice(&(part.len() as u64).to_be_bytes());
            joined.extend_from_slice(part);
        }
        Self::of(joined)
    }

    /// The digest of a value's JSON; maps of desired and observed state are ordered, so it is stable.
    pub fn of_json<T: Serialize>(value: &T) -> Self {
        // Types that reach here have string keys and plain data, which always serialise.
        Self::of(serde_json::to_vec(value).unwrap_or_default())
    }

    /// The whole digest.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first twelve characters: for names and for people.
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }

    /// Whether this digest begins with what a person typed (at least eight characters).
    pub fn matches(&self, typed: &str) -> bool {
        typed.len() >= 8 && self.0.starts_with(typed)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Digest;

    fn of(parts: &[String]) -> Digest {
        Digest::of_parts(parts.iter().map(String::as_bytes))
    }

    proptest! {
        #[test]
        fn lists_that_differ_have_digests_that_differ(
            left in prop::collection::vec("[ab]{0,2}", 0..4),
            right in prop::collection::vec("[ab]{0,2}", 0..4),
        ) {
            prop_assert_eq!(of(&left) == of(&right), left == right);
        }
    }

    #[test]
    fn a_person_types_its_beginning() {
        let digest = Digest::of("x");
        assert!(digest.matches(digest.short()));
        assert!(!digest.matches(&digest.as_str()[..7]), "too short to mean one");
        assert!(!digest.matches("00000000"));
    }
}
