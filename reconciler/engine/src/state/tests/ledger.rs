use std::sync::Arc;

use reconcile_core::address::Address;
use serde_json::{Value as Json, json};

use crate::aws::testing::session;
use crate::state::ledger::{Ledger, Note};
use crate::state::memory::MemoryStore;

const KEY: &str = "ledger/test/stacks.json";

async fn load(store: &Arc<MemoryStore>) -> Ledger {
    Ledger::load(&session(store, "alice").await, &["stacks", "artifacts"]).await
}

fn note(value: &Json) -> Note {
    Note::of(value).unwrap()
}

fn stack(name: &str) -> Address {
    Address::new("stacks", name)
}

#[tokio::test(start_paused = true)]
async fn notes_survive_and_cost_one_read_per_kind() {
    let store = Arc::<MemoryStore>::default();
    let mut ledger = load(&store).await;
    for number in 0..1000 {
        ledger.set(&stack(&format!("s{number}")), note(&json!({ "n": number })));
    }
    ledger.save().await.unwrap();
    assert_eq!(store.writes(), 1);
    let reads = store.gets();
    let ledger = load(&store).await;
    assert_eq!(store.gets() - reads, 2);
    assert_eq!(ledger.notes().len(), 1000);
    assert_eq!(ledger.notes()[&stack("s7")], note(&json!({ "n": 7 })));
    assert!(ledger.remarks().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_kinds_first_notes_come_with_a_key_that_stays() {
    let store = Arc::<MemoryStore>::default();
    let (mut first, mut second) = (load(&store).await, load(&store).await);
    assert!(first.keys().is_empty(), "a look makes none");
    first.set(&stack("kms"), note(&json!(1)));
    first.save().await.unwrap();
    let key = first.keys()["stacks"].clone();
    second.set(&stack("iam"), note(&json!(2)));
    second.save().await.unwrap();
    assert_eq!(second.keys()["stacks"], key, "who wrote first made it");
    assert_eq!(load(&store).await.keys()["stacks"], key);
    assert!(!first.keys().contains_key("artifacts"));
}

#[tokio::test(start_paused = true)]
async fn nothing_new_is_not_written() {
    let store = Arc::<MemoryStore>::default();
    let mut ledger = load(&store).await;
    ledger.set(&stack("kms"), note(&json!(1)));
    ledger.save().await.unwrap();
    ledger.save().await.unwrap();
    let mut again = load(&store).await;
    again.set(&stack("kms"), note(&json!(1)));
    again.remove(&stack("unheard-of"));
    again.save().await.unwrap();
    assert_eq!(store.writes(), 1);
}

#[tokio::test(start_paused = true)]
async fn two_runs_keep_each_others_notes() {
    let store = Arc::<MemoryStore>::default();
    let mut first = load(&store).await;
    first.set(&stack("kms"), note(&json!("old")));
    first.set(&stack("gone"), note(&json!("old")));
    first.save().await.unwrap();
    let (mut one, mut two) = (load(&store).await, load(&store).await);
    one.set(&stack("kms"), note(&json!("one")));
    one.remove(&stack("gone"));
    two.set(&stack("s3"), note(&json!("two")));
    let (first, second) = tokio::join!(one.save(), two.save());
    first.unwrap();
    second.unwrap();
    let expected = json!({ "stacks/kms": "one", "stacks/s3": "two" });
    assert_eq!(store.json(KEY).unwrap()["notes"], expected);
    assert_eq!(store.json(KEY).unwrap()["formatVersion"], "1.0");
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_cannot_be_used_is_empty_and_says_so() {
    let store = Arc::<MemoryStore>::default();
    store.put(KEY, "{");
    assert_eq!(
        load(&store).await.remarks(),
        [format!(
            "the ledger was not used: `{KEY}` is malformed: EOF while parsing an object at line 1 column 1"
        )]
    );
    store.put(KEY, r#"{"formatVersion":"2.0","notes":{}}"#);
    assert_eq!(
        load(&store).await.remarks(),
        [format!("the ledger was not used: `{KEY}` has format 2.0, not 1.0")]
    );
    store.fail(true);
    assert_eq!(load(&store).await.remarks().len(), 2);
}

#[tokio::test(start_paused = true)]
async fn a_malformed_ledger_is_replaced() {
    let store = Arc::<MemoryStore>::default();
    store.put(KEY, "{");
    let mut ledger = load(&store).await;
    ledger.set(&stack("kms"), note(&json!(1)));
    ledger.save().await.unwrap();
    assert_eq!(load(&store).await.notes()[&stack("kms")], note(&json!(1)));
}

#[tokio::test(start_paused = true)]
async fn a_ledger_that_could_not_be_read_is_merged_when_it_is_written() {
    let store = Arc::<MemoryStore>::default();
    store.put(KEY, r#"{"formatVersion":"1.0","notes":{"stacks/s3":3}}"#);
    store.fail(true);
    let mut ledger = load(&store).await;
    store.fail(false);
    ledger.set(&stack("kms"), note(&json!(1)));
    ledger.save().await.unwrap();
    assert_eq!(load(&store).await.notes().len(), 2);
}
