//! Requests as any HTTP client sends them.

use bytes::Bytes;
use http::{Request, Response};
use reconcile_sandbox::Sandbox;

use crate::support::{BUCKET, REGION, sandbox};

/// A signature is read for its scope by every service and verified by S3 only.
fn scope(service: &str) -> String {
    format!(
        "AWS4-HMAC-SHA256 Credential=sandbox/20260101/{REGION}/{service}/aws4_request, SignedHeaders=host, Signature=0"
    )
}

async fn post(sandbox: &Sandbox, service: &str, form: &'static str) -> (Response<Bytes>, String) {
    let request = Request::post("/")
        .header("host", "localhost:4566")
        .header("authorization", scope(service))
        .header("content-type", "application/x-www-form-urlencoded")
        .body(Bytes::from_static(form.as_bytes()))
        .expect("a request");
    let response = sandbox.handle(request).await;
    let text = String::from_utf8(response.body().to_vec()).expect("text");
    (response, text)
}

#[tokio::test]
async fn a_query_is_answered_in_xml() {
    let sandbox = sandbox();
    let form = "Action=GetCallerIdentity&Version=2011-06-15";
    let (response, text) = post(&sandbox, "sts", form).await;
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["x-amzn-requestid"], "00000000-0000-4000-8000-000000000001");
    assert_eq!(
        text,
        "<?xml version=\"1.0\"?><GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\
         <GetCallerIdentityResult><Arn>arn:aws:sts::000000000000:assumed-role/sandbox/reconcile</Arn>\
         <UserId>AROASANDBOXSANDBOXSAN:reconcile</UserId><Account>000000000000</Account>\
         </GetCallerIdentityResult><ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000001\
         </RequestId></ResponseMetadata></GetCallerIdentityResponse>"
    );
}

#[tokio::test]
async fn what_is_not_played_is_refused() {
    let sandbox = sandbox();
    let (response, text) = post(&sandbox, "sts", "Action=Nonsense").await;
    assert_eq!(response.status(), 400);
    assert!(text.contains("<Code>InvalidAction</Code>"), "{text}");
    let (response, text) = post(&sandbox, "ec2", "Action=DescribeInstances").await;
    assert_eq!(response.status(), 400);
    assert!(text.contains("does not play the service `ec2`"), "{text}");
}

#[tokio::test]
async fn s3_takes_only_its_own_signatures() {
    let sandbox = sandbox();
    for authorization in [None, Some(scope("s3"))] {
        let mut request =
            Request::get(format!("/{BUCKET}?list-type=2")).header("host", "localhost");
        if let Some(authorization) = authorization {
            request = request
                .header("authorization", authorization)
                .header("x-amz-date", "20260101T000000Z")
                .header("x-amz-content-sha256", "UNSIGNED-PAYLOAD");
        }
        let response = sandbox.handle(request.body(Bytes::new()).expect("a request")).await;
        assert_eq!(response.status(), 403);
    }
    let outcomes: Vec<_> = sandbox.call_log().into_iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes, ["AccessDenied", "SignatureDoesNotMatch"]);
}

#[tokio::test]
async fn buckets_are_addressed_by_host_and_by_path() {
    let sandbox = sandbox();
    for path_style in [false, true] {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(aws_sdk_s3::config::BehaviorVersion::v2026_01_12())
            .region(aws_sdk_s3::config::Region::new(REGION))
            .credentials_provider(sandbox.credentials())
            .http_client(sandbox.http_client())
            .time_source(sandbox.time_source())
            .force_path_style(path_style)
            .build();
        let client = aws_sdk_s3::Client::from_conf(config);
        client.head_bucket().bucket(BUCKET).send().await.expect("is found");
    }
    let counts = sandbox.call_counts();
    assert_eq!((counts.total, counts.writes), (2, 0));
    assert_eq!(counts.by_operation["s3:HeadBucket"], 2);
    assert_eq!(sandbox.call_log()[0].resource.as_deref(), Some(BUCKET));
}
