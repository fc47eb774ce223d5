//! What is said of revisions in git, by the built program: `reconcile diff` of two, and `--ref` of one.

use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use reconcile_tests::binary::reconcile;
use reconcile_tests::git::{commit, git};
use reconcile_tests::repository::{Repository, foundation};
use serde_json::{Value, json};
use tempfile::TempDir;

/// A repository with its history.
struct History(TempDir);

impl History {
    /// With one commit, on `main`.
    fn begin(repository: &Repository) -> Self {
        let history = Self(tempfile::tempdir().expect("a folder"));
        repository.write_to(history.path());
        commit(history.path(), "first");
        history
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    /// Commits that everything is as in this repository, and nothing else is there.
    fn then(self, repository: &Repository) -> Self {
        for folder in ["desired", "infra"] {
            fs::remove_dir_all(self.path().join(folder)).expect("it is there");
        }
        repository.write_to(self.path());
        commit(self.path(), "another");
        self
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut command = Command::new(reconcile());
        command.args(arguments).current_dir(self.path()).env_clear();
        command.env("HOME", "/nonexistent").output().expect("the program runs")
    }

    /// The difference as JSON, and the exit code.
    fn diff(&self, revisions: &str) -> (Value, Option<i32>) {
        let output = self.run(&["diff", revisions, "--output", "json", "--detailed-exitcode"]);
        let value = serde_json::from_slice(&output.stdout);
        (value.expect("it is JSON"), output.status.code())
    }

    /// The difference as a person reads it in a line.
    fn text(&self, revisions: &str) -> String {
        let output = self.run(&["diff", revisions]);
        let said = String::from_utf8([output.stdout, output.stderr].concat());
        said.expect("it is text").split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// The units of the only environment.
fn units(diff: &Value) -> &Vec<Value> {
    diff["environments"][0]["units"].as_array().expect("there are units")
}

#[track_caller]
fn unit<'a>(diff: &'a Value, address: &str) -> &'a Value {
    let found = units(diff).iter().find(|unit| unit["address"] == address);
    found.unwrap_or_else(|| panic!("`{address}` does not differ: {diff:#}"))
}

/// A stack that exports a name, and one that imports it.
fn exporting() -> Repository {
    const TOPIC: &str = "\
Resources: { Topic: { Type: AWS::SNS::Topic } }
Outputs:
  Arn: { Value: !Ref Topic, Export: { Name: topic-arn } }
";
    const READER: &str = "\
Resources:
  Where:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Name: where, Value: !ImportValue topic-arn }
";
    Repository::new().stack("topic", "", TOPIC).stack("reader", "", READER)
}

/// A line that no file of the format has.
const UNREADABLE: &str = "nonsense: true\n";

#[test]
fn units_are_added_removed_and_changed() {
    let head = foundation()
        .edit("infra/trail.yaml", "RetentionInDays: 30", "RetentionInDays: 90")
        .without_stack("roles")
        .edit("desired/stacks/trail.yaml", "${stacks.roles.WriterArn}", "nobody")
        .stack("topic", "", "Resources: { Topic: { Type: AWS::SNS::Topic } }\n");
    let history = History::begin(&foundation()).then(&head);
    let (diff, code) = history.diff("HEAD~1..HEAD");
    assert_eq!(code, Some(2), "{diff:#}");
    assert_eq!((&diff["status"], &diff["base"]["name"]), (&json!("changes"), &json!("HEAD~1")));
    let summary = &diff["summary"];
    let counts = ["create", "update", "delete", "blocked"].map(|word| summary[word].clone());
    assert_eq!(counts, [1, 1, 1, 0].map(Value::from), "{summary}");
    assert_eq!(unit(&diff, "stacks/topic")["action"], "create");
    assert_eq!(unit(&diff, "stacks/roles")["action"], "delete");
    let fields = unit(&diff, "stacks/trail")["fields"].as_array().expect("it has fields").clone();
    let retention =
        fields.iter().find(|field| field["path"] == "Resources/Log/Properties/RetentionInDays");
    let retention = retention.unwrap_or_else(|| panic!("{fields:#?}"));
    assert_eq!(
        (&retention["before"], &retention["after"], &retention["effect"]),
        (&json!("30"), &json!("90"), &json!("in_place"))
    );
}

