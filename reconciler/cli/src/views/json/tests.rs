use reconcile_core::report::Report;
use serde_json::{Value, json};

use crate::views::fixtures;

fn written(report: &Report) -> Value {
    checked(&super::render(report))
}

fn checked(text: &str) -> Value {
    let value: Value = serde_json::from_str(text).unwrap();
    let schema = super::schema().to_value();
    let errors: Vec<_> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&value)
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    value
}

#[test]
fn every_report_follows_the_schema() {
    for report in [
        fixtures::plan(),
        fixtures::in_sync(),
        fixtures::drift(),
        fixtures::applied(),
        fixtures::partly_applied(),
    ] {
        written(&report);
    }
}

#[test]
fn the_names_are_the_published_ones() {
    let output = written(&fixtures::plan());
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    insta::assert_compact_json_snapshot!(keys(&output), @r#"
[
  "formatVersion",
  "status",
  "environment",
  "commit",
  "planDigest",
  "summary",
  "units",
  "coverage",
  "calls",
  "notes",
  "errors"
]
"#);
    insta::assert_compact_json_snapshot!(keys(&output["summary"]), @r#"
    ["create", "update", "replace", "delete", "revert", "recover", "follow", "inSync", "blocked", "unknown", "failed"]
    "#);
    insta::assert_compact_json_snapshot!(keys(&output["units"][0]), @r#"["address", "kind", "verdict", "action", "reason", "danger", "dangers", "fields"]"#);
    insta::assert_compact_json_snapshot!(output["coverage"], @r#"
    {"checked": 44, "unsupported": 11, "ignored": 0, "unreadable": 1}
    "#);
    insta::assert_compact_json_snapshot!(output["calls"], @r#"
{
  "total": 4,
  "writes": 0,
  "throttled": 0,
  "byOperation": {
    "cloudformation:DescribeStacks": 3,
    "sts:GetCallerIdentity": 1
  }
}
"#);
}

#[test]
fn a_failed_unit_is_an_error_of_the_whole() {
    let output = written(&fixtures::partly_applied());
    assert_eq!(output["status"], json!("partial"));
    let failed = output["units"]
        .as_array()
        .unwrap()
        .iter()
        .find(|unit| unit["outcome"] == "failed")
        .unwrap();
    let message = output["errors"][0]["message"].as_str().unwrap();
    assert!(message.contains(failed["why"].as_str().unwrap()), "{message}");
}

#[test]
fn a_failure_is_one_value_of_the_same_format() {
    let output = checked(&super::render_failure(&fixtures::problems()));
    insta::assert_json_snapshot!(output, @r#"
{
  "formatVersion": "1.0",
  "status": "error",
  "errors": [
    {
      "message": "unknown key `terminationProtect`",
      "file": "desired/stacks/kms.yaml",
      "line": 4,
      "column": 1,
      "hint": "did you mean `terminationProtection`?"
    },
    {
      "message": "no variable `prefx` in environment `production`",
      "file": "desired/stacks/kms.yaml",
      "line": 5,
      "column": 31,
      "hint": "did you mean `prefix`?"
    },
    {
      "message": "a tab cannot indent YAML",
      "file": "desired/stacks/s3.yaml",
      "line": 2,
      "column": 1,
      "hint": "indent with spaces"
    },
    {
      "message": "`desired/` declares no environment",
      "hint": "write one, such as `desired/environments/sandbox.yaml`"
    }
  ]
}
"#);
}

#[test]
fn a_comparison_follows_its_schema() {
    let comparison = fixtures::comparison(vec![fixtures::plan(), fixtures::in_sync()]);
    let value: Value = serde_json::from_str(&super::render_comparison(&comparison)).unwrap();
    let schema = super::comparison_schema().to_value();
    let errors: Vec<_> = jsonschema::validator_for(&schema)
        .unwrap()
        .iter_errors(&value)
        .map(|error| format!("{} {error}", error.instance_path()))
        .collect();
    assert_eq!(errors, Vec::<String>::new());
    let names = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let all = ["formatVersion", "status", "base", "head", "summary", "environments", "errors"];
    assert_eq!(names(&value), all);
    let of_one = ["name", "status", "summary", "units", "renames", "notes"];
    assert_eq!(names(&value["environments"][0]), of_one);
}
