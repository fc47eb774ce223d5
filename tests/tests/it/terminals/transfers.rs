//! Files that are stored and come back.

use reconcile_sandbox::FaultPlan;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::clinics::{Clinics, PART, allowed};

/// Bytes that do not repeat.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state.to_be_bytes()[0]
    };
    (0..length).map(|_| next()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_stored_and_comes_back() {
    let clinics = Clinics::open().await;
    let pc01 = clinics.enrolled("clinic-0001-pc01").await;
    let me = pc01.ask(&["me"]).expect("is answered");
    assert_eq!((&me["terminal"], &me["clinic"]), (&json!(pc01.name), &json!("clinic-0001")));

    pc01.write("backup.zip", b"an X-ray");
    let digest = hex::encode(Sha256::digest("an X-ray"));
    let stored = pc01.ask(&["upload", "backup.zip", "2026/01/検査 1.zip"]).expect("is stored");
    let path = "2026/01/検査 1.zip";
    assert_eq!(stored, json!({ "path": path, "size": 8, "sha256": digest, "parts": 1 }));
    let listed = pc01.ask(&["list", "2026/"]).expect("is listed");
    assert_eq!(
        (&listed["objects"][0]["path"], &listed["objects"][0]["size"]),
        (&json!(path), &json!(8))
    );

    let got =
        pc01.ask(&["download", path, "restored.zip", "--sha256", &digest]).expect("comes back");
    assert_eq!((&got["sha256"], &got["verified"]), (&json!(digest), &json!(true)));
    assert_eq!(pc01.read("restored.zip"), b"an X-ray");
    let other = hex::encode(Sha256::digest("another"));
    let wrong = pc01.ask(&["download", path, "wrong.zip", "--sha256", &other]);
    assert!(wrong.expect_err("is another").contains("and should have"));
    assert!(!pc01.path("wrong.zip").exists());
    // What is stored is never written over.
    pc01.write("backup.zip", b"another");
    let again = pc01.ask(&["upload", "backup.zip", path]);
    assert!(again.expect_err("is refused").contains("there is an object at this path already"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_goes_on_where_it_was_interrupted() {
    let clinics = Clinics::open().await;
    let pc01 = clinics.enrolled("clinic-0001-pc01").await;
    let content = noise(2 * PART + 1);
    pc01.write("large.zip", &content);
    // The line breaks while the second part is on its way.
    let plan = "rules: [{ operation: 's3:UploadPart', calls: [2], fault: reset }]";
    clinics.sandbox.set_faults(FaultPlan::parse(plan).expect("is a plan"));
    let broken = pc01.ask(&["upload", "large.zip", "large.zip"]).expect_err("breaks off");
    assert!(broken.contains("no answer came"), "{broken}");
    let notes = pc01.notes();
    assert_eq!((notes.len(), notes[0]["done"].as_array().map(Vec::len)), (1, Some(1)));

    let stored = pc01.ask(&["upload", "large.zip", "large.zip"]).expect("goes on");
    assert_eq!((&stored["parts"], &stored["size"]), (&json!(3), &json!(content.len())));
    // The first part went once, the second was struck once.
    assert_eq!(clinics.calls("UploadPart"), 4);
    assert!(pc01.notes().is_empty());
    // In parts, the digest of the whole is the object's own note.
    let got = pc01.ask(&["download", "large.zip", "restored.zip"]).expect("comes back");
    assert_eq!(got["verified"], true);
    assert!(pc01.read("restored.zip") == content);
}

#[tokio::test(flavor = "multi_thread")]
async fn another_files_beginning_is_given_up() {
    let clinics = Clinics::open().await;
    let pc01 = clinics.enrolled("clinic-0001-pc01").await;
    pc01.write("large.zip", &noise(PART + 1));
    let plan =
        "rules: [{ operation: 's3:CompleteMultipartUpload', times: 1, fault: access_denied }]";
    clinics.sandbox.set_faults(FaultPlan::parse(plan).expect("is a plan"));
    pc01.ask(&["upload", "large.zip", "large.zip"]).expect_err("is struck");
    pc01.write("large.zip", &noise(PART + 2));
    let stored = pc01.ask(&["upload", "large.zip", "large.zip"]).expect("is stored");
    assert_eq!(stored["size"], PART + 2);
    assert_eq!(clinics.calls("AbortMultipartUpload"), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_terminal_renews_itself() {
    let clinics = Clinics::open().await;
    let pc01 = clinics.enrolled("clinic-0001-pc01").await;
    let newer = clinics.authority.issue(&pc01.request(), 2, |parameters| {
        parameters.not_after = rcgen::date_time_ymd(2071, 1, 1);
    });
    let (both, certificate) = (
        json!([allowed("7701"), allowed("7702")]),
        json!({ "pem": newer, "chain": clinics.authority.pem }),
    );
    clinics.record(&pc01, &json!({ "serials": both, "certificate": certificate })).await;
    assert_eq!(pc01.ask(&["renew"]), Ok(json!({ "renewed": true, "serial": "77:02" })));
    assert_eq!(pc01.ask(&["renew"]), Ok(json!({ "renewed": false, "serial": "77:02" })));
    // The old one is no longer needed.
    clinics.record(&pc01, &json!({ "serials": [allowed("7702")] })).await;
    assert_eq!(pc01.ask(&["me"]).expect("is answered")["certificate"]["serial"], "7702");
}