#[test]
fn nothing_that_differs_is_nothing() {
    let history = History::begin(&foundation());
    let (diff, code) = history.diff("HEAD..HEAD");
    assert_eq!((&diff["status"], code), (&json!("in_sync"), Some(0)), "{diff:#}");
    assert_eq!(units(&diff).len(), 0);
}

#[test]
fn a_stack_that_keeps_its_name_in_aws_is_only_declared_under_another_one() {
    let head = foundation()
        .without_stack("roles")
        .file(
            "desired/stacks/writers.yaml",
            foundation()
                .text("desired/stacks/roles.yaml")
                .replace("name: roles", "name: writers\nstackName: roles"),
        )
        .edit("desired/stacks/trail.yaml", "stacks.roles", "stacks.writers");
    let history = History::begin(&foundation()).then(&head);
    let (diff, _) = history.diff("HEAD~1..HEAD");
    let rename = json!([{ "from": "stacks/roles", "to": "stacks/writers", "isKept": true }]);
    assert_eq!(diff["environments"][0]["renames"], rename, "{diff:#}");
    // Its tags name its owner, and git has to say that another one takes it over.
    let unblock = unit(&diff, "stacks/writers")["unblock"].as_str().expect("it says how");
    assert!(unblock.contains("allow: { adopt: true }"), "{unblock}");
    assert_eq!((&diff["summary"]["create"], &diff["summary"]["delete"]), (&json!(0), &json!(0)));
    let only = history.run(&["diff", "HEAD~1..HEAD", "--output", "json", "--only", "stacks/trail"]);
    let only: Value = serde_json::from_slice(&only.stdout).expect("it is JSON");
    assert_eq!(only["environments"][0]["renames"], json!([]), "nobody asked about it");
    let text = history.text("HEAD~1..HEAD");
    assert!(text.contains("it was `stacks/roles`, and keeps its name in AWS"), "{text}");
}

#[test]
fn a_stack_that_gets_another_name_in_aws_is_seen_as_renamed_though_it_is_made_anew() {
    let head = foundation()
        .without_stack("roles")
        .file(
            "desired/stacks/writers.yaml",
            foundation().text("desired/stacks/roles.yaml").replace("name: roles", "name: writers"),
        )
        .edit("desired/stacks/trail.yaml", "stacks.roles", "stacks.writers");
    let history = History::begin(&foundation()).then(&head);
    let (diff, _) = history.diff("HEAD~1..HEAD");
    let rename = json!([{ "from": "stacks/roles", "to": "stacks/writers", "isKept": false }]);
    assert_eq!(diff["environments"][0]["renames"], rename, "{diff:#}");
    assert_eq!(
        unit(&diff, "stacks/writers")["reason"],
        "`stacks/roles` has another name now: AWS makes a new one"
    );
    assert_eq!(unit(&diff, "stacks/roles")["action"], "delete");
}

#[test]
fn an_export_that_is_imported_cannot_be_taken_away() {
    let gone = exporting().edit("infra/topic.yaml", ", Export: { Name: topic-arn }", "");
    let history = History::begin(&exporting()).then(&gone);
    let (diff, _) = history.diff("HEAD~1..HEAD");
    assert_eq!(diff["status"], "blocked", "{diff:#}");
    let topic = unit(&diff, "stacks/topic");
    assert_eq!(topic["reason"], "it exports `topic-arn` no more, which `stacks/reader` imports");

    // Who imports it no more in the same change is only told to go first.
    let both = gone.edit("infra/reader.yaml", "!ImportValue topic-arn", "none");
    let history = History::begin(&exporting()).then(&both);
    let (diff, _) = history.diff("HEAD~1..HEAD");
    assert_eq!(diff["status"], "changes", "{diff:#}");
    let text = history.text("HEAD~1..HEAD");
    assert!(text.contains("the export `topic-arn` goes only once `stacks/reader` was"), "{text}");

    // Another stack that exports it from now on takes its place.
    let moved = exporting().edit("infra/topic.yaml", ", Export: { Name: topic-arn }", "").stack(
        "other",
        "",
        exporting().text("infra/topic.yaml"),
    );
    let history = History::begin(&exporting()).then(&moved);
    assert_ne!(unit(&history.diff("HEAD~1..HEAD").0, "stacks/topic")["verdict"], "blocked");
}

