//! When certificates are renewed, and how long the one before is let in.

use insta::assert_snapshot;
use jiff::SignedDuration;

use super::story::{Story, attempt, entered, journal, serial, spec, time};
use crate::journal::Outcome;
use crate::plan::renewal_of;
use crate::spec::{Days, Standing};

/// A terminal whose only certificate is of this time.
fn enrolled_at(opened: &str) -> Story {
    let journal = journal(vec![attempt(1, opened, Some("a1"))]);
    Story::enrolled().shows(|state| {
        state.records.entry = Some(entered(&journal));
        state.records.journal = journal;
    })
}

#[test]
fn a_certificate_is_renewed_within_the_first_third_of_its_window() {
    let journal = journal(vec![attempt(1, "2026-01-01T00:00:00Z", Some("a1"))]);
    let issued = journal.held().next().unwrap().issued.clone();
    let window = Days::new(30).before(issued.not_after);
    let mut times = Vec::new();
    for number in 1..200 {
        let mut issued = issued.clone();
        issued.serial = serial(&format!("{number:x}"));
        let due = renewal_of(&spec(), &issued);
        assert!(due >= window && due < Days::new(10).after(window), "{due}");
        assert_eq!(renewal_of(&spec(), &issued), due, "the same in every run");
        times.push(due);
    }
    times.sort();
    let gaps = times.windows(2).map(|pair| pair[1].duration_since(pair[0]));
    assert!(gaps.max() < Some(SignedDuration::from_hours(24)), "terminals take turns");
}

#[test]
fn one_that_nears_its_end_is_renewed() {
    assert_snapshot!(enrolled_at("2026-09-22T12:00:01Z").told(), @r"
    in sync
    ");
    assert_snapshot!(enrolled_at("2026-09-12T12:00:00Z").told(), @r"
    update: its certificate ends on 2026-12-11
      certificate: a1 -> a new one for 90d
      step: issued a certificate for 90 days
    ");
}

#[test]
fn one_that_ended_is_replaced() {
    assert_snapshot!(enrolled_at("2026-08-01T12:00:00Z").told(), @r"
    recover: its certificate ended on 2026-10-30
      certificate: a1 -> a new one for 90d
      step: issued a certificate for 90 days
    ");
}

#[test]
fn a_suspended_terminal_gets_no_new_one() {
    let story = enrolled_at("2026-09-12T12:00:00Z");
    let story = story.declare(|spec| spec.standing = Standing::Suspended);
    let story = story.shows(|state| {
        let card = state.records.entry.as_mut().unwrap().says.as_mut().unwrap();
        card.state = device_registry::State::Suspended;
    });
    assert_snapshot!(format!("{}{}", story.told(), story.notes()), @r"
    in sync
    its certificate ends on 2026-12-11; a suspended terminal gets no new one
    there is no audit report of the CA: what else it issued is not known; `drift` asks for one
    ");
}

#[test]
fn the_one_before_is_let_in_until_the_overlap_ends() {
    let renewed = enrolled_at("2026-09-12T12:00:00Z")
        .records(|journal| journal.attempts.push(attempt(2, "2026-11-21T11:59:00Z", Some("a2"))));
    assert_snapshot!(renewed.told(), @r"
    update: its certificate a2 is not registered
      registry/serials: a1 until 2026-12-11T12:00:00Z -> a1 until 2026-12-05T11:59:00Z, a2 until 2027-02-19T11:59:00Z
      registry/certificate: f55ff16f66f4 -> 2c3a4249d770
      step: registered it as enrolled with serials [a1, a2]
    ");
}

#[test]
fn the_end_of_an_overlap_changes_nothing() {
    let journal = journal(vec![
        attempt(1, "2026-08-30T12:00:00Z", Some("a1")),
        attempt(2, "2026-11-01T12:00:00Z", Some("a2")),
    ]);
    let story = Story::enrolled().shows(|state| {
        let mut entered = entered(&journal);
        entered.says.as_mut().unwrap().serials[0].not_after = time("2026-11-15T12:00:00Z");
        state.records.entry = Some(entered);
        state.records.journal = journal;
    });
    assert_snapshot!(story.told(), @r"
    in sync
    ");
}

#[test]
fn a_longer_overlap_is_registered() {
    let story = enrolled_at("2026-09-12T12:00:00Z")
        .records(|journal| journal.attempts.push(attempt(2, "2026-11-01T12:00:00Z", Some("a2"))));
    let story = story.shows(|state| {
        let mut entered = entered(&state.records.journal);
        entered.says.as_mut().unwrap().serials[0].not_after = time("2026-11-15T12:00:00Z");
        state.records.entry = Some(entered);
    });
    assert_snapshot!(story.told(), @r"
    in sync
    ");
    assert_snapshot!(story.declare(|spec| spec.overlap = Days::new(30)).told(), @r"
    update: its certificate a1 is not registered
      registry/serials: a2 until 2027-01-30T12:00:00Z -> a1 until 2026-12-01T12:00:00Z, a2 until 2027-01-30T12:00:00Z
      step: registered it as enrolled with serials [a1, a2]
    ");
}

#[test]
fn an_outcome_is_not_changed_any_more() {
    let mut journal = journal(vec![attempt(1, "2026-11-01T12:00:00Z", None)]);
    let mut closed = attempt(1, "2026-11-01T12:00:00Z", None);
    closed.outcome = Some(Outcome::Nothing(time("2026-11-01T13:00:00Z")));
    assert!(!journal.put(attempt(2, "2026-11-01T12:01:00Z", None)), "one at a time");
    assert!(!journal.put(attempt(1, "2026-11-01T12:01:00Z", Some("a1"))), "another attempt");
    assert!(journal.put(closed.clone()));
    assert!(!journal.put(attempt(1, "2026-11-01T12:00:00Z", Some("a1"))));
    assert!(!journal.put(attempt(3, "2026-11-01T14:00:00Z", None)), "no gaps");
    assert!(journal.put(attempt(2, "2026-11-01T14:00:00Z", None)));
    assert_eq!(journal.attempts[0], closed);
}
