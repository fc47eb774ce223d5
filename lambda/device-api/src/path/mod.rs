//! The paths that terminals give to their objects, and the keys that these become.
//!
//! A path is data until somebody restores it into a file system, and then it must not lead out of the
//! folder it is restored to. What is refused here can be restored nowhere, or elsewhere than it says.

mod skeleton;
mod windows;

use device_registry::Prefix;
use unicode_normalization::is_nfc;

/// S3's limit for a key, in bytes of UTF-8.
pub const MAX_KEY: usize = 1024;

/// A key below one terminal's prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectKey {
    key: String,
    prefix_length: usize,
}

/// Why a path was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// There is no path.
    #[error("the path is empty")]
    Empty,
    /// The key would be longer than S3 takes.
    #[error("with the terminal's prefix the path is longer than {MAX_KEY} bytes")]
    TooLong,
    /// The same name could be written in two ways, and be two objects.
    #[error("the path is not in Unicode's normal form C")]
    NotNormal,
    /// A control character, or one that hides what the path says.
    #[error("the path has a control character")]
    Control,
    /// A segment without a name: `//`, or `/` at either end.
    #[error("the path has an empty segment")]
    EmptySegment,
    /// A segment that means another folder, however it is spelled.
    #[error("the path has a segment of dots")]
    Traversal,
    /// Percent-encoding that decodes to nothing.
    #[error("the path has percent-encoding that is not UTF-8")]
    Encoding,
    /// A character that Windows has in no file's name.
    #[error("the path has one of `\\ : * ? \" < > |`")]
    WindowsCharacter,
    /// A segment that Windows would take for a device, or would store under another name.
    #[error("the path has a segment that Windows reserves, or one that ends with a dot or a space")]
    WindowsName,
}

impl ObjectKey {
    /// Places a path below a terminal's prefix.
    pub fn below(prefix: &Prefix, path: &str) -> Result<Self, PathError> {
        if path.is_empty() {
            return Err(PathError::Empty);
        }
        let key = Self::joined(prefix, path)?;
        check(path)?;
        path.split('/').try_for_each(windows::check_name)?;
        Ok(key)
    }

    /// Places what the paths of a listing begin with; the last segment may be the beginning of a name.
    pub fn listed_below(prefix: &Prefix, beginning: &str) -> Result<Self, PathError> {
        let key = Self::joined(prefix, beginning)?;
        if let Some((folders, _)) = beginning.rsplit_once('/') {
            Self::below(prefix, folders)?;
        }
        if !beginning.is_empty() && !beginning.ends_with('/') {
            check(beginning)?;
        }
        Ok(key)
    }

    /// The whole key.
    pub fn as_str(&self) -> &str {
        &self.key
    }

    /// The part of it that the terminal knows.
    pub fn path(&self) -> &str {
        &self.key[self.prefix_length..]
    }

    fn joined(prefix: &Prefix, path: &str) -> Result<Self, PathError> {
        let key = format!("{prefix}{path}");
        if key.len() > MAX_KEY {
            return Err(PathError::TooLong);
        }
        Ok(Self { key, prefix_length: prefix.as_str().len() })
    }
}

/// Checks all but the names of the segments. The path's length, which bounds the work, was checked.
fn check(path: &str) -> Result<(), PathError> {
    if path.split('/').any(str::is_empty) {
        return Err(PathError::EmptySegment);
    }
    if path.chars().any(hides) {
        return Err(PathError::Control);
    }
    skeleton::check(path)?;
    windows::check_characters(path)?;
    if !is_nfc(path) {
        return Err(PathError::NotNormal);
    }
    Ok(())
}

/// Whether a character is not seen, or changes how those around it are seen.
///
/// Joiners stay: names in several scripts need them, and emoji do.
fn hides(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{feff}')
        || matches!(character, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{061c}')
        || matches!(character, '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}')
}

#[cfg(test)]
mod tests;