#[test]
fn a_removed_stack_takes_its_exports_with_it() {
    let history = History::begin(&exporting()).then(&exporting().without_stack("topic"));
    let (diff, _) = history.diff("HEAD~1..HEAD");
    let topic = unit(&diff, "stacks/topic");
    assert_eq!(topic["verdict"], "blocked", "{diff:#}");
    assert_eq!(topic["reason"], "it exports `topic-arn` no more, which `stacks/reader` imports");
}

#[test]
fn what_holds_data_is_at_risk_without_consent_and_named() {
    let other = foundation().edit("infra/store.yaml", "foundation-store", "other-store");
    let history = History::begin(&foundation()).then(&other);
    let (diff, _) = history.diff("HEAD~1..HEAD");
    assert_eq!(diff["status"], "blocked", "{diff:#}");
    let store = unit(&diff, "stacks/store");
    let unblock = store["unblock"].as_str().expect("it says how");
    assert!(unblock.contains("allow") && unblock.contains("Bucket"), "{store:#}");
    let dangers = store["dangers"].as_array().expect("there are dangers");
    assert!(
        dangers.iter().any(|danger| danger["what"]
            .as_str()
            .is_some_and(|what| what.contains("its objects are lost"))),
        "{store:#}"
    );

    let consent = other.append("desired/stacks/store.yaml", "allow: { replace: [Bucket] }\n");
    let history = History::begin(&foundation()).then(&consent);
    let (diff, _) = history.diff("HEAD~1..HEAD");
    assert_eq!(unit(&diff, "stacks/store")["action"], "replace", "{diff:#}");
}

#[test]
fn what_cannot_be_read_before_is_said_and_never_taken_for_new() {
    let before = foundation().append("desired/stacks/roles.yaml", UNREADABLE);
    let history = History::begin(&before).then(&foundation());
    let (diff, code) = history.diff("HEAD~1..HEAD");
    assert_eq!((&diff["status"], code), (&json!("error"), Some(1)), "{diff:#}");
    let [error] = &diff["errors"].as_array().expect("there are errors")[..] else {
        panic!("there is one: {diff:#}")
    };
    assert_eq!(error["file"], "desired/stacks/roles.yaml");
    let roles = unit(&diff, "stacks/roles");
    assert_eq!(roles["verdict"], "unknown", "{roles:#}");
    assert!(roles["reason"].as_str().expect("it says why").contains("cannot be understood"));
    assert_eq!(units(&diff).len(), 1, "who refers to it does not differ: {diff:#}");
    let text = history.text("HEAD~1..HEAD");
    assert!(text.contains("1 problem before: what they concern is not compared"), "{text}");
    assert!(text.contains("desired/stacks/roles.yaml:6:1: "), "{text}");
}

#[test]
fn a_revision_before_the_first_declaration_has_nothing() {
    let empty = tempfile::tempdir().expect("a folder");
    fs::write(empty.path().join("README"), "nothing yet\n").expect("it is written");
    commit(empty.path(), "first");
    foundation().write_to(empty.path());
    commit(empty.path(), "another");
    let (diff, _) = History(empty).diff("HEAD~1..HEAD");
    assert_eq!(diff["summary"]["create"], 4, "{diff:#}");
    assert_eq!(diff["environments"][0]["notes"], json!(["the environment is new"]));
}

#[test]
fn the_later_revision_has_to_be_right() {
    let after = foundation().append("desired/stacks/roles.yaml", UNREADABLE);
    let history = History::begin(&foundation()).then(&after);
    let (diff, code) = history.diff("HEAD~1..HEAD");
    assert_eq!((&diff["status"], code), (&json!("error"), Some(1)), "{diff:#}");
    assert_eq!(diff["errors"][0]["file"], "desired/stacks/roles.yaml");
    assert!(diff.get("environments").is_none(), "{diff:#}");
}

#[test]
fn a_revision_that_git_does_not_have_is_named() {
    let history = History::begin(&foundation());
    for unknown in ["v9..HEAD", "HEAD..v9", "v9", "HEAD...v9"] {
        let (diff, code) = history.diff(unknown);
        assert_eq!(code, Some(1), "{diff:#}");
        let message = diff["errors"][0]["message"].as_str().expect("it has a message");
        assert!(
            message.contains(&format!("`{unknown}`")) && message.contains("no `v9`"),
            "{message}"
        );
    }
}

