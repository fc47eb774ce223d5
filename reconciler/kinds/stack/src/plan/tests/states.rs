//! Every state a stack can be in has an answer, declared or not.

use reconcile_core::observation::Observation;
use reconcile_core::verdict::Verdict;

use super::story::{BUCKET, Story, names};
use crate::state::{Phase, SeenTemplate, Status};

#[test]
fn a_stack_that_does_not_exist_is_created() {
    insta::assert_snapshot!(Story::declared(BUCKET).told(), @r"
    create: it does not exist
      Resources/Bucket: - -> AWS::S3::Bucket (created)
      step: deploy Create, expecting [Bucket be created]
    ");
}

#[test]
fn a_new_stack_gets_its_policy_and_protection_after_its_resources() {
    let story = Story::declared(BUCKET).declare(|spec| {
        spec.policy = Some("{}".into());
        spec.termination_protection = true;
    });
    insta::assert_snapshot!(story.told(), @r"
    create: it does not exist
      Resources/Bucket: - -> AWS::S3::Bucket (created)
      step: deploy Create, expecting [Bucket be created]
      step: set policy {}
      step: protect true
    ");
}

#[test]
fn a_stack_that_is_as_declared_is_in_sync_in_every_settled_state() {
    for word in [
        "CREATE_COMPLETE",
        "UPDATE_COMPLETE",
        "UPDATE_ROLLBACK_COMPLETE",
        "IMPORT_COMPLETE",
        "IMPORT_ROLLBACK_COMPLETE",
    ] {
        let verdict = Story::deployed(BUCKET).status(word).decision().planned.verdict;
        assert_eq!(verdict, Verdict::InSync, "{word}");
    }
}

#[test]
fn a_stack_left_in_review_is_created_whoever_made_the_change_set() {
    let story = Story::deployed(BUCKET).status("REVIEW_IN_PROGRESS");
    let story = story.shows(|state| {
        state.described.tags.clear();
        state.template = SeenTemplate::Unreadable("it is not settled".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r"
    create: an earlier run left it in review
      Resources/Bucket: - -> AWS::S3::Bucket (created)
      step: deploy Create, expecting [Bucket be created]
    ");
}

#[test]
fn a_stack_that_was_deleted_is_created() {
    insta::assert_snapshot!(Story::deployed(BUCKET).status("DELETE_COMPLETE").told(), @r"
    create: it does not exist
      Resources/Bucket: - -> AWS::S3::Bucket (created)
      step: deploy Create, expecting [Bucket be created]
    ");
}

#[test]
fn work_in_progress_is_waited_for() {
    insta::assert_snapshot!(Story::deployed(BUCKET).status("UPDATE_IN_PROGRESS").told(), @r"
    recover: AWS is at work on it (UPDATE_IN_PROGRESS): wait
      step: wait
    ");
    for word in [
        "CREATE_IN_PROGRESS",
        "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS",
        "UPDATE_ROLLBACK_IN_PROGRESS",
        "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS",
        "ROLLBACK_IN_PROGRESS",
        "DELETE_IN_PROGRESS",
        "IMPORT_IN_PROGRESS",
        "IMPORT_ROLLBACK_IN_PROGRESS",
    ] {
        assert_eq!(Status::new(word).phase(), Phase::Busy, "{word}");
    }
}

#[test]
fn a_creation_that_was_rolled_back_is_deleted_and_made_again() {
    let story = Story::deployed(BUCKET).status("ROLLBACK_COMPLETE");
    insta::assert_snapshot!(story.told(), @r"
    recover: its creation failed and was rolled back: delete the empty stack, create it again
      step: delete, unprotect false
    ");
    let protected = story.shows(|state| state.described.termination_protection = true);
    insta::assert_snapshot!(protected.told(), @r"
    recover: its creation failed and was rolled back: delete the empty stack, create it again
      step: delete, unprotect true
    ");
}

#[test]
fn an_operation_left_half_done_is_finished_by_updating_again() {
    let story = Story::deployed(BUCKET).status("UPDATE_FAILED");
    insta::assert_snapshot!(story.told(), @r"
    recover: its last operation was left in UPDATE_FAILED
      step: deploy Update, expecting []
    ");
    let story = Story::deployed(BUCKET).status("CREATE_FAILED").edit(
        "BucketName: clinic-data",
        "BucketName: clinic-data, VersioningConfiguration: { Status: Enabled }",
    );
    insta::assert_snapshot!(story.told(), @r"
    recover: its last operation was left in CREATE_FAILED, 1 resource changed
      Resources/Bucket/Properties/VersioningConfiguration: - -> {Status: Enabled} (updated in place)
      step: deploy Update, expecting [Bucket be updated in place]
    ");
}

#[test]
fn a_rollback_that_failed_is_continued() {
    let story = Story::deployed(BUCKET).status("UPDATE_ROLLBACK_FAILED");
    insta::assert_snapshot!(story.told(), @r"
    recover: the rollback of its last update failed: continue it
      step: continue rollback without []
    ");
    let story = story.allow(|allow| allow.skip_rollback = names(&["Bucket"]));
    insta::assert_snapshot!(story.told(), @r#"
    recover: the rollback of its last update failed: continue it without Bucket
      step: continue rollback without ["Bucket"]
    "#);
}

#[test]
fn a_stack_that_can_only_be_deleted_needs_consent_to_be_made_again() {
    let story = Story::deployed(BUCKET).status("DELETE_FAILED");
    insta::assert_snapshot!(story.told(), @r"
    blocked: it is in DELETE_FAILED, and only deletion leads out of it
      unblock: look what is left in it; then add `allow: { recreate: true }` to desired/stacks/data.yaml
    recover: it is in DELETE_FAILED: only deletion leads out of it; then create it again
      High danger, not allowed: data is deleted with whatever is left in it
    ");
    let story = Story::deployed(BUCKET).status("ROLLBACK_FAILED");
    let story = story.allow(|allow| allow.recreate = true);
    insta::assert_snapshot!(story.told(), @r"
    recover: it is in ROLLBACK_FAILED: only deletion leads out of it; then create it again
      High danger, allowed: data is deleted with whatever is left in it
      step: delete, unprotect false
    ");
}

#[test]
fn a_state_that_is_not_known_is_never_acted_on() {
    let story = Story::deployed(BUCKET).status("FROBNICATION_COMPLETE");
    insta::assert_snapshot!(story.told(), @"unknown: the stack is in the state FROBNICATION_COMPLETE, which is not known here");
    insta::assert_snapshot!(story.gone().told(), @"unknown: the stack is in the state FROBNICATION_COMPLETE, which is not known here");
}

#[test]
fn what_cannot_be_read_is_unknown_and_never_absent() {
    let mut story = Story::declared(BUCKET);
    story.seen = Observation::Unreadable("the stacks could not be listed: throttled".to_owned());
    insta::assert_snapshot!(story.told(), @"unknown: the stacks could not be listed: throttled");
    insta::assert_snapshot!(story.clone().gone().told(), @"unknown: the stacks could not be listed: throttled");
    insta::assert_snapshot!(story.coverage(), @"checked 0, unsupported 0, ignored 0, unreadable 1");
    let unread = |why: &str| SeenTemplate::Unreadable(why.to_owned());
    let story = Story::deployed(BUCKET).shows(|state| state.template = unread("denied"));
    insta::assert_snapshot!(story.told(), @"unknown: denied");
}

#[test]
fn a_stack_that_left_desired_is_deleted_if_it_holds_nothing() {
    let story = Story::deployed("Resources: { Topic: { Type: 'AWS::SNS::Topic' } }").gone();
    insta::assert_snapshot!(story.told(), @r"
    delete: `desired/` does not declare it any more
      Resources/Topic: AWS::SNS::Topic -> - (deleted)
      step: delete, unprotect false
    ");
}

#[test]
fn a_stack_that_left_desired_and_holds_data_waits_for_consent() {
    let mut story = Story::deployed(BUCKET).gone();
    insta::assert_snapshot!(story.told(), @r"
    blocked: it left `desired/`, and deleting it would destroy data or identity
      unblock: if that is meant, add `allow: { delete: [stacks/data] }` to desired/environments/production.yaml
    delete: `desired/` does not declare it any more
      Resources/Bucket: AWS::S3::Bucket -> - (deleted)
      High danger, not allowed: Bucket (AWS::S3::Bucket) is deleted: its objects are lost and its name may be taken by others
    ");
    story.environment.allow_delete.insert("stacks/data".parse().unwrap());
    insta::assert_snapshot!(story.told(), @r"
    delete: `desired/` does not declare it any more
      Resources/Bucket: AWS::S3::Bucket -> - (deleted)
      High danger, allowed: Bucket (AWS::S3::Bucket) is deleted: its objects are lost and its name may be taken by others
      step: delete, unprotect false
    ");
}

#[test]
fn what_a_deleted_stack_retains_is_said() {
    let story = Story::deployed(BUCKET);
    let story = story.edit("Type:", "DeletionPolicy: Retain\n    Type:").deploy().gone();
    insta::assert_snapshot!(story.told(), @r"
    delete: `desired/` does not declare it any more
      Resources/Bucket: AWS::S3::Bucket -> - (recorded)
      Low danger, allowed: Bucket (AWS::S3::Bucket) stays in AWS without a stack
      step: delete, unprotect false
    ");
}

#[test]
fn a_deleted_stack_loses_only_what_its_conditions_let_exist() {
    let template = "
Parameters: { Keep: { Type: String, Default: 'no' } }
Conditions: { Kept: !Equals [!Ref Keep, 'yes'] }
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Bucket: { Type: AWS::S3::Bucket, Condition: Kept }
";
    insta::assert_snapshot!(Story::deployed(template).gone().told(), @r"
    delete: `desired/` does not declare it any more
      Resources/Topic: AWS::SNS::Topic -> - (deleted)
      step: delete, unprotect false
    ");
}

#[test]
fn a_protected_stack_is_deleted_only_with_consent() {
    let template = "Resources: { Topic: { Type: 'AWS::SNS::Topic' } }";
    let protect = |story: Story| story.shows(|state| state.described.termination_protection = true);
    let mut story = protect(Story::deployed(template)).gone();
    insta::assert_snapshot!(story.told(), @r"
    blocked: it left `desired/`, and is protected from termination
      unblock: if that is meant, add `allow: { delete: [stacks/data] }` to desired/environments/production.yaml
    delete: `desired/` does not declare it any more
      Resources/Topic: AWS::SNS::Topic -> - (deleted)
      High danger, not allowed: data is protected from termination: the protection is switched off
    ");
    story.environment.allow_delete.insert("stacks/data".parse().unwrap());
    insta::assert_snapshot!(story.told(), @r"
    delete: `desired/` does not declare it any more
      Resources/Topic: AWS::SNS::Topic -> - (deleted)
      High danger, allowed: data is protected from termination: the protection is switched off
      step: delete, unprotect true
    ");
}

#[test]
fn a_stack_that_left_desired_and_cannot_be_read_waits_for_consent() {
    let story = Story::deployed(BUCKET).gone().shows(|state| {
        state.template = SeenTemplate::Unreadable("denied".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r"
    blocked: it left `desired/`, and deleting it would destroy data or identity
      unblock: if that is meant, add `allow: { delete: [stacks/data] }` to desired/environments/production.yaml
    delete: `desired/` does not declare it any more
      High danger, not allowed: data is deleted, and what it holds could not be read
    ");
}

#[test]
fn a_stack_that_left_desired_is_deleted_from_every_state_that_can_be() {
    let template = "Resources: { Topic: { Type: 'AWS::SNS::Topic' } }";
    for word in [
        "CREATE_COMPLETE",
        "CREATE_FAILED",
        "UPDATE_FAILED",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "DELETE_FAILED",
        "UPDATE_ROLLBACK_FAILED",
        "REVIEW_IN_PROGRESS",
    ] {
        let told = Story::deployed(template).status(word).gone().told();
        assert!(told.starts_with("delete: "), "{word}: {told}");
    }
    let busy = Story::deployed(template).status("UPDATE_IN_PROGRESS").gone();
    insta::assert_snapshot!(busy.told(), @r"
    recover: AWS is at work on it (UPDATE_IN_PROGRESS): wait
      step: wait
    ");
    let deleted = Story::deployed(template).status("DELETE_COMPLETE").gone();
    insta::assert_snapshot!(deleted.told(), @"in sync");
}

#[test]
fn what_is_neither_declared_nor_there_is_in_sync() {
    insta::assert_snapshot!(Story::declared(BUCKET).gone().told(), @"in sync");
}
