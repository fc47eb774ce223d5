//! The last runs: who, which commit, what became of it.

use std::collections::BTreeMap;

use jiff::Timestamp;
use reconcile_core::outcome::Outcome;
use reconcile_engine::state::history::History;
use reconcile_engine::state::record::{RunRecord, RunStatus, UnitRecord};
use serde::Serialize;

/// Units of one run that are named; the others are counted.
const NAMED: usize = 60;

/// The runs, as far as their records could be read.
#[derive(Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Runs<'a> {
    newest: Vec<Run<'a>>,
    older: usize,
    unreadable: &'a [String],
    /// Why there are none, if they could not be listed.
    unseen: Option<&'a str>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'a> {
    #[serde(rename = "run")]
    name: &'a str,
    status: RunStatus,
    caller: &'a str,
    actor: Option<&'a str>,
    url: Option<&'a str>,
    commit: Option<&'a str>,
    digest: &'a str,
    started: Timestamp,
    finished: Option<Timestamp>,
    calls: u64,
    writes: u64,
    /// How many units came to which end.
    outcomes: BTreeMap<&'static str, usize>,
    /// Those that did not end well come first.
    units: Vec<Ended<'a>>,
    more_units: usize,
}

#[derive(Debug, Serialize)]
struct Ended<'a> {
    address: String,
    outcome: &'static str,
    why: Option<&'a str>,
}

impl<'a> Runs<'a> {
    /// Of what could be read.
    pub(super) fn of(history: &'a Result<History, String>) -> Self {
        match history {
            Ok(History { runs, unread, remarks }) => Self {
                newest: runs.iter().map(Run::of).collect(),
                older: *unread,
                unreadable: remarks,
                unseen: None,
            },
            Err(why) => Self { unseen: Some(why), ..Self::default() },
        }
    }
}

impl<'a> Run<'a> {
    fn of(record: &'a RunRecord) -> Self {
        let mut outcomes = BTreeMap::new();
        for unit in &record.units {
            *outcomes.entry(unit.outcome.word()).or_default() += 1;
        }
        let changed = |unit: &&UnitRecord| unit.outcome != Outcome::Unchanged;
        let mut told: Vec<_> = record.units.iter().filter(changed).collect();
        told.sort_by_key(|unit| unit.outcome.is_good());
        Self {
            name: &record.run,
            status: record.status,
            caller: &record.caller,
            actor: record.actor.as_deref(),
            url: record.url.as_deref(),
            commit: record.commit.as_deref(),
            digest: record.plan_digest.as_str(),
            started: record.started_at,
            finished: record.finished_at,
            calls: record.calls.total,
            writes: record.calls.writes,
            outcomes,
            more_units: told.len().saturating_sub(NAMED),
            units: told.into_iter().take(NAMED).map(Ended::of).collect(),
        }
    }
}

impl<'a> Ended<'a> {
    fn of(unit: &'a UnitRecord) -> Self {
        let outcome = &unit.outcome;
        Self { address: unit.address.to_string(), outcome: outcome.word(), why: outcome.why() }
    }
}
