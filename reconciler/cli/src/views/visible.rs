//! Text from outside, made safe to show: no character of it can move the cursor or reorder the line.

use std::borrow::Cow;

/// The text with control characters and direction marks written out; line ends stay.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if !text.contains(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 8);
    for c in text.chars() {
        if is_hidden(c) {
            shown.extend(c.escape_default());
        } else {
            shown.push(c);
        }
    }
    Cow::Owned(shown)
}

/// A value of one line, in quotes where it would not be seen otherwise.
pub(super) fn value(value: &str) -> Cow<'_, str> {
    if value.is_empty() || value.trim() != value {
        Cow::Owned(format!("\"{}\"", text(value).replace('\n', "\\n")))
    } else {
        text(value)
    }
}

fn is_hidden(c: char) -> bool {
    let direction =
        matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    direction || (c.is_control() && c != '\n')
}

#[cfg(test)]
mod tests {
    #[test]
    fn nothing_reaches_the_terminal_that_it_would_obey() {
        assert_eq!(super::text("a\u{1b}[31mb\tc\u{202e}d"), r"a\u{1b}[31mb\tc\u{202e}d");
        assert_eq!(super::text("日本語\n次の行"), "日本語\n次の行");
        assert_eq!(super::value(" a"), "\" a\"");
        assert_eq!(super::value("a\n"), r#""a\n""#);
        assert_eq!(super::value(""), "\"\"");
    }
}
