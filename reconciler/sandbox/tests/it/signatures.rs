//! Which signatures are taken, and in which words each protocol refuses the others.

use std::time::Duration;

use aws_credential_types::Credentials;
use bytes::Bytes;
use http::{Method, Request};
use reconcile_sandbox::Sandbox;

use crate::signed::{Signer, refusal, told};
use crate::support::{BUCKET, assume_role, sandbox, sts_as};

const MINUTE: Duration = Duration::from_mins(1);

/// One good call of each protocol.
fn call(signer: &Signer) -> Request<Bytes> {
    match signer.service {
        "s3" => signer.get("/state-bucket?list-type=2"),
        "kms" => signer.json("TrentService.DescribeKey", r#"{"KeyId":"a"}"#),
        _ => signer.form("Action=ListStacks"),
    }
}

/// What `spoil` makes of the call of each protocol: S3's, awsQuery's, awsJson's.
async fn refusals(
    sandbox: &Sandbox,
    spoil: impl Fn(Signer) -> Request<Bytes>,
) -> [(u16, String); 3] {
    let mut refusals = Vec::new();
    for service in ["s3", "cloudformation", "kms"] {
        let response =
            sandbox.handle(spoil(Signer::of(sandbox, service))).await.expect("is answered");
        refusals.push(refusal(&response));
    }
    refusals.try_into().expect("three")
}

fn told_as(told: [(u16, &str); 3]) -> [(u16, String); 3] {
    told.map(|(status, code)| (status, code.to_owned()))
}

#[tokio::test]
async fn good_signatures_reach_their_service() {
    let found = refusals(&sandbox(), |signer| call(&signer)).await;
    assert_eq!(found, told_as([(200, ""), (200, ""), (400, "NotFoundException")]));
}

#[tokio::test]
async fn a_request_without_a_signature_is_refused() {
    let anonymous = |signer: Signer| {
        let mut request = call(&signer);
        request.headers_mut().remove("authorization");
        request
    };
    let expected = [
        (403, "AccessDenied"),
        (403, "MissingAuthenticationToken"),
        (400, "MissingAuthenticationTokenException"),
    ];
    assert_eq!(refusals(&sandbox(), anonymous).await, told_as(expected));
}

#[tokio::test]
async fn an_unknown_access_key_is_refused() {
    let stranger = |signer: Signer| {
        let credentials = Credentials::new("AKIAIOSFODNN7EXAMPLE", "secret", None, None, "test");
        call(&Signer { credentials, ..signer })
    };
    let expected = [
        (403, "InvalidAccessKeyId"),
        (403, "InvalidClientTokenId"),
        (400, "UnrecognizedClientException"),
    ];
    assert_eq!(refusals(&sandbox(), stranger).await, told_as(expected));
}

#[tokio::test]
async fn another_secret_is_refused() {
    let forger = |signer: Signer| {
        let credentials = Credentials::new("sandbox", "guessed", None, None, "test");
        call(&Signer { credentials, ..signer })
    };
    let expected = [
        (403, "SignatureDoesNotMatch"),
        (403, "SignatureDoesNotMatch"),
        (400, "InvalidSignatureException"),
    ];
    assert_eq!(refusals(&sandbox(), forger).await, told_as(expected));
}

#[tokio::test]
async fn another_body_is_refused() {
    let altered = |signer: Signer| call(&signer).map(|_| Bytes::from_static(b"Action=DeleteStack"));
    let expected = [
        (400, "XAmzContentSHA256Mismatch"),
        (403, "SignatureDoesNotMatch"),
        (400, "InvalidSignatureException"),
    ];
    assert_eq!(refusals(&sandbox(), altered).await, told_as(expected));
}

#[tokio::test]
async fn a_claim_that_cannot_be_read_is_refused() {
    let garbled = |signer: Signer| {
        let mut request = call(&signer);
        let scope = format!(
            "AWS4-HMAC-SHA256 Credential=sandbox/20260101/ap-northeast-1/{}/aws4_request",
            signer.service
        );
        request.headers_mut().insert("authorization", scope.parse().expect("a header"));
        request
    };
    let expected = [
        (400, "AuthorizationHeaderMalformed"),
        (400, "IncompleteSignature"),
        (400, "IncompleteSignatureException"),
    ];
    assert_eq!(refusals(&sandbox(), garbled).await, told_as(expected));
}

#[tokio::test]
async fn clocks_may_differ_by_minutes() {
    let sandbox = sandbox();
    for (service, minutes, code) in [
        ("s3", 14, ""),
        ("s3", 16, "RequestTimeTooSkewed"),
        ("cloudformation", 4, ""),
        ("cloudformation", 6, "SignatureDoesNotMatch"),
        ("kms", 4, "NotFoundException"),
        ("kms", 6, "InvalidSignatureException"),
    ] {
        let signer = Signer::of(&sandbox, service);
        for time in [signer.time - minutes * MINUTE, signer.time + minutes * MINUTE] {
            let response = sandbox
                .handle(call(&Signer { time, ..signer.clone() }))
                .await
                .expect("is answered");
            assert_eq!(refusal(&response).1, code, "{service} at {time:?}");
        }
    }
    let late = Signer::of(&sandbox, "cloudformation");
    let late = Signer { time: late.time - 6 * MINUTE, ..late };
    let (_, text) = told(&sandbox.handle(call(&late)).await.expect("is answered"));
    let expected = "Signature expired: 20251231T235400Z is now earlier than 20251231T235500Z (20260101T000000Z - 5 min.)";
    assert!(text.contains(expected), "{text}");
}

#[tokio::test]
async fn programs_that_sign_by_the_machines_clock_are_taken_when_the_accounts_is_ahead() {
    let sandbox = sandbox();
    let signer = Signer::of(&sandbox, "cloudformation");
    sandbox.advance_clock(60 * 24 * 60 * MINUTE).expect("is put forward");
    for time in [signer.time, sandbox.time_source().now()] {
        let response =
            sandbox.handle(call(&Signer { time, ..signer.clone() })).await.expect("is answered");
        assert_eq!(response.status(), 200);
    }
}

#[tokio::test]
async fn a_presigned_url_lives_as_long_as_it_says_by_the_accounts_clock() {
    let sandbox = sandbox();
    let signer = Signer::of(&sandbox, "s3").presigning(10 * MINUTE);
    let put = signer.sign(Method::PUT, &format!("/{BUCKET}/a%20key"), &[], Bytes::new());
    let put = put.map(|_| Bytes::from_static(b"hello"));
    assert_eq!(sandbox.handle(put).await.expect("is answered").status(), 200);
    let get = signer.get(&format!("/{BUCKET}/a%20key?response-content-type=text%2Fplain"));
    sandbox.advance_clock(10 * MINUTE).expect("is put forward");
    let response = sandbox.handle(get.clone()).await.expect("is answered");
    assert_eq!(told(&response), (200, "hello".to_owned()));
    sandbox.advance_clock(Duration::from_secs(1)).expect("is put forward");
    let (status, text) = told(&sandbox.handle(get).await.expect("is answered"));
    assert_eq!(status, 403);
    assert!(
        text.contains("<Code>AccessDenied</Code><Message>Request has expired</Message>"),
        "{text}"
    );
}

#[tokio::test]
async fn a_presigned_url_is_for_one_request_only() {
    let sandbox = sandbox();
    let signer = Signer::of(&sandbox, "s3").presigning(10 * MINUTE);
    let good = signer.get(&format!("/{BUCKET}/key"));
    let mut other_key = good.clone();
    let altered = good.uri().to_string().replace("/key?", "/other?");
    *other_key.uri_mut() = altered.parse().expect("a URI");
    let mut other_method = good.clone();
    *other_method.method_mut() = Method::DELETE;
    let mut longer = good.clone();
    let altered = good.uri().to_string().replace("X-Amz-Expires=600", "X-Amz-Expires=6000");
    *longer.uri_mut() = altered.parse().expect("a URI");
    for request in [other_key, other_method, longer] {
        let expected = (403, "SignatureDoesNotMatch".to_owned());
        assert_eq!(refusal(&sandbox.handle(request).await.expect("is answered")), expected);
    }
    let eternal = Signer::of(&sandbox, "s3").presigning(8 * 24 * 60 * MINUTE).get("/");
    assert_eq!(sandbox.handle(eternal).await.expect("is answered").status(), 400);
    assert_eq!(
        refusal(&sandbox.handle(good).await.expect("is answered")),
        (404, "NoSuchKey".to_owned())
    );
}

#[tokio::test]
async fn a_signature_of_the_older_version_is_refused() {
    let uri = format!("/{BUCKET}/key?AWSAccessKeyId=sandbox&Signature=x&Expires=1767225700");
    let request = Request::get(uri).header("host", "localhost").body(Bytes::new());
    let response = sandbox().handle(request.expect("a request")).await.expect("is answered");
    assert_eq!(refusal(&response), (400, "InvalidRequest".to_owned()));
}

#[tokio::test]
async fn a_query_call_can_be_presigned() {
    let sandbox = sandbox();
    let signer = Signer::of(&sandbox, "sts").presigning(MINUTE);
    let request = signer.get("/?Action=GetCallerIdentity&Version=2011-06-15");
    let (status, text) = told(&sandbox.handle(request).await.expect("is answered"));
    assert_eq!(status, 200);
    assert!(text.contains("<Account>000000000000</Account>"), "{text}");
}

#[tokio::test]
async fn temporary_credentials_are_of_their_role_until_they_expire() {
    let sandbox = sandbox();
    let credentials = assume_role(&sandbox, "backup", "night").await;
    let sts = sts_as(&sandbox, &credentials);
    let identity = sts.get_caller_identity().send().await.expect("is answered");
    let arn = "arn:aws:sts::000000000000:assumed-role/backup/night";
    assert_eq!(identity.arn(), Some(arn));
    assert!(identity.user_id().expect("an ID").ends_with(":night"));

    let borrowed = |signer: Signer| call(&Signer { credentials: credentials.clone(), ..signer });
    let taken = refusals(&sandbox, borrowed).await;
    assert_eq!(taken, told_as([(200, ""), (200, ""), (400, "NotFoundException")]));

    let without_token = |signer: Signer| {
        let (id, secret) = (credentials.access_key_id(), credentials.secret_access_key());
        call(&Signer { credentials: Credentials::new(id, secret, None, None, "test"), ..signer })
    };
    let expected = [
        (400, "InvalidToken"),
        (403, "InvalidClientTokenId"),
        (400, "UnrecognizedClientException"),
    ];
    assert_eq!(refusals(&sandbox, without_token).await, told_as(expected));

    sandbox.advance_clock(60 * MINUTE).expect("is put forward");
    let expected = [(400, "ExpiredToken"), (403, "ExpiredToken"), (400, "ExpiredTokenException")];
    assert_eq!(refusals(&sandbox, borrowed).await, told_as(expected));
}
