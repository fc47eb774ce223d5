//! What only the CA's audit report shows.

use insta::assert_snapshot;

use super::story::{NAME, Story, time};

#[test]
fn a_report_that_shows_what_is_recorded_changes_nothing() {
    let story = Story::enrolled();
    let story = story.reported("2026-11-21T11:00:00Z", &[("a1", "2026-11-11T12:00:00Z", "own")]);
    assert_snapshot!(format!("{}{}", story.told(), story.notes()), @r"
    in sync
    compared with the CA's audit report of 2026-11-21 11:00, which shows no alternative names
    ");
    assert_snapshot!(Story::enrolled().notes(), @r"
    there is no audit report of the CA: what else it issued is not known; `drift` asks for one
    ");
}

#[test]
fn a_certificate_that_is_not_on_record_any_more_is_recorded() {
    let story = Story::enrolled().records(|journal| journal.attempts.clear());
    let story = story.reported("2026-11-21T11:00:00Z", &[("a1", "2026-11-11T12:00:00Z", "own")]);
    assert_snapshot!(story.told(), @r"
    recover: its certificate a1 is not on record any more
      step: recorded the certificate arn:aws:acm-pca:ap-northeast-1:111122223333:certificate-authority/aaaa/certificate/a1
    ");
}

#[test]
fn a_certificate_for_another_key_is_for_a_person_to_judge() {
    let entries =
        [("a1", "2026-11-11T12:00:00Z", "own"), ("bad", "2026-11-20T12:00:00Z", "another")];
    let story = || Story::enrolled().reported("2026-11-21T11:00:00Z", &entries);
    assert_snapshot!(story().told(), @r"
    blocked: the CA issued bad in its name on 2026-11-20T12:00:00Z, for another key
      unblock: find out who did (CloudTrail, `IssueCertificate`), then add `allow: { revoke: [bad] }` to desired/devices/clinic-0001/clinic-0001-pc01.yaml
    ");
    let consent = story().declare(|spec| spec.revoke = ["bad".to_owned()].into());
    assert_snapshot!(consent.told(), @r"
    update: the CA issued bad in its name on 2026-11-20T12:00:00Z, for another key, and git says to revoke it
      certificate/revoked: bad -> -
      bad is revoked: no terminal can use this certificate again (true)
      step: revoked the certificate bad (UNSPECIFIED)
    ");
}

#[test]
fn a_certificate_of_a_name_that_nobody_declares_is_for_a_person_to_judge() {
    let story = || {
        Story::new()
            .reported("2026-11-21T11:00:00Z", &[("bad", "2026-11-20T12:00:00Z", "another")])
            .gone()
    };
    assert_snapshot!(story().told(), @r"
    blocked: the CA issued a certificate for `clinic-0001-pc01`, which `desired/` does not declare
      unblock: find out who did (CloudTrail, `IssueCertificate`); declare the terminal, or have the certificate revoked: add `allow: { delete: [devices/clinic-0001-pc01] }` to desired/environments/production.yaml
    ");
    let mut consent = story();
    consent.environment.allow_delete.insert(format!("devices/{NAME}").parse().unwrap());
    assert_snapshot!(consent.told(), @r"
    delete: its certificate bad is not revoked
      certificate/revoked: bad -> -
      bad is revoked: no terminal can use this certificate again (true)
      step: revoked the certificate bad (CESSATION_OF_OPERATION)
    ");
}

#[test]
fn what_somebody_else_revoked_is_let_in_no_more_and_not_replaced() {
    let story = || Story::enrolled().reported_revoked("a1");
    assert_snapshot!(story().told(), @r"
    update: somebody revoked its certificate a1
      registry/serials: a1 until 2027-02-09T12:00:00Z -> 
      registry/certificate: f55ff16f66f4 -> 
      step: registered it as enrolled with serials []
    ");
    let shut_out = || {
        story().shows(|state| {
            let card = state.records.entry.as_mut().unwrap().says.as_mut().unwrap();
            card.serials.clear();
            card.certificate = None;
        })
    };
    assert_snapshot!(shut_out().told(), @r"
    blocked: its certificate a1 was revoked by somebody, and the terminal has the same key
      unblock: make a new key and signing request on the terminal; or, if this key is good, add `allow: { issueAgain: [a1] }` to desired/devices/clinic-0001/clinic-0001-pc01.yaml
    ");
    let consent = shut_out().declare(|spec| spec.issue_again = ["a1".to_owned()].into());
    assert_snapshot!(consent.told(), @r"
    update: its certificate a1 was revoked
      certificate: a1 -> a new one for 90d
      step: issued a certificate for 90 days
    ");
}

#[test]
fn a_certificate_that_the_ca_does_not_know_is_for_a_person_to_judge() {
    assert_snapshot!(Story::enrolled().reported("2026-11-21T11:00:00Z", &[]).told(), @r"
    blocked: the CA's audit report does not know its certificate a1
      unblock: find out what became of it; a new key and signing request gets a new certificate
    ");
    let young = Story::enrolled()
        .records(|journal| journal.attempts[0].opened = time("2026-11-21T10:58:00Z"));
    assert_snapshot!(young.reported("2026-11-21T11:00:00Z", &[]).told(), @r"
    in sync
    ");
}

#[test]
fn a_report_that_cannot_be_read_is_said() {
    let story = Story::enrolled()
        .shows(|state| state.inventory.unreadable = Some("access denied".to_owned()));
    assert_snapshot!(format!("{}{}", story.told(), story.notes()), @r"
    in sync
    the CA's audit report could not be read: access denied
    ");
    assert!(!story.decision().planned.coverage.is_complete());
}
