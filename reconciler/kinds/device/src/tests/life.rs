//! The life of one terminal, without anything that goes wrong.

use std::time::Duration;

use reconcile_engine::kind::Depth;
use tokio::time::advance;

use super::authority::hex;
use super::aws::{Aws, Faults};
use super::operator::{End, NAME, Operator, address, spec};
use crate::spec::{RawReason, Standing};

const DAY: Duration = Duration::from_hours(24);

/// The serial numbers of the live certificates.
fn live(operator: &Operator) -> Vec<String> {
    let now = operator.aws.now();
    let inside = operator.aws.inside.lock().unwrap();
    inside.authority.live(NAME, now).iter().map(|one| hex(one.serial)).collect()
}

fn issued(operator: &Operator) -> usize {
    operator.aws.inside.lock().unwrap().authority.certificates.len()
}

async fn enrolled() -> Operator {
    let mut operator = Operator::new(&Aws::new());
    assert_eq!(operator.apply().await, End::Applied);
    operator
}

#[tokio::test(start_paused = true)]
async fn enrolled_once_and_never_again_without_need() {
    let mut operator = enrolled().await;
    assert_eq!(live(&operator), operator.let_in());
    let registration = operator.registration().unwrap();
    assert_eq!(registration["state"], "enrolled");
    assert_eq!(registration["prefix"], "terminals/clinic-0001-pc01/");
    assert!(registration["certificate"]["pem"].as_str().unwrap().contains("BEGIN CERTIFICATE"));
    let writes = operator.aws.writes();
    for _ in 0..3 {
        advance(DAY).await;
        assert_eq!(operator.apply().await, End::InSync);
        operator.ledger.clear();
    }
    assert_eq!((operator.aws.writes(), issued(&operator)), (writes, 1));
}

#[tokio::test(start_paused = true)]
async fn looking_writes_nothing_and_costs_the_same_for_many() {
    let mut operator = enrolled().await;
    let writes = operator.aws.writes();
    operator.plan(Depth::default()).await;
    assert_eq!(operator.aws.calls(), 2, "two listings: the ledger vouches for the rest");
    assert_eq!(operator.aws.writes(), writes);
}

#[tokio::test(start_paused = true)]
async fn renewed_for_years() {
    let mut operator = enrolled().await;
    for _ in 0..365 {
        advance(DAY * 2).await;
        let end = operator.apply().await;
        assert!(matches!(end, End::InSync | End::Applied), "{end:?}");
        let let_in = operator.let_in();
        assert!(!let_in.is_empty() && let_in.len() <= 2, "{let_in:?}");
        let live = live(&operator);
        assert!(let_in.iter().all(|serial| live.contains(serial)));
        assert_eq!(let_in.last(), live.last(), "the newest is let in");
    }
    let issued = issued(&operator);
    assert!((10..=13).contains(&issued), "{issued} certificates in two years");
}

#[tokio::test(start_paused = true)]
async fn another_signing_request_is_another_certificate() {
    let mut operator = enrolled().await;
    *operator.spec() = spec(NAME, include_str!("../csr/fixtures/p384.csr.pem"));
    assert_eq!(operator.apply().await, End::Applied);
    assert_eq!(operator.let_in().len(), 2);
    advance(DAY * 15).await;
    assert_eq!(operator.apply().await, End::InSync);
    assert_eq!(operator.let_in().len(), 1, "the overlap ended");
}

#[tokio::test(start_paused = true)]
async fn suspended_and_resumed() {
    let mut operator = enrolled().await;
    operator.spec().standing = Standing::Suspended;
    let asked = operator.aws.counted("GetCertificate");
    assert_eq!(operator.apply().await, End::Applied);
    assert_eq!(operator.registration().unwrap()["state"], "suspended");
    assert_eq!(operator.aws.counted("GetCertificate"), asked, "the CA is not needed for it");
    operator.spec().standing = Standing::Enrolled;
    assert_eq!(operator.apply().await, End::Applied);
    assert_eq!(operator.registration().unwrap()["state"], "enrolled");
    assert_eq!(issued(&operator), 1);
}

#[tokio::test(start_paused = true)]
async fn revoked_in_the_registry_and_by_the_authority() {
    let mut operator = enrolled().await;
    operator.spec().standing = Standing::Revoked(RawReason::KeyCompromise);
    assert_eq!(operator.apply().await, End::Applied);
    let registration = operator.registration().unwrap();
    assert_eq!((registration["state"].as_str(), operator.let_in().len()), (Some("revoked"), 0));
    assert_eq!(live(&operator), Vec::<String>::new());
    assert_eq!(operator.apply().await, End::InSync);
    operator.spec().standing = Standing::Enrolled;
    let End::Blocked(why) = operator.apply().await else { panic!("the key was revoked") };
    assert!(why.contains("the terminal has the same key"), "{why}");
    assert_eq!(issued(&operator), 1);
}

#[tokio::test(start_paused = true)]
async fn removed_from_git_is_revoked_and_taken_out() {
    let mut operator = enrolled().await;
    operator.declared.clear();
    let ends = operator.apply_in(Faults::None).await;
    assert_eq!(ends.get(&address(NAME)), Some(&End::Applied));
    assert_eq!((live(&operator).len(), operator.registration()), (0, None));
    assert_eq!(operator.apply_in(Faults::None).await.len(), 0, "nothing is left to do");
}
