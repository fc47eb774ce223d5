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

/// When the token is not known any more, and a report cannot always be had.
const WORST: [Duration; 1] = [PAUSES[1]];

/// Kills a run behind each of its calls and lets another one follow; gives how many cases there were. To be killed
/// before a call is to be killed behind the one before it.
fn strike(before: &Place, (certificates, live): (usize, usize), pauses: &[Duration]) -> usize {
    let undisturbed = before.fork();
    let first = undisturbed.account.calls();
    assert_eq!(undisturbed.apply().status(), Status::Applied);
    let calls = undisturbed.account.calls() - first;
    let cases = pauses.iter().flat_map(|pause| (1..=calls).map(|call| (*pause, call)));
    let cases: Vec<_> = cases.collect();
    work_on(&cases, |&(pause, call)| {
        let place = before.fork();
        place.account.wait(Duration::from_secs(70));
        let run = async { place.operator().run(Depth::default()).await };
        place.account.struck_process(FaultPlan::at(call, Fault::CrashAfter), run);
        place.account.wait(pause);
        let case = format!("killed behind {call}, {pause:?}");
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
    println!("{} enrolments that were killed", strike(&place, (1, 1), &PAUSES));
}

#[test]
fn a_renewal() {
    let place = Place::enrolled();
    place.account.wait(Duration::from_hours(24 * 75));
    println!("{} renewals that were killed", strike(&place, (2, 2), &WORST));
}

#[test]
fn a_removal() {
    let place = Place::enrolled().declaring(|repository| repository.without(&file(NAME)));
    println!("{} removals that were killed", strike(&place, (1, 0), &WORST));
}
