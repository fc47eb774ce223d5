use super::{render, render_failure};
use crate::views::{COMMENT_BYTES, Subject, fixtures};

#[test]
fn a_small_plan_is_complete() {
    insta::assert_snapshot!(render(Subject::Plan, &fixtures::plan(), COMMENT_BYTES));
}

#[test]
fn drift_and_apply_tell_the_same_as_the_terminal() {
    insta::assert_snapshot!(render(Subject::Drift, &fixtures::drift(), COMMENT_BYTES));
    insta::assert_snapshot!(render(Subject::Apply, &fixtures::partly_applied(), COMMENT_BYTES));
}

#[test]
fn problems_are_a_list() {
    insta::assert_snapshot!(render_failure(&fixtures::problems(), COMMENT_BYTES));
}

#[test]
fn two_thousand_changes_fit_a_comment() {
    let text = render(Subject::Plan, &fixtures::many(2000), COMMENT_BYTES);
    assert!(text.len() <= COMMENT_BYTES, "{}", text.len());
    assert!(text.len() > COMMENT_BYTES * 9 / 10, "{}", text.len());
    assert!(text.contains("2000 to update"));
    assert!(text.contains("more units, see the job summary"));
    assert!(text.contains("Apply with: `reconcile apply"));
}

#[test]
fn every_budget_is_kept_and_no_block_is_left_open() {
    for report in [fixtures::plan(), fixtures::many(20), fixtures::partly_applied()] {
        for budget in (0..9000).step_by(37) {
            let text = render(Subject::Plan, &report, budget);
            assert!(text.len() <= budget);
            assert_eq!(text.matches("\n```").count() % 2, 0, "{budget}: {text}");
            assert_eq!(text.matches("<details>").count(), text.matches("</details>").count());
        }
    }
}
