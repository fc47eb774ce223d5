//! The words for runs that `status` and `history` share.

use jiff::Timestamp;
use reconcile_core::outcome::Outcome;
use reconcile_core::report::Status;
use reconcile_engine::state::record::{RunRecord, RunStatus};
use serde::Serialize;

use super::sentences::{count, took};
use super::visible;

/// A run without its units, as programs read it.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Summary<'a> {
    run: &'a str,
    status: RunStatus,
    started_at: Timestamp,
    finished_at: Option<Timestamp>,
    commit: Option<&'a str>,
    actor: Option<&'a str>,
    caller: &'a str,
    url: Option<&'a str>,
    /// How many units it meant to change.
    planned: Option<u64>,
    /// How many declared units it was not about.
    left_out: u64,
    /// How many files were not as the commit has them.
    uncommitted: u64,
    /// How many units' turns ended.
    ended: usize,
    first_cause: Option<Cause<'a>>,
}

/// What went wrong first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Cause<'a> {
    address: String,
    why: &'a str,
}

impl<'a> Summary<'a> {
    pub(super) fn of(record: &'a RunRecord) -> Self {
        let cause = record.first_cause();
        Self {
            run: &record.run,
            status: record.status,
            started_at: record.started_at,
            finished_at: record.finished_at,
            commit: record.commit.as_deref(),
            actor: record.actor.as_deref(),
            caller: &record.caller,
            url: record.url.as_deref(),
            planned: record.planned,
            left_out: record.left_out,
            uncommitted: record.uncommitted,
            ended: record.units.len(),
            first_cause: cause.map(|(address, why)| Cause { address: address.to_string(), why }),
        }
    }
}

/// A run whose lease is gone and whose record has no end was killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Life {
    /// It may still be running.
    Unknown,
    /// It is not.
    Over,
}

/// The word for how a run ended.
pub(super) fn status(record: &RunRecord, life: Life) -> &'static str {
    match record.status {
        RunStatus::Running if life == Life::Over => "killed",
        RunStatus::Running => "running",
        RunStatus::Ended(status) => match status {
            Status::InSync => "in sync",
            Status::Changes => "changes",
            Status::Applied => "applied",
            Status::Partial => "partial",
            Status::Blocked => "blocked",
            Status::Error => "failed",
        },
    }
}

/// Enough of a run's name to know it again, and to ask for it: what follows its time.
pub(super) fn short(run: &str) -> String {
    visible::text(run.rsplit_once('-').map_or(run, |(_, end)| end)).into_owned()
}

/// Twelve digits of a commit.
pub(super) fn commit(commit: Option<&str>) -> &str {
    commit.map_or("-", |commit| commit.get(..12).unwrap_or(commit))
}

/// Twelve digits of a run's commit, with a `+` where other files than the commit's were applied.
pub(super) fn applied(record: &RunRecord) -> String {
    let beside = if record.uncommitted > 0 { "+" } else { "" };
    format!("{}{beside}", commit(record.commit.as_deref()))
}

/// Who it was: the person or job, or whom AWS saw.
pub(super) fn who(record: &RunRecord) -> String {
    let caller = || record.caller.rsplit('/').next().unwrap_or_default();
    visible::text(record.actor.as_deref().unwrap_or_else(caller)).into_owned()
}

/// How long it took, where that is known.
pub(super) fn duration(record: &RunRecord) -> String {
    record.took().map_or_else(|| "-".to_owned(), took)
}

/// `3 done, 1 failed, 8 not begun`.
pub(super) fn units(record: &RunRecord) -> String {
    let mut counts = [0_u64; 5];
    for unit in &record.units {
        counts[match &unit.outcome {
            Outcome::Applied => 0,
            Outcome::Unchanged => 1,
            Outcome::Refused { .. } => 2,
            Outcome::Failed { .. } => 3,
            Outcome::Skipped { .. } => 4,
        }] += 1;
    }
    let ended: u64 = counts.iter().sum();
    let words = ["done", "as they were", "refused", "failed", "skipped"];
    let mut parts: Vec<String> = counts
        .iter()
        .zip(words)
        .filter(|(number, _)| **number > 0)
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let rest = record.planned.unwrap_or(ended).saturating_sub(ended);
    if rest > 0 {
        parts.push(format!("{rest} not begun"));
    }
    if parts.is_empty() { "none".to_owned() } else { parts.join(", ") }
}

/// `7 of 12 units`, or without the whole where it is not known.
pub(super) fn far(record: &RunRecord) -> String {
    let ended = record.units.len();
    match record.planned {
        Some(planned) => format!("{ended} of {}", count(planned, "unit", "units")),
        None => count(ended as u64, "unit", "units"),
    }
}

#[cfg(test)]
pub(super) mod fixtures {
    //! Records as the state bucket has them.

    use reconcile_engine::state::record::RunRecord;
    use serde_json::{Value, json};

    /// A run of one unit that failed and one that was done, with some keys otherwise.
    pub(crate) fn record(run: &str, others: &Value) -> RunRecord {
        let mut record = json!({
            "formatVersion": "1.0",
            "run": format!("20261121T205209123Z-{run}"),
            "environment": "production",
            "account": "111122223333",
            "caller": "arn:aws:sts::111122223333:assumed-role/apply/gha",
            "actor": "院長",
            "url": "https://github.com/clinic/backup/actions/runs/7",
            "commit": "3f2a9c1d4e5f60718293a4b5c6d7e8f901234567",
            "planDigest": "abc",
            "planned": 12,
            "startedAt": "2026-11-21T20:52:09Z",
            "finishedAt": "2026-11-21T20:54:12Z",
            "status": "partial",
            "calls": { "total": 40, "writes": 9, "throttled": 0, "byOperation": {} },
            "units": [
                { "address": "stacks/kms", "action": "create", "outcome": "applied",
                  "steps": ["executed the change set `reconcile-1`"], "tookMs": 4100 },
                { "address": "stacks/trail", "action": "update", "outcome": "failed",
                  "why": "AccessDenied: 権限がありません。この操作には kms:CreateGrant が要ります\nmore",
                  "steps": [], "tookMs": 2000 },
                { "address": "stacks/iam", "action": "delete", "outcome": "refused",
                  "why": "it went further than the plan", "unblock": "plan again", "steps": [] },
            ],
        });
        for (key, value) in others.as_object().into_iter().flatten() {
            record[key] = value.clone();
        }
        serde_json::from_value(record).unwrap()
    }
}
