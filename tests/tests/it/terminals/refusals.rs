//! Who does not get in, and what nobody gets.

use rcgen::{CertificateParams, ExtendedKeyUsagePurpose, date_time_ymd};
use serde_json::json;

use super::clinics::{Clinics, allowed};
use super::pki::Authority;

/// How a certificate differs from a right one.
type Change = fn(&mut CertificateParams);

#[tokio::test(flavor = "multi_thread")]
async fn the_gateway_keeps_out_whom_it_does_not_trust() {
    let clinics = Clinics::open().await;
    let changes: [(&str, Change); 3] = [
        ("expired", |parameters| parameters.not_after = date_time_ymd(2021, 1, 1)),
        ("not yet valid", |parameters| parameters.not_before = date_time_ymd(2069, 1, 1)),
        ("a server's", |parameters| {
            parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        }),
    ];
    for (why, change) in changes {
        let pc01 = clinics.terminal("clinic-0001-pc01");
        pc01.install(&clinics.authority.issue(&pc01.request(), 1, change)).expect("is its own");
        clinics.record(&pc01, &json!({})).await;
        let refused = pc01.ask(&["me"]).expect_err(why);
        assert!(refused.contains("(403 Forbidden): : Forbidden"), "{why}: {refused}");
    }
    let stranger = clinics.terminal("clinic-0001-pc02");
    stranger.install(&Authority::new().issue(&stranger.request(), 1, |_| {})).expect("its own");
    clinics.record(&stranger, &json!({})).await;
    assert!(stranger.ask(&["me"]).expect_err("is not known").contains("Forbidden"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_function_keeps_out_whom_the_registry_does_not_allow() {
    let clinics = Clinics::open().await;
    let pc01 = clinics.enrolled("clinic-0001-pc01").await;
    for (record, reason) in [
        (json!({ "state": "suspended" }), "terminal-suspended"),
        (json!({ "state": "revoked", "serials": [] }), "terminal-revoked"),
        (json!({ "serials": [allowed("7799")] }), "serial-not-allowed"),
    ] {
        clinics.record(&pc01, &record).await;
        let refused = pc01.ask(&["me"]).expect_err(reason);
        assert!(refused.contains(reason), "{refused}");
    }
    clinics.record(&pc01, &json!({})).await;
    pc01.ask(&["me"]).expect("is let in again");
    let unknown = clinics.terminal("clinic-0001-pc09");
    unknown.install(&clinics.authority.issue(&unknown.request(), 9, |_| {})).expect("its own");
    assert!(unknown.ask(&["me"]).expect_err("is unknown").contains("terminal-not-registered"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clinic_does_not_get_what_another_one_stored() {
    let clinics = Clinics::open().await;
    let mine = clinics.enrolled("clinic-0001-pc01").await;
    let other = clinics.enrolled("clinic-0002-pc01").await;
    mine.write("a.zip", b"mine");
    mine.ask(&["upload", "a.zip", "a.zip"]).expect("is stored");
    assert_eq!(other.ask(&["list"]), Ok(json!({ "objects": [] })));
    // The same path is another object.
    let none = other.ask(&["download", "a.zip", "b.zip"]).expect_err("is not there");
    assert!(none.contains("S3 refused (404 Not Found)") && none.contains("NoSuchKey"), "{none}");
    for path in ["../clinic-0001-pc01/a.zip", "..%2Fclinic-0001-pc01%2Fa.zip", "/a.zip"] {
        let refused = other.ask(&["download", path, "b.zip"]).expect_err(path);
        assert!(refused.contains("(400 Bad Request): path-"), "{refused}");
    }
}
