//! Run records: who changed what, from which commit, step by step; written while it happens. They are read by
//! [`history`](super::history).

use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use reconcile_core::address::Address;
use reconcile_core::calls::Calls;
use reconcile_core::digest::Digest;
use reconcile_core::outcome::Outcome;
use reconcile_core::report::Status;
use reconcile_core::verdict::Action;
use serde::{Deserialize, Serialize};

use super::store::StoreError;
use crate::aws::session::Session;

/// The version of the objects' format.
pub(super) const FORMAT_VERSION: &str = "1.0";

/// A run as it is written to `runs/<environment>/<run>.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RunRecord {
    /// The version of this format.
    pub format_version: String,
    /// The run; names of runs sort by time.
    pub run: String,
    /// Where.
    pub environment: String,
    /// The account.
    pub account: String,
    /// Whom AWS saw: the ARN that STS gave.
    pub caller: String,
    /// The person or job behind it.
    pub actor: Option<String>,
    /// Where the job's log is.
    #[serde(default)]
    pub url: Option<String>,
    /// The commit that was applied.
    pub commit: Option<String>,
    /// The plan that was carried out.
    pub plan_digest: Digest,
    /// How many units it meant to change; none in records that do not say so.
    #[serde(default)]
    pub planned: Option<u64>,
    /// How many declared units it was not about (`--only`, `--exclude`).
    #[serde(default)]
    pub left_out: u64,
    /// How many files were not as the commit has them.
    #[serde(default)]
    pub uncommitted: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended; none of a run that goes on or was killed.
    pub finished_at: Option<Timestamp>,
    /// How it ended.
    pub status: RunStatus,
    /// What became of each unit, in the order in which they ended.
    pub units: Vec<UnitRecord>,
    /// What it cost, without the writing of this.
    pub calls: Calls,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RunStatus {
    /// It goes on, or was killed.
    Running,
    /// It came to its end.
    #[serde(untagged)]
    Ended(Status),
}

/// What became of one unit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct UnitRecord {
    /// Which.
    pub address: Address,
    /// What was to be done.
    pub action: Option<Action>,
    /// How it ended, and why.
    #[serde(flatten)]
    pub outcome: Outcome,
    /// What was done, in order.
    pub steps: Vec<String>,
    /// How long its turn took; none in records that do not say so.
    #[serde(default)]
    pub took_ms: Option<u64>,
}

/// What a run sets out to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The plan.
    pub plan: Digest,
    /// How many units it changes.
    pub planned: u64,
    /// How many declared units it is not about.
    pub left_out: u64,
    /// How many files are not as the commit has them.
    pub uncommitted: u64,
}

impl RunRecord {
    /// How long it took; none of a run that goes on or was killed.
    pub fn took(&self) -> Option<Duration> {
        self.finished_at?.duration_since(self.started_at).try_into().ok()
    }

    /// Whether it did everything that its commit says, and nothing else.
    pub fn is_whole(&self) -> bool {
        let ended_well = matches!(self.status, RunStatus::Ended(Status::Applied | Status::InSync));
        ended_well && self.left_out == 0 && self.uncommitted == 0
    }

    /// What failed or was refused first, and why.
    pub fn first_cause(&self) -> Option<(&Address, &str)> {
        self.units.iter().find_map(|unit| match &unit.outcome {
            Outcome::Failed { why } | Outcome::Refused { why, unblock: _ } => {
                Some((&unit.address, why.as_str()))
            }
            Outcome::Unchanged | Outcome::Applied | Outcome::Skipped { why: _ } => None,
        })
    }
}

impl UnitRecord {
    /// How long its turn took.
    pub fn took(&self) -> Option<Duration> {
        self.took_ms.map(Duration::from_millis)
    }
}

/// Writes one run's record.
///
/// Expected flow: [`Recorder::begin`] before the first change, [`Recorder::units`] as units end,
/// [`Recorder::finish`] at the end.
///
/// Guarantees: no run changes another's record. A run that is killed leaves one that says `running`, with
/// the units that had ended: of a large run, with all but the last twentieth of them.
///
/// Assumptions: run identities are unique.
///
/// Errors: a write that failed is made up for by the next, which has everything; if the last one fails, the
/// record stays `running`. Whether a run may go on unrecorded is the caller's decision.
#[derive(Debug)]
pub struct Recorder {
    session: Session,
    record: RunRecord,
    etag: String,
    /// How many units the record had when it was written.
    written: usize,
}

/// The object is written whole. Written for every unit, it would grow with the square of their number: 10,000 terminals would
/// be gigabytes. So it waits until it has grown by this part.
const GROWTH: usize = 20;

impl Recorder {
    /// Writes that a run began.
    pub async fn begin(session: &Session, intent: Intent) -> Result<Self, StoreError> {
        let Intent { plan, planned, left_out, uncommitted } = intent;
        let record = RunRecord {
            format_version: FORMAT_VERSION.to_owned(),
            run: session.run.id.clone(),
            environment: session.environment.name.clone(),
            account: session.account.clone(),
            caller: session.arn.clone(),
            actor: session.run.actor.clone(),
            url: session.run.url.clone(),
            commit: session.run.commit.clone(),
            plan_digest: plan,
            planned: Some(planned),
            left_out,
            uncommitted,
            started_at: session.now(),
            finished_at: None,
            status: RunStatus::Running,
            units: Vec::new(),
            calls: session.calls(),
        };
        let etag = session.state.create(&key(&record), body(&record)).await?;
        Ok(Self { session: session.clone(), record, etag, written: 0 })
    }

    /// Notes what became of units, and writes it when it is enough.
    pub async fn units(
        &mut self,
        units: impl IntoIterator<Item = UnitRecord>,
    ) -> Result<(), StoreError> {
        self.record.units.extend(units);
        if self.record.units.len() <= self.written + self.written / GROWTH {
            return Ok(());
        }
        self.record.calls = self.session.calls();
        self.write().await
    }

    /// Writes how the run ended.
    pub async fn finish(mut self, status: Status) -> Result<RunRecord, StoreError> {
        self.record.status = RunStatus::Ended(status);
        self.record.finished_at = Some(self.session.now());
        self.record.calls = self.session.calls();
        self.write().await?;
        Ok(self.record)
    }

    async fn write(&mut self) -> Result<(), StoreError> {
        let store = Arc::clone(&self.session.state);
        let (key, body) = (key(&self.record), body(&self.record));
        self.etag = match store.replace(&key, body.clone(), &self.etag).await {
            Ok(etag) => etag,
            // Nobody else writes here: it was an earlier write of ours whose answer was lost.
            Err(StoreError::Lost { .. }) => match store.get(&key).await? {
                Some(stored) => store.replace(&key, body, &stored.etag).await?,
                None => store.create(&key, body).await?,
            },
            Err(error) => return Err(error),
        };
        self.written = self.record.units.len();
        Ok(())
    }
}

fn key(record: &RunRecord) -> String {
    format!("{}{}.json", folder(&record.environment), record.run)
}

/// Where an environment's records are.
pub(super) fn folder(environment: &str) -> String {
    format!("runs/{environment}/")
}

fn body(record: &RunRecord) -> Vec<u8> {
    // Text, numbers and times always serialise.
    serde_json::to_vec_pretty(record).unwrap_or_default()
}
