//! One account in a directory, held by more than one sandbox, which stand for processes.

use std::time::{Duration, UNIX_EPOCH};

use reconcile_sandbox::Sandbox;

use crate::support::{BUCKET, body, open, refusal, s3, text, time};

#[tokio::test]
async fn what_one_process_writes_another_reads() {
    let directory = tempfile::tempdir().expect("a directory");
    let (one, other) = (open(directory.path()), open(directory.path()));
    let put = s3(&one)
        .put_object()
        .bucket(BUCKET)
        .key("k")
        .body(body("x"))
        .send()
        .await;
    put.expect("is put");
    let got = s3(&other)
        .get_object()
        .bucket(BUCKET)
        .key("k")
        .send()
        .await
        .expect("is read");
    assert_eq!(text(got.body).await, "x");
    drop((one, other));
    let again = open(directory.path());
    let got = s3(&again)
        .get_object()
        .bucket(BUCKET)
        .key("k")
        .send()
        .await
        .expect("is read");
    assert_eq!(text(got.body).await, "x");
}

#[tokio::test]
async fn two_processes_that_race_for_a_key_do_not_both_win() {
    let directory = tempfile::tempdir().expect("a directory");
    let sandboxes = [open(directory.path()), open(directory.path())];
    for round in 0..20 {
        let attempts = sandboxes.each_ref().map(|sandbox| {
            let put = s3(sandbox)
                .put_object()
                .bucket(BUCKET)
                .key(format!("lock-{round}"));
            tokio::spawn(put.if_none_match("*").body(body("x")).send())
        });
        let mut won = 0;
        for attempt in attempts {
            match attempt.await.expect("runs") {
                Ok(_) => won += 1,
                Err(error) => assert_eq!(refusal(&error).1, 412),
            }
        }
        assert_eq!(won, 1, "round {round}");
    }
}

#[tokio::test]
async fn the_clock_goes_on_for_all_and_for_good() {
    let directory = tempfile::tempdir().expect("a directory");
    let (one, other) = (open(directory.path()), open(directory.path()));
    one.advance_clock(Duration::from_secs(120))
        .expect("is put forward");
    s3(&other).list_buckets().send().await.expect("notices");
    let later = UNIX_EPOCH + Duration::from_secs(1_767_225_600 + 120);
    assert_eq!(other.time_source().now(), later);
    assert_eq!(open(directory.path()).time_source().now(), later);
}

#[tokio::test]
async fn a_reset_starts_anew() {
    let directory = tempfile::tempdir().expect("a directory");
    drop(open(directory.path()));
    Sandbox::reset(directory.path()).expect("is deleted");
    let empty = Sandbox::open(directory.path(), time()).expect("the sandbox opens");
    let buckets = s3(&empty).list_buckets().send().await.expect("lists");
    assert!(buckets.buckets().is_empty());
}
