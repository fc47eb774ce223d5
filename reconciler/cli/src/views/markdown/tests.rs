use super::{render, render_comparison, render_failure};
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

#[test]
fn one_large_unit_does_not_keep_out_those_behind_it() {
    let text = render(Subject::Plan, &fixtures::one_large(300), 20_000);
    assert!(text.len() <= 20_000, "{}", text.len());
    assert!(text.contains("… 1 more units in detail"), "{text}");
    let folded = text.matches("<details>").count();
    assert!(folded >= 2, "{folded} units are shown in full");
}

#[test]
fn many_dangers_leave_room_for_units() {
    let text = render(Subject::Plan, &fixtures::dangerous(2000), COMMENT_BYTES);
    assert!(text.len() <= COMMENT_BYTES, "{}", text.len());
    assert!(text.contains("more dangers, see the job summary"));
    assert!(text.contains("more units, see the job summary"));
    assert!(text.matches("| `stacks/").count() > 100, "units are listed, too");
}

#[test]
fn drift_of_two_thousand_units_fits_a_comment() {
    let text = render(Subject::Drift, &fixtures::many(2000), COMMENT_BYTES);
    assert!(text.len() <= COMMENT_BYTES, "{}", text.len());
}

#[test]
fn a_difference_tells_the_counts_of_all_environments_first() {
    let comparison = fixtures::comparison(vec![fixtures::plan(), fixtures::in_sync()]);
    let text = render_comparison(&comparison, COMMENT_BYTES);
    let order =
        ["### Difference from `main`", "- **production**", "[!CAUTION]", "| unit |", "<details>"];
    let places: Vec<_> = order.iter().map(|part| text.find(part).unwrap_or(usize::MAX)).collect();
    assert!(places.is_sorted() && places.iter().all(|place| *place < text.len()), "{text}");
    let large = fixtures::comparison(vec![fixtures::dangerous(1000), fixtures::many(1000)]);
    let text = render_comparison(&large, COMMENT_BYTES);
    assert!(text.len() <= COMMENT_BYTES, "{}", text.len());
    assert_eq!(text.matches("1000 to update").count(), 2);
    assert!(text.ends_with("With: `reconcile plan`\n"));
}
