//! What holds for every stack, whatever is declared and whatever AWS shows.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::collection::{btree_map, btree_set};
use proptest::prelude::*;
use reconcile_core::check::CheckedPlan;
use reconcile_core::plan::{Plan, PlannedUnit};
use reconcile_core::verdict::{DangerLevel, Verdict};
use reconcile_engine::kind::Decision;

use super::story::{Story, modified};
use crate::spec::OnDrift;
use crate::state::SeenDrift;

/// Types with a property that is changed in place and one that is create-only.
const TYPES: [(&str, &str, &str); 4] = [
    ("AWS::S3::Bucket", "ObjectLockEnabled", "BucketName"),
    ("AWS::SNS::Topic", "DisplayName", "TopicName"),
    ("AWS::Logs::LogGroup", "RetentionInDays", "LogGroupName"),
    ("Acme::Widget::Thing", "Size", "Name"),
];

/// A resource of a random template.
#[derive(Debug, Clone)]
struct Resource {
    type_index: usize,
    values: (u8, u8),
    policy: Option<&'static str>,
    reads: Option<u8>,
    conditional: bool,
}

fn resource() -> impl Strategy<Value = Resource> {
    let policy = prop::option::of(prop::sample::select(vec!["Retain", "Delete", "Snapshot"]));
    let parts =
        (0..TYPES.len(), (0..3_u8, 0..3_u8), policy, prop::option::of(0..4_u8), any::<bool>());
    parts.prop_map(|(type_index, values, policy, reads, conditional)| Resource {
        type_index,
        values,
        policy,
        reads,
        conditional,
    })
}

/// A template with up to four resources, some conditional, some reading each other.
fn template() -> impl Strategy<Value = String> {
    btree_map(0..4_u8, resource(), 1..4).prop_map(|resources| written(&resources))
}

fn written(resources: &BTreeMap<u8, Resource>) -> String {
    let mut text = "
Parameters: { P: { Type: String, Default: p } }
Conditions: { C: !Equals [!Ref P, p] }
Resources:
"
    .to_owned();
    for (id, Resource { type_index, values, policy, reads, conditional }) in resources {
        let (type_name, in_place, create_only) = TYPES[*type_index];
        writeln!(text, "  R{id}:\n    Type: {type_name}").unwrap();
        if let Some(policy) = policy {
            writeln!(text, "    DeletionPolicy: {policy}").unwrap();
        }
        if *conditional {
            writeln!(text, "    Condition: C").unwrap();
        }
        let other = reads.filter(|other| other != id && resources.contains_key(other));
        let value =
            other.map_or_else(|| format!("v{}", values.0), |other| format!("!Ref R{other}"));
        writeln!(text, "    Properties:\n      {in_place}: {value}").unwrap();
        writeln!(text, "      {create_only}: !Sub '${{P}}-{}'", values.1).unwrap();
    }
    text
}

/// Any word that CloudFormation may say, and one that it does not.
fn status() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "REVIEW_IN_PROGRESS",
        "CREATE_IN_PROGRESS",
        "CREATE_COMPLETE",
        "CREATE_FAILED",
        "UPDATE_COMPLETE",
        "UPDATE_FAILED",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "UPDATE_ROLLBACK_COMPLETE",
        "UPDATE_ROLLBACK_FAILED",
        "DELETE_IN_PROGRESS",
        "DELETE_FAILED",
        "DELETE_COMPLETE",
        "IMPORT_COMPLETE",
        "NEWS",
    ])
}

prop_compose! {
    /// A stack that was deployed from one template and is declared by another.
    fn story()(
        deployed in template(),
        declared in template(),
        status in status(),
        parameter in prop::option::of(prop::sample::select(vec!["p", "q", "${stacks.kms.KeyArn}"])),
        consent in (btree_set(0..4_u8, 0..4), btree_set(0..4_u8, 0..4)),
        flags in (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>()),
    ) -> Story {
        let (ours, gone, reverts, drifted) = flags;
        let mut story = Story::deployed(&deployed).template(&declared).status(status);
        if let Some(value) = parameter {
            story = story.parameter("P", value);
        }
        let ids = |numbers: &std::collections::BTreeSet<u8>| {
            numbers.iter().map(|number| format!("R{number}")).collect()
        };
        story = story.allow(|allow| {
            allow.replace = ids(&consent.0);
            allow.delete = ids(&consent.1);
        });
        if !ours {
            story = story.shows(|state| state.described.tags.clear());
        }
        if drifted {
            let found = vec![modified("R1", &[("/Tags", "a", "b")])];
            story = story.shows(|state| state.drift = SeenDrift::Resources(found));
        }
        if reverts {
            story = story.declare(|spec| spec.on_drift = OnDrift::Revert);
        }
        if gone { story.gone() } else { story }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn planning_decides_the_same_every_time(story in story()) {
        let (first, second) = (story.decision(), story.clone().decision());
        prop_assert_eq!(&first.planned, &second.planned);
        prop_assert_eq!(format!("{:?}", first.steps), format!("{:?}", second.steps));
    }

    #[test]
    fn data_is_destroyed_only_with_consent_and_only_changes_have_steps(story in story()) {
        let Decision { planned, steps } = story.decision();
        if let Verdict::Change(change) = &planned.verdict {
            for danger in &change.dangers {
                prop_assert!(danger.level < DangerLevel::High || danger.allowed, "{danger:?}");
            }
            prop_assert_eq!(change.beyond(change), None, "what was approved is not beyond itself");
        } else {
            prop_assert!(steps.is_empty(), "{steps:?}");
        }
    }

    #[test]
    fn every_plan_passes_the_second_opinion(story in story()) {
        let planned = story.decision().planned;
        let address = "stacks/data".parse().unwrap();
        let unit = PlannedUnit { address, kind: "Stack", after: Vec::new(), planned };
        prop_assert!(CheckedPlan::new(Plan::new(vec![unit])).is_ok());
    }

    #[test]
    fn what_is_deployed_as_declared_is_in_sync(template in template(), value in "[a-z]{1,3}") {
        let story = Story::declared(&template).parameter("P", &value).deploy();
        prop_assert_eq!(story.decision().planned.verdict, Verdict::InSync);
    }

    #[test]
    fn what_a_change_leads_to_is_in_sync(deployed in template(), declared in template()) {
        let story = Story::deployed(&deployed).template(&declared).deploy();
        prop_assert_eq!(story.decision().planned.verdict, Verdict::InSync);
    }
}

#[test]
fn the_declarations_digest_knows_no_order_and_no_commit() {
    let one = Story::declared(super::story::BUCKET).declare(|spec| {
        spec.tags.insert("a".to_owned(), "1".to_owned());
        spec.tags.insert("b".to_owned(), "2".to_owned());
    });
    let other = Story::declared(super::story::BUCKET).declare(|spec| {
        spec.tags.insert("b".to_owned(), "2".to_owned());
        spec.tags.insert("a".to_owned(), "1".to_owned());
        spec.declared_in = "desired/stacks/moved/data.yaml".to_owned();
    });
    assert_eq!(one.decision().planned.desired, other.decision().planned.desired);
    let committed = one.clone().deploy().shows(|state| {
        state.described.tags.insert(crate::state::COMMIT_TAG.to_owned(), "fedcba9".to_owned());
    });
    assert_eq!(one.deploy().decision().planned.observed, committed.decision().planned.observed);
}
