//! The first run of all: the state bucket is among what it makes.

use std::path::Path;
use std::process::Command;

use aws_smithy_async::time::SharedTimeSource;
use reconcile_sandbox::Sandbox;
use reconcile_tests::account::Account;
use reconcile_tests::binary::reconcile;
use reconcile_tests::clock::Clock;
use reconcile_tests::repository::{Repository, root};
use reconcile_tests::transcript::Transcript;
use serde_json::{Value, json};

/// Its file, but for the head.
const ENVIRONMENT: &str = "\
default: true
variables:
  prefix: test
  stateBucket: state-test
  stateBucketIs: make
  protectedEnvironment: test
";

/// This repository's own stack, in an environment whose bucket it makes.
fn repository() -> Repository {
    let read = |path: &str| std::fs::read_to_string(root().join(path)).expect("the file is read");
    let files =
        ["desired/stacks/bootstrap.yaml", "infra/bootstrap.yaml", "infra/stack-policy.json"];
    let repository = Repository::new().environment("test", ENVIRONMENT).environment("other", "");
    let repository =
        files.iter().fold(repository, |repository, path| repository.file(path, read(path)));
    repository.edit(files[0], "kind: Stack\n", "kind: Stack\nenvironments: [test]\n")
}

/// Runs `reconcile bootstrap`, and answers with its report.
fn bootstrap(folder: &Path, more: &[&str]) -> Value {
    let mut command = Command::new(reconcile());
    command.args(["bootstrap", "--output", "json", "--no-progress"]).args(more);
    let output = command.current_dir(folder).env_clear().output().expect("the program runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("it prints JSON")
}

/// The account as a run left it.
fn account(folder: &Path) -> Account {
    let clock = Clock::new();
    let time = SharedTimeSource::new(clock.clone());
    let sandbox = Sandbox::open(&folder.join(".reconcile/sandbox"), time);
    Account { sandbox: sandbox.expect("the account is opened"), clock }
}

#[test]
fn the_first_run_makes_the_bucket_and_leaves_its_record_in_it() {
    let folder = tempfile::tempdir().expect("a folder");
    repository().write_to(folder.path());
    let shown = bootstrap(folder.path(), &["--dry-run"]);
    assert_eq!(shown["calls"]["writes"], 0, "{shown}");

    let made = bootstrap(folder.path(), &[]);
    assert_eq!((&made["status"], &made["summary"]["create"]), (&json!("applied"), &json!(1)));
    let account = account(folder.path());
    assert_eq!(account.live("AWS::S3::Bucket"), ["state-test"]);
    let records = account.process(account.objects("state-test", "runs/test/"));
    let [record] = records.as_slice() else { panic!("one run is recorded: {records:?}") };
    assert_eq!(record["status"], "applied");
    assert_eq!(record["units"][0]["address"], "stacks/bootstrap");
    let leases = account.process(account.keys("state-test", ("lease/", "")));
    assert!(leases.is_empty(), "{leases:?}");
}

#[test]
fn the_second_run_finds_the_bucket_and_does_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    repository().write_to(folder.path());
    bootstrap(folder.path(), &[]);
    let again = bootstrap(folder.path(), &[]);
    assert_eq!(again["calls"]["writes"], 0, "{again}");
    // The ledger of the first run is in the bucket, and vouches for the template.
    assert!(again["calls"]["byOperation"]["s3:GetObject"].is_u64(), "{again}");
    assert!(again["calls"]["byOperation"]["cloudformation:GetTemplate"].is_null(), "{again}");
}

#[test]
fn says_what_it_does() {
    let mut session = Transcript::begin("bootstrap", "Before the first run", &repository());
    session.say(
        "What the program itself needs is a stack. It is made before there is a bucket for notes.",
    );
    session.run("reconcile bootstrap --dry-run --no-progress");
    session.run("reconcile bootstrap --no-progress");
    session.say("From then on it is a unit like any other.");
    session.run("reconcile plan --no-progress");
    session.say("Where it is not declared, there is nothing to make.");
    session.run("reconcile bootstrap -e other");
    session.end();
}
