//! Uploads in parts.

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use gateway::Reply;
use rcgen::DnType;
use serde_json::{Value, json};

use super::{
    Api, BUCKET, PREFIX, SERIAL, SHA256, certificate, document, event, problem, registration,
};
use crate::storage::StorageError;

const SIZE: u64 = 25_000_000;

fn wanted(parts: &[&str]) -> Value {
    json!({ "path": "large.zip", "size": SIZE, "sha256": SHA256, "parts": parts })
}

/// Begins an upload of three parts, and answers its ID.
async fn begun(api: &Api) -> String {
    let reply = api.post("/v1/uploads", &wanted(&[SHA256])).await;
    assert_eq!(reply.status_code, 201, "{}", reply.body);
    document(&reply)["id"].as_str().expect("text").to_owned()
}

async fn delete(api: &Api, id: &str) -> Reply {
    api.ask("DELETE", &format!("/v1/uploads/{id}"), "").await
}

fn uploaded(numbers: &[u32]) -> Value {
    let parts =
        numbers.iter().map(|number| json!({ "number": number, "etag": "\"e\"", "sha256": SHA256 }));
    json!({ "parts": parts.collect::<Vec<_>>() })
}

#[tokio::test]
async fn an_upload_begins_with_its_first_parts() {
    let api = Api::new();
    let reply = api.post("/v1/uploads", &wanted(&[SHA256, SHA256, SHA256])).await;
    assert_eq!(reply.status_code, 201, "{}", reply.body);
    let body = document(&reply);
    let id = body["id"].as_str().expect("text");
    assert_eq!(reply.headers["location"], format!("/v1/uploads/{id}"));
    assert_eq!((&body["partBytes"], &body["partCount"]), (&json!(10_000_000), &json!(3)));
    let lengths: Vec<_> = (0..3).map(|at| &body["parts"][at]["headers"]["length"]).collect();
    assert_eq!(lengths, ["10000000", "10000000", "5000000"]);
    let url = format!("https://{BUCKET}/{PREFIX}large.zip?part=3&upload=upload-1");
    assert_eq!(body["parts"][2]["url"], url);
    assert_eq!(body["parts"][2]["number"], 3);
}

#[tokio::test]
async fn the_digests_of_the_first_parts_are_needed() {
    let api = Api::new();
    let reply = api.post("/v1/uploads", &wanted(&[])).await;
    assert_eq!(problem(&reply), (422, "parts-needed".to_owned()));
    let body = document(&reply);
    assert_eq!((&body["partBytes"], &body["partCount"]), (&json!(10_000_000), &json!(3)));
    let reply = api.post("/v1/uploads", &wanted(&[SHA256; 4])).await;
    assert_eq!(problem(&reply), (422, "parts-wrong".to_owned()));
    assert!(api.shelf.calls().iter().all(|call| call.starts_with("read")), "nothing is begun");
}

#[tokio::test]
async fn parts_grow_where_they_would_be_too_many() {
    let wanted = json!({ "path": "a", "size": 200_000_000_000_u64, "sha256": SHA256 });
    let body = document(&Api::new().post("/v1/uploads", &wanted).await);
    assert_eq!(body["partBytes"], 20 * 1024 * 1024);
    assert_eq!(body["partCount"], 200_000_000_000_u64.div_ceil(20 * 1024 * 1024));
}

#[tokio::test]
async fn more_parts_are_signed_later() {
    let api = Api::new();
    let id = begun(&api).await;
    let parts =
        json!({ "parts": [{ "number": 3, "sha256": SHA256 }, { "number": 2, "sha256": SHA256 }] });
    let reply = api.post(&format!("/v1/uploads/{id}/parts"), &parts).await;
    assert_eq!(reply.status_code, 200, "{}", reply.body);
    let body = document(&reply);
    assert_eq!(body["parts"][0]["headers"]["length"], "5000000");
    assert_eq!(body["parts"][1]["number"], 2);
    for number in [0, 4, u32::MAX] {
        let parts = json!({ "parts": [{ "number": number, "sha256": SHA256 }] });
        let reply = api.post(&format!("/v1/uploads/{id}/parts"), &parts).await;
        assert_eq!(problem(&reply), (422, "parts-wrong".to_owned()), "{number}");
    }
    let many = vec![json!({ "number": 1, "sha256": SHA256 }); 101];
    let reply = api.post(&format!("/v1/uploads/{id}/parts"), &json!({ "parts": many })).await;
    assert_eq!(problem(&reply), (400, "request-malformed".to_owned()));
}

