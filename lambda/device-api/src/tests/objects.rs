//! Downloads and listings.

use serde_json::{Value, json};

use super::{Api, BUCKET, PREFIX, document, problem};

#[tokio::test]
async fn a_download_is_signed() {
    let reply =
        Api::new().ask("GET", "/v1/downloads", "path=2026%2F%E6%8E%A7%E3%81%88+1.zip").await;
    let expected = json!({
        "path": "2026/控え 1.zip",
        "get": { "method": "GET", "url": format!("https://{BUCKET}/{PREFIX}2026/控え 1.zip"), "headers": {} },
        "expiresAt": "2026-01-23T10:17:31Z",
    });
    assert_eq!(document(&reply), expected);
}

#[tokio::test]
async fn a_download_is_of_the_terminals_own() {
    let api = Api::new();
    for (query, reason) in [
        ("path=..%2Fclinic-0002-pc01%2Fa", "path-traversal"),
        ("path=%252e%252e%2Fa", "path-traversal"),
        ("path=%2Fa", "path-empty-segment"),
        ("path=%C0%AE%C0%AE%2Fa%5C", "path-windows-character"),
        ("path=", "path-empty"),
        ("", "path-empty"),
        ("path=a&path=b", "request-malformed"),
        ("path=a&bucket=b", "request-malformed"),
    ] {
        let reply = api.ask("GET", "/v1/downloads", query).await;
        assert_eq!(problem(&reply), (400, reason.to_owned()), "{query}");
    }
}

fn paths(body: &Value) -> Vec<&str> {
    let objects = body["objects"].as_array().expect("a list");
    objects.iter().map(|object| object["path"].as_str().expect("text")).collect()
}

#[tokio::test]
async fn a_listing_has_the_terminals_own_objects_in_pages() {
    let api = Api::new();
    for path in ["2025/z", "2026/01/a", "2026/01/b", "2026/02/c"] {
        api.shelf.store(BUCKET, &format!("{PREFIX}{path}"), "hello");
    }
    api.shelf.store(BUCKET, "terminals/clinic-0001-pc02/2026/01/a", "another's");
    api.shelf.store(BUCKET, "terminals/clinic-0001-pc011", "another's");
    let all = document(&api.ask("GET", "/v1/objects", "").await);
    assert_eq!(paths(&all), ["2025/z", "2026/01/a", "2026/01/b", "2026/02/c"]);
    assert_eq!(all["next"], Value::Null);
    let object = json!({ "path": "2025/z", "size": 5, "storedAt": "2026-01-23T10:16:31Z" });
    assert_eq!(all["objects"][0], object);

    let first = document(&api.ask("GET", "/v1/objects", "prefix=2026%2F&limit=2").await);
    assert_eq!(paths(&first), ["2026/01/a", "2026/01/b"]);
    assert_eq!(first["next"], "2026/01/b");
    let query = "prefix=2026%2F&limit=2&after=2026%2F01%2Fb";
    let rest = document(&api.ask("GET", "/v1/objects", query).await);
    assert_eq!((paths(&rest), &rest["next"]), (vec!["2026/02/c"], &Value::Null));
}

#[tokio::test]
async fn a_listing_is_of_the_terminals_own() {
    let api = Api::new();
    for (query, reason) in [
        ("prefix=..", "path-traversal"),
        ("prefix=../clinic-0002-pc01/", "path-traversal"),
        ("prefix=/", "path-empty"),
        ("after=../x", "path-traversal"),
        ("limit=0", "request-malformed"),
        ("limit=1001", "request-malformed"),
        ("limit=all", "request-malformed"),
        ("delimiter=/", "request-malformed"),
    ] {
        let reply = api.ask("GET", "/v1/objects", query).await;
        assert_eq!(problem(&reply), (400, reason.to_owned()), "{query}");
    }
    assert!(api.shelf.calls().iter().all(|call| call.starts_with("read")), "nothing is listed");
}
