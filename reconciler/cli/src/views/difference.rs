//! Two versions of a value, as lines: what stays, what goes, what comes, and what is folded away.

use similar::{ChangeTag, InlineChangeMode, InlineChangeOptions, TextDiff};

/// Unchanged lines kept around a changed one.
const CONTEXT: usize = 2;
/// Unchanged characters kept around a changed word of a long line.
const WORDS: usize = 24;
/// Characters of one line, above which the rest is folded.
const LINE: usize = 240;

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// It is in both.
    Same(String),
    /// Only before.
    Removed(Vec<Piece>),
    /// Only after.
    Added(Vec<Piece>),
    /// As many lines are not shown.
    Folded(usize),
}

/// Some characters of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// The characters.
    pub(super) text: String,
    /// Whether they are what differs in a line that is otherwise the same.
    pub(super) differs: bool,
}

/// Whether a value is shown as lines rather than beside its path.
pub(super) fn is_block(value: &str) -> bool {
    value.trim_end().contains('\n') || structure(value).is_some()
}

/// The difference, in at most `limit` lines.
///
/// JSON objects and lists are compared by their pretty lines, so that a policy reads as one.
pub(super) fn lines(before: Option<&str>, after: Option<&str>, limit: usize) -> Vec<Line> {
    let (before, after) = (pretty(before.unwrap_or_default()), pretty(after.unwrap_or_default()));
    // By characters, cleaned up to what reads as words, so that Japanese text has words too.
    let mut words = InlineChangeOptions::new();
    words.mode(InlineChangeMode::Chars).semantic_cleanup(true);
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let all: Vec<Line> = diff
        .iter_all_inline_changes_with_options(words)
        .map(|change| {
            let pieces = change.iter_strings_lossy().map(|(differs, text)| Piece {
                text: text.trim_end_matches(['\n', '\r']).to_owned(),
                differs,
            });
            let pieces = pieces.filter(|piece| !piece.text.is_empty()).collect();
            match change.tag() {
                ChangeTag::Equal => Line::Same(pieces_text(pieces)),
                ChangeTag::Delete => Line::Removed(fold_pieces(pieces)),
                ChangeTag::Insert => Line::Added(fold_pieces(pieces)),
            }
        })
        .collect();
    cut(fold_same(all), limit)
}

fn pretty(value: &str) -> String {
    let text = structure(value).and_then(|json| serde_json::to_string_pretty(&json).ok());
    let mut text = text.unwrap_or_else(|| value.to_owned());
    // A last line without an end would differ from the same line further up.
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text
}

fn structure(value: &str) -> Option<serde_json::Value> {
    if !value.starts_with(['{', '[']) {
        return None;
    }
    let json: serde_json::Value = serde_json::from_str(value).ok()?;
    let parts =
        json.as_array().map_or(0, Vec::len) + json.as_object().map_or(0, serde_json::Map::len);
    (parts > 0).then_some(json)
}

fn pieces_text(pieces: Vec<Piece>) -> String {
    clip(pieces.into_iter().map(|piece| piece.text).collect())
}

/// Shortens what is the same between the words that differ.
fn fold_pieces(pieces: Vec<Piece>) -> Vec<Piece> {
    let last = pieces.len().saturating_sub(1);
    let marked = pieces.iter().any(|piece| piece.differs);
    let long = pieces.iter().map(|piece| piece.text.chars().count()).sum::<usize>() > LINE / 2;
    pieces
        .into_iter()
        .enumerate()
        .map(|(at, piece)| {
            let text = if piece.differs || !marked || !long {
                clip(piece.text)
            } else {
                let (head, tail) = (at > 0, at < last);
                around(&piece.text, head, tail)
            };
            Piece { text, ..piece }
        })
        .collect()
}

/// The beginning and the end of an unchanged piece, as far as they touch a changed one.
fn around(text: &str, head: bool, tail: bool) -> String {
    let characters: Vec<char> = text.chars().collect();
    let kept = WORDS * (usize::from(head) + usize::from(tail));
    if characters.len() <= kept + 1 {
        return text.to_owned();
    }
    let start = if head { &characters[..WORDS] } else { &[] };
    let end = if tail { &characters[characters.len() - WORDS..] } else { &[] };
    start.iter().chain(['…'].iter()).chain(end).collect()
}

fn clip(text: String) -> String {
    let Some((at, _)) = text.char_indices().nth(LINE) else {
        return text;
    };
    let rest = text[at..].chars().count();
    format!("{}… ({rest} more characters)", &text[..at])
}

/// Folds runs of unchanged lines that are far from any change.
fn fold_same(all: Vec<Line>) -> Vec<Line> {
    let changed: Vec<usize> =
        (0..all.len()).filter(|&at| !matches!(all[at], Line::Same(_))).collect();
    let near = |at: usize| {
        let next = changed.partition_point(|&change| change < at.saturating_sub(CONTEXT));
        changed.get(next).is_some_and(|&change| change <= at + CONTEXT)
    };
    let mut folded: Vec<Line> = Vec::new();
    for (at, line) in all.into_iter().enumerate() {
        if near(at) {
            folded.push(line);
        } else if let Some(Line::Folded(count)) = folded.last_mut() {
            *count += 1;
        } else {
            folded.push(Line::Folded(1));
        }
    }
    folded
}

fn cut(mut lines: Vec<Line>, limit: usize) -> Vec<Line> {
    if lines.len() > limit {
        let rest = lines.split_off(limit.saturating_sub(1));
        let hidden = rest.iter().map(|line| match line {
            Line::Folded(count) => *count,
            Line::Same(_) | Line::Removed(_) | Line::Added(_) => 1,
        });
        lines.push(Line::Folded(hidden.sum()));
    }
    lines
}
