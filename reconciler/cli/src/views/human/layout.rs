//! Columns and lines of a terminal, where a Japanese character takes two columns.

use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// Columns that the text takes.
pub(super) fn columns(text: &str) -> usize {
    text.width()
}

/// The text, followed by spaces up to a column.
pub(in crate::views) fn pad(text: &str, to: usize) -> String {
    format!("{text}{}", " ".repeat(to.saturating_sub(columns(text))))
}

/// The text in lines of at most `width` columns, broken at spaces where there are any.
pub(in crate::views) fn wrap(text: &str, width: usize) -> Vec<String> {
    let width = width.max(16);
    text.lines().flat_map(|line| wrap_line(line, width)).collect()
}

fn wrap_line(line: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut current = String::new();
    for word in words(line) {
        if !current.is_empty() && columns(&current) + columns(word.trim_end()) > width {
            lines.push(std::mem::take(&mut current).trim_end().to_owned());
        }
        // A word of more than a line, such as an ARN, is broken anywhere.
        for c in word.chars() {
            if c != ' ' && columns(&current) + c.width().unwrap_or(0) > width {
                lines.push(std::mem::take(&mut current));
            }
            current.push(c);
        }
    }
    lines.push(current.trim_end().to_owned());
    lines
}

/// What must not be broken: up to a space, or one Japanese character with what closes it.
fn words(line: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = ' ';
    for (at, c) in line.char_indices() {
        let is_wide = |c: char| c.width() == Some(2);
        let closes = "、。,.!?)」』】〉》〕]}・ー".contains(c);
        let breaks = c != ' ' && (before == ' ' || is_wide(before) || is_wide(c));
        if at > start && breaks && !closes {
            words.push(&line[start..at]);
            start = at;
        }
        before = c;
    }
    words.push(&line[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::{columns, pad, wrap};

    #[test]
    fn breaks_at_spaces_and_within_long_words() {
        assert_eq!(wrap("one two three four five", 16), ["one two three", "four five"]);
        assert_eq!(
            wrap("鍵は自動で更新されないため監査に通らない", 16),
            ["鍵は自動で更新さ", "れないため監査に", "通らない"]
        );
        assert_eq!(wrap("受け付ける Lambda 関数。", 16), ["受け付ける", "Lambda 関数。"]);
        assert_eq!(wrap("a\n\nb", 16), ["a", "", "b"]);
        assert_eq!(wrap("    indented", 16), ["    indented"]);
    }

    #[test]
    fn a_wide_character_takes_two_columns() {
        assert_eq!(columns("鍵"), 2);
        assert_eq!(pad("鍵", 4), "鍵  ");
    }
}
