//! Names of terminals and of clinics.

use std::fmt;

use serde::{Deserialize, Serialize};

/// X.509's limit for a common name, in characters.
const MAX_LENGTH: usize = 64;

/// A terminal's name, which is its certificate's common name, or a clinic's.
///
/// Names are compared as they are written. They stand in keys of objects, in audit lines and in file
/// names, and mean nothing special in any of these.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Name(String);

/// What was read is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not a name: up to {MAX_LENGTH} of `A-Z a-z 0-9 . _ -`, a letter or digit first and last",
    .0.escape_debug()
)]
pub struct NotAName(String);

impl Name {
    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Name {
    type Error = NotAName;

    fn try_from(text: String) -> Result<Self, NotAName> {
        let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
        let ends_well = |end: Option<&u8>| end.is_some_and(u8::is_ascii_alphanumeric);
        let bytes = text.as_bytes();
        let is_name = bytes.len() <= MAX_LENGTH
            && bytes.iter().copied().all(is_usual)
            && ends_well(bytes.first())
            && ends_well(bytes.last());
        if is_name { Ok(Self(text)) } else { Err(NotAName(text)) }
    }
}

impl From<Name> for String {
    fn from(name: Name) -> Self {
        name.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
