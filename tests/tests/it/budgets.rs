//! What looking and applying cost, in calls and in virtual time.

use std::fmt::Write as _;
use std::time::Duration;

use aws_smithy_async::time::TimeSource as _;
use reconcile_core::calls::Calls;
use reconcile_core::report::{Report, Status};
use reconcile_sandbox::Limits;
use reconcile_tests::account::Account;
use reconcile_tests::operator::Operator;
use reconcile_tests::paces::{self, independent, settled};

#[track_caller]
fn check(count: usize, budget: u64) {
    let account = settled(count);
    let operator = Operator::new(&account, &independent(count));
    let before = account.calls();
    let report = account.process(operator.plan());
    let calls = account.calls() - before;
    assert_eq!(report.status(), Status::InSync);
    assert_eq!(report.calls.total, calls, "every call is counted");
    assert!(calls <= budget, "{calls} calls: {:?}", report.calls.by_operation);

    account.process(account.lose("state-test", "ledger/test/stacks.json"));
    let report = account.process(operator.plan());
    assert_eq!(report.status(), Status::InSync);
    let templates = report.calls.by_operation.get("cloudformation:GetTemplate").copied();
    assert_eq!(templates, u64::try_from(count).ok(), "nothing vouches for a template");
    println!("{count} stacks: {calls} calls, without the ledger {}", report.calls.total);
}

#[test]
fn a_plan_of_100_stacks_with_nothing_to_do_takes_at_most_8_calls() {
    check(100, 8);
}

#[test]
fn a_plan_of_1000_stacks_with_nothing_to_do_takes_at_most_20_calls() {
    check(1_000, 20);
}

#[test]
fn creating_100_stacks_is_as_fast_as_the_quotas_permit() {
    let account = Account::new();
    account.sandbox.set_limits(Limits::published());
    let seconds = Duration::from_secs(2);
    account.sandbox.set_duration(None, seconds).expect("it is set");
    let begun = account.clock.now();
    let operator = Operator::new(&account, &independent(100));
    let report = account.process(operator.apply()).expect("nobody else applies");
    assert_eq!(report.status(), Status::Applied);
    let took = account.clock.now().duration_since(begun).expect("time goes on");
    tell("created", took, &report);
    // Each takes a `CreateChangeSet` and an `ExecuteChangeSet`, of which there are two a second.
    assert!(took < Duration::from_mins(2), "{took:?}");
    hardly_throttled(&report);
}

#[test]
fn drift_of_100_stacks_takes_hardly_longer_than_the_quota_of_its_detections() {
    let pace = paces::drift(100);
    assert_eq!(pace.report.status(), Status::InSync);
    tell("examined", pace.took, &pace.report);
    assert!(pace.ratio() <= 1.10, "{:?} of {:?}", pace.took, pace.floor);
    for operation in [
        "DetectStackDrift",
        "DescribeStackDriftDetectionStatus",
        "DescribeStackResourceDrifts",
        "GetTemplate",
    ] {
        let calls = pace.report.calls.by_operation.get(&format!("cloudformation:{operation}"));
        assert_eq!(calls, Some(&100), "{operation} is asked once of each");
    }
    hardly_throttled(&pace.report);
}

#[test]
fn a_graph_of_60_stacks_is_made_within_a_twentieth_of_its_critical_path() {
    let pace = paces::graph();
    assert_eq!(pace.report.status(), Status::Applied);
    println!("60 stacks in {:?}, of which the critical path is {:?}", pace.took, pace.floor);
    assert!(pace.ratio() <= 1.05, "{:?} of {:?}", pace.took, pace.floor);
}

#[test]
fn drift_of_one_stack_asks_nothing_about_the_others() {
    let account = settled(100);
    let report =
        account.process(Operator::new(&account, &independent(100)).drift_of("stacks/clinic-0042"));
    assert_eq!(report.status(), Status::InSync);
    let calls = |operation: &str| report.calls.by_operation.get(operation).copied();
    assert_eq!(calls("cloudformation:DetectStackDrift"), Some(1));
    assert_eq!(calls("cloudformation:DescribeStackDriftDetectionStatus"), Some(1));
    assert_eq!(calls("cloudformation:DescribeStackResourceDrifts"), Some(1));
    assert_eq!(calls("cloudformation:GetTemplate"), Some(1), "the ledger vouches for the others");
    assert_eq!(report.coverage().checked, 1);
    let told = "99 units were left out: nothing is said of them";
    assert_eq!(report.notes, [told]);
}

#[track_caller]
fn hardly_throttled(report: &Report) {
    let Calls { total, throttled, .. } = report.calls;
    assert!(throttled * 100 < total, "{throttled} of {total} calls are throttled");
}

fn tell(what: &str, took: Duration, report: &Report) {
    let seconds = took.as_secs();
    let mut text = format!("100 stacks {what} in {seconds} s of virtual time:");
    for (operation, count) in &report.calls.by_operation {
        write!(text, " {operation} {count}").expect("text takes text");
    }
    println!("{text}");
}
