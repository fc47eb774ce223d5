//! Whatever call a run dies at, and whenever the next one comes: one certificate, and not one more.

use std::time::Duration;

use reconcile_core::report::Status;
use reconcile_engine::kind::Depth;
use reconcile_sandbox::{Fault, FaultPlan};
use reconcile_tests::crew::work_on;
use reconcile_tests::terminals::file;

use super::{NAME, Place};

/// When the next run comes: while Private CA knows the token, when it does not any more, and when it gives a report.
const PAUSES: [Duration; 3] =
    [Duration::from_mins(2), Duration::from_mins(6), Duration::from_mins(45)];

/// Kills a run at each of its calls and lets another one follow; gives how many cases there were.
fn strike(before: &Place, (certificates, live): (usize, usize)) -> usize {
    let undisturbed = before.fork();
    let first = undisturbed.account.calls();
    assert_eq!(undisturbed.apply().status(), Status::Applied);
    let calls = 1..=undisturbed.account.calls() - first;
    let faults = [Fault::CrashBefore, Fault::CrashAfter];
    let cases: Vec<_> = PAUSES
        .into_iter()
        .flat_map(|pause| faults.into_iter().map(move |fault| (pause, fault)))
        .flat_map(|(pause, fault)| calls.clone().map(move |call| (pause, fault, call)))
        .collect();
    work_on(&cases, |&(pause, fault, call)| {
        let place = before.fork();
        place.account.wait(Duration::from_secs(70));
        let run = async { place.operator().run(Depth::default()).await };
        place.account.struck_process(FaultPlan::at(call, fault), run);
        place.account.wait(pause);
        let case = format!("{fault:?} at {call}, {pause:?}");
        let status = place.apply().status();
        assert!(matches!(status, Status::Applied | Status::InSync), "{case}: {status:?}");
        let issued = place.certificates();
        let not_revoked = issued.iter().filter(|one| one["revokedAt"].is_null()).count();
        assert_eq!((issued.len(), not_revoked), (certificates, live), "{case}");
        assert_eq!(place.plan().status(), Status::InSync, "{case}: nothing is unknown");
    });
    cases.len()
}

#[test]
fn an_enrolment() {
    let place = Place::new(|repository| repository.terminal(NAME, ""));
    println!("{} enrolments that were killed", strike(&place, (1, 1)));
}

#[test]
fn a_renewal() {
    let place = Place::enrolled();
    place.account.wait(Duration::from_hours(24 * 75));
    println!("{} renewals that were killed", strike(&place, (2, 2)));
}

#[test]
fn a_removal() {
    let place = Place::enrolled().declaring(|repository| repository.without(&file(NAME)));
    println!("{} removals that were killed", strike(&place, (1, 0)));
}
