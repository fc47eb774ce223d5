//! An upload in parts: each for its own bytes, and the whole once.

use std::time::Duration;

use aws_sdk_s3::types::ServerSideEncryption;
use bytes::Bytes;
use serde_json::{Value, json};

use crate::clinic::{BUCKET, Clinic, PREFIX, Signed, sha256};

const PART: usize = 5 * 1024 * 1024;

/// Two parts, the second of which is small.
static FIRST: [u8; PART] = [b'a'; PART];
static LAST: [u8; 3] = *b"end";

fn digests() -> [String; 2] {
    [sha256(&FIRST), sha256(&LAST)]
}

/// Begins the upload, and answers its ID and its parts.
async fn begun(clinic: &Clinic) -> (String, [Signed; 2]) {
    let whole = sha256(&[&FIRST[..], &LAST].concat());
    let wanted = json!({ "path": "large", "size": PART + 3, "sha256": whole, "parts": digests() });
    let (status, reply) = clinic.ask("POST", "/v1/uploads", "", &wanted).await;
    assert_eq!(status, 201, "{reply}");
    let parts = &reply["parts"];
    let parts = [Signed::read(&parts[0], &FIRST), Signed::read(&parts[1], &LAST)];
    (reply["id"].as_str().expect("text").to_owned(), parts)
}

/// Uploads a part, and answers its `ETag`.
async fn uploaded(part: &Signed) -> String {
    let response = part.response().await;
    assert_eq!(response.status(), 200, "{response:?}");
    response.headers()["etag"].to_str().expect("text").to_owned()
}

async fn complete(clinic: &Clinic, id: &str, etags: &[String; 2]) -> (u16, Value) {
    let part =
        |(number, (etag, sha256))| json!({ "number": number, "etag": etag, "sha256": sha256 });
    let parts: Vec<_> = (1..).zip(etags.iter().zip(digests())).map(part).collect();
    let path = format!("/v1/uploads/{id}/complete");
    clinic.ask("POST", &path, "", &json!({ "parts": parts })).await
}

#[tokio::test]
async fn the_promised_parts_become_an_object() {
    let clinic = Clinic::open().await;
    let (id, [first, last]) = begun(&clinic).await;
    let etags = [uploaded(&first).await, uploaded(&last).await];
    let (status, reply) = complete(&clinic, &id, &etags).await;
    assert_eq!((status, &reply["path"]), (200, &json!("large")), "{reply}");
    let stored = clinic.s3().get_object().bucket(BUCKET).key(format!("{PREFIX}large"));
    let stored = stored.send().await.expect("is there");
    assert_eq!(stored.content_length(), Some(i64::try_from(PART).expect("fits") + 3));
    assert_eq!(stored.server_side_encryption().map(ServerSideEncryption::as_str), Some("aws:kms"));
    let whole = stored.metadata().and_then(|metadata| metadata.get("sha256"));
    assert_eq!(whole, Some(&sha256(&[&FIRST[..], &LAST].concat())));
    // It is over now.
    let (status, reply) = complete(&clinic, &id, &etags).await;
    assert_eq!((status, &reply["reason"]), (404, &json!("upload-unknown")));
}

#[tokio::test]
async fn a_part_is_for_its_bytes_and_soon() {
    let clinic = Clinic::open().await;
    let (_, [_, last]) = begun(&clinic).await;
    let mismatch = (403, "SignatureDoesNotMatch".to_owned());
    let other = Signed { body: Bytes::from_static(b"END"), ..last.clone() };
    assert_eq!(other.send().await, (400, "BadDigest".to_owned()));
    let longer = Signed { body: Bytes::from_static(b"the end"), ..last.clone() };
    assert_eq!(longer.with("content-length", Some("7")).send().await, mismatch);
    assert_eq!(last.clone().with("x-amz-checksum-sha256", None).send().await, mismatch);
    let url = last.url.replace("partNumber=2", "partNumber=1");
    assert_ne!(url, last.url);
    assert_eq!(Signed { url, ..last.clone() }.send().await, mismatch);
    clinic.sandbox.advance_clock(Duration::from_secs(61)).expect("is put forward");
    assert_eq!(last.send().await, (403, "AccessDenied".to_owned()));
}

#[tokio::test]
async fn later_parts_are_signed_when_they_are_needed() {
    let clinic = Clinic::open().await;
    let (id, [first, _]) = begun(&clinic).await;
    let wanted = json!({ "parts": [{ "number": 2, "sha256": sha256(&LAST) }] });
    let (status, reply) = clinic.ask("POST", &format!("/v1/uploads/{id}/parts"), "", &wanted).await;
    assert_eq!(status, 200, "{reply}");
    let last = Signed::read(&reply["parts"][0], &LAST);
    let etags = [uploaded(&first).await, uploaded(&last).await];
    assert_eq!(complete(&clinic, &id, &etags).await.0, 200);
}

#[tokio::test]
async fn an_object_that_is_there_stays() {
    let clinic = Clinic::open().await;
    let (id, [first, last]) = begun(&clinic).await;
    let etags = [uploaded(&first).await, uploaded(&last).await];
    clinic.put("large", "hello").await.send().await;
    let (status, reply) = complete(&clinic, &id, &etags).await;
    assert_eq!((status, &reply["reason"]), (409, &json!("object-exists")));
}

#[tokio::test]
async fn parts_that_were_not_uploaded_make_no_object() {
    let clinic = Clinic::open().await;
    let (id, [first, _]) = begun(&clinic).await;
    let etags = [uploaded(&first).await, "\"0123456789abcdef0123456789abcdef\"".to_owned()];
    let (status, reply) = complete(&clinic, &id, &etags).await;
    assert_eq!((status, &reply["reason"]), (422, &json!("parts-wrong")), "{reply}");
}

#[tokio::test]
async fn an_upload_that_was_dropped_is_over() {
    let clinic = Clinic::open().await;
    let (id, [first, last]) = begun(&clinic).await;
    uploaded(&first).await;
    let path = format!("/v1/uploads/{id}");
    assert_eq!(clinic.ask("DELETE", &path, "", &Value::Null).await.0, 204);
    assert_eq!(last.send().await, (404, "NoSuchUpload".to_owned()));
    let (status, reply) = clinic.ask("DELETE", &path, "", &Value::Null).await;
    assert_eq!((status, &reply["reason"]), (404, &json!("upload-unknown")));
}
