use std::sync::Arc;

use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::outcome::Outcome;
use reconcile_core::report::Status;
use reconcile_core::verdict::Action;
use serde_json::json;

use crate::aws::testing::session;
use crate::state::memory::MemoryStore;
use crate::state::record::{Intent, Recorder, UnitRecord};

const KEY: &str = "runs/test/run-of-alice.json";

pub(super) fn failed() -> UnitRecord {
    UnitRecord {
        address: Address::new("stacks", "kms"),
        action: Some(Action::Create),
        outcome: Outcome::Failed { why: "no".to_owned() },
        steps: vec!["create the change set".to_owned()],
        took_ms: Some(1_500),
    }
}

pub(super) fn intent() -> Intent {
    Intent { plan: Digest::of("plan"), planned: 2, left_out: 0, uncommitted: 0 }
}

#[tokio::test(start_paused = true)]
async fn a_record_grows_with_the_run() {
    let store = Arc::<MemoryStore>::default();
    let session = session(&store, "alice").await;
    let mut recorder = Recorder::begin(&session, intent()).await.unwrap();
    let begun = store.json(KEY).unwrap();
    assert_eq!(begun["status"], "running");
    assert_eq!(begun["finishedAt"], json!(null));
    assert_eq!(begun["planDigest"], Digest::of("plan").as_str());

    recorder.units([failed()]).await.unwrap();
    let unit = json!({
        "address": "stacks/kms", "action": "create", "outcome": "failed", "why": "no",
        "steps": ["create the change set"], "tookMs": 1500,
    });
    // What a run that is killed here leaves.
    assert_eq!(store.json(KEY).unwrap()["units"], json!([unit]));
    assert_eq!(store.json(KEY).unwrap()["status"], "running");

    recorder.finish(Status::Partial).await.unwrap();
    let ended = store.json(KEY).unwrap();
    assert_eq!(ended["status"], "partial");
    assert_eq!(ended["finishedAt"], "2026-11-21T12:00:00Z");
    assert_eq!(ended["caller"], session.arn.as_str());
    assert_eq!(store.writes(), 3);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_failed_is_made_up_for() {
    let store = Arc::<MemoryStore>::default();
    let session = session(&store, "alice").await;
    let mut recorder = Recorder::begin(&session, intent()).await.unwrap();
    store.fail(true);
    recorder.units([failed()]).await.unwrap_err();
    store.fail(false);
    // As if the failed write had been carried out after all.
    store.put(KEY, "{}");
    let record = recorder.finish(Status::Error).await.unwrap();
    assert_eq!(record.units.len(), 1);
    assert_eq!(store.json(KEY).unwrap()["units"][0]["outcome"], "failed");
}

#[tokio::test(start_paused = true)]
async fn another_runs_record_is_not_written_over() {
    let store = Arc::<MemoryStore>::default();
    store.put(KEY, "{}");
    let session = session(&store, "alice").await;
    Recorder::begin(&session, intent()).await.unwrap_err();
    assert_eq!(store.json(KEY).unwrap(), json!({}));
}

#[tokio::test(start_paused = true)]
async fn a_large_run_does_not_write_for_each_unit() {
    let store = Arc::<MemoryStore>::default();
    let session = session(&store, "alice").await;
    let mut recorder = Recorder::begin(&session, intent()).await.unwrap();
    for count in 1..=10_000_usize {
        recorder.units([failed()]).await.unwrap();
        if count.is_power_of_two() {
            // What a run that is killed here leaves.
            let left = store.json(KEY).unwrap()["units"].as_array().unwrap().len();
            assert!(left >= count - count / 20, "{left} of {count}");
        }
    }
    assert_eq!(store.writes(), 139);
    let record = recorder.finish(Status::Applied).await.unwrap();
    assert_eq!(record.units.len(), 10_000);
    assert_eq!(store.json(KEY).unwrap()["units"].as_array().unwrap().len(), 10_000);
}
