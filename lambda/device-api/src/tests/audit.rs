//! The line that each decision leaves.

use std::time::Duration;

use serde_json::{Value, json};

use super::{Api, SHA256, event, now, pem, registration_with};
use crate::storage::StorageError;

async fn line(api: &Api, body: Option<&Value>, pem: Option<&str>) -> Value {
    let event = event("POST", "/v1/uploads", "", body, pem);
    api.answer(&event).await.record.line("DeviceApi", now(), Duration::from_micros(1500))
}

fn upload(path: &str) -> Value {
    json!({ "path": path, "size": 5, "sha256": SHA256 })
}

#[tokio::test]
async fn a_decision_is_one_line_and_a_metric() {
    let line = line(&Api::new(), Some(&upload("karte/山田太郎.zip")), Some(&pem())).await;
    let expected = json!({
        "_aws": {
            "Timestamp": 1_769_163_391_000_u64,
            "CloudWatchMetrics": [{
                "Namespace": "DeviceApi",
                "Dimensions": [["action", "outcome"]],
                "Metrics": [
                    { "Name": "Decisions", "Unit": "Count" },
                    { "Name": "Duration", "Unit": "Milliseconds" },
                ],
            }],
        },
        "time": "2026-01-23T10:16:31Z",
        "requestId": "JKJaXmPLvHcESHA=",
        "terminal": "clinic-0001-pc01",
        "serial": "771a0c",
        "clinic": "clinic-0001",
        "action": "create-upload",
        "outcome": "allowed",
        "reason": "ok",
        "status": 200,
        "bytes": 5,
        "Decisions": 1,
        "Duration": 1.5,
    });
    assert_eq!(line, expected);
    assert!(!line.to_string().contains('\n'));
}

#[tokio::test]
async fn a_denial_tells_as_much_as_is_known() {
    let unknown = line(&Api::new(), None, None).await;
    assert_eq!((&unknown["terminal"], &unknown["serial"]), (&Value::Null, &Value::Null));
    assert_eq!((&unknown["outcome"], &unknown["status"]), (&json!("denied"), &json!(401)));
    assert_eq!(unknown["reason"], "certificate-missing");

    let api = Api::on_record(&registration_with("state", "suspended".into()));
    let suspended = line(&api, Some(&upload("a")), Some(&pem())).await;
    assert_eq!(suspended["clinic"], "clinic-0001");
    assert_eq!(
        (&suspended["outcome"], &suspended["action"]),
        (&json!("denied"), &json!("create-upload"))
    );
    assert_eq!(suspended["reason"], "terminal-suspended");

    let traversal = line(&Api::new(), Some(&upload("../secret")), Some(&pem())).await;
    assert_eq!(
        (&traversal["outcome"], &traversal["reason"]),
        (&json!("denied"), &json!("path-traversal"))
    );
    assert!(!traversal.to_string().contains("secret"));
}

#[tokio::test]
async fn a_failure_is_told_in_s3s_words() {
    let api = Api::new();
    line(&api, Some(&upload("a")), Some(&pem())).await;
    api.shelf.fail(Some(StorageError::Failed("SlowDown".to_owned())));
    let failed = line(&api, Some(&upload("a")), Some(&pem())).await;
    assert_eq!(
        (&failed["outcome"], &failed["storageError"]),
        (&json!("failed"), &json!("SlowDown"))
    );
}
