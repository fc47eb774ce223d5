//! Takes out of a transcript what differs from one run to the next.
//!
//! Told by its type, never by its place: a word goes only if it is a time, the name of a run, a digest, a
//! made-up name or a duration. Everything else stays, and a test sees it change.

use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp};

/// The text with each such word replaced by its type: `<time>`, `<run>`, `<digest>`, `<uuid>`, `<took>`.
pub fn redact(text: &str) -> String {
    let mut redacted = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if let Some(after) = after_spaced_time(rest) {
            redacted.push_str("<time>");
            rest = after;
            continue;
        }
        let end = rest.find(|c: char| !is_part_of_a_word(c)).unwrap_or(rest.len());
        if end == 0 {
            redacted.push(first);
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (word, after) = rest.split_at(end);
        let bare = word.trim_end_matches(['.', ':', '-']);
        redacted.push_str(&replaced(bare));
        redacted.push_str(&word[bare.len()..]);
        rest = after;
    }
    redacted
}

/// What follows a time with a space in it: `2026-11-21 12:00:00Z`.
fn after_spaced_time(text: &str) -> Option<&str> {
    let (time, after) = text.split_at_checked("2026-11-21 12:00:00Z".len())?;
    time.parse::<Timestamp>().is_ok().then_some(after)
}

fn is_part_of_a_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '-')
}

fn replaced(word: &str) -> String {
    if word.parse::<Timestamp>().is_ok() {
        return "<time>".to_owned();
    }
    if is_run(word) {
        return "<run>".to_owned();
    }
    if is_digest(word) {
        return "<digest>".to_owned();
    }
    if is_uuid(word) {
        return "<uuid>".to_owned();
    }
    if is_duration(word) {
        return "<took>".to_owned();
    }
    // Change sets and physical names end in what was made up: `reconcile-3f2a9c4b11d0`.
    match word.rsplit_once('-') {
        Some((stem, end)) if is_digest(&end.to_ascii_lowercase()) => format!("{stem}-<digest>"),
        _ => word.to_owned(),
    }
}

/// `20261121T205209123Z-3f2a9c4b11d0`
fn is_run(word: &str) -> bool {
    word.split_once("Z-").is_some_and(|(time, rest)| {
        let digits = time.chars().filter(char::is_ascii_digit).count();
        time.len() == 18 && digits == 17 && time.get(8..9) == Some("T") && is_digest(rest)
    })
}

/// Twelve decimal digits that stay, though a digest could begin like that.
const ACCOUNTS: [&str; 2] = ["000000000000", "111122223333"];

/// A SHA-256, a commit, or the first twelve digits of one.
fn is_digest(word: &str) -> bool {
    matches!(word.len(), 12 | 40 | 64)
        && word.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
        && !ACCOUNTS.contains(&word)
}

fn is_uuid(word: &str) -> bool {
    let lengths: Vec<_> = word.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && word.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit())
}

/// `0.4s`, `250ms`, `1m2s` or `00:01`: as elapsed time is written, with a digit first.
fn is_duration(word: &str) -> bool {
    let is_clock = word.len() == 5 && word.parse::<Time>().is_ok();
    let is_written = || word.parse::<SignedDuration>().is_ok();
    word.starts_with(|c: char| c.is_ascii_digit()) && (is_clock || is_written())
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn only_what_differs_from_run_to_run_goes() {
        let check = |text: &str, expected: &str| assert_eq!(redact(text), expected);
        check("at 2026-11-21T12:00:00Z.", "at <time>.");
        check("(run 20261121T205209123Z-3f2a9c4b11d0)", "(run <run>)");
        check("the plan is `3f2a9c4b11d0`, not", "the plan is `<digest>`, not");
        check("commit 3f2a9c4b11d03f2a9c4b11d03f2a9c4b11d03f2a", "commit <digest>");
        check("reconcile-3f2a9c4b11d0", "reconcile-<digest>");
        check("pair-Topic-245B369616CA", "pair-Topic-<digest>");
        check("key/0a1b2c3d-0000-4000-8000-0a1b2c3d4e5f", "key/<uuid>");
        check("since 2026-11-21 22:08:01Z", "since <time>");
        check("until 2027-03-31", "until 2027-03-31");
        check("created in 1.2s", "created in <took>");
        check("00:01  stacks/kms", "<took>  stacks/kms");
        check("account 000000000000, 30 days", "account 000000000000, 30 days");
    }
}