#[tokio::test]
async fn all_parts_complete_an_upload() {
    let api = Api::new();
    let path = format!("/v1/uploads/{}/complete", begun(&api).await);
    for wrong in [&[][..], &[1, 2], &[1, 3, 2], &[1, 2, 2], &[1, 2, 3, 4]] {
        let reply = api.post(&path, &uploaded(wrong)).await;
        assert_eq!(problem(&reply), (422, "parts-wrong".to_owned()), "{wrong:?}");
    }
    api.shelf.calls();
    let reply = api.post(&path, &uploaded(&[1, 2, 3])).await;
    assert_eq!(
        document(&reply),
        json!({ "path": "large.zip", "etag": "\"whole-3\"", "versionId": "v1" })
    );
    let call = format!("complete {BUCKET}/{PREFIX}large.zip upload-1 of 25000000 in 3 parts");
    assert_eq!(api.shelf.calls(), [call]);
    for (error, status, reason) in [
        (StorageError::Exists, 409, "object-exists"),
        (StorageError::NoSuchUpload, 404, "upload-unknown"),
        (StorageError::WrongParts, 422, "parts-wrong"),
    ] {
        api.shelf.fail(Some(error));
        let reply = api.post(&path, &uploaded(&[1, 2, 3])).await;
        assert_eq!(problem(&reply), (status, reason.to_owned()));
    }
}

#[tokio::test]
async fn an_upload_is_dropped() {
    let api = Api::new();
    let id = begun(&api).await;
    api.shelf.calls();
    let reply = delete(&api, &id).await;
    assert_eq!((reply.status_code, reply.body.as_str()), (204, ""));
    assert_eq!(api.shelf.calls(), [format!("abort {BUCKET}/{PREFIX}large.zip upload-1")]);
}

#[tokio::test]
async fn an_upload_is_the_terminals_that_began_it() {
    let api = Api::new();
    let id = begun(&api).await;
    let mut other = registration();
    other["terminal"] = "clinic-0001-pc02".into();
    other["prefix"] = "terminals/clinic-0001-pc02/".into();
    api.shelf.store("registry", "registry/clinic-0001-pc02.json", &other.to_string());
    let pem = certificate(&[(DnType::CommonName, "clinic-0001-pc02")], &SERIAL, (2026, 2027));
    let event = event("DELETE", &format!("/v1/uploads/{id}"), "", None, Some(&pem));
    api.shelf.calls();
    api.answer(&event).await;
    let abort = format!("abort {BUCKET}/terminals/clinic-0001-pc02/large.zip upload-1");
    assert_eq!(api.shelf.calls().last(), Some(&abort), "S3 knows no such upload of this key");
}

#[tokio::test]
async fn an_id_that_was_changed_names_no_upload() {
    let api = Api::new();
    let good = json!({ "path": "a", "size": 1, "part_size": 5_242_880, "upload": "u" });
    let with = |member: &str, value: Value| {
        let mut token = good.clone();
        token[member] = value;
        BASE64_URL_SAFE_NO_PAD.encode(token.to_string())
    };
    assert_eq!(delete(&api, &with("size", 2.into())).await.status_code, 204);
    for id in [
        String::new(),
        "upload-1".to_owned(),
        BASE64_URL_SAFE_NO_PAD.encode("{}"),
        with("size", 0.into()),
        with("size", 200_000_000_001_u64.into()),
        with("size", 52_428_800_001_u64.into()),
        with("part_size", 0.into()),
        with("upload", "".into()),
        with("bucket", "clinic-0002".into()),
    ] {
        assert_eq!(problem(&delete(&api, &id).await), (404, "upload-unknown".to_owned()), "{id}");
    }
    let out = delete(&api, &with("path", "../clinic-0002-pc01/a".into())).await;
    assert_eq!(problem(&out), (400, "path-traversal".to_owned()));
}
