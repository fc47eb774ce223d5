//! What Windows does not take as a file's name.
//!
//! All terminals run Windows. A path with such a name cannot have come from one, and could not be restored
//! to one; `:` would also reach an alternate data stream, and `\` is a separator there.

use super::PathError;

const CHARACTERS: [char; 8] = ['\\', ':', '*', '?', '"', '<', '>', '|'];

const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// Devices that have a number after their name, which may be a superscript one.
const NUMBERED: [&str; 2] = ["COM", "LPT"];

pub(super) fn check_characters(path: &str) -> Result<(), PathError> {
    if path.contains(CHARACTERS) { Err(PathError::WindowsCharacter) } else { Ok(()) }
}

pub(super) fn check_name(segment: &str) -> Result<(), PathError> {
    if segment.ends_with(['.', ' ']) || is_device(segment) {
        return Err(PathError::WindowsName);
    }
    Ok(())
}

/// Whether a name is a device's: an extension, and spaces before it, change nothing.
fn is_device(segment: &str) -> bool {
    let stem = segment.split('.').next().unwrap_or_default().trim_end_matches(' ');
    let stem = stem.to_ascii_uppercase();
    let is_number = |tail: &str| {
        let mut characters = tail.chars();
        let number = characters.next();
        number.is_some_and(|it| matches!(it, '0'..='9' | '¹' | '²' | '³'))
            && characters.next().is_none()
    };
    DEVICES.contains(&stem.as_str())
        || NUMBERED.iter().any(|device| stem.strip_prefix(device).is_some_and(is_number))
}
