//! What was changed outside git: reported, reverted, ignored for a time, or not to be told.

use super::story::{BUCKET, Story, modified};
use crate::spec::{IgnoreDrift, OnDrift};
use crate::state::{DriftStatus, ResourceDrift, ResourceDriftStatus, SeenDrift};

fn suspended() -> Vec<ResourceDrift> {
    vec![modified("Bucket", &[("/VersioningConfiguration/Status", "Enabled", "Suspended")])]
}

fn versioned() -> Story {
    let versioned = "clinic-data, VersioningConfiguration: { Status: Enabled }";
    Story::deployed(BUCKET).edit("clinic-data", versioned).deploy()
}

fn ignoring(until: &str) -> Story {
    let rule = IgnoreDrift {
        resource: "Bucket".to_owned(),
        property: "/VersioningConfiguration".to_owned(),
        reason: "migration".to_owned(),
        until: until.parse().unwrap(),
    };
    versioned().drifted(suspended()).declare(|spec| spec.ignore_drift = vec![rule])
}

fn revert(story: Story) -> Story {
    story.declare(|spec| spec.on_drift = OnDrift::Revert)
}

#[test]
fn drift_is_reported_and_left_to_a_person() {
    insta::assert_snapshot!(versioned().drifted(suspended()).told(), @r"
    blocked: 1 property drifted, and `onDrift` is `report`
      unblock: set `onDrift: revert` in desired/stacks/data.yaml, change the template to match, or put it back by hand
    revert: it was changed outside git
      Resources/Bucket/Properties/VersioningConfiguration/Status: Suspended -> Enabled (updated in place)
    ");
}

#[test]
fn drift_is_reverted_where_that_is_declared() {
    insta::assert_snapshot!(revert(versioned().drifted(suspended())).told(), @r"
    revert: 1 property drifted
      Resources/Bucket/Properties/VersioningConfiguration/Status: Suspended -> Enabled (updated in place)
      step: deploy Revert, expecting [Bucket be updated in place]
    ");
}

#[test]
fn added_and_removed_properties_are_drift_too() {
    let found = modified("Bucket", &[("/Tags", "[x]", ""), ("/AccelerateConfiguration", "", "{}")]);
    insta::assert_snapshot!(versioned().drifted(vec![found]).told(), @r"
    blocked: 2 properties drifted, and `onDrift` is `report`
      unblock: set `onDrift: revert` in desired/stacks/data.yaml, change the template to match, or put it back by hand
    revert: it was changed outside git
      Resources/Bucket/Properties/Tags: - -> [x] (updated in place)
      Resources/Bucket/Properties/AccelerateConfiguration: {} -> - (updated in place)
    ");
}

#[test]
fn an_update_goes_on_beside_drift_that_is_only_reported() {
    let story = versioned().drifted(suspended()).declare(|spec| {
        spec.tags.insert("system".to_owned(), "clinic".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r"
    update: its tags changed, 1 property drifted, which is left as it is
      Tags/system: - -> clinic (updated in place)
      step: deploy Update, expecting []
    ");
    insta::assert_snapshot!(revert(story).told(), @r"
    update: its tags changed, 1 property drifted
      Tags/system: - -> clinic (updated in place)
      Resources/Bucket/Properties/VersioningConfiguration/Status: Suspended -> Enabled (updated in place)
      step: deploy Revert, expecting [Bucket be updated in place]
    ");
}

#[test]
fn ignored_drift_is_counted_and_no_difference() {
    let story = ignoring("2026-11-21");
    insta::assert_snapshot!(story.told(), @"in sync");
    insta::assert_snapshot!(story.coverage(), @"checked 1, unsupported 0, ignored 1, unreadable 0");
}

#[test]
fn ignoring_ends_with_its_last_day() {
    let story = ignoring("2026-11-20");
    assert!(story.told().starts_with("blocked: 1 property drifted"), "{}", story.told());
    insta::assert_snapshot!(story.coverage(), @r"
    checked 1, unsupported 0, ignored 0, unreadable 0
    ignoring drift of Bucket/VersioningConfiguration/Status ended on 2026-11-20: migration
    ");
}

#[test]
fn a_rule_covers_a_property_and_what_is_below_it_only() {
    let rule = IgnoreDrift {
        resource: "Bucket".to_owned(),
        property: "/Versioning".to_owned(),
        reason: "migration".to_owned(),
        until: "2027-01-01".parse().unwrap(),
    };
    let story = versioned().drifted(suspended()).declare(|spec| spec.ignore_drift = vec![rule]);
    assert!(story.told().starts_with("blocked: "), "{}", story.told());
}

#[test]
fn a_resource_that_was_deleted_outside_is_made_again() {
    let deleted = ResourceDrift {
        status: ResourceDriftStatus::Deleted,
        differences: Vec::new(),
        ..modified("Bucket", &[])
    };
    let story = versioned().drifted(vec![deleted]);
    insta::assert_snapshot!(story.told(), @r"
    blocked: 1 property drifted, and `onDrift` is `report`
      unblock: set `onDrift: revert` in desired/stacks/data.yaml, change the template to match, or put it back by hand
    revert: it was changed outside git
      Resources/Bucket: - -> AWS::S3::Bucket (it was deleted outside CloudFormation) (created)
    ");
    insta::assert_snapshot!(revert(story).told(), @r"
    revert: 1 property drifted
      Resources/Bucket: - -> AWS::S3::Bucket (it was deleted outside CloudFormation) (created)
      step: deploy Revert, expecting [Bucket be created]
    ");
}

#[test]
fn coverage_counts_what_was_compared_and_what_cannot_be() {
    let template = "
Resources:
  Bucket: { Type: AWS::S3::Bucket }
  Alias: { Type: AWS::KMS::Alias, Properties: { AliasName: alias/x, TargetKeyId: y } }
  Topic: { Type: AWS::SNS::Topic }
";
    let with = |logical_id: &str, status| ResourceDrift { status, ..modified(logical_id, &[]) };
    let story = Story::deployed(template).shows(|state| {
        state.drift = SeenDrift::Resources(vec![
            with("Bucket", ResourceDriftStatus::InSync),
            with("Topic", ResourceDriftStatus::NotChecked),
        ]);
    });
    insta::assert_snapshot!(story.told(), @"in sync");
    insta::assert_snapshot!(story.coverage(), @"checked 1, unsupported 1, ignored 0, unreadable 1");
}

#[test]
fn drift_that_cannot_be_told_is_unknown() {
    let story = versioned().shows(|state| {
        state.drift = SeenDrift::Unreadable("access denied".to_owned());
    });
    insta::assert_snapshot!(story.told(), @"unknown: its drift cannot be told: access denied");
    insta::assert_snapshot!(story.coverage(), @"checked 0, unsupported 0, ignored 0, unreadable 1");
    let story = versioned().shows(|state| state.described.drift = DriftStatus::Drifted);
    insta::assert_snapshot!(story.told(), @"unknown: its drift cannot be told: the drifted resources were not read");
}

#[test]
fn an_old_result_is_said_to_be_old_and_decides_nothing() {
    let story = versioned().shows(|state| {
        state.described.drift = DriftStatus::Drifted;
        state.described.updated = Some("2026-11-20T12:00:00Z".parse().unwrap());
    });
    insta::assert_snapshot!(story.told(), @"in sync");
    insta::assert_snapshot!(story.coverage(), @r"
    checked 1, unsupported 0, ignored 0, unreadable 0
    drift was not detected since the last update (--detect asks AWS)
    ");
    let story = versioned().shows(|state| state.described.drift_checked = None);
    insta::assert_snapshot!(story.coverage(), @r"
    checked 1, unsupported 0, ignored 0, unreadable 0
    drift was never detected (--detect asks AWS)
    ");
}

/// A terminal's password that a person set by hand is not for a log, even though it is drift.
#[test]
fn what_stands_in_the_place_of_a_secret_is_not_shown() {
    const TEMPLATE: &str = "
Parameters: { Token: { Type: String, NoEcho: true, Default: none } }
Resources:
  Function:
    Type: AWS::Lambda::Function
    Properties:
      Role: !Sub 'arn:aws:iam::${AWS::AccountId}:role/function'
      Environment:
        Variables: { TOKEN: !Ref Token, PASSWORD: '{{resolve:secretsmanager:password}}', OPEN: yes }
";
    let found = modified(
        "Function",
        &[
            ("/Environment/Variables/TOKEN", "****", "hunter2"),
            ("/Environment/Variables/PASSWORD", "{{resolve:secretsmanager:password}}", "hunter3"),
            ("/Environment/Variables/OPEN", "yes", "no"),
        ],
    );
    insta::assert_snapshot!(Story::deployed(TEMPLATE).drifted(vec![found]).told(), @r"
    blocked: 3 properties drifted, and `onDrift` is `report`
      unblock: set `onDrift: revert` in desired/stacks/data.yaml, change the template to match, or put it back by hand
    revert: it was changed outside git
      Resources/Function/Properties/Environment/Variables/TOKEN: (hidden) -> (hidden) (updated in place)
      Resources/Function/Properties/Environment/Variables/PASSWORD: (hidden) -> {{resolve:secretsmanager:password}} (updated in place)
      Resources/Function/Properties/Environment/Variables/OPEN: no -> yes (updated in place)
    ");
    let whole = modified("Function", &[("/Environment/Variables", "{}", r#"{"TOKEN":"hunter2"}"#)]);
    assert!(!Story::deployed(TEMPLATE).drifted(vec![whole]).told().contains("hunter"));
}
