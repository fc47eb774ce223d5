//! A caller that dies at a call, before or after its effect.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use reconcile_sandbox::{Crash, Sandbox, When};

use crate::support::{BUCKET, body, open, s3};

/// Writes two objects while the second call is to crash; answers how often the hook ran.
async fn crash_at_second_put(sandbox: &Sandbox, when: When) -> u32 {
    let struck = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&struck);
    let hook = move || {
        count.fetch_add(1, Ordering::Relaxed);
    };
    sandbox.set_crash(Crash { call: 2, when }, hook);
    let client = s3(sandbox);
    let work = async {
        for key in ["first", "second"] {
            let put = client.put_object().bucket(BUCKET).key(key).body(body("x"));
            put.send().await.expect("is put");
        }
    };
    let ended = tokio::time::timeout(Duration::from_millis(500), work).await;
    assert!(ended.is_err(), "the crashed call is never answered");
    struck.load(Ordering::Relaxed)
}

async fn survivors(when: When) -> Vec<String> {
    let directory = tempfile::tempdir().expect("a directory");
    let dying = open(directory.path());
    assert_eq!(crash_at_second_put(&dying, when).await, 1);
    drop(dying);
    let listed = s3(&open(directory.path())).list_objects_v2().bucket(BUCKET).send().await;
    let listed = listed.expect("lists");
    listed.contents().iter().filter_map(|object| object.key()).map(str::to_owned).collect()
}

#[tokio::test]
async fn a_crash_before_a_call_leaves_no_effect_of_it() {
    assert_eq!(survivors(When::Before).await, ["first"]);
}

#[tokio::test]
async fn a_crash_after_a_call_leaves_its_whole_effect() {
    assert_eq!(survivors(When::After).await, ["first", "second"]);
}
