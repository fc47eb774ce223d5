use std::sync::Arc;

use reconcile_core::report::Status;

use super::record::intent;
use crate::aws::testing::session;
use crate::state::memory::MemoryStore;
use crate::state::provisional::Provisional;
use crate::state::record::Recorder;
use crate::state::store::{StateStore, StoreError};

const KEY: &str = "runs/test/run-of-alice.json";

#[tokio::test(start_paused = true)]
async fn what_a_first_run_wrote_is_in_the_bucket_afterwards() {
    let bucket = Arc::<MemoryStore>::default();
    let provisional = Arc::<Provisional>::default();
    let mut session = session(&bucket, "alice").await;
    session.state = Arc::clone(&provisional) as Arc<dyn StateStore>;
    let recorder = Recorder::begin(&session, intent()).await.unwrap();
    recorder.finish(Status::Applied).await.unwrap();
    assert_eq!(bucket.writes(), 0);

    provisional.hand_over(bucket.as_ref()).await.unwrap();
    assert_eq!(bucket.json(KEY).unwrap()["status"], "applied");
    // A second time there is nothing left to hand over.
    provisional.hand_over(bucket.as_ref()).await.unwrap();
    assert_eq!(bucket.writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_wrote_since_stays() {
    let bucket = MemoryStore::default();
    let provisional = Provisional::default();
    provisional.create(KEY, b"{\"ours\":true}".to_vec()).await.unwrap();
    bucket.put(KEY, "{}");
    provisional.hand_over(&bucket).await.unwrap();
    assert_eq!(bucket.json(KEY).unwrap(), serde_json::json!({}));
}

#[tokio::test]
async fn it_compares_before_it_writes() {
    let provisional = Provisional::default();
    let etag = provisional.create(KEY, Vec::new()).await.unwrap();
    let lost = StoreError::Lost { key: KEY.to_owned() };
    assert_eq!(provisional.create(KEY, Vec::new()).await, Err(lost.clone()));
    let newer = provisional.replace(KEY, b"2".to_vec(), &etag).await.unwrap();
    assert_eq!(provisional.replace(KEY, b"3".to_vec(), &etag).await, Err(lost.clone()));
    assert_eq!(provisional.delete(KEY, &etag).await, Err(lost));
    provisional.delete(KEY, &newer).await.unwrap();
    provisional.delete(KEY, &newer).await.unwrap();
    assert_eq!(provisional.get(KEY).await, Ok(None));
}