#[test]
fn three_points_compare_with_where_the_branch_began() {
    let history = History::begin(&foundation());
    git(history.path(), &["branch", "wide"]);
    let history = history.then(&foundation().edit("infra/keys.yaml", "of the", "of all the"));
    git(history.path(), &["switch", "-q", "wide"]);
    let history = history.then(&foundation().edit(
        "infra/trail.yaml",
        "RetentionInDays: 30",
        "RetentionInDays: 90",
    ));
    let addresses = |revisions: &str| {
        let (diff, _) = history.diff(revisions);
        let addresses = units(&diff).iter().map(|unit| unit["address"].to_string());
        addresses.collect::<Vec<_>>().join(" ")
    };
    assert_eq!(addresses("main..wide"), "\"stacks/keys\" \"stacks/trail\"");
    assert_eq!(addresses("main...wide"), "\"stacks/trail\"");
    assert_eq!(addresses("wide...main"), "\"stacks/keys\"");
    assert_eq!(addresses("main..."), "\"stacks/trail\"", "the other one is what is checked out");
    let (diff, _) = history.diff("main...wide");
    let (base, head) = (&diff["base"], &diff["head"]);
    assert_ne!(base["commit"], head["commit"]);
    assert_eq!(
        (&base["name"], &head["name"]),
        (&json!("merge base of main and wide"), &json!("wide"))
    );
    let (diff, _) = history.diff("HEAD...HEAD");
    assert_eq!(diff["base"]["name"], "HEAD", "it is where the other one stands");
}

#[test]
fn one_revision_is_compared_with_the_files_as_they_are() {
    let history = History::begin(&foundation());
    foundation()
        .edit("infra/trail.yaml", "RetentionInDays: 30", "RetentionInDays: 90")
        .write_to(history.path());
    let (diff, _) = history.diff("HEAD");
    assert_eq!(unit(&diff, "stacks/trail")["action"], "update");
    assert_eq!(diff["head"], json!({ "name": "work tree", "commit": null }));
    let (committed, _) = history.diff("HEAD..HEAD");
    assert_eq!(committed["status"], "in_sync");
}

#[test]
fn an_environment_that_goes_is_told_and_nothing_of_it_is_deleted() {
    let two = foundation().environment("other", "");
    let history = History::begin(&two).then(&foundation());
    let (diff, _) = history.diff("HEAD~1..HEAD");
    let environments = diff["environments"].as_array().expect("there are environments");
    let other = environments.iter().find(|one| one["name"] == "other").expect("it is told");
    assert_eq!(other["summary"]["delete"], 0);
    assert!(other["notes"][0].as_str().expect("a note").contains("stays as it is"), "{other:#}");
}

#[test]
fn another_revision_is_looked_at_without_being_checked_out() {
    let history = History::begin(&foundation()).then(&foundation().without_stack("trail"));
    foundation().append("desired/stacks/roles.yaml", UNREADABLE).write_to(history.path());
    let said = |arguments: &[&str], code: i32| {
        let output = history.run(arguments);
        let said = String::from_utf8([output.stdout, output.stderr].concat());
        let said = said.expect("it is text");
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        said
    };
    assert!(said(&["validate"], 1).contains("nonsense"), "what is on disk is wrong");
    said(&["validate", "--ref", "HEAD"], 0);
    assert!(said(&["graph", "--ref", "HEAD~1"], 0).contains("stacks/trail"));
    assert!(!said(&["graph", "--ref", "HEAD"], 0).contains("stacks/trail"));
    let plan = ["plan", "--ref", "HEAD~1", "-e", "test", "--output", "json", "--no-progress"];
    let plan: Value = serde_json::from_str(&said(&plan, 0)).expect("it is JSON");
    assert_eq!(plan["summary"]["create"], 4, "{plan:#}");
    assert_eq!(plan["commit"].as_str().map(str::len), Some(40), "it is of that commit: {plan:#}");
    assert!(said(&["validate", "--ref", "v9"], 1).contains("git has no revision `v9`"));
    for written in [&["apply", "--ref", "HEAD"][..], &["--ref", "HEAD"], &["diff", "--ref", "HEAD"]]
    {
        assert!(said(written, 64).contains("`--ref` is for"), "{written:?}");
    }
}
