//! What `reconcile report` shows of an account, by the built program.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use reconcile_tests::binary::reconcile;
use reconcile_tests::repository::Repository;
use serde_json::Value;
use sha2::{Digest as _, Sha256};

const BUCKET: &str = "\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: { BucketName: report-data, VersioningConfiguration: { Status: Enabled } }
";

/// An account that nobody here has credentials of.
const ELSEWHERE: &str = "\
kind: Environment
name: elsewhere
target: { aws: { account: \"111122223333\", region: ap-northeast-1 } }
stateBucket: elsewhere-state
";

fn run(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(reconcile());
    command.arg("--root").arg(root).arg("--no-progress").args(arguments);
    // Nothing of the machine's credentials, and no looking for an instance's.
    command.env_clear().env("AWS_EC2_METADATA_DISABLED", "true").stdin(Stdio::null());
    command.output().expect("the program runs")
}

fn succeed(root: &Path, arguments: &[&str]) -> String {
    let output = run(root, arguments);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {told}");
    String::from_utf8(output.stdout).expect("it is text")
}

fn repository() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("there is room");
    Repository::new()
        .stack("data", "onDrift: revert\n", BUCKET)
        .file("desired/environments/elsewhere.yaml", ELSEWHERE)
        .write_to(folder.path());
    folder
}

/// What a page knows.
fn island(page: &Path) -> Value {
    let page = fs::read_to_string(page).expect("the page is there");
    let (_, rest) = page.split_once("id=\"data\">").expect("it has an island");
    let (json, _) = rest.split_once("</script>").expect("the island ends");
    serde_json::from_str(json).expect("it is JSON")
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it is listed").path();
        let name = path.file_name().expect("it has a name").to_string_lossy().into_owned();
        if path.is_dir() {
            found.extend(
                files(&path).into_iter().map(|(rest, bytes)| (format!("{name}/{rest}"), bytes)),
            );
        } else {
            found.insert(name, fs::read(&path).expect("it is read"));
        }
    }
    found
}

#[test]
fn a_report_tells_drift_since_when_and_who_applied_and_writes_nothing_to_aws() {
    let folder = repository();
    let root = folder.path();
    let [page, evidence] = ["out/page.html", "out/evidence"].map(|name| root.join(name));
    let paths = [page.to_str().expect("a path"), evidence.to_str().expect("a path")];
    succeed(root, &["apply", "-e", "test", "--actor", "alice"]);
    let pointer = "/VersioningConfiguration/Status";
    succeed(
        root,
        &["sandbox", "tamper", "-e", "test", "stacks/data", "Bucket", pointer, "Suspended"],
    );

    let look = [
        "report",
        "--detect",
        "-e",
        "test",
        "--output",
        "json",
        "--html",
        paths[0],
        "--evidence",
        paths[1],
    ];
    let told: Value = serde_json::from_str(&succeed(root, &look)).expect("it is JSON");
    assert_eq!(told["calls"]["test"]["writes"], 0);
    assert_eq!(told["complete"], true);

    let seen = &island(&page)["environments"][0]["seen"];
    let unit = &seen["units"][0];
    assert_eq!((&unit["address"], &unit["action"]), (&"stacks/data".into(), &"revert".into()));
    let applied = &seen["runs"]["newest"][0];
    assert_eq!((&applied["actor"], &applied["status"]), (&"alice".into(), &"applied".into()));
    assert_eq!(unit["drift"]["run"], applied["run"]);
    assert_eq!(unit["drift"]["good"], applied["finished"]);

    let first = files(&evidence);
    let sums = String::from_utf8(first["SHA256SUMS"].clone()).expect("it is text");
    assert_eq!(sums.lines().count(), first.len() - 1);
    for line in sums.lines() {
        let (digest, name) = line.split_once("  ").expect("a digest and a name");
        assert_eq!(digest, hex::encode(Sha256::digest(&first[name])), "{name}");
    }
    let runs: Value = serde_json::from_slice(&first["test/runs.json"]).expect("it is JSON");
    assert_eq!(runs["runs"]["newest"][0]["units"][0]["outcome"], "applied");

    succeed(root, &look);
    let second = files(&evidence);
    // When it was looked at and when AWS compared stand in these.
    let timed = ["README.md", "SHA256SUMS", "test/differences.json", "test/differences.md"];
    for (name, bytes) in first.iter().filter(|(name, _)| !timed.contains(&name.as_str())) {
        assert!(second[name] == *bytes, "{name} differs");
    }
}

#[test]
fn an_environment_that_cannot_be_reached_is_said_and_hides_no_other() {
    let folder = repository();
    let root = folder.path();
    let page = root.join("page.html");
    let path = page.to_str().expect("a path");
    let output = run(root, &["report", "--html", path, "-e", "elsewhere", "-e", "test"]);
    assert_eq!(output.status.code(), Some(1));
    let environments = &island(&page)["environments"];
    assert_eq!(environments[0]["name"], "elsewhere");
    let why = environments[0]["unseen"][0].as_str().expect("it says why");
    assert!(why.starts_with("failed to ask AWS who is calling"), "{why}");
    assert_eq!(environments[1]["seen"]["status"], "changes");
}

#[test]
fn files_that_cannot_be_understood_make_no_page() {
    let folder = repository();
    let root = folder.path();
    fs::write(root.join("desired/stacks/data.yaml"), "kind: Stack\nname: data\n")
        .expect("it is written");
    let page = root.join("page.html");
    let output = run(root, &["report", "--html", page.to_str().expect("a path"), "-e", "test"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(!page.exists());
}
