//! What is really called beside what is listed: the sandbox's log of whole scenarios.

use std::collections::BTreeSet;

use reconcile_sandbox::LoggedCall;
use reconcile_tests::account::Account;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::foundation;
use serde_json::json;

use super::calls::CALLS;

/// Compares calls with the list; answers with their operations.
#[track_caller]
fn listed(calls: &[LoggedCall]) -> BTreeSet<String> {
    for logged in calls {
        let call = CALLS.iter().find(|call| call.operation == logged.operation);
        let Some(call) = call else { panic!("`{}` is not listed", logged.operation) };
        let own = call.actions.first().copied().unwrap_or("sts:GetCallerIdentity");
        assert_eq!(logged.action, own, "{}", logged.operation);
    }
    calls.iter().map(|logged| logged.operation.clone()).collect()
}

#[test]
fn stacks_are_made_and_looked_at_by_the_calls_that_are_listed() {
    let account = Account::new();
    let operator = Operator::new(&account, &foundation());
    account.process(operator.apply()).expect("nobody else applies");
    account.tamper("store", "Bucket", "/VersioningConfiguration/Status", json!("Suspended"));
    account.process(operator.drift());
    account.process(operator.apply()).expect("nobody else applies");
    let calls = account.sandbox.call_log();
    let operations = listed(&calls);
    for expected in ["CreateChangeSet", "DetectStackDrift", "GetResource", "PutObject"] {
        assert!(operations.contains(expected), "{operations:?}");
    }
}

#[test]
fn looking_calls_only_what_planning_may() {
    let account = Account::new();
    let operator = Operator::new(&account, &foundation());
    account.process(operator.apply()).expect("nobody else applies");
    let before = account.sandbox.call_log().len();
    account.process(operator.plan());
    account.process(operator.drift());
    let calls = account.sandbox.call_log().split_off(before);
    let allowed = super::Policy::of("plan").actions();
    assert!(listed(&calls).len() > 3);
    for call in calls.iter().filter(|call| call.operation != "GetCallerIdentity") {
        assert!(allowed.contains(&call.action), "{}", call.action);
    }
}
