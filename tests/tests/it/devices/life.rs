//! The life of one terminal.

use std::time::Duration;

use reconcile_core::report::Status;
use reconcile_core::verdict::{Action, Verdict};
use reconcile_tests::account::Account;
use reconcile_tests::repository::Repository;
use reconcile_tests::terminals::{clinic, file, signing_request};

use super::{NAME, Place, verdict};

const ADDRESS: &str = "devices/clinic-0001-pc01";

fn with_state(state: &str) -> impl FnOnce(Repository) -> Repository {
    let line = format!("{state}\n");
    move |repository| repository.append(&file(NAME), &line)
}

#[test]
fn everything_is_made_in_one_run() {
    let (account, repository) = (Account::new(), clinic().terminal(NAME, ""));
    let place = Place { account, repository };
    let Verdict::Change(change) = verdict(&place.plan(), ADDRESS) else { panic!("it changes") };
    assert_eq!((change.action, change.reason.as_str()), (Action::Create, "it was never enrolled"));
    assert_eq!(place.apply().status(), Status::Applied);
    let registration = place.registration(NAME).expect("it is registered");
    assert_eq!(registration["state"], "enrolled");
    assert_eq!(registration["serials"].as_array().map(Vec::len), Some(1));
    let writes = place.account.writes();
    assert_eq!(place.apply().status(), Status::InSync);
    assert_eq!(place.account.writes(), writes);
    assert_eq!(place.certificates().len(), 1);
    assert_eq!(place.drift().status(), Status::InSync);
}

#[test]
fn renewed_and_the_one_before_let_in_for_a_while() {
    let place = Place::enrolled();
    place.account.wait(Duration::from_hours(24 * 75));
    assert_eq!(place.apply().status(), Status::Applied);
    let registration = place.registration(NAME).expect("it is registered");
    let serials = registration["serials"].as_array().cloned().expect("a list");
    assert_eq!(serials.len(), 2, "{serials:?}");
    assert!(serials[0]["notAfter"].as_str() < serials[1]["notAfter"].as_str(), "{serials:?}");
    assert_eq!(place.apply().status(), Status::InSync);
}

#[test]
fn another_signing_request_is_another_certificate() {
    let place = Place::enrolled();
    let request = format!("desired/devices/clinic-0001/{NAME}.csr.pem");
    let place = place.declaring(|repository| repository.file(&request, signing_request(NAME)));
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!(place.certificates().len(), 2);
    assert_eq!(place.apply().status(), Status::InSync);
}

#[test]
fn suspended_and_resumed_by_the_registry_alone() {
    let place = Place::enrolled();
    let enrolled = place.repository.clone();
    let calls = place.account.calls_of("acm-pca:GetCertificate");
    let place = place.declaring(with_state("state: suspended"));
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!(place.registration(NAME).expect("it is registered")["state"], "suspended");
    let place = place.declaring(|_| enrolled);
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!(place.registration(NAME).expect("it is registered")["state"], "enrolled");
    assert_eq!(place.account.calls_of("acm-pca:GetCertificate"), calls);
}

#[test]
fn revoked_for_good() {
    let place = Place::enrolled().declaring(with_state("state: revoked\nreason: key-compromise"));
    assert_eq!(place.apply().status(), Status::Applied);
    let registration = place.registration(NAME).expect("it is registered");
    assert_eq!(registration["state"], "revoked");
    assert_eq!(registration["serials"].as_array().map(Vec::len), Some(0));
    let certificates = place.certificates();
    assert_eq!(certificates[0]["revocationReason"], "KEY_COMPROMISE", "{certificates:?}");
    assert_eq!(place.drift().status(), Status::InSync);
}

#[test]
fn removed_from_git_is_revoked_and_forgotten() {
    let place = Place::enrolled().declaring(|repository| repository.without(&file(NAME)));
    let report = place.plan();
    let Verdict::Change(change) = verdict(&report, ADDRESS) else { panic!("it changes") };
    assert_eq!(change.action, Action::Delete);
    assert_eq!(report.plan().dangers().len(), 1, "the certificate is lost");
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!(place.registration(NAME), None);
    assert_eq!(place.certificates()[0]["revocationReason"], "CESSATION_OF_OPERATION");
    assert_eq!(place.apply().status(), Status::InSync);
}

#[test]
fn many_at_once_are_revoked_only_with_consent_for_each() {
    let names: Vec<_> = (0..7).map(|number| format!("clinic-0001-pc{number:02}")).collect();
    let place = Place::new(|repository| {
        names.iter().fold(repository, |repository, name| repository.terminal(name, ""))
    });
    assert_eq!(place.apply().status(), Status::Applied);
    let place = place.declaring(|repository| {
        names.iter().fold(repository, |repository, name| repository.without(&file(name)))
    });
    let writes = place.account.writes();
    assert_eq!(place.apply().status(), Status::Blocked);
    assert_eq!(place.account.writes(), writes);
    let listed: Vec<_> = names.iter().map(|name| format!("devices/{name}")).collect();
    let consent = format!("allow: {{ delete: [{}] }}\n", listed.join(", "));
    let place = place.declaring(|it| it.append("desired/environments/test.yaml", &consent));
    assert_eq!(place.apply().status(), Status::Applied);
    let certificates = place.certificates();
    assert!(certificates.iter().all(|one| one["revokedAt"].is_string()), "{certificates:?}");
}
