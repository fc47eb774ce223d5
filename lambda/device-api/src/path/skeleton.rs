//! What a path could turn into on its way to a file system.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization as _;

use super::PathError;

/// Refuses a path that would have a segment of dots after any decoding that some program may do.
///
/// Full-width letters as such are fine: Windows' users write `／` in names because they cannot write `/`.
pub(super) fn check(path: &str) -> Result<(), PathError> {
    let decoded = decoded(path)?;
    let compatible: String = decoded.nfkc().collect();
    let is_separator = |character| matches!(character, '/' | '\\');
    if compatible.split(is_separator).any(is_dots) {
        return Err(PathError::Traversal);
    }
    Ok(())
}

/// Decodes percent-encoding until nothing is encoded any more.
fn decoded(path: &str) -> Result<String, PathError> {
    let mut text = path.to_owned();
    loop {
        if has_wide_escape(&text) {
            return Err(PathError::Encoding);
        }
        // This also refuses the overlong forms, `%c0%ae` for a dot.
        let next = percent_decode_str(&text).decode_utf8().map_err(|_| PathError::Encoding)?;
        if next.len() == text.len() {
            return Ok(text);
        }
        text = next.into_owned();
    }
}

/// Finds `%u002e`, which no standard knows and some servers decode.
fn has_wide_escape(text: &str) -> bool {
    let is_wide = |tail: &str| {
        let digits = tail.strip_prefix(['u', 'U']).and_then(|digits| digits.get(..4));
        digits.is_some_and(|digits| digits.bytes().all(|byte| byte.is_ascii_hexdigit()))
    };
    text.split('%').skip(1).any(is_wide)
}

/// Whether a segment is dots, with nothing else than what file systems drop.
fn is_dots(segment: &str) -> bool {
    let is_dropped = |character: char| character.is_whitespace() || character.is_control();
    segment.contains('.') && segment.chars().all(|it| it == '.' || is_dropped(it))
}
