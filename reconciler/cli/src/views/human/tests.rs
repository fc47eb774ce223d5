use anstream::adapter::strip_str;

use super::layout::columns;
use super::render;
use crate::views::{Subject, fixtures};

fn plain(subject: Subject, report: &reconcile_core::report::Report, width: usize) -> String {
    let text = render(subject, report, width);
    strip_str(&text).to_string()
}

#[test]
fn a_plan_reads_from_dangers_to_the_next_command() {
    insta::assert_snapshot!(plain(Subject::Plan, &fixtures::plan(), 100));
}

#[test]
fn a_narrow_plan_says_the_same_below_each_other() {
    insta::assert_snapshot!(plain(Subject::Plan, &fixtures::plan(), 60));
}

#[test]
fn what_happens_to_one_file_in_many_regions_is_shown_once() {
    insta::assert_snapshot!(plain(Subject::Plan, &fixtures::in_regions(), 80));
}

#[test]
fn a_plan_with_nothing_to_do_is_short() {
    insta::assert_snapshot!(plain(Subject::Plan, &fixtures::in_sync(), 100), @r#"
Plan for production at 3f2a9c1d4e5f

2 units in sync
Checked 8 resources · 2 unsupported · 0 ignored · 0 unreadable
4 calls, 0 writes

Plan: 0 to create, 0 to update, 0 to replace, 0 to delete · digest 4f53cda18c2b
Nothing to do: AWS is as git says.
"#);
}

#[test]
fn drift_names_stack_resource_property_and_both_values() {
    insta::assert_snapshot!(plain(Subject::Drift, &fixtures::drift(), 100));
}

#[test]
fn an_apply_tells_every_outcome_and_its_cause() {
    insta::assert_snapshot!(plain(Subject::Apply, &fixtures::applied(), 100), @r#"
Apply to production at 3f2a9c1d4e5f

    ✓ created   stacks/kms  in 4.1s
    ✓ updated   stacks/iam  in 4.1s

1 unit in sync
Checked 12 resources · 3 unsupported · 0 ignored · 0 unreadable
6 calls, 2 writes

Applied: 1 created, 1 updated
AWS is as git says now.
"#);
    insta::assert_snapshot!(plain(Subject::Apply, &fixtures::partly_applied(), 100), @r#"
Apply to production at 3f2a9c1d4e5f

    ✓ created   stacks/kms    in 4.1s
    ! refused   stacks/iam    the change set replaces `Role`, which the plan did not
        → look at the plan again with `reconcile plan --full`
    ✗ failed    stacks/s3
        CodeBucket AWS::S3::Bucket CREATE_FAILED: clinic-code already exists (Service: S3, Status
        Code: 409, Request ID: 7TK8)
          infra/s3.yaml:41  CodeBucket:
        the stack was deleted again (OnStackFailure=DELETE)
    · skipped   stacks/trail  stacks/s3 failed

1 unit in sync
Checked 20 resources · 5 unsupported · 0 ignored · 0 unreadable
6 calls, 2 writes

Applied: 1 created, 1 refused, 1 failed, 1 not begun
What is done stays done. Repair the cause, then go on with: reconcile apply -e production
"#);
}

#[test]
fn no_line_is_wider_than_the_terminal() {
    for width in [60, 80, 100, 160] {
        for (subject, report) in [
            (Subject::Plan, fixtures::plan()),
            (Subject::Drift, fixtures::drift()),
            (Subject::Apply, fixtures::partly_applied()),
        ] {
            for line in plain(subject, &report, width).lines() {
                assert!(columns(line) <= width, "{width}: {line}");
            }
        }
    }
}
