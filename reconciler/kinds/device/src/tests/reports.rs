//! What the CA's audit report brings to light.

use std::time::Duration;

use reconcile_core::verdict::Verdict;
use reconcile_engine::kind::{Depth, Focus};
use serde_json::json;
use tokio::time::advance;

use super::aws::{Aws, REGISTRY, STATE};
use super::operator::{End, NAME, Operator, address};

const DETECTING: Depth = Depth { full: true, detect: true };

const STRANGER: &str = include_str!("../csr/fixtures/p384.csr.pem");

async fn enrolled() -> Operator {
    let mut operator = Operator::new(&Aws::new());
    assert_eq!(operator.apply().await, End::Applied);
    operator
}

/// Somebody has the CA issue a certificate.
fn issue(operator: &Operator, name: &str) -> String {
    let now = operator.aws.now();
    operator.aws.inside.lock().unwrap().authority.add(STRANGER, (name, 30), now)
}

async fn blocked(operator: &mut Operator, depth: Depth) -> String {
    let verdicts = operator.plan(depth).await;
    let blocked = verdicts.into_iter().find_map(|(address, verdict)| match verdict {
        Verdict::Blocked { why, unblock, change: _ } => {
            Some(format!("{address}: {why}: {unblock}"))
        }
        Verdict::InSync | Verdict::Change(_) | Verdict::Unknown { .. } => None,
    });
    blocked.expect("a person is asked")
}

#[tokio::test(start_paused = true)]
async fn a_report_is_asked_for_by_drift_and_at_most_once_in_half_an_hour() {
    let mut operator = enrolled().await;
    operator.plan(Depth::default()).await;
    assert_eq!(operator.aws.counted("CreateReport"), 0, "a plan asks for none");
    operator.plan(Focus { depth: DETECTING, selection: &|_| false }).await;
    assert_eq!(operator.aws.counted("CreateReport"), 0, "nor drift of other units");
    for (minutes, asked) in [(0, 1), (20, 1), (20, 2), (29, 2), (31, 3)] {
        advance(Duration::from_mins(minutes)).await;
        operator.plan(DETECTING).await;
        assert_eq!(operator.aws.counted("CreateReport"), asked);
    }
}

#[tokio::test(start_paused = true)]
async fn a_certificate_that_somebody_had_issued_is_found() {
    let mut operator = enrolled().await;
    issue(&operator, NAME);
    assert_eq!(operator.apply().await, End::InSync, "nobody knows yet");
    let why = blocked(&mut operator, DETECTING).await;
    assert!(
        why.starts_with("devices/clinic-0001-pc01: the CA issued a000001 in its name"),
        "{why}"
    );
    // From now on every plan knows.
    assert_eq!(blocked(&mut operator, Depth::default()).await, why);
    operator.spec().revoke.insert("a000001".to_owned());
    assert_eq!(operator.apply().await, End::Applied);
    let inside = operator.aws.inside.lock().unwrap();
    let revoked: Vec<_> =
        inside.authority.certificates.iter().map(|one| one.revoked.is_some()).collect();
    assert_eq!(revoked, [false, true]);
}

#[tokio::test(start_paused = true)]
async fn a_certificate_of_another_name_is_found() {
    let mut operator = enrolled().await;
    for (name, unit) in
        [("clinic-0009-pc01", "devices/clinic-0009-pc01: "), ("*.example", "devices/subject-")]
    {
        advance(Duration::from_mins(40)).await;
        issue(&operator, name);
        let why = blocked(&mut operator, DETECTING).await;
        assert!(why.starts_with(unit), "{why}");
        assert!(why.contains("which `desired/` does not declare"), "{why}");
        let verdicts = operator.plan(Depth::default()).await;
        let address = verdicts
            .keys()
            .find(|at| at.to_string().starts_with(unit.trim_end_matches(": ")))
            .unwrap();
        std::sync::Arc::make_mut(&mut operator.environment).allow_delete.insert(address.clone());
        operator.apply().await;
        advance(Duration::from_mins(40)).await;
        let verdicts = operator.plan(DETECTING).await;
        assert_eq!(verdicts.len(), 1, "{verdicts:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_somebody_revoked_is_shut_out_and_not_replaced() {
    let mut operator = enrolled().await;
    let (serial, now) = (operator.let_in().remove(0), operator.aws.now());
    operator.aws.inside.lock().unwrap().authority.revoke(&serial, "UNSPECIFIED", now);
    operator.plan(DETECTING).await;
    let End::Blocked(why) = operator.apply().await else { panic!("a person is asked") };
    assert!(why.contains("was revoked by somebody"), "{why}");
    assert_eq!(operator.let_in(), Vec::<String>::new());
    operator.spec().issue_again.insert(serial);
    assert_eq!(operator.apply().await, End::Applied);
    assert_eq!(operator.let_in().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn what_was_lost_is_made_anew_from_the_rest() {
    let journal = format!("devices/test/{NAME}.json");
    let registration = format!("registry/{NAME}.json");
    for lost in [
        vec![(STATE, &journal)],
        vec![(REGISTRY, &registration)],
        vec![(STATE, &journal), (REGISTRY, &registration)],
    ] {
        let mut operator = enrolled().await;
        operator.plan(DETECTING).await;
        let (registered, count) = (operator.registration(), lost.len());
        for (bucket, key) in lost {
            operator.aws.lose(bucket, key);
        }
        operator.ledger.clear();
        assert_eq!(operator.apply().await, End::Applied, "{count}");
        assert_eq!(operator.registration().unwrap()["serials"], registered.unwrap()["serials"]);
        let issued = operator.aws.inside.lock().unwrap().authority.certificates.len();
        assert_eq!(issued, 1);
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_journal_is_made_anew_without_a_report() {
    let mut operator = enrolled().await;
    operator.aws.lose(STATE, &format!("devices/test/{NAME}.json"));
    operator.ledger.clear();
    let registered = operator.registration();
    assert_eq!(operator.apply().await, End::Applied);
    assert_eq!(operator.registration(), registered);
    assert_eq!(operator.aws.counted("Issue"), 1);
    assert_eq!(operator.aws.counted("CreateReport"), 0);
}

#[tokio::test(start_paused = true)]
async fn whoever_writes_into_the_registry_is_overruled() {
    let mut operator = enrolled().await;
    let registered = operator.registration().unwrap();
    let key = format!("registry/{NAME}.json");
    let mut other = registered.clone();
    other["prefix"] = json!("terminals/clinic-0002-pc01/");
    for tampered in [other, json!("nothing of the kind")] {
        operator.aws.put(REGISTRY, &key, &tampered);
        assert_eq!(operator.apply().await, End::Applied);
        assert_eq!(operator.registration().unwrap(), registered);
    }
    operator.aws.put(REGISTRY, "registry/clinic-0009-pc01.json", &{
        let mut other = registered;
        other["terminal"] = json!("clinic-0009-pc01");
        other
    });
    let verdicts = operator.plan(Depth::default()).await;
    assert!(matches!(verdicts[&address("clinic-0009-pc01")], Verdict::Change(_)));
}
