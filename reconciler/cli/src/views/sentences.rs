//! The sentences that a terminal and a pull request share.

use std::time::Duration;

use jiff::Timestamp;
use reconcile_core::calls::Calls;
use reconcile_core::coverage::Coverage;
use reconcile_core::outcome::Outcome;
use reconcile_core::plan::Summary;
use reconcile_core::report::{Report, Status};
use reconcile_core::verdict::{Action, Danger, DangerLevel, Effect, FieldChange, Verdict};

use super::Subject;

/// `1 stack`, `2 stacks`.
pub(crate) fn count(number: u64, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// `Plan for production at 3f2a9c1d4e5f`.
pub(super) fn title(subject: Subject, report: &Report) -> String {
    let environment = &report.environment;
    let what = match subject {
        Subject::Plan | Subject::Proposal => format!("Plan for {environment}"),
        Subject::Drift => format!("Drift in {environment}"),
        Subject::Apply => format!("Apply to {environment}"),
    };
    match &report.commit {
        Some(commit) => format!("{what} at {}", commit.get(..12).unwrap_or(commit)),
        None => what,
    }
}

/// The word for a verdict: its action, or what stands in the way of one.
pub(super) fn word(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::InSync => "in sync",
        Verdict::Change(change) => change.action.word(),
        Verdict::Blocked { .. } => "blocked",
        Verdict::Unknown { .. } => "unknown",
    }
}

/// The sign for a verdict.
pub(super) fn sign(verdict: &Verdict) -> &'static str {
    match verdict {
        Verdict::InSync => "=",
        Verdict::Change(change) => match change.action {
            Action::Create => "+",
            Action::Update => "~",
            Action::Replace => "-/+",
            Action::Delete => "-",
            Action::Revert => "↺",
            Action::Recover => "⟳",
            Action::Follow => "»",
        },
        Verdict::Blocked { .. } => "!",
        Verdict::Unknown { .. } => "?",
    }
}

/// The sign for what happens to a part or a property.
pub(super) fn effect_sign(effect: Effect) -> &'static str {
    match effect {
        Effect::Record | Effect::InPlace | Effect::MayReplace => "~",
        Effect::Create => "+",
        Effect::Replace => "-/+",
        Effect::Delete => "-",
    }
}

/// What a sign does not say about the effect of a change to one property.
pub(super) fn effect_note(effect: Effect) -> Option<&'static str> {
    match effect {
        Effect::MayReplace => Some("may force replacement"),
        Effect::Replace => Some("forces replacement"),
        Effect::Record | Effect::Create | Effect::InPlace | Effect::Delete => None,
    }
}

/// What a part is that comes, goes or stays: its type, as its one value says it.
pub(super) fn part(whole: &FieldChange) -> String {
    let FieldChange { path: _, before, after, effect } = whole;
    let kind = after.as_deref().or(before.as_deref()).unwrap_or_default();
    match effect {
        Effect::Record => format!("{kind} (stays as it is, no longer declared)"),
        Effect::Create
        | Effect::InPlace
        | Effect::MayReplace
        | Effect::Replace
        | Effect::Delete => kind.to_owned(),
    }
}

/// The reason of a verdict.
pub(super) fn reason(verdict: &Verdict) -> &str {
    match verdict {
        Verdict::InSync => "",
        Verdict::Change(change) => &change.reason,
        Verdict::Blocked { why, unblock: _, change: _ } | Verdict::Unknown { why } => why,
    }
}

/// The word for a level of danger.
pub(super) fn level(level: DangerLevel) -> &'static str {
    match level {
        DangerLevel::None => "none",
        DangerLevel::Low => "low",
        DangerLevel::High => "high",
    }
}

