//! What runs left behind: their records, read newest first.
//!
//! Expected flow: [`search`] for the latest runs that fit, [`find`] for one of them, and
//! [`lease::holder`](super::lease::holder) for the run that is applying now.
//!
//! Guarantees: nothing is written. A record that cannot be read is told in [`History::remarks`], and the others are
//! shown all the same.
//!
//! Assumptions: runs' names sort by time, as [`RunIdentity`](crate::aws::session::RunIdentity) makes them.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::future::join_all;
use reconcile_core::address::Address;
use reconcile_core::outcome::Outcome;
use reconcile_core::verdict::Action;

use super::record::{FORMAT_VERSION, RunRecord, folder};
use super::store::StoreError;
use crate::aws::session::Session;

/// How many records are read together: S3 answers them as fast as one.
const TOGETHER: usize = 10;

/// Runs that were looked for.
#[derive(Debug, Default)]
pub struct History {
    /// Those that fit, the newest first.
    pub runs: Vec<RunRecord>,
    /// How many older ones were not read.
    pub unread: usize,
    /// Why some records could not be read, one sentence each.
    pub remarks: Vec<String>,
}

/// The names of all runs, the newest first.
pub async fn names(session: &Session) -> Result<Vec<String>, StoreError> {
    let folder = folder(&session.environment.name);
    let keys = session.state.list(&folder).await?;
    let name = |key: &String| Some(key.strip_prefix(&folder)?.strip_suffix(".json")?.to_owned());
    let mut names: Vec<String> = keys.iter().filter_map(name).collect();
    names.sort_unstable_by(|one, other| other.cmp(one));
    Ok(names)
}

/// The newest `limit` runs that fit.
pub async fn search(
    session: &Session,
    limit: usize,
    fits: &(dyn Fn(&RunRecord) -> bool + Sync),
) -> Result<History, StoreError> {
    let mut found = History::default();
    let names = names(session).await?;
    let mut unread = names.as_slice();
    while !unread.is_empty() && found.runs.len() < limit {
        let (now, later) = unread.split_at(unread.len().min(TOGETHER.min(limit)));
        for record in join_all(now.iter().map(|name| read(session, name))).await {
            match record {
                Ok(record) if found.runs.len() < limit && fits(&record) => found.runs.push(record),
                Ok(_) => {}
                Err(remark) => found.remarks.push(remark),
            }
        }
        unread = later;
    }
    found.unread = unread.len();
    Ok(found)
}

/// The one run whose name, or the part of it after its time, begins so, or `last`; or why there is none such.
pub async fn find(session: &Session, name: &str) -> Result<RunRecord, String> {
    let names = names(session).await.map_err(|error| error.to_string())?;
    let fitting: Vec<&String> = match name {
        "last" => names.first().into_iter().collect(),
        _ => names.iter().filter(|known| is_meant(known, name)).collect(),
    };
    match fitting.as_slice() {
        [one] => read(session, one).await,
        [] => Err(format!("`{}` has no run `{name}`", session.environment.name)),
        [newest, ..] => Err(format!(
            "`{name}` is the beginning of {} runs, the newest of them `{newest}`",
            fitting.len()
        )),
    }
}

fn is_meant(known: &str, name: &str) -> bool {
    let after_time = known.rsplit_once('-').is_some_and(|(_, rest)| rest.starts_with(name));
    known.starts_with(name) || after_time
}

/// How long units took in the newest `runs` in which they were changed so.
pub async fn durations(session: &Session, runs: usize) -> BTreeMap<(Address, Action), Duration> {
    let mut took = BTreeMap::new();
    // An estimate is worth no failure.
    let found = search(session, runs, &|_| true).await.unwrap_or_default();
    for unit in found.runs.into_iter().flat_map(|run| run.units) {
        if let (Outcome::Applied, Some(time), Some(action)) =
            (&unit.outcome, unit.took(), unit.action)
        {
            took.entry((unit.address, action)).or_insert(time);
        }
    }
    took
}

async fn read(session: &Session, name: &str) -> Result<RunRecord, String> {
    let failed = |why: &dyn std::fmt::Display| format!("the record of run `{name}`: {why}");
    let key = format!("{}{name}.json", folder(&session.environment.name));
    let stored = session.state.get(&key).await.map_err(|error| failed(&error))?;
    let stored = stored.ok_or_else(|| failed(&"it is gone"))?;
    let record: RunRecord = serde_json::from_slice(&stored.body).map_err(|error| failed(&error))?;
    if record.format_version != FORMAT_VERSION {
        let version = &record.format_version;
        return Err(failed(&format!("it has format {version}, not {FORMAT_VERSION}")));
    }
    Ok(record)
}
