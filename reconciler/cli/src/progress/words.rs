//! The words that live and plain progress share, styled.

use crate::views::sentences;
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use reconcile_core::outcome::Outcome;
use reconcile_engine::events::Progress;

/// What matters least.
pub(super) const FAINT: Style = Style::new().dimmed();
/// What matters most.
pub(super) const STRONG: Style = Style::new().bold();
const GOOD: Style = AnsiColor::Green.on_default();
const BAD: Style = AnsiColor::Red.on_default().bold();
const LESS: Style = AnsiColor::Yellow.on_default();

/// The text in a style.
pub(super) fn paint(style: Style, text: &str) -> String {
    format!("{style}{text}{style:#}")
}

/// `00:41`, or `1:02:03`.
pub(super) fn clock(elapsed: Duration) -> String {
    let seconds = elapsed.as_secs();
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes:02}:{seconds:02}")
    }
}

/// `00:41`, or `00:41 of about 01:10`, where it is known what it took the last time and that is not over.
pub(super) fn clock_of(elapsed: Duration, expected: Option<Duration>) -> String {
    match expected.filter(|expected| *expected >= elapsed) {
        Some(expected) => format!("{} of about {}", clock(elapsed), clock(expected)),
        None => clock(elapsed),
    }
}

/// How a unit moved on, on one line.
pub(super) fn moved(progress: &Progress) -> String {
    match progress {
        Progress::Step(what) => one_line(what),
        Progress::Part { name, type_name, status, reason } => {
            let style = if status.ends_with("FAILED") || status.contains("ROLLBACK") {
                BAD
            } else if status.ends_with("COMPLETE") {
                GOOD
            } else {
                LESS
            };
            let reason = reason.as_deref().filter(|reason| !reason.is_empty());
            let reason = reason.map(|reason| format!(": {}", one_line(reason))).unwrap_or_default();
            let type_name = paint(FAINT, type_name);
            format!("{name} {type_name} {}{reason}", paint(style, status))
        }
    }
}

/// The sign of an outcome, styled.
pub(super) fn sign(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Unchanged => paint(FAINT, "="),
        Outcome::Applied => paint(GOOD, "✓"),
        Outcome::Refused { .. } => paint(BAD, "!"),
        Outcome::Failed { .. } => paint(BAD, "✗"),
        Outcome::Skipped { .. } => paint(LESS, "·"),
    }
}

/// `done in 4.1s`, `failed after 12.0s: why`.
pub(super) fn ended(outcome: &Outcome, time: Duration) -> String {
    let time = sentences::took(time);
    match outcome {
        Outcome::Unchanged => format!("{} in {time}", paint(FAINT, "nothing to do")),
        Outcome::Applied => format!("{} in {time}", paint(GOOD, "done")),
        Outcome::Refused { why, unblock: _ } => {
            format!("{}: {}", paint(BAD, "refused"), one_line(why))
        }
        Outcome::Failed { why } => {
            format!("{} after {time}: {}", paint(BAD, "failed"), one_line(why))
        }
        Outcome::Skipped { why } => format!("{}: {}", paint(LESS, "skipped"), one_line(why)),
    }
}

/// The first line, safe to show; the result tells the rest.
fn one_line(text: &str) -> String {
    let first = text.lines().next().unwrap_or_default();
    first.chars().filter(|c| !c.is_control()).collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::{clock, clock_of};
    use crate::views::sentences;

    #[test]
    fn times_read_at_a_glance() {
        assert_eq!(clock(Duration::from_secs(41)), "00:41");
        assert_eq!(clock(Duration::from_secs(3723)), "1:02:03");
        let expected = Some(Duration::from_secs(70));
        assert_eq!(clock_of(Duration::from_secs(41), expected), "00:41 of about 01:10");
        assert_eq!(clock_of(Duration::from_secs(71), expected), "01:11", "it is no promise");
        assert_eq!(clock_of(Duration::from_secs(41), None), "00:41");
        assert_eq!(sentences::took(Duration::from_millis(4120)), "4.1s");
        assert_eq!(sentences::took(Duration::from_secs(123)), "2m 03s");
    }
}
