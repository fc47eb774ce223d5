//! A stack that is somebody else's is not touched.

use super::story::{BUCKET, Story};
use crate::state::{ADDRESS_TAG, ENVIRONMENT_TAG};

#[test]
fn a_stack_that_somebody_made_by_hand_is_left_alone() {
    let story = Story::deployed(BUCKET).shows(|state| state.described.tags.clear());
    insta::assert_snapshot!(story.told(), @r"
    blocked: the stack `data` exists and was not made by reconcile
      unblock: to take it over, add `allow: { adopt: true }` to desired/stacks/data.yaml; or give another `stackName`
    ");
}

#[test]
fn a_stack_of_another_environment_is_left_alone() {
    let story = Story::deployed(BUCKET).shows(|state| {
        state.described.tags.insert(ENVIRONMENT_TAG.to_owned(), "staging".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r"
    blocked: the stack `data` exists and belongs to `stacks/data` of the environment `staging`
      unblock: to take it over, add `allow: { adopt: true }` to desired/stacks/data.yaml; or give another `stackName`
    ");
}

#[test]
fn a_stack_of_another_address_is_left_alone_even_while_aws_works_on_it() {
    let story = Story::deployed(BUCKET).status("UPDATE_IN_PROGRESS").shows(|state| {
        state.described.tags.insert(ADDRESS_TAG.to_owned(), "stacks/old".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r"
    blocked: the stack `data` exists and belongs to `stacks/old` of the environment `production`
      unblock: to take it over, add `allow: { adopt: true }` to desired/stacks/data.yaml; or give another `stackName`
    ");
}

#[test]
fn adoption_puts_our_tags_on_it() {
    let story = Story::deployed(BUCKET).shows(|state| state.described.tags.clear());
    let story = story.allow(|allow| allow.adopt = true);
    insta::assert_snapshot!(story.told(), @r"
    update: its tags changed
      Tags/reconcile:address: - -> stacks/data (updated in place)
      Tags/reconcile:environment: - -> production (updated in place)
      step: deploy Update, expecting []
    ");
}

#[test]
fn consent_to_adopt_changes_nothing_on_a_stack_that_is_ours() {
    let story = Story::deployed(BUCKET).allow(|allow| allow.adopt = true);
    insta::assert_snapshot!(story.told(), @"in sync");
}
