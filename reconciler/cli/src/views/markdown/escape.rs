//! Text from outside within Markdown: it is shown, never obeyed.

use crate::views::visible;

/// Characters of one cell or sentence, above which the rest is left out.
const SENTENCE: usize = 300;

/// A sentence on one line; names in `backticks` become code, everything else is escaped.
pub(super) fn sentence(text: &str) -> String {
    let text = visible::text(text).replace('\n', " ");
    let clipped = match text.char_indices().nth(SENTENCE) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    };
    let parts: Vec<&str> = clipped.split('`').collect();
    let balanced = parts.len() % 2 == 1;
    let mut written = String::with_capacity(clipped.len() + 16);
    for (at, part) in parts.iter().enumerate() {
        let is_code = at % 2 == 1;
        match (balanced, is_code) {
            (true, true) if !part.trim().is_empty() => written.push_str(&code(part)),
            (true, false) => written.push_str(&plain(part)),
            _ => {
                written.push_str(if at > 0 { "\\`" } else { "" });
                written.push_str(&plain(part));
                written.push_str(if balanced { "\\`" } else { "" });
            }
        }
    }
    written
}

/// A name as code: it must not contain backticks.
pub(super) fn code(name: &str) -> String {
    // A pipe ends a cell of a table even within code.
    format!("`{}`", name.replace('|', "\\|"))
}

/// Text within HTML.
pub(super) fn html(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

/// Lines in a code block that they cannot end.
pub(super) fn fence(language: &str, lines: &str) -> String {
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(3.max(longest + 1));
    format!("{fence}{language}\n{}\n{fence}\n", lines.trim_end_matches('\n'))
}

fn plain(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in html(text).chars() {
        if matches!(c, '\\' | '*' | '_' | '[' | ']' | '|' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::{fence, sentence};

    #[test]
    fn names_stay_code_and_the_rest_is_text() {
        assert_eq!(sentence("the key `a|b` is <new>"), r"the key `a\|b` is &lt;new&gt;");
        assert_eq!(sentence("one ` alone | *x*"), r"one \` alone \| \*x\*");
        assert_eq!(sentence("a\nb `` c"), r"a b \`\` c");
    }

    #[test]
    fn a_block_outlasts_the_fences_within() {
        assert_eq!(fence("diff", "a\n```\nb"), "````diff\na\n```\nb\n````\n");
    }
}
