//! AWS's own published examples, and what makes a signature too weak.

use bytes::Bytes;
use http::{Method, Request};

use super::{Claim, Refusal, canonical, payload, sign};

const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// The signature that a request should have, and the one it has.
fn signatures(request: &Request<Bytes>) -> Result<(String, String), Refusal> {
    let claim = Claim::of(request).expect("is signed")?;
    let payload = payload::digest(&claim, request)?;
    let canonical = canonical::request(&claim, request, &payload)?;
    Ok((sign(&claim, claim.signed_at()?, SECRET, &canonical), claim.signature))
}

/// A request of "Examples: Signature Calculations" in the Amazon S3 API Reference.
fn s3_example(
    method: Method,
    uri: &str,
    headers: &[(&str, &str)],
    signature: &str,
) -> Request<Bytes> {
    let mut names = vec!["host", "x-amz-content-sha256", "x-amz-date"];
    names.extend(
        headers
            .iter()
            .map(|(name, _)| *name)
            .filter(|name| !names.contains(name))
            .collect::<Vec<_>>(),
    );
    names.sort_unstable();
    let authorization = format!(
        "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,SignedHeaders={},Signature={signature}",
        names.join(";")
    );
    let mut request = Request::builder()
        .method(method)
        .uri(uri)
        .header("host", "examplebucket.s3.amazonaws.com")
        .header("x-amz-date", "20130524T000000Z")
        .header("authorization", authorization);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if !headers.iter().any(|(name, _)| *name == "x-amz-content-sha256") {
        request = request.header("x-amz-content-sha256", EMPTY);
    }
    request.body(Bytes::new()).expect("a request")
}

#[test]
fn the_examples_of_s3_verify() {
    let examples = [
        (
            "/test.txt",
            &[("range", "bytes=0-9")][..],
            "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41",
        ),
        ("/?lifecycle", &[], "fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543"),
        (
            "/?max-keys=2&prefix=J",
            &[],
            "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7",
        ),
    ];
    for (uri, headers, signature) in examples {
        let request = s3_example(Method::GET, uri, headers, signature);
        let (expected, found) = signatures(&request).expect("is read");
        assert_eq!(expected, found, "{uri}");
    }
}

#[test]
fn the_example_of_an_upload_verifies_with_its_body_only() {
    let signature = "98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd";
    let digest = "44ce7dd67c959e0d3524ffac1771dfbba87d2b6b4b4e99e42034a8b803f8b072";
    let headers = [
        ("date", "Fri, 24 May 2013 00:00:00 GMT"),
        ("x-amz-content-sha256", digest),
        ("x-amz-storage-class", "REDUCED_REDUNDANCY"),
    ];
    let mut request = s3_example(Method::PUT, "/test%24file.text", &headers, signature);
    assert!(matches!(signatures(&request), Err(Refusal::OtherPayload { .. })));
    *request.body_mut() = Bytes::from_static(b"Welcome to Amazon S3.");
    let (expected, found) = signatures(&request).expect("is read");
    assert_eq!(expected, found);
    // The same key, written without need of encoding.
    *request.uri_mut() = "/test$file.text".parse().expect("a URI");
    assert_eq!(signatures(&request).expect("is read").0, found);
}

#[test]
fn the_example_of_a_presigned_url_verifies() {
    let uri = "/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404";
    let request = Request::get(uri)
        .header("host", "examplebucket.s3.amazonaws.com")
        .body(Bytes::new())
        .expect("a request");
    let (expected, found) = signatures(&request).expect("is read");
    assert_eq!(expected, found);
    assert_eq!(super::unsigned_uri(request.uri()), "/test.txt");
}

#[test]
fn the_example_of_iam_verifies() {
    let authorization = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/iam/aws4_request, SignedHeaders=content-type;host;x-amz-date, Signature=5d672d79c15b13162d9279b0855cfba6789a8edb4c82c400e06b5924a6f2b5d7";
    let request = Request::get("/?Action=ListUsers&Version=2010-05-08")
        .header("host", "iam.amazonaws.com")
        .header("content-type", "application/x-www-form-urlencoded; charset=utf-8")
        .header("x-amz-date", "20150830T123600Z")
        .header("authorization", authorization)
        .body(Bytes::new())
        .expect("a request");
    let claim = Claim::of(&request).expect("is signed").expect("is read");
    let payload = payload::digest(&claim, &request).expect("is read");
    let canonical = canonical::request(&claim, &request, &payload).expect("is read");
    let secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
    let time = claim.signed_at().expect("a time");
    assert_eq!(sign(&claim, time, secret, &canonical), claim.signature);
}

#[test]
fn nothing_that_s3_acts_on_may_be_added() {
    let signature = "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41";
    let mut request = s3_example(Method::GET, "/test.txt", &[("range", "bytes=0-9")], signature);
    request.headers_mut().insert("x-amz-acl", "public-read".parse().expect("a header"));
    let refusal = signatures(&request).expect_err("is refused");
    assert_eq!(refusal, Refusal::UnsignedHeaders(vec!["x-amz-acl".to_owned()]));
}

#[test]
fn the_host_must_be_signed() {
    let authorization = "AWS4-HMAC-SHA256 Credential=a/20130524/us-east-1/sts/aws4_request, SignedHeaders=x-amz-date, Signature=0";
    let request = Request::post("/")
        .header("x-amz-date", "20130524T000000Z")
        .header("authorization", authorization)
        .body(Bytes::new())
        .expect("a request");
    assert!(matches!(signatures(&request), Err(Refusal::Incomplete(_))));
}
