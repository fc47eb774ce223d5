//! An upload in one piece: for these bytes, under this key, encrypted so, soon, and once.

use std::time::Duration;

use aws_sdk_s3::types::ServerSideEncryption;
use bytes::Bytes;

use crate::clinic::{BUCKET, Clinic, PREFIX, Signed};

const PATH: &str = "2026/01/控え 1.zip";

fn refused(status: u16, code: &str) -> (u16, String) {
    (status, code.to_owned())
}

#[tokio::test]
async fn the_promised_bytes_are_taken() {
    let clinic = Clinic::open().await;
    let put = clinic.put(PATH, "hello").await;
    assert_eq!(put.send().await, (200, String::new()));
    let stored = clinic.s3().get_object().bucket(BUCKET).key(format!("{PREFIX}{PATH}"));
    let stored = stored.send().await.expect("is there");
    assert_eq!(stored.server_side_encryption().map(ServerSideEncryption::as_str), Some("aws:kms"));
    assert_eq!(stored.ssekms_key_id(), Some("alias/clinic-backup"));
    let body = stored.body.collect().await.expect("is read").to_vec();
    assert_eq!(body, b"hello");
}

#[tokio::test]
async fn nothing_is_stored_without_bytes_either() {
    let clinic = Clinic::open().await;
    assert_eq!(clinic.put("empty", "").await.send().await, (200, String::new()));
}

#[tokio::test]
async fn other_bytes_are_refused() {
    let put = Clinic::open().await.put(PATH, "hello").await;
    let other = Signed { body: Bytes::from_static(b"jello"), ..put };
    assert_eq!(other.send().await, refused(400, "BadDigest"));
}

#[tokio::test]
async fn another_promise_is_refused() {
    let put = Clinic::open().await.put(PATH, "hello").await;
    let other = "m4UgY+iD1jqMoLPDKYAWZ2I8hvM7HAl6N2hIl4xfjpw=";
    for (header, value) in [
        ("x-amz-checksum-sha256", Some(other)),
        ("x-amz-checksum-sha256", None),
        ("x-amz-server-side-encryption", Some("AES256")),
        ("x-amz-server-side-encryption", None),
        ("x-amz-server-side-encryption-aws-kms-key-id", Some("alias/other")),
        ("x-amz-server-side-encryption-aws-kms-key-id", None),
        ("if-none-match", None),
    ] {
        let put = put.clone().with(header, value);
        let put = if header == "x-amz-checksum-sha256" && value.is_some() {
            Signed { body: Bytes::from_static(b"other"), ..put }
        } else {
            put
        };
        assert_eq!(put.send().await, refused(403, "SignatureDoesNotMatch"), "{header}: {value:?}");
    }
}

#[tokio::test]
async fn another_length_is_refused() {
    let put = Clinic::open().await.put(PATH, "hello").await;
    let longer = Signed { body: Bytes::from_static(b"hello, and more"), ..put }
        .with("content-length", Some("15"));
    assert_eq!(longer.send().await, refused(403, "SignatureDoesNotMatch"));
}

#[tokio::test]
async fn another_key_is_refused() {
    let put = Clinic::open().await.put("a", "hello").await;
    for (from, to) in
        [("pc01/a?", "pc01/b?"), ("pc01/a?", "pc02/a?"), ("clinic-0001/", "clinic-0002/")]
    {
        let url = put.url.replacen(from, to, 1);
        assert_ne!(url, put.url);
        let other = Signed { url, ..put.clone() };
        assert_eq!(other.send().await, refused(403, "SignatureDoesNotMatch"), "{to}");
    }
}

#[tokio::test]
async fn another_method_is_refused() {
    let put = Clinic::open().await.put(PATH, "hello").await;
    for method in ["GET", "DELETE", "POST"] {
        let other = Signed { method: method.to_owned(), ..put.clone() };
        assert_eq!(other.send().await, refused(403, "SignatureDoesNotMatch"), "{method}");
    }
}

#[tokio::test]
async fn it_has_to_be_soon() {
    let clinic = Clinic::open().await;
    let put = clinic.put(PATH, "hello").await;
    let longer =
        Signed { url: put.url.replace("X-Amz-Expires=60", "X-Amz-Expires=600"), ..put.clone() };
    assert_ne!(longer.url, put.url);
    assert_eq!(longer.send().await, refused(403, "SignatureDoesNotMatch"));
    clinic.sandbox.advance_clock(Duration::from_secs(61)).expect("is put forward");
    assert_eq!(put.send().await, refused(403, "AccessDenied"));
}

#[tokio::test]
async fn it_is_once() {
    let clinic = Clinic::open().await;
    let put = clinic.put(PATH, "hello").await;
    assert_eq!(put.send().await, (200, String::new()));
    assert_eq!(put.send().await, refused(412, "PreconditionFailed"));
    let again = clinic.put(PATH, "other").await;
    assert_eq!(again.send().await, refused(412, "PreconditionFailed"));
}
