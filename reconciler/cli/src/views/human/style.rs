//! The colours. Nothing is said by colour alone.

use anstyle::{AnsiColor, Style};
use reconcile_core::outcome::Outcome;
use reconcile_core::verdict::{Action, DangerLevel, Effect, Verdict};

/// A heading.
pub(super) const STRONG: Style = Style::new().bold();
/// What matters least.
pub(super) const FAINT: Style = Style::new().dimmed();
/// What comes.
pub(super) const ADDED: Style = AnsiColor::Green.on_default();
/// What goes.
pub(super) const REMOVED: Style = AnsiColor::Red.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const RESTORED: Style = AnsiColor::Cyan.on_default();

/// The text in a style.
pub(super) fn paint(style: Style, text: impl AsRef<str>) -> String {
    format!("{style}{}{style:#}", text.as_ref())
}

/// The colour of a verdict.
pub(super) fn of_verdict(verdict: &Verdict) -> Style {
    match verdict {
        Verdict::InSync => FAINT,
        Verdict::Change(change) => match change.action {
            Action::Create => ADDED,
            Action::Update => CHANGED,
            Action::Replace => AnsiColor::Magenta.on_default(),
            Action::Delete => REMOVED,
            Action::Revert | Action::Recover => RESTORED,
            Action::Follow => FAINT,
        },
        Verdict::Blocked { .. } => REMOVED.bold(),
        Verdict::Unknown { .. } => CHANGED.bold(),
    }
}

/// The colour of an effect.
pub(super) fn of_effect(effect: Effect) -> Style {
    match effect {
        Effect::Record => FAINT,
        Effect::Create => ADDED,
        Effect::InPlace | Effect::MayReplace => CHANGED,
        Effect::Replace => AnsiColor::Magenta.on_default(),
        Effect::Delete => REMOVED,
    }
}

/// The colour of an outcome.
pub(super) fn of_outcome(outcome: &Outcome) -> Style {
    match outcome {
        Outcome::Unchanged => FAINT,
        Outcome::Applied => ADDED,
        Outcome::Refused { .. } | Outcome::Failed { .. } => REMOVED.bold(),
        Outcome::Skipped { .. } => CHANGED,
    }
}

/// The colour of a level of danger.
pub(super) fn of_level(level: DangerLevel) -> Style {
    match level {
        DangerLevel::None => FAINT,
        DangerLevel::Low => CHANGED.bold(),
        DangerLevel::High => REMOVED.bold(),
    }
}
