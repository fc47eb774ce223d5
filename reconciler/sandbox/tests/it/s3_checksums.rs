//! Checksums, and URLs that bind an upload to them.

use std::time::Duration;

use aws_sdk_s3::presigning::{PresignedRequest, PresigningConfig};
use aws_sdk_s3::types::{ChecksumAlgorithm, ChecksumMode, ChecksumType, ServerSideEncryption};
use bytes::Bytes;
use http::Request;
use reconcile_sandbox::Sandbox;

use crate::signed::refusal;
use crate::support::{BUCKET, body, s3, sandbox};

/// `printf hello | sha256sum`, in base64.
const HELLO: &str = "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=";

#[tokio::test]
async fn a_checksum_is_kept_and_told_when_asked_for() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let put = client.put_object().bucket(BUCKET).key("k").body(body("hello"));
    let put = put.checksum_algorithm(ChecksumAlgorithm::Sha256).send().await.expect("is put");
    assert_eq!(put.checksum_sha256(), Some(HELLO));
    let get = client.get_object().bucket(BUCKET).key("k").checksum_mode(ChecksumMode::Enabled);
    let got = get.send().await.expect("is read");
    assert_eq!(got.checksum_sha256(), Some(HELLO));
    assert_eq!(got.checksum_type(), Some(&ChecksumType::FullObject));
    let head = client.head_object().bucket(BUCKET).key("k");
    let head = head.checksum_mode(ChecksumMode::Enabled).send().await.expect("is read");
    assert_eq!(head.checksum_sha256(), Some(HELLO));
    // Part of an object is not what the checksum is of.
    let part = client.get_object().bucket(BUCKET).key("k").range("bytes=1-3");
    let part = part.checksum_mode(ChecksumMode::Enabled).send().await.expect("is read");
    assert_eq!(part.checksum_sha256(), None);
}

/// An hour from now, by the account's clock.
fn hour(sandbox: &Sandbox) -> PresigningConfig {
    PresigningConfig::builder()
        .start_time(sandbox.time_source().now())
        .expires_in(Duration::from_hours(1))
        .build()
        .expect("a lifetime")
}

/// Sends what was presigned, with headers that are added or, when empty, left out.
async fn send(
    sandbox: &Sandbox,
    url: &PresignedRequest,
    content: &'static str,
    changes: &[(&str, &str)],
) -> (u16, String) {
    let uri: http::Uri = url.uri().parse().expect("a URI");
    let host = uri.host().expect("a host").to_owned();
    let mut request = Request::builder().method(url.method()).uri(uri).header("host", host);
    let kept = url.headers().filter(|(name, _)| !changes.iter().any(|(other, _)| other == name));
    let added = changes.iter().copied().filter(|(_, value)| !value.is_empty());
    for (name, value) in kept.chain(added) {
        request = request.header(name, value);
    }
    let request = request.body(Bytes::from_static(content.as_bytes())).expect("a request");
    refusal(&sandbox.handle(request).await.expect("is answered"))
}

#[tokio::test]
async fn a_presigned_upload_takes_only_the_bytes_that_were_signed() {
    let sandbox = sandbox();
    let put = s3(&sandbox).put_object().bucket(BUCKET).key("k").checksum_sha256(HELLO);
    let put = put.if_none_match("*").content_length(5);
    let put = put.server_side_encryption(ServerSideEncryption::AwsKms);
    let url = put.presigned(hour(&sandbox)).await.expect("is signed");
    let taken = |code: &str| (400, code.to_owned());
    let forged = (403, "SignatureDoesNotMatch".to_owned());
    assert_eq!(send(&sandbox, &url, "jello", &[]).await, taken("BadDigest"));
    for header in
        ["x-amz-checksum-sha256", "if-none-match", "content-length", "x-amz-server-side-encryption"]
    {
        assert_eq!(send(&sandbox, &url, "hello", &[(header, "")]).await, forged, "{header}");
    }
    let longer = [("content-length", "6")];
    assert_eq!(send(&sandbox, &url, "hello!", &longer).await, forged);
    let more = [("x-amz-meta-who", "me")];
    assert_eq!(send(&sandbox, &url, "hello", &more).await, (403, "AccessDenied".to_owned()));
    assert_eq!(send(&sandbox, &url, "hello", &[]).await, (200, String::new()));
    // The same URL does not overwrite what it has put.
    let again = send(&sandbox, &url, "hello", &[]).await;
    assert_eq!(again, (412, "PreconditionFailed".to_owned()));
    sandbox.advance_clock(Duration::from_secs(3_601)).expect("is put forward");
    assert_eq!(send(&sandbox, &url, "hello", &[]).await, (403, "AccessDenied".to_owned()));
}

#[tokio::test]
async fn a_presigned_part_is_bound_to_its_bytes_too() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let create = client.create_multipart_upload().bucket(BUCKET).key("k");
    let begun = create.checksum_algorithm(ChecksumAlgorithm::Sha256).send().await;
    let id = begun.expect("is begun").upload_id.expect("has an ID");
    let part = client.upload_part().bucket(BUCKET).key("k").upload_id(id).part_number(1);
    let url = part.checksum_sha256(HELLO).presigned(hour(&sandbox)).await.expect("is signed");
    assert_eq!(send(&sandbox, &url, "jello", &[]).await, (400, "BadDigest".to_owned()));
    assert_eq!(send(&sandbox, &url, "hello", &[]).await, (200, String::new()));
}

#[tokio::test]
async fn the_older_listing_goes_on_from_a_key() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    for key in ["a", "b/1", "b/2", "c"] {
        client.put_object().bucket(BUCKET).key(key).body(body("")).send().await.expect("is put");
    }
    let list = client.list_objects().bucket(BUCKET).delimiter("/").max_keys(2);
    let first = list.clone().send().await.expect("lists");
    assert_eq!((first.is_truncated(), first.next_marker()), (Some(true), Some("b/")));
    let rest = list.marker("b/").send().await.expect("lists");
    assert_eq!(rest.contents()[0].key(), Some("c"));
}
