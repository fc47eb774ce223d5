use std::collections::BTreeMap;

use reconcile_core::digest::Digest;
use serde_json::Value;

use super::super::survey::fixtures::survey;
use super::files;

#[test]
fn the_same_survey_gives_the_same_bytes() {
    assert_eq!(files(&survey(12)), files(&survey(12)));
}

#[test]
fn every_file_is_named_with_its_digest() {
    let files = files(&survey(12));
    let (name, sums) = files.last().unwrap();
    assert_eq!(name, "SHA256SUMS");
    let digests = files.iter().filter(|(other, _)| other != name);
    let lines = digests.map(|(name, text)| format!("{}  {name}\n", Digest::of(text)));
    let expected = lines.collect::<Vec<_>>().concat();
    assert_eq!(*sums, expected);
    let (readme, index) = &files[0];
    assert_eq!(readme, "README.md");
    for (name, text) in &files[1..files.len() - 1] {
        assert!(
            index.contains(&format!("[{name}]({name}) | {} | `{}`", text.len(), Digest::of(text))),
            "{name}"
        );
    }
}

#[test]
fn what_was_not_seen_is_said_first() {
    let files = files(&survey(1));
    let (_, index) = &files[0];
    assert!(
        index.contains("## staging\n\n**Not seen**: failed to ask AWS who is calling"),
        "{index}"
    );
    assert!(!files.iter().any(|(name, _)| name.starts_with("staging/")));
}

#[test]
fn a_chapter_is_the_same_for_people_and_for_programs() {
    let files: BTreeMap<_, _> = files(&survey(12)).into_iter().collect();
    let json = |name: &str| -> Value { serde_json::from_str(&files[name]).unwrap() };
    assert_eq!(json("production/rules.json")["rules"][1]["standing"], "broken");
    assert_eq!(json("production/runs.json")["runs"]["newest"][0]["actor"], "sato");
    assert_eq!(
        json("production/declared.json")["declared"][0]["address"],
        "devices/clinic-0001-pc00000"
    );
    let drifted = json("production/differences.json");
    let logs = drifted["differences"]["units"].as_array().unwrap().iter();
    let logs = logs.clone().find(|unit| unit["address"] == "stacks/logs").unwrap();
    assert_eq!(logs["drift"]["good"], "2026-11-11T12:01:34Z");
    assert_eq!(logs["drift"]["noticed"], "2026-11-20T12:00:00Z");
}

#[test]
fn people_read_tables() {
    let files: BTreeMap<_, _> = files(&survey(3)).into_iter().collect();
    insta::assert_snapshot!("rules", files["production/rules.md"]);
    insta::assert_snapshot!("runs", files["production/runs.md"]);
    insta::assert_snapshot!("certificates", files["production/certificates.md"]);
    insta::assert_snapshot!("differences", files["production/differences.md"]);
    insta::assert_snapshot!("index", files["README.md"]);
}
