//! Terminals that are not let in ever again.

use insta::assert_snapshot;

use super::story::{Story, attempt, time};
use crate::journal::Outcome;
use crate::plan::card;
use crate::spec::{RawReason, Standing};

fn revoked(story: Story) -> Story {
    story.declare(|spec| spec.standing = Standing::Revoked(RawReason::KeyCompromise))
}

/// Its registration says that it is revoked.
fn registered_as_revoked(story: Story) -> Story {
    story.shows(|state| {
        let says = &mut state.records.entry.as_mut().unwrap().says;
        *says = says.as_ref().map(card::revoked);
    })
}

/// We revoked its certificates at this time.
fn taken_back(story: Story, at: &str) -> Story {
    story.records(|journal| {
        for attempt in &mut journal.attempts {
            if let Some(Outcome::Issued(issued)) = &mut attempt.outcome {
                issued.revoked = Some(time(at));
            }
        }
    })
}

#[test]
fn the_registry_comes_first() {
    assert_snapshot!(revoked(Story::enrolled()).told(), @r"
    update: git says that it is revoked (KEY_COMPROMISE)
      registry/state: enrolled -> revoked
      registry/serials: a1 until 2027-02-09T12:00:00Z -> 
      registry/certificate: f55ff16f66f4 -> 
      certificate/revoked: a1 -> -
      a1 is revoked: no terminal can use this certificate again (true)
      step: registered it as revoked with serials []
      step: revoked the certificate a1 (KEY_COMPROMISE)
    ");
}

#[test]
fn every_certificate_is_revoked_that_could_open_a_connection() {
    let story = Story::enrolled().records(|journal| {
        journal.attempts.insert(0, attempt(0, "2026-06-01T12:00:00Z", Some("a0")));
        journal.attempts.push(attempt(2, "2026-11-20T12:00:00Z", Some("a2")));
    });
    let story = story.reported("2026-11-21T11:00:00Z", &[("bad", "2026-11-20T13:00:00Z", "other")]);
    assert_snapshot!(registered_as_revoked(revoked(story)).told(), @r"
    update: its certificate a1 is not revoked
      certificate/revoked: a1 -> -
      certificate/revoked: a2 -> -
      certificate/revoked: bad -> -
      a1 is revoked: no terminal can use this certificate again (true)
      a2 is revoked: no terminal can use this certificate again (true)
      bad is revoked: no terminal can use this certificate again (true)
      step: revoked the certificate a1 (KEY_COMPROMISE)
      step: revoked the certificate a2 (KEY_COMPROMISE)
      step: revoked the certificate bad (KEY_COMPROMISE)
    ");
}

#[test]
fn what_was_revoked_is_left_alone() {
    let story =
        taken_back(registered_as_revoked(revoked(Story::enrolled())), "2026-11-21T10:00:00Z");
    assert_snapshot!(story.told(), @r"
    in sync
    ");
}

#[test]
fn a_revocation_that_the_report_does_not_show_is_made_again() {
    let story =
        || taken_back(registered_as_revoked(revoked(Story::enrolled())), "2026-11-21T10:00:00Z");
    let entries = [("a1", "2026-11-11T12:00:00Z", "own")];
    assert_snapshot!(story().reported("2026-11-21T10:04:00Z", &entries).told(), @r"
    in sync
    ");
    assert_snapshot!(story().reported("2026-11-21T10:05:00Z", &entries).told(), @r"
    update: its certificate a1 is not revoked
      certificate/revoked: a1 -> -
      a1 is revoked: no terminal can use this certificate again (true)
      step: revoked the certificate a1 (KEY_COMPROMISE)
    ");
}

#[test]
fn a_key_that_was_revoked_gets_no_certificate() {
    let story = || taken_back(registered_as_revoked(Story::enrolled()), "2026-11-21T10:00:00Z");
    assert_snapshot!(story().told(), @r"
    update: git says that it is enrolled
      registry/state: revoked -> enrolled
      step: registered it as enrolled with serials []
    ");
    let settled = || {
        story().shows(|state| {
            let says = state.records.entry.as_mut().unwrap().says.as_mut().unwrap();
            says.state = device_registry::State::Enrolled;
        })
    };
    assert_snapshot!(settled().told(), @r"
    blocked: its certificate a1 was revoked, and the terminal has the same key
      unblock: make a new key and signing request on the terminal; or, if this key is good, add `allow: { issueAgain: [a1] }` to desired/devices/clinic-0001/clinic-0001-pc01.yaml
    ");
    let consent = settled().declare(|spec| spec.issue_again = ["a1".to_owned()].into());
    assert_snapshot!(consent.told(), @r"
    update: its certificate a1 was revoked
      certificate: a1 -> a new one for 90d
      step: issued a certificate for 90 days
    ");
}

#[test]
fn what_git_does_not_declare_any_more_is_revoked_and_taken_out() {
    assert_snapshot!(Story::enrolled().gone().told(), @r"
    delete: `desired/` does not declare it any more
      registry/state: enrolled -> revoked
      registry/serials: a1 until 2027-02-09T12:00:00Z -> 
      registry/certificate: f55ff16f66f4 -> 
      certificate/revoked: a1 -> -
      a1 is revoked: no terminal can use this certificate again (true)
      step: registered it as revoked with serials []
      step: revoked the certificate a1 (CESSATION_OF_OPERATION)
    ");
    let revoked = || taken_back(registered_as_revoked(Story::enrolled()), "2026-11-21T10:00:00Z");
    assert_snapshot!(revoked().gone().told(), @r"
    delete: `desired/` does not declare it any more
      step: took it out of the registry
    ");
    assert_snapshot!(revoked().shows(|state| state.records.entry = None).gone().told(), @r"
    in sync
    ");
}

#[test]
fn what_an_attempt_led_to_is_looked_up_before_it_is_revoked() {
    let story = Story::enrolled()
        .records(|journal| journal.attempts.push(attempt(2, "2026-11-21T11:59:00Z", None)));
    assert_snapshot!(registered_as_revoked(story).gone().told(), @r"
    delete: `desired/` does not declare it any more
      certificate/revoked: what attempt 2 led to -> -
      certificate/revoked: a1 -> -
      what attempt 2 led to is revoked: no terminal can use this certificate again (true)
      a1 is revoked: no terminal can use this certificate again (true)
      step: waited for an audit report of 2026-11-21T12:04:00Z or later
      step: revoked the certificate a1 (CESSATION_OF_OPERATION)
    ");
}
