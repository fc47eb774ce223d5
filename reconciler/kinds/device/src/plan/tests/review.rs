//! What is too much for one run.

use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::verdict::Verdict;
use serde_json::json;

use super::story::{Story, environment};
use crate::plan::review;

/// The verdicts on so many terminals after the review, and the words on the last one that is held back.
fn reviewed(
    (count, story): (usize, &Story),
    in_sync: usize,
    environment: &Environment,
) -> (usize, String) {
    let verdict = story.decision().planned.verdict;
    let mut verdicts: Vec<(Address, Verdict)> = (0..count + in_sync)
        .map(|number| {
            let verdict = if number < count { verdict.clone() } else { Verdict::InSync };
            (Address::new("devices", &format!("pc{number:03}")), verdict)
        })
        .collect();
    let mut planned: Vec<_> =
        verdicts.iter_mut().map(|(address, verdict)| (&*address, verdict)).collect();
    review(&mut planned, environment);
    let held_back = verdicts.iter().filter_map(|(_, verdict)| match verdict {
        Verdict::Blocked { why, unblock, change: Some(_) } => Some(format!("{why}: {unblock}")),
        Verdict::InSync
        | Verdict::Change(_)
        | Verdict::Blocked { .. }
        | Verdict::Unknown { .. } => None,
    });
    let held_back: Vec<_> = held_back.collect();
    (held_back.len(), held_back.last().cloned().unwrap_or_default())
}

#[test]
fn a_run_issues_no_more_certificates_than_git_says() {
    let mut environment = environment();
    let new = Story::new();
    assert_eq!(reviewed((200, &new), 0, &environment).0, 0);
    assert_eq!(reviewed((201, &new), 0, &environment).0, 1);
    let section = environment.sections.get_mut("devices").unwrap();
    section.value["issuance"] = json!({ "perRun": 3 });
    let (held_back, words) = reviewed((5, &new), 0, &environment);
    assert_eq!(held_back, 2);
    insta::assert_snapshot!(words, @r"
    a run issues 3 certificates, and others come before it: run again, or raise `devices.issuance.perRun` in desired/environments/production.yaml
    ");
}

#[test]
fn revocations_in_bulk_need_consent_for_each() {
    let mut environment = environment();
    let gone = Story::enrolled().gone();
    assert_eq!(reviewed((5, &gone), 0, &environment).0, 0, "a few");
    assert_eq!(reviewed((6, &gone), 114, &environment).0, 0, "5% of 120");
    let (held_back, words) = reviewed((6, &gone), 113, &environment);
    assert_eq!(held_back, 6, "more than 5% of 119");
    insta::assert_snapshot!(words, @r"
    6 of 119 terminals would lose their certificates in one run: more than 5, and more than 5%: if that is meant, add `allow: { delete: [devices/pc005] }` to desired/environments/production.yaml, for each of them
    ");
    environment.allow_delete.insert(Address::new("devices", "pc000"));
    assert_eq!(reviewed((6, &gone), 0, &environment).0, 0, "five without consent");
    assert_eq!(reviewed((7, &gone), 0, &environment).0, 6, "six without consent");
}

#[test]
fn what_is_in_sync_is_left_alone() {
    assert_eq!(reviewed((300, &Story::enrolled()), 0, &environment()).0, 0);
}
