//! Whatever happens to any call, and whenever the next run comes: one certificate, and not one more.

use std::time::Duration;

use tokio::time::advance;

use super::aws::{Aws, Faults};
use super::operator::{End, NAME, Operator};
use crate::spec::{RawReason, Standing};

/// How long after a run that was killed the next one comes: while the token is known, when it may be known, when
/// it is not, and when a report can be had.
const PAUSES: [Duration; 5] = [
    Duration::ZERO,
    Duration::from_secs(200),
    Duration::from_secs(270),
    Duration::from_secs(330),
    Duration::from_mins(45),
];

/// Certificates that the CA issued for the terminal, and how many of them could open a connection.
fn certificates(operator: &Operator) -> (usize, usize) {
    let now = operator.aws.now();
    let inside = operator.aws.inside.lock().unwrap();
    (inside.authority.certificates.len(), inside.authority.live(NAME, now).len())
}

/// Strikes a run at every call and lets another one follow after every pause; gives how many cases there were.
async fn strike<F: AsyncFn() -> Operator>(before: F, end: impl Fn(&Operator)) -> u64 {
    let mut cases = 0;
    for pause in PAUSES {
        for after in [false, true] {
            for at in 1.. {
                let mut operator = before().await;
                operator.apply_in(Faults::Killed { at, after }).await;
                if operator.aws.calls() < at {
                    break;
                }
                advance(pause).await;
                let settled = operator.apply().await;
                assert!(
                    matches!(settled, End::Applied | End::InSync),
                    "call {at}, after {after}, {pause:?}: {settled:?}"
                );
                end(&operator);
                assert_eq!(operator.apply().await, End::InSync, "call {at}, after {after}");
                cases += 1;
            }
        }
    }
    cases
}

async fn new() -> Operator {
    Operator::new(&Aws::new())
}

async fn enrolled() -> Operator {
    let mut operator = new().await;
    assert_eq!(operator.apply().await, End::Applied);
    operator
}

#[tokio::test(start_paused = true)]
async fn an_enrolment_that_is_killed_anywhere_leads_to_one_certificate() {
    let cases = strike(new, |operator| {
        assert_eq!(certificates(operator), (1, 1));
        assert_eq!(operator.let_in().len(), 1);
    });
    assert!(cases.await > 100);
}

#[tokio::test(start_paused = true)]
async fn a_renewal_that_is_killed_anywhere_leads_to_one_certificate_more() {
    let due = async || {
        let operator = enrolled().await;
        advance(Duration::from_hours(24 * 75)).await;
        operator
    };
    strike(due, |operator| {
        assert_eq!(certificates(operator), (2, 2));
        assert_eq!(operator.let_in().len(), 2, "the one before for a while");
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn a_revocation_that_is_killed_anywhere_is_completed() {
    let to_be_revoked = async || {
        let mut operator = enrolled().await;
        operator.spec().standing = Standing::Revoked(RawReason::KeyCompromise);
        operator
    };
    strike(to_be_revoked, |operator| {
        assert_eq!(certificates(operator), (1, 0));
        assert_eq!(operator.let_in().len(), 0);
    })
    .await;
}

#[tokio::test(start_paused = true)]
async fn an_enrolment_that_was_killed_and_is_not_wanted_any_more_leaves_nothing_live() {
    for after in [false, true] {
        for at in 1.. {
            let mut operator = new().await;
            operator.apply_in(Faults::Killed { at, after }).await;
            if operator.aws.calls() < at {
                break;
            }
            operator.spec().standing = Standing::Revoked(RawReason::KeyCompromise);
            assert_ne!(operator.apply().await, End::InSync, "call {at}, after {after}");
            assert_eq!(certificates(&operator).1, 0, "call {at}, after {after}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn ten_thousand_runs_in_storms_issue_not_one_certificate_too_many() {
    let (mut runs, mut seed) = (0, 0);
    while runs < 10_000 {
        seed += 1;
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut operator = new().await;
        loop {
            runs += 1;
            let end = operator.apply_in(Faults::Storm(rng.fork())).await;
            if end.values().all(|end| *end == End::InSync) && !end.is_empty() {
                break;
            }
            if rng.u8(0..4) == 0 {
                operator.ledger.clear();
            }
            advance(PAUSES[rng.usize(0..PAUSES.len())]).await;
        }
        assert_eq!(certificates(&operator), (1, 1), "seed {seed}");
        assert_eq!(operator.let_in().len(), 1, "seed {seed}");
    }
}

#[tokio::test(start_paused = true)]
async fn two_runs_at_once_issue_one_certificate() {
    let mut one = new().await;
    let mut other = Operator::new(&one.aws);
    let ends = futures::join!(one.apply(), other.apply());
    assert_eq!(certificates(&one), (1, 1), "{ends:?}");
    assert_eq!(one.apply().await, End::InSync);
}
