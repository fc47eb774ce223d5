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
fn a_plan_with_nothing_to_do_is_short() {
    insta::assert_snapshot!(plain(Subject::Plan, &fixtures::in_sync(), 100), @"");
}

#[test]
fn drift_names_stack_resource_property_and_both_values() {
    insta::assert_snapshot!(plain(Subject::Drift, &fixtures::drift(), 100));
}

#[test]
fn an_apply_tells_every_outcome_and_its_cause() {
    insta::assert_snapshot!(plain(Subject::Apply, &fixtures::applied(), 100), @"");
    insta::assert_snapshot!(plain(Subject::Apply, &fixtures::partly_applied(), 100), @"");
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
