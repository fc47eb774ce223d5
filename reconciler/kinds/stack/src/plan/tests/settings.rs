//! What a stack has besides its resources: tags, stack policy, protection, capabilities.

use super::story::{BUCKET, Story};
use crate::spec::Capability;
use crate::state::{COMMIT_TAG, SeenPolicy};

const POLICY: &str =
    r#"{"Statement":[{"Effect":"Allow","Action":"Update:*","Principal":"*","Resource":"*"}]}"#;

#[test]
fn a_tag_is_added_changed_and_taken_away() {
    let story = Story::deployed(BUCKET).declare(|spec| {
        spec.tags.insert("system".to_owned(), "clinic-backup".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r"
    update: its tags changed
      Tags/system: - -> clinic-backup (updated in place)
      step: deploy Update, expecting []
    ");
    let story = story.deploy().declare(|spec| {
        spec.tags.insert("system".to_owned(), "clinic".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r"
    update: its tags changed
      Tags/system: clinic-backup -> clinic (updated in place)
      step: deploy Update, expecting []
    ");
    let story = story.deploy().declare(|spec| spec.tags.clear());
    insta::assert_snapshot!(story.told(), @r"
    update: its tags changed
      Tags/system: clinic -> - (updated in place)
      step: deploy Update, expecting []
    ");
}

#[test]
fn the_commit_and_tags_of_aws_are_no_difference() {
    let story = Story::deployed(BUCKET).shows(|state| {
        state.described.tags.insert(COMMIT_TAG.to_owned(), "fedcba9".to_owned());
        state.described.tags.insert("aws:servicecatalog".to_owned(), "x".to_owned());
    });
    insta::assert_snapshot!(story.told(), @"in sync");
}

#[test]
fn a_stack_policy_is_set_without_a_change_set() {
    let story = Story::deployed(BUCKET).declare(|spec| spec.policy = Some("{}".into()));
    insta::assert_snapshot!(story.told(), @r"
    update: its stack policy changed
      StackPolicy: - -> {} (recorded)
      step: set policy {}
    ");
}

#[test]
fn a_stack_policy_is_compared_by_what_it_says() {
    let story = Story::deployed(BUCKET).declare(|spec| spec.policy = Some(POLICY.into()));
    let spaced = POLICY.replace(':', " : ").replace("Update : *", "Update:*");
    let story = story.shows(|state| state.policy = SeenPolicy::Read(Some(spaced)));
    insta::assert_snapshot!(story.told(), @"in sync");
}

#[test]
fn a_stack_policy_that_left_the_declaration_stays_since_aws_cannot_remove_it() {
    let story = Story::deployed(BUCKET).declare(|spec| spec.policy = Some(POLICY.into()));
    let story = story.deploy().declare(|spec| spec.policy = None);
    insta::assert_snapshot!(story.told(), @"in sync");
}

#[test]
fn a_new_policy_governs_the_update_that_comes_with_it() {
    let story = Story::deployed(BUCKET)
        .edit("clinic-data }", "clinic-data, Tags: [{ Key: a, Value: b }] }")
        .declare(|spec| {
            spec.policy = Some("{}".into());
            spec.termination_protection = true;
        });
    insta::assert_snapshot!(story.told(), @r"
    update: 1 resource changed, its stack policy changed, its termination protection changed
      Resources/Bucket/Properties/Tags: - -> [{Key: a, Value: b}] (updated in place)
      StackPolicy: - -> {} (recorded)
      TerminationProtection: false -> true (recorded)
      step: set policy {}
      step: deploy Update, expecting [Bucket be updated in place]
      step: protect true
    ");
}

#[test]
fn a_policy_that_cannot_be_read_makes_the_stack_unknown() {
    let story = Story::deployed(BUCKET).shows(|state| {
        state.policy = SeenPolicy::Unreadable("its policy could not be read: denied".to_owned());
    });
    insta::assert_snapshot!(story.told(), @"unknown: its policy could not be read: denied");
}

#[test]
fn protection_is_switched_either_way() {
    let story = Story::deployed(BUCKET).declare(|spec| spec.termination_protection = true);
    insta::assert_snapshot!(story.told(), @r"
    update: its termination protection changed
      TerminationProtection: false -> true (recorded)
      step: protect true
    ");
    let story = story.deploy().declare(|spec| spec.termination_protection = false);
    insta::assert_snapshot!(story.told(), @r"
    update: its termination protection changed
      TerminationProtection: true -> false (recorded)
      step: protect false
    ");
}

#[test]
fn capabilities_name_another_change_set_and_are_no_difference() {
    let declared = Story::declared(BUCKET);
    let capable = declared.clone().declare(|spec| {
        spec.capabilities.insert(Capability::CapabilityIam);
    });
    assert_ne!(declared.deployment().identity, capable.deployment().identity);
    let story = Story::deployed(BUCKET).declare(|spec| {
        spec.capabilities.insert(Capability::CapabilityIam);
    });
    insta::assert_snapshot!(story.told(), @"in sync");
}
