//! Many terminals: how fast they are enrolled, and what a look at them costs.

use reconcile_core::report::Status;
use reconcile_tests::paces;

use super::Place;

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
    let pace = paces::enrolment(1_000);
    assert_eq!(pace.report.status(), Status::Applied);
    println!("1,000 terminals in {:?}, of which the quota is {:?}", pace.took, pace.floor);
    assert!(pace.ratio() <= 1.0 / 0.95, "{:?} of {:?}", pace.took, pace.floor);
    assert_eq!(pace.account.calls_of("acm-pca:IssueCertificate"), 1_000);
    let report = pace.account.process(pace.operator.plan());
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
