//! One account in a directory, held by more than one sandbox, which stand for processes.

use std::process::{Command, Stdio};
use std::time::Duration;

use reconcile_sandbox::Sandbox;

use crate::support::{BUCKET, body, open, refusal, s3, text, time};

#[tokio::test]
async fn what_one_process_writes_another_reads() {
    let directory = tempfile::tempdir().expect("a directory");
    let (one, other) = (open(directory.path()), open(directory.path()));
    let put = s3(&one).put_object().bucket(BUCKET).key("k").body(body("x")).send().await;
    put.expect("is put");
    let got = s3(&other).get_object().bucket(BUCKET).key("k").send().await.expect("is read");
    assert_eq!(text(got.body).await, "x");
    drop((one, other));
    let again = open(directory.path());
    let got = s3(&again).get_object().bucket(BUCKET).key("k").send().await.expect("is read");
    assert_eq!(text(got.body).await, "x");
}

#[tokio::test]
async fn two_processes_that_race_for_a_key_do_not_both_win() {
    let directory = tempfile::tempdir().expect("a directory");
    let sandboxes = [open(directory.path()), open(directory.path())];
    for round in 0..20 {
        let attempts = sandboxes.each_ref().map(|sandbox| {
            let put = s3(sandbox).put_object().bucket(BUCKET).key(format!("lock-{round}"));
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
    one.advance_clock(Duration::from_mins(2)).expect("is put forward");
    s3(&other).list_buckets().send().await.expect("notices");
    let later = time().now() + Duration::from_mins(2);
    assert_eq!(other.time_source().now(), later);
    assert_eq!(open(directory.path()).time_source().now(), later);
}

/// The victim of the test below: writes one object after the other into the current directory.
#[tokio::test]
#[ignore = "runs until it is killed, by another test"]
async fn writes_until_it_is_killed() {
    let sandbox = open(&std::env::current_dir().expect("a directory"));
    let client = s3(&sandbox);
    for number in 0.. {
        let put = client.put_object().bucket(BUCKET).key(format!("{number:06}"));
        put.body(body("x")).send().await.expect("is put");
    }
}

#[tokio::test]
async fn a_kill_at_any_moment_leaves_the_calls_before_it() {
    for delay in [300, 311, 323, 337] {
        let directory = tempfile::tempdir().expect("a directory");
        let mut victim = Command::new(std::env::current_exe().expect("a program"))
            .args(["--ignored", "--exact", "persistence::writes_until_it_is_killed"])
            .current_dir(directory.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("starts");
        std::thread::sleep(Duration::from_millis(delay));
        victim.kill().expect("is killed");
        victim.wait().expect("ends");

        let client = s3(&open(directory.path()));
        let listed = client.list_objects_v2().bucket(BUCKET).send().await.expect("lists");
        let keys = listed.contents().iter().filter_map(|object| object.key());
        let gapless: Vec<String> =
            (0..listed.contents().len()).map(|n| format!("{n:06}")).collect();
        assert!(keys.eq(gapless.iter().map(String::as_str)));
        let put = client.put_object().bucket(BUCKET).key("after").body(body("x")).send().await;
        let fresh = put.expect("goes on").version_id;
        let versions = client.list_object_versions().bucket(BUCKET).send().await.expect("lists");
        let same = versions.versions().iter().filter(|version| version.version_id == fresh);
        assert_eq!(same.count(), 1, "no version ID is given twice");
    }
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
