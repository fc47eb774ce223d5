//! An apply from end to end: take the lease, carry out, note, record, give the lease back.
//!
//! Expected flow: the caller plans, asks whoever has to be asked, and calls [`apply`]. A plan with nothing
//! to carry out costs no write call: no lease, no record, and a ledger only if it knew less before.
//!
//! Guarantees: the ledger is saved and the record ended however units ended; a run that is killed leaves a
//! record that says `running`, a lease that runs out, and a ledger that vouches for less.

use std::collections::BTreeMap;
use std::time::Duration;

use reconcile_core::address::Address;
use reconcile_core::report::{Report, Status};
use reconcile_core::verdict::Verdict;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;

use crate::aws::session::Session;
use crate::estimate::Estimate;
use crate::events::{Event, Events};
use crate::plan::{Prepared, World};
use crate::run::{self, Pace};
use crate::state::history;
use crate::state::lease::{Lease, LeaseError};
use crate::state::ledger::{Ledger, Note};
use crate::state::record::{Intent, Recorder, UnitRecord};
use crate::state::store::StoreError;

/// How an apply goes about it.
pub struct Options<'a> {
    /// Units at a time.
    pub parallelism: usize,
    /// How long a lease that somebody else has is waited for.
    pub patience: Duration,
    /// From how many earlier runs to learn how long units take; none costs no call.
    pub learn_from: usize,
    /// How many files are not as the commit has them.
    pub uncommitted: u64,
    /// Whether to begin nothing more.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
}

/// Why an apply was not begun. Nothing was changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ApplyError {
    /// Somebody else is applying.
    #[error(transparent)]
    Lease(#[from] LeaseError),
    /// The run could not be recorded, and an apply without a record is none.
    #[error("failed to begin the run record: {0}")]
    Record(StoreError),
}

/// Carries a plan out, and returns the report with its outcomes.
pub async fn apply(
    world: &World,
    prepared: Prepared,
    (session, ledger, events): (&Session, &mut Ledger, &Events),
    options: &Options<'_>,
) -> Result<Report, ApplyError> {
    let mut report = Report {
        environment: session.environment.name.clone(),
        commit: session.run.commit.clone(),
        plan: prepared.plan.clone(),
        outcomes: Some(run::without_changes(prepared.plan.plan())),
        took: BTreeMap::new(),
        calls: session.calls(),
        notes: prepared.notes.clone(),
    };
    note(ledger, notes_of_what_is_in_sync(world, &prepared));
    if prepared.plan.plan().changes().next().is_none() {
        report.notes.extend(save(ledger).await);
    } else {
        expect(&report, (session, events), options).await;
        let lease = Lease::acquire(session, events, options.patience).await?;
        let recorder = match Recorder::begin(session, intent(world, &report, options)).await {
            Ok(recorder) => recorder,
            Err(error) => {
                lease.release().await;
                return Err(ApplyError::Record(error));
            }
        };
        let stopped = || (options.stopped)() || lease.is_lost();
        let pace = Pace { parallelism: options.parallelism, stopped: &stopped };
        let (records, received) = mpsc::unbounded_channel();
        let writer = tokio::spawn(write_records(recorder, received));
        let finished = run::apply(world, prepared, (session, events), &pace, records).await;
        note(ledger, finished.notes);
        report.outcomes = Some(finished.outcomes);
        report.took = finished.took;
        report.notes.extend(save(ledger).await);
        report.notes.extend(end_record(writer, report.status()).await);
        lease.release().await;
    }
    report.calls = session.calls();
    Ok(report)
}

/// Tells how long the planned changes are going to take, as far as earlier runs tell.
async fn expect(report: &Report, (session, events): (&Session, &Events), options: &Options<'_>) {
    if options.learn_from == 0 {
        return;
    }
    let known = history::durations(session, options.learn_from).await;
    let estimate = Estimate::of(report.plan(), &known, options.parallelism);
    events.tell(&Event::Expected { estimate });
}

/// What a run is about to do, for its record.
fn intent(world: &World, report: &Report, options: &Options<'_>) -> Intent {
    let left_out = world.units().filter(|(address, _)| report.plan().unit(address).is_none());
    Intent {
        plan: report.digest().clone(),
        planned: report.plan().changes().count() as u64,
        left_out: left_out.count() as u64,
        uncommitted: options.uncommitted,
    }
}

type Notes = BTreeMap<Address, Option<Note>>;

/// What was found in sync is vouched for from now on.
fn notes_of_what_is_in_sync(world: &World, prepared: &Prepared) -> Notes {
    let plan = prepared.plan.plan();
    let in_sync = |address: &Address| {
        plan.unit(address).is_some_and(|unit| unit.planned.verdict == Verdict::InSync)
    };
    let notes = world.fleets.iter().flat_map(|fleet| fleet.notes());
    notes.filter(|(address, note)| note.is_some() && in_sync(address)).collect()
}

fn note(ledger: &mut Ledger, notes: Notes) {
    for (address, note) in notes {
        match note {
            Some(note) => ledger.set(&address, note),
            None => ledger.remove(&address),
        }
    }
}

/// The ledger is a cache: that it could not be saved costs calls, not correctness.
async fn save(ledger: &mut Ledger) -> Option<String> {
    let failure = ledger.save().await.err()?;
    Some(format!("the ledger was not saved, the next look costs more calls: {failure}"))
}

/// Writes the end of each unit as it comes, beside the run and not in its way.
async fn write_records(
    mut recorder: Recorder,
    mut received: mpsc::UnboundedReceiver<UnitRecord>,
) -> Recorder {
    let mut ended = Vec::new();
    // What ended during a write goes into the next one together.
    while received.recv_many(&mut ended, usize::MAX).await > 0 {
        if let Err(error) = recorder.units(ended.drain(..)).await {
            // The next write has everything.
            tracing::warn!(%error, "failed to write the run record");
        }
    }
    recorder
}

/// Writes how the run ended; what is missing from the record is told.
async fn end_record(writer: JoinHandle<Recorder>, status: Status) -> Option<String> {
    let incomplete =
        |error: &dyn std::fmt::Display| format!("the run record is incomplete: {error}");
    match writer.await {
        Ok(recorder) => recorder.finish(status).await.err().map(|error| incomplete(&error)),
        Err(error) => Some(incomplete(&error)),
    }
}
