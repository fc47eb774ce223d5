//! Patterns as policies write them: `*` is any text, `?` is any character.

/// Whether a text is what a pattern means.
pub(crate) fn matches(pattern: &str, text: &str) -> bool {
    let Some(first) = pattern.chars().next() else { return text.is_empty() };
    let rest = pattern.get(first.len_utf8()..).unwrap_or_default();
    if first == '*' {
        let mut ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        return ends.any(|at| matches(rest, text.get(at..).unwrap_or_default()));
    }
    let mut others = text.chars();
    others.next().is_some_and(|other| first == '?' || first == other)
        && matches(rest, others.as_str())
}
