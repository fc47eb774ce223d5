//! Where a terminal's objects are: a bucket, and what all their keys begin with.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Leaves more than half of the 1,024 bytes of a key to the path below it.
const MAX_PREFIX: usize = 256;

/// The name of a general purpose bucket.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bucket(String);

/// What was read is no bucket's name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not the name of a bucket", .0.escape_debug())]
pub struct NotABucket(String);

/// What the keys of all of a terminal's objects begin with; it ends with `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Prefix(String);

/// What was read cannot keep one terminal's objects apart from another's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a prefix: segments of `A-Z a-z 0-9 . _ -`, each with `/` after it", .0.escape_debug())]
pub struct NotAPrefix(String);

impl TryFrom<String> for Bucket {
    type Error = NotABucket;

    fn try_from(text: String) -> Result<Self, NotABucket> {
        let is_outer = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let is_bucket = (3..=63).contains(&bytes.len())
            && bytes.iter().all(|&byte| is_outer(byte) || b".-".contains(&byte))
            && [bytes.first(), bytes.last()].into_iter().flatten().all(|&byte| is_outer(byte))
            && !text.contains("..");
        if is_bucket { Ok(Self(text)) } else { Err(NotABucket(text)) }
    }
}

impl TryFrom<String> for Prefix {
    type Error = NotAPrefix;

    fn try_from(text: String) -> Result<Self, NotAPrefix> {
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let is_segment = |segment: &str| {
            segment.bytes().all(is_usual) && segment.bytes().any(|byte| byte != b'.')
        };
        let is_prefix = text.len() <= MAX_PREFIX
            && text.strip_suffix('/').is_some_and(|segments| segments.split('/').all(is_segment));
        if is_prefix { Ok(Self(text)) } else { Err(NotAPrefix(text)) }
    }
}

macro_rules! text {
    ($($name:ident),+) => { $(
        impl $name {
            /// As text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl From<$name> for String {
            fn from(it: $name) -> Self {
                it.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    )+ };
}

text!(Bucket, Prefix);
