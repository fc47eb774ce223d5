use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::{Instant, sleep};

use crate::aws::testing::session;
use crate::events::{Event, Events, Listener};
use crate::state::lease::{Lease, LeaseError};
use crate::state::memory::MemoryStore;

const KEY: &str = "lease/test.json";

fn store() -> Arc<MemoryStore> {
    Arc::default()
}

async fn acquire(store: &Arc<MemoryStore>, who: &str, patience: u64) -> Result<Lease, LeaseError> {
    let patience = Duration::from_secs(patience);
    Lease::acquire(&session(store, who).await, &Events::unheard(), patience).await
}

#[derive(Default)]
struct Heard(Mutex<Vec<String>>);

impl Listener for Heard {
    fn hear(&self, event: &Event) {
        self.0.lock().unwrap().push(format!("{event:?}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_lease_says_who_has_it_and_is_gone_after_release() {
    let store = store();
    let lease = acquire(&store, "alice", 0).await.unwrap();
    let written = store.json(KEY).unwrap();
    assert_eq!(written["run"], "run-of-alice");
    assert_eq!(written["acquiredAt"], "2026-11-21T12:00:00Z");
    assert_eq!(written["expiresAt"], "2026-11-21T12:01:00Z");
    assert_eq!(written["fence"], 1);
    lease.release().await;
    assert_eq!(store.json(KEY), None);
}

#[tokio::test(start_paused = true)]
async fn of_two_at_once_one_gets_it() {
    let store = store();
    let (one, two) = tokio::join!(acquire(&store, "alice", 0), acquire(&store, "bob", 0));
    let (_kept, refused) = match (one, two) {
        (Ok(lease), Err(error)) | (Err(error), Ok(lease)) => (lease, error),
        both => panic!("{both:?}"),
    };
    let text = refused.to_string();
    assert!(text.starts_with("another run is applying to `test`: run run-of-"), "{text}");
    assert!(
        text.ends_with(
            "has held it since 2026-11-21T12:00:00Z and holds it until 2026-11-21T12:01:00Z at least"
        ),
        "{text}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_lease_is_renewed_for_as_long_as_it_is_held() {
    let store = store();
    let lease = acquire(&store, "alice", 0).await.unwrap();
    sleep(Duration::from_hours(1)).await;
    assert!(!lease.is_lost());
    assert!(acquire(&store, "bob", 0).await.is_err());
    lease.release().await;
    assert!(acquire(&store, "bob", 0).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn whoever_waits_is_told_once_and_goes_on_after_a_release() {
    let store = store();
    let lease = acquire(&store, "alice", 0).await.unwrap();
    let heard = Arc::new(Heard::default());
    let events = Events::to(Arc::clone(&heard) as Arc<dyn Listener>);
    let bob = session(&store, "bob").await;
    let waiting =
        tokio::spawn(async move { Lease::acquire(&bob, &events, Duration::from_mins(5)).await });
    sleep(Duration::from_secs(30)).await;
    lease.release().await;
    waiting.await.unwrap().unwrap();
    let heard = heard.0.lock().unwrap();
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(heard[0].contains("run run-of-alice of alice"), "{heard:?}");
}

#[tokio::test(start_paused = true)]
async fn patience_ends() {
    let store = store();
    let _lease = acquire(&store, "alice", 0).await.unwrap();
    let start = Instant::now();
    assert!(acquire(&store, "bob", 90).await.is_err());
    assert_eq!(start.elapsed().as_secs(), 90);
}

#[tokio::test(start_paused = true)]
async fn what_a_killed_run_left_is_taken_over_when_it_has_run_out() {
    let store = store();
    store.put(
        KEY,
        r#"{"run":"dead","actor":null,"commit":null,"acquiredAt":"2026-11-21T11:59:30Z",
            "expiresAt":"2026-11-21T12:00:30Z","fence":7}"#,
    );
    assert!(acquire(&store, "bob", 0).await.is_err());
    let start = Instant::now();
    let _lease = acquire(&store, "bob", 120).await.unwrap();
    assert!((30..=32).contains(&start.elapsed().as_secs()));
    assert_eq!(store.json(KEY).unwrap()["fence"], 8);
}

#[tokio::test(start_paused = true)]
async fn of_two_that_take_over_one_gets_it() {
    let store = store();
    store.put(KEY, "not a lease");
    let (one, two) = tokio::join!(acquire(&store, "alice", 0), acquire(&store, "bob", 0));
    assert!(one.is_ok() != two.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_was_taken_over_is_noticed_and_left_alone() {
    let store = store();
    let lease = acquire(&store, "alice", 0).await.unwrap();
    store.put(KEY, r#"{"run":"thief"}"#);
    sleep(Duration::from_secs(21)).await;
    assert!(lease.is_lost());
    lease.release().await;
    assert_eq!(store.json(KEY).unwrap()["run"], "thief");
}

#[tokio::test(start_paused = true)]
async fn a_bucket_that_is_away_for_a_moment_costs_nothing_and_for_long_the_lease() {
    let store = store();
    let lease = acquire(&store, "alice", 0).await.unwrap();
    store.fail(true);
    sleep(Duration::from_secs(30)).await;
    store.fail(false);
    sleep(Duration::from_mins(1)).await;
    assert!(!lease.is_lost());
    store.fail(true);
    sleep(Duration::from_secs(90)).await;
    assert!(lease.is_lost());
}

#[tokio::test(start_paused = true)]
async fn a_dropped_lease_is_given_back() {
    let store = store();
    drop(acquire(&store, "alice", 0).await.unwrap());
    sleep(Duration::from_millis(1)).await;
    assert_eq!(store.json(KEY), None);
}