/// `3 to create, 1 to update, 0 to replace, 0 to delete`: these always, the rare ones if there are any.
pub(super) fn to_do(summary: &Summary) -> String {
    let Summary {
        create,
        update,
        replace,
        delete,
        revert,
        recover,
        follow,
        in_sync: _,
        blocked,
        unknown,
        failed: _,
    } = summary;
    let mut parts = vec![
        format!("{create} to create"),
        format!("{update} to update"),
        format!("{replace} to replace"),
        format!("{delete} to delete"),
    ];
    let rare = [
        (revert, "to revert"),
        (recover, "to recover"),
        (follow, "to follow"),
        (blocked, "blocked"),
        (unknown, "unknown"),
    ];
    parts.extend(rare.iter().filter(|(n, _)| **n > 0).map(|(n, what)| format!("{n} {what}")));
    parts.join(", ")
}

/// The same of a difference between two revisions.
pub(super) fn differing(summary: &Summary) -> String {
    let Summary { blocked, unknown, failed, .. } = summary;
    match summary.changes() + blocked + unknown + failed {
        0 => "no difference".to_owned(),
        _ => to_do(summary),
    }
}

/// `2 created, 1 failed`: what there is of it.
pub(super) fn done(summary: &Summary) -> String {
    let Summary {
        create,
        update,
        replace,
        delete,
        revert,
        recover,
        follow,
        in_sync: _,
        blocked,
        unknown,
        failed,
    } = summary;
    let parts = [
        (create, "created"),
        (update, "updated"),
        (replace, "replaced"),
        (delete, "deleted"),
        (revert, "reverted"),
        (recover, "recovered"),
        (follow, "followed"),
        (blocked, "refused"),
        (failed, "failed"),
        (unknown, "not begun"),
    ];
    let parts: Vec<_> =
        parts.iter().filter(|(n, _)| **n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    if parts.is_empty() { "nothing to do".to_owned() } else { parts.join(", ") }
}

/// `Checked 41 resources · 3 unsupported · 1 ignored · 0 unreadable`.
pub(super) fn coverage(coverage: &Coverage) -> String {
    let Coverage { checked, unsupported, ignored, unreadable, notes: _ } = coverage;
    format!(
        "Checked {} · {unsupported} unsupported · {ignored} ignored · {unreadable} unreadable",
        count(*checked, "resource", "resources")
    )
}

/// `7 calls, 0 writes`.
pub(super) fn calls(calls: &Calls) -> String {
    let Calls { total, writes, throttled, by_operation: _ } = calls;
    let throttled = match throttled {
        0 => String::new(),
        throttled => format!(", {throttled} throttled"),
    };
    let (total, writes) = (count(*total, "call", "calls"), count(*writes, "write", "writes"));
    format!("{total}, {writes}{throttled}")
}

/// What a person does next: in words, and as a command to copy.
#[derive(Debug)]
pub(super) struct Next {
    /// A sentence, or its beginning.
    pub(super) text: &'static str,
    /// Its end.
    pub(super) command: Option<String>,
}

/// What a person does next.
pub(super) fn next(subject: Subject, report: &Report) -> Next {
    let environment = &report.environment;
    let summary = report.summary();
    let say = |text| Next { text, command: None };
    let run = |text, command: &str| Next { text, command: Some(format!("reconcile {command}")) };
    match (subject, report.status()) {
        (Subject::Proposal, _) => say(""),
        (Subject::Plan, Status::InSync) => say("Nothing to do: AWS is as git says."),
        (Subject::Drift, Status::InSync) => say("AWS is as it was deployed."),
        (_, Status::InSync) => say("AWS is as git says."),
        (_, Status::Applied) => say("AWS is as git says now."),
        (Subject::Plan, _) if summary.changes() > 0 => {
            let digest = report.digest().short();
            run("Apply with:", &format!("apply -e {environment} --expect {digest}"))
        }
        (Subject::Drift, _) if summary.revert > 0 => {
            run("Revert with:", &format!("apply --detect -e {environment}"))
        }
        (Subject::Drift, Status::Changes) => {
            run("Look at what is not applied yet with:", &format!("plan -e {environment}"))
        }
        (Subject::Apply, Status::Partial | Status::Error) => run(
            "What is done stays done. Repair the cause, then go on with:",
            &format!("apply -e {environment}"),
        ),
        (_, Status::Error) => say("Incomplete: repair what could not be read, then look again."),
        (_, Status::Changes | Status::Blocked | Status::Partial) => {
            say("Each blocked unit above says what a person does about it.")
        }
    }
}

/// Whether AWS was changed outside git, reverted by an apply or only reported.
pub(super) fn is_drift(verdict: &Verdict) -> bool {
    verdict.change().is_some_and(|change| change.action == Action::Revert)
}

/// Whether git permits a danger; nothing where nobody has to.
pub(super) fn consent(danger: &Danger) -> &'static str {
    match (danger.level, danger.allowed) {
        (DangerLevel::None | DangerLevel::Low, _) => "",
        (DangerLevel::High, true) => " (allowed in git)",
        (DangerLevel::High, false) => " (needs consent in git)",
    }
}

