//! Many terminals: how fast they are enrolled, and what a look at them costs.

use std::time::Duration;

use aws_smithy_async::time::TimeSource as _;
use reconcile_core::report::Status;
use reconcile_sandbox::Limits;

use super::Place;

/// So many certificates a second does `IssueCertificate` have as its quota.
const QUOTA: f64 = 25.0;

fn with_terminals(count: usize) -> Place {
    Place::new(|repository| {
        let budget = "  issuance: { perRun: 10000 }\n";
        let repository = repository.append("desired/environments/test.yaml", budget);
        (0..count).fold(repository, |repository, number| {
            repository.terminal(&format!("clinic-0001-pc{number:04}"), "")
        })
    })
}

#[test]
fn are_enrolled_as_fast_as_the_quota_lets() {
    const COUNT: u32 = 1_000;
    let place = with_terminals(1_000);
    place.account.sandbox.set_limits(Limits::published());
    let started = place.account.clock.now();
    assert_eq!(place.apply().status(), Status::Applied);
    let took = place.account.clock.now().duration_since(started).expect("time goes on");
    let took = took.saturating_sub(Duration::from_secs(70));
    let rate = f64::from(COUNT) / took.as_secs_f64();
    println!("{COUNT} terminals in {took:?}: {rate:.1} a second");
    assert!(rate >= 0.95 * QUOTA, "{rate}");
    assert_eq!(place.account.calls_of("acm-pca:IssueCertificate"), u64::from(COUNT));
    let report = place.plan();
    assert_eq!(report.status(), Status::InSync);
    println!("a plan with nothing to do: {} calls", report.calls.total);
    assert!(report.calls.total <= 10, "{:?}", report.calls.by_operation);
}

#[test]
fn are_not_enrolled_beyond_the_budget_of_a_run() {
    let place = with_terminals(5);
    let place = place.declaring(|repository| {
        repository.edit("desired/environments/test.yaml", "perRun: 10000", "perRun: 3")
    });
    let report = place.apply();
    assert_eq!(report.status(), Status::Partial);
    assert_eq!(place.account.calls_of("acm-pca:IssueCertificate"), 3);
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!(place.account.calls_of("acm-pca:IssueCertificate"), 5);
}
