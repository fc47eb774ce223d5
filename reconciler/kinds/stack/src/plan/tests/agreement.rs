//! Every kind of change that CloudFormation can compute, against every plan and every consent.

use std::fmt::Write as _;

use reconcile_core::verdict::Effect;

use super::story::{BUCKET, Story};
use crate::plan::agreement::disagreement;
use crate::port::{ComputedChange, ComputedKind};
use crate::step::Deployment;

const BUCKET_TYPE: &str = "AWS::S3::Bucket";
const ROLE_TYPE: &str = "AWS::IAM::Role";

const KINDS: [ComputedKind; 8] = [
    ComputedKind::Add,
    ComputedKind::Modify,
    ComputedKind::MayReplace,
    ComputedKind::Replace,
    ComputedKind::Remove,
    ComputedKind::Import,
    ComputedKind::Record,
    ComputedKind::Dynamic,
];

const PLANS: [Option<Effect>; 7] = [
    None,
    Some(Effect::Record),
    Some(Effect::Create),
    Some(Effect::InPlace),
    Some(Effect::MayReplace),
    Some(Effect::Replace),
    Some(Effect::Delete),
];

/// A deployment in which this was planned of the resource `It`.
fn planned(effect: Option<Effect>) -> Deployment {
    let expected = effect.map(|effect| ("It".to_owned(), effect)).into_iter().collect();
    Deployment { expected, ..Story::declared(BUCKET).deployment() }
}

fn computed(type_name: &str, kind: ComputedKind) -> ComputedChange {
    ComputedChange {
        logical_id: "It".to_owned(),
        type_name: type_name.to_owned(),
        kind,
        is_direct: true,
        is_kept: false,
    }
}

fn passes(deployment: &Deployment, change: ComputedChange) -> bool {
    disagreement(deployment, &[change]).is_none()
}

/// The plans under which each kind of change may go on without consent.
fn permitted(type_name: &str) -> String {
    let mut table = String::new();
    for kind in KINDS {
        let may = |effect: &&Option<Effect>| passes(&planned(**effect), computed(type_name, kind));
        let plans: Vec<_> = PLANS
            .iter()
            .filter(may)
            .map(|effect| effect.map_or("unplanned".to_owned(), |effect| format!("{effect:?}")))
            .collect();
        let plans = match plans.len() {
            0 => "never".to_owned(),
            count if count == PLANS.len() => "always".to_owned(),
            _ => plans.join(", "),
        };
        writeln!(table, "{kind:?}: {plans}").unwrap();
    }
    table
}

#[test]
fn what_holds_nothing_may_do_what_was_planned() {
    insta::assert_snapshot!(permitted(ROLE_TYPE), @r"
    Add: Record, Create, InPlace, MayReplace, Replace, Delete
    Modify: Record, Create, InPlace, MayReplace, Replace, Delete
    MayReplace: MayReplace, Replace, Delete
    Replace: MayReplace, Replace, Delete
    Remove: Delete
    Import: never
    Record: always
    Dynamic: always
    ");
}

#[test]
fn what_holds_data_is_not_destroyed_even_if_planned() {
    insta::assert_snapshot!(permitted(BUCKET_TYPE), @r"
    Add: Record, Create, InPlace, MayReplace, Replace, Delete
    Modify: Record, Create, InPlace, MayReplace, Replace, Delete
    MayReplace: never
    Replace: never
    Remove: never
    Import: never
    Record: always
    Dynamic: always
    ");
}

#[test]
fn consent_permits_what_it_names() {
    for effect in PLANS {
        let mut deployment = planned(effect);
        deployment.allow.replace.insert("It".to_owned());
        for kind in [ComputedKind::Replace, ComputedKind::MayReplace] {
            assert!(passes(&deployment, computed(BUCKET_TYPE, kind)), "{kind:?} {effect:?}");
        }
        assert!(!passes(&deployment, computed(BUCKET_TYPE, ComputedKind::Remove)), "{effect:?}");
        let mut deployment = planned(effect);
        deployment.allow.delete.insert("It".to_owned());
        assert!(passes(&deployment, computed(BUCKET_TYPE, ComputedKind::Remove)), "{effect:?}");
        assert!(!passes(&deployment, computed(BUCKET_TYPE, ComputedKind::Replace)), "{effect:?}");
    }
}

#[test]
fn what_is_kept_may_leave_the_stack_if_that_was_planned() {
    let kept = || ComputedChange { is_kept: true, ..computed(BUCKET_TYPE, ComputedKind::Remove) };
    assert!(passes(&planned(Some(Effect::Delete)), kept()));
    assert!(!passes(&planned(None), kept()));
}

#[test]
fn what_follows_from_tags_and_other_resources_needs_no_plan() {
    let follows = |kind| ComputedChange { is_direct: false, ..computed(ROLE_TYPE, kind) };
    assert!(passes(&planned(None), follows(ComputedKind::Modify)));
    assert!(!passes(&planned(None), follows(ComputedKind::Replace)));
}

#[test]
fn what_a_macro_adds_cannot_be_foreseen_and_still_destroys_nothing() {
    let template = format!("Transform: AWS::LanguageExtensions\n{BUCKET}");
    let deployment = Story::declared(&template).deployment();
    assert!(passes(&deployment, computed(BUCKET_TYPE, ComputedKind::Add)));
    assert!(passes(&deployment, computed(BUCKET_TYPE, ComputedKind::Modify)));
    assert!(!passes(&deployment, computed(ROLE_TYPE, ComputedKind::Replace)));
    assert!(!passes(&deployment, computed(BUCKET_TYPE, ComputedKind::Remove)));
}

#[test]
fn all_that_goes_too_far_is_told_with_the_consent_for_all_of_it() {
    let other = |logical_id: &str, kind| ComputedChange {
        logical_id: logical_id.to_owned(),
        ..computed(BUCKET_TYPE, kind)
    };
    let changes = [
        other("Logs", ComputedKind::Remove),
        other("Data", ComputedKind::Replace),
        other("Code", ComputedKind::MayReplace),
    ];
    let found = disagreement(&planned(None), &changes).unwrap();
    insta::assert_snapshot!(found.why, @"CloudFormation would go further than the plan: `Logs` (AWS::S3::Bucket) would be deleted; `Data` (AWS::S3::Bucket) would be replaced; `Code` (AWS::S3::Bucket) may be replaced");
    insta::assert_snapshot!(found.unblock, @"if that is meant, add `allow: { replace: [Data, Code], delete: [Logs] }` to desired/stacks/data.yaml");
}

#[test]
fn what_no_consent_permits_is_planned_again() {
    let found = disagreement(&planned(None), &[computed(ROLE_TYPE, ComputedKind::Modify)]);
    insta::assert_snapshot!(found.unwrap().unblock, @"plan again with `--full`, which believes nothing but AWS");
}
