//! What a terminal can learn about itself.

use serde_json::json;

use super::{Api, document, problem, registration};

#[tokio::test]
async fn a_terminal_learns_who_it_is_and_its_limits() {
    let expected = json!({
        "terminal": "clinic-0001-pc01",
        "clinic": "clinic-0001",
        "certificate": {
            "serial": "771a0c",
            "notBefore": "2026-01-01T00:00:00Z",
            "notAfter": "2027-01-01T00:00:00Z",
        },
        "limits": {
            "objectBytes": 200_000_000_000_u64,
            "partLimitBytes": 20_000_000,
            "partBytes": 10_000_000,
            "urlSeconds": 60,
        },
    });
    assert_eq!(document(&Api::new().ask("GET", "/v1/me", "").await), expected);
}

#[tokio::test]
async fn the_newest_certificate_is_handed_out() {
    let reply = Api::new().ask("GET", "/v1/certificate", "").await;
    let expected = json!({ "certificate": "the newest", "chain": "what leads to the root" });
    assert_eq!(document(&reply), expected);
    let mut without = registration();
    without.as_object_mut().expect("an object").remove("certificate");
    let reply = Api::on_record(&without.to_string()).ask("GET", "/v1/certificate", "").await;
    assert_eq!(problem(&reply), (404, "certificate-unknown".to_owned()));
}
