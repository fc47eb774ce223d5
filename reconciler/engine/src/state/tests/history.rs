use std::sync::Arc;
use std::time::Duration;

use reconcile_core::outcome::Outcome;
use reconcile_core::report::Status;
use reconcile_core::verdict::Action;

use super::record::{failed, intent};
use crate::aws::session::Session;
use crate::aws::testing::session;
use crate::state::history::{durations, find, search};
use crate::state::memory::MemoryStore;
use crate::state::record::{Intent, Recorder, RunRecord, RunStatus, UnitRecord};

async fn run(store: &Arc<MemoryStore>, name: &str, intent: Intent, unit: UnitRecord) -> Session {
    let session = session(store, name).await;
    let mut recorder = Recorder::begin(&session, intent).await.unwrap();
    let status = if unit.outcome.is_good() { Status::Applied } else { Status::Partial };
    recorder.units([unit]).await.unwrap();
    recorder.finish(status).await.unwrap();
    session
}

fn applied() -> UnitRecord {
    UnitRecord { outcome: Outcome::Applied, ..failed() }
}

fn names(runs: &[RunRecord]) -> Vec<&str> {
    runs.iter().map(|run| run.run.as_str()).collect()
}

#[tokio::test(start_paused = true)]
async fn runs_are_read_newest_first_and_no_more_than_needed() {
    let store = Arc::<MemoryStore>::default();
    for number in 10..50 {
        run(&store, &format!("n{number}"), intent(), applied()).await;
    }
    let session = run(&store, "n50", intent(), failed()).await;
    let before = store.gets();
    let latest = search(&session, 2, &|_| true).await.unwrap();
    assert_eq!(names(&latest.runs), ["run-of-n50", "run-of-n49"]);
    assert_eq!((latest.unread, store.gets() - before), (39, 2));
    // The last that did everything.
    let whole = search(&session, 1, &RunRecord::is_whole).await.unwrap();
    assert_eq!(names(&whole.runs), ["run-of-n49"]);
    let (address, why) = latest.runs[0].first_cause().unwrap();
    assert_eq!((address.to_string().as_str(), why), ("stacks/kms", "no"));
    assert!(whole.runs[0].first_cause().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_run_of_a_part_or_of_something_else_is_not_taken_for_the_whole() {
    for part in [Intent { left_out: 3, ..intent() }, Intent { uncommitted: 1, ..intent() }] {
        let store = Arc::<MemoryStore>::default();
        let session = run(&store, "alice", part, applied()).await;
        assert!(search(&session, 9, &RunRecord::is_whole).await.unwrap().runs.is_empty());
    }
}

#[tokio::test(start_paused = true)]
async fn a_run_is_found_by_the_beginning_of_its_name() {
    let store = Arc::<MemoryStore>::default();
    run(&store, "alice", intent(), applied()).await;
    let session = run(&store, "bob", intent(), applied()).await;
    assert_eq!(find(&session, "run-of-al").await.unwrap().actor.as_deref(), Some("alice"));
    assert_eq!(find(&session, "last").await.unwrap().actor.as_deref(), Some("bob"));
    let ambiguous = find(&session, "run").await.unwrap_err();
    assert_eq!(ambiguous, "`run` is the beginning of 2 runs, the newest of them `run-of-bob`");
    assert_eq!(find(&session, "x").await.unwrap_err(), "`test` has no run `x`");
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_read_is_told_beside_the_rest() {
    let store = Arc::<MemoryStore>::default();
    let session = run(&store, "alice", intent(), applied()).await;
    store.put("runs/test/z.json", "not a record");
    let found = search(&session, 9, &|_| true).await.unwrap();
    assert_eq!(names(&found.runs), ["run-of-alice"]);
    let told = "the record of run `z`: expected ident at line 1 column 2";
    assert_eq!(found.remarks, [told]);
    store.fail(true);
    search(&session, 9, &|_| true).await.unwrap_err();
    assert!(durations(&session, 9).await.is_empty());
}

#[tokio::test(start_paused = true)]
async fn records_of_an_earlier_version_of_the_program_are_read() {
    let store = Arc::<MemoryStore>::default();
    let session = run(&store, "bob", intent(), applied()).await;
    let mut old = store.json("runs/test/run-of-bob.json").unwrap();
    for key in ["url", "planned", "leftOut", "uncommitted"] {
        old.as_object_mut().unwrap().remove(key);
    }
    old["units"][0].as_object_mut().unwrap().remove("tookMs");
    old["status"] = "running".into();
    store.put("runs/test/run-of-bob.json", &old.to_string());
    let read = find(&session, "run-of-bob").await.unwrap();
    assert_eq!((read.planned, read.units[0].took()), (None, None));
    assert_eq!(read.status, RunStatus::Running);
}

#[tokio::test(start_paused = true)]
async fn a_duration_is_that_of_the_last_time_that_the_same_was_done() {
    let store = Arc::<MemoryStore>::default();
    run(&store, "n1", intent(), UnitRecord { took_ms: Some(9_000), ..applied() }).await;
    run(&store, "n2", intent(), UnitRecord { took_ms: Some(4_000), ..applied() }).await;
    let session = run(&store, "n3", intent(), failed()).await;
    let took = durations(&session, 5).await;
    let key = (failed().address, Action::Create);
    assert_eq!(took.get(&key), Some(&Duration::from_secs(4)));
    assert_eq!(took.len(), 1);
}