/// `2 properties of 1 unit`, as far as anything was seen.
pub(super) fn drifted(report: &Report) -> String {
    let (mut units, mut properties) = (0, 0);
    for unit in report.plan().units() {
        let verdict = &unit.planned.verdict;
        if let Some(change) = verdict.change().filter(|_| is_drift(verdict)) {
            units += 1;
            properties += change.fields.len() as u64;
        }
    }
    let unknown = report.summary().unknown;
    let unseen = if unknown > 0 { format!(", {unknown} unknown") } else { String::new() };
    let unread = report.coverage().unreadable;
    let unseen = if unread > 0 { format!("{unseen}, {unread} unreadable") } else { unseen };
    match units {
        0 => format!("none found{unseen}{}", waiting(report)),
        _ => format!(
            "{} of {}{unseen}",
            count(properties, "property", "properties"),
            count(units, "unit", "units")
        ),
    }
}

/// `, but 4 units are not applied yet`: what git says and AWS never was.
fn waiting(report: &Report) -> String {
    let summary = report.summary();
    match summary.changes().saturating_sub(summary.revert) {
        0 => String::new(),
        1 => ", but 1 unit is not applied yet".to_owned(),
        units => format!(", but {units} units are not applied yet"),
    }
}

/// Sign, word and reason of an outcome.
pub(super) fn outcome<'a>(
    outcome: &'a Outcome,
    verdict: &Verdict,
) -> (&'static str, &'static str, &'a str) {
    ended(outcome, verdict.change().map(|change| change.action))
}

/// Sign, word and reason of the end of what was to be done.
pub(super) fn ended(
    outcome: &Outcome,
    action: Option<Action>,
) -> (&'static str, &'static str, &str) {
    match outcome {
        Outcome::Unchanged => ("=", "in sync", ""),
        Outcome::Applied => ("✓", past(action), ""),
        Outcome::Refused { why, unblock: _ } => ("!", "refused", why),
        Outcome::Failed { why } => ("✗", "failed", why),
        Outcome::Skipped { why } => ("·", "skipped", why),
    }
}

/// What was done.
fn past(action: Option<Action>) -> &'static str {
    match action {
        Some(Action::Create) => "created",
        Some(Action::Update) | None => "updated",
        Some(Action::Replace) => "replaced",
        Some(Action::Delete) => "deleted",
        Some(Action::Revert) => "reverted",
        Some(Action::Recover) => "recovered",
        Some(Action::Follow) => "followed",
    }
}

/// `2026-11-21 12:00:00Z`.
pub(super) fn time(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M:%SZ").to_string()
}

/// `4.1s`, or `2m 03s`.
pub(crate) fn took(took: Duration) -> String {
    let seconds = took.as_secs();
    if seconds < 60 {
        format!("{:.1}s", took.as_secs_f64())
    } else {
        format!("{}m {:02}s", seconds / 60, seconds % 60)
    }
}
