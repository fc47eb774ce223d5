//! Uploads in one piece.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::{Api, BUCKET, PREFIX, SHA256, document, event, now, pem, problem};
use crate::storage::StorageError;

fn wanted(path: &str, size: u64) -> Value {
    json!({ "path": path, "size": size, "sha256": SHA256 })
}

#[tokio::test]
async fn a_put_is_signed_for_the_promised_bytes() {
    let api = Api::new();
    let reply = api.post("/v1/uploads", &wanted("2026/01/控え.zip", 5)).await;
    assert_eq!(reply.status_code, 200, "{}", reply.body);
    let expected = json!({
        "path": "2026/01/控え.zip",
        "put": {
            "method": "PUT",
            "url": format!("https://{BUCKET}/{PREFIX}2026/01/控え.zip"),
            "headers": { "length": "5", "sha256": SHA256 },
        },
        "expiresAt": "2026-01-23T10:17:31Z",
    });
    assert_eq!(document(&reply), expected);
    assert_eq!(reply.headers["cache-control"], "no-store");
}

#[tokio::test]
async fn the_expiry_is_the_signatures() {
    let event = event("POST", "/v1/uploads", "", Some(&wanted("a", 5)), Some(&pem()));
    let just_before_the_next = now() + SignedDuration::from_millis(999);
    let reply = Api::new().answer_at(&event, just_before_the_next).await.reply;
    assert_eq!(document(&reply)["expiresAt"], "2026-01-23T10:17:31Z");
}

#[tokio::test]
async fn no_path_leads_out_of_the_terminals_prefix() {
    let api = Api::new();
    for (path, reason) in [
        ("../clinic-0002-pc01/a", "path-traversal"),
        ("%2e%2e/clinic-0002-pc01/a", "path-traversal"),
        ("／../a", "path-traversal"),
        ("/terminals/clinic-0002-pc01/a", "path-empty-segment"),
        ("..\\clinic-0002-pc01\\a", "path-traversal"),
        ("a\\b", "path-windows-character"),
        ("", "path-empty"),
    ] {
        let reply = api.post("/v1/uploads", &wanted(path, 5)).await;
        assert_eq!(problem(&reply), (400, reason.to_owned()), "{path}");
    }
    api.shelf.calls();
    // Another's prefix is a folder of one's own, like any other name.
    let reply = api.post("/v1/uploads", &wanted("terminals/clinic-0002-pc01/a", 5)).await;
    let url = format!("https://{BUCKET}/{PREFIX}terminals/clinic-0002-pc01/a");
    assert_eq!(document(&reply)["put"]["url"], url);
}

#[tokio::test]
async fn an_object_may_not_be_too_large() {
    let reply = Api::new().post("/v1/uploads", &wanted("a", 200_000_000_001)).await;
    assert_eq!(problem(&reply), (413, "object-too-large".to_owned()));
    assert_eq!(document(&reply)["maxBytes"], 200_000_000_000_u64);
}

#[tokio::test]
async fn a_body_is_what_the_route_takes() {
    let api = Api::new();
    for body in [
        json!(null),
        json!([]),
        json!({}),
        json!({ "path": "a", "size": 5 }),
        json!({ "path": "a", "size": -1, "sha256": SHA256 }),
        json!({ "path": "a", "size": 1.5, "sha256": SHA256 }),
        json!({ "path": "a", "size": "5", "sha256": SHA256 }),
        json!({ "path": "a", "size": 5, "sha256": "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=" }),
        json!({ "path": "a", "size": 5, "sha256": &SHA256[2..] }),
        json!({ "path": "a", "size": 5, "sha256": SHA256, "bucket": "clinic-0002" }),
        json!({ "path": "a", "size": 5, "sha256": SHA256, "parts": [SHA256] }),
    ] {
        let reply = api.post("/v1/uploads", &body).await;
        assert_eq!(problem(&reply), (400, "request-malformed".to_owned()), "{body}");
    }
    let mut event = event("POST", "/v1/uploads", "", Some(&json!({})), Some(&pem()));
    event.is_base64_encoded = true;
    let reply = api.answer(&event).await.reply;
    assert_eq!(problem(&reply), (400, "request-malformed".to_owned()));
    event.body = Some("A".repeat(8 * 1024 * 1024));
    let reply = api.answer(&event).await.reply;
    assert_eq!(problem(&reply), (413, "body-too-large".to_owned()));
    event.body = None;
    event.is_base64_encoded = false;
    let reply = api.answer(&event).await.reply;
    assert_eq!(problem(&reply), (400, "request-malformed".to_owned()));
}

#[tokio::test]
async fn a_storage_that_fails_is_told_without_its_words() {
    let api = Api::new();
    assert_eq!(api.ask("GET", "/v1/me", "").await.status_code, 200);
    api.shelf.fail(Some(StorageError::Failed("SlowDown".to_owned())));
    let reply = api.post("/v1/uploads", &wanted("a", 5)).await;
    assert_eq!(problem(&reply), (502, "storage-failed".to_owned()));
    assert!(!reply.body.contains("SlowDown"));
}
