//! Terminals that are let in, or are not for now.

use insta::assert_snapshot;
use reconcile_core::digest::Digest;
use reconcile_core::observation::Observation;
use reconcile_core::text::Text;

use super::story::{Story, attempt, entered, serial};
use crate::spec::Standing;

const OTHER_AUTHORITY: &str =
    "arn:aws:acm-pca:ap-northeast-1:111122223333:certificate-authority/bbbb";

#[test]
fn a_new_one_gets_a_certificate() {
    assert_snapshot!(Story::new().told(), @r"
    create: it was never enrolled
      certificate: - -> a new one for 90d
      step: issued a certificate for 90 days
    ");
}

#[test]
fn one_in_an_environment_that_is_still_to_be_made_waits_for_it() {
    let mut story = Story::new();
    story.seen = Observation::Absent;
    assert_snapshot!(story.told(), @r"
    create: it was never enrolled
      certificate: - -> a new one for 90d
    ");
}

#[test]
fn one_that_is_as_git_says_is_left_alone() {
    assert_snapshot!(Story::enrolled().told(), @r"
    in sync
    ");
}

#[test]
fn an_issued_certificate_is_registered() {
    let story = Story::enrolled().shows(|state| state.records.entry = None);
    assert_snapshot!(story.told(), @r"
    recover: it is not in the registry
      registry/terminal: - -> clinic-0001-pc01
      registry/clinic: - -> clinic-0001
      registry/bucket: - -> clinic-0001-bucket
      registry/prefix: - -> terminals/clinic-0001-pc01/
      registry/state: - -> enrolled
      registry/serials: - -> a1 until 2027-02-09T12:00:00Z
      registry/certificate: - -> f55ff16f66f4
      step: registered it as enrolled with serials [a1]
    ");
}

#[test]
fn a_registration_that_says_more_is_put_back() {
    let story = Story::enrolled().shows(|state| {
        let card = state.records.entry.as_mut().unwrap().says.as_mut().unwrap();
        card.serials[0].serial = serial("bad");
        card.prefix = "terminals/clinic-0002-pc01/".to_owned().try_into().unwrap();
    });
    assert_snapshot!(story.told(), @r"
    update: its certificate a1 is not registered
      registry/prefix: terminals/clinic-0002-pc01/ -> terminals/clinic-0001-pc01/
      registry/serials: bad until 2027-02-09T12:00:00Z -> a1 until 2027-02-09T12:00:00Z
      step: registered it as enrolled with serials [a1]
    ");
    let story = Story::enrolled().shows(|state| state.records.entry.as_mut().unwrap().says = None);
    assert_snapshot!(story.told(), @r"
    recover: its registration cannot be read
      registry/terminal: - -> clinic-0001-pc01
      registry/clinic: - -> clinic-0001
      registry/bucket: - -> clinic-0001-bucket
      registry/prefix: - -> terminals/clinic-0001-pc01/
      registry/state: - -> enrolled
      registry/serials: - -> a1 until 2027-02-09T12:00:00Z
      registry/certificate: - -> f55ff16f66f4
      step: registered it as enrolled with serials [a1]
    ");
}

#[test]
fn another_bucket_is_another_registration() {
    let story = Story::enrolled().declare(|spec| spec.bucket = Text::literal("clinic-0002-bucket"));
    assert_snapshot!(story.told(), @r"
    update: its registration says something else
      registry/bucket: clinic-0001-bucket -> clinic-0002-bucket
      step: registered it as enrolled with serials [a1]
    ");
}

#[test]
fn another_key_gets_another_certificate() {
    let story = Story::enrolled().records(|journal| {
        journal.attempts[0].public_key = Digest::of("another key");
    });
    assert_snapshot!(story.told(), @r"
    update: its signing request is for another key
      certificate: a1 -> a new one for 90d
      step: issued a certificate for 90 days
    ");
}

#[test]
fn another_authority_issues_another_certificate() {
    let story = Story::enrolled().declare(|spec| {
        spec.authority = Text::literal(OTHER_AUTHORITY);
    });
    assert_snapshot!(story.told(), @r"
    update: its CA is another one
      certificate: a1 -> a new one for 90d
      step: issued a certificate for 90 days
    ");
}

#[test]
fn a_suspended_one_is_let_in_no_more_and_keeps_its_certificate() {
    let story = Story::enrolled().declare(|spec| spec.standing = Standing::Suspended);
    assert_snapshot!(story.told(), @r"
    update: git says that it is suspended
      registry/state: enrolled -> suspended
      step: registered it as suspended with serials [a1]
    ");
    let story = Story::new().declare(|spec| spec.standing = Standing::Suspended);
    assert_snapshot!(story.told(), @r"
    create: it was never enrolled
      registry/terminal: - -> clinic-0001-pc01
      registry/clinic: - -> clinic-0001
      registry/bucket: - -> clinic-0001-bucket
      registry/prefix: - -> terminals/clinic-0001-pc01/
      registry/state: - -> suspended
      registry/serials: - -> 
      registry/certificate: - -> 
      step: registered it as suspended with serials []
    ");
}

#[test]
fn one_that_is_resumed_is_let_in_again() {
    let story = Story::enrolled().shows(|state| {
        let card = state.records.entry.as_mut().unwrap().says.as_mut().unwrap();
        card.state = device_registry::State::Suspended;
    });
    assert_snapshot!(story.told(), @r"
    update: git says that it is enrolled
      registry/state: suspended -> enrolled
      step: registered it as enrolled with serials [a1]
    ");
}

#[test]
fn an_attempt_goes_on_while_its_token_is_known() {
    let begun = |at| Story::new().records(|journal| journal.attempts.push(attempt(1, at, None)));
    assert_snapshot!(begun("2026-11-21T11:56:01Z").told(), @r"
    recover: the issuance that began at 2026-11-21T11:56:01Z was not finished
      certificate: - -> a new one for 90d
      step: went on with attempt 1 to issue a certificate
    ");
    assert_snapshot!(begun("2026-11-21T11:55:59Z").told(), @r"
    recover: the issuance that began at 2026-11-21T11:55:59Z was not finished
      step: waited for an audit report of 2026-11-21T12:00:59Z or later
    ");
}

#[test]
fn an_attempt_for_what_git_does_not_say_any_more_does_not_go_on() {
    let begun = Story::new()
        .records(|journal| journal.attempts.push(attempt(1, "2026-11-21T11:59:00Z", None)));
    let suspended = begun.declare(|spec| spec.standing = Standing::Suspended);
    assert_snapshot!(suspended.told(), @r"
    recover: the issuance that began at 2026-11-21T11:59:00Z was not finished
      registry/terminal: - -> clinic-0001-pc01
      registry/clinic: - -> clinic-0001
      registry/bucket: - -> clinic-0001-bucket
      registry/prefix: - -> terminals/clinic-0001-pc01/
      registry/state: - -> suspended
      registry/serials: - -> 
      registry/certificate: - -> 
      step: registered it as suspended with serials []
      step: waited for an audit report of 2026-11-21T12:04:00Z or later
    ");
}

#[test]
fn the_report_tells_what_came_of_an_attempt() {
    let opened = "2026-11-21T11:00:00Z";
    let begun = || Story::new().records(|journal| journal.attempts.push(attempt(1, opened, None)));
    let early = begun().reported("2026-11-21T11:04:59Z", &[]);
    assert_snapshot!(early.told(), @r"
    recover: the issuance that began at 2026-11-21T11:00:00Z was not finished
      step: waited for an audit report of 2026-11-21T11:05:00Z or later
    ");
    let nothing = begun().reported("2026-11-21T11:05:00Z", &[]);
    assert_snapshot!(nothing.told(), @r"
    recover: the issuance that began at 2026-11-21T11:00:00Z was not finished
      step: recorded that attempt 1 came to nothing
    ");
    let its = begun().reported("2026-11-21T11:05:00Z", &[("a1", "2026-11-21T11:00:02Z", "own")]);
    assert_snapshot!(its.told(), @r"
    recover: the issuance that began at 2026-11-21T11:00:00Z was not finished
      step: recorded the certificate arn:aws:acm-pca:ap-northeast-1:111122223333:certificate-authority/aaaa/certificate/a1
    ");
}

#[test]
fn a_terminal_gets_no_more_than_so_many_certificates_a_day() {
    let story = Story::new().records(|journal| {
        for number in 1..=3 {
            let mut attempt = attempt(number, "2026-11-21T09:00:00Z", Some(&format!("a{number}")));
            attempt.public_key = Digest::of(number.to_string());
            journal.attempts.push(attempt);
        }
    });
    let story = story.shows(|state| {
        state.records.entry = Some(entered(&state.records.journal));
        let card = state.records.entry.as_mut().unwrap().says.as_mut().unwrap();
        for allowed in &mut card.serials[..2] {
            allowed.not_after = "2026-12-05T09:00:00Z".parse().unwrap();
        }
    });
    assert_snapshot!(story.told(), @r"
    blocked: its signing request is for another key, and it got 3 certificates within 24 hours
      unblock: find out why; wait, or raise `devices.issuance.perTerminalPerDay` in desired/environments/production.yaml
    ");
}
