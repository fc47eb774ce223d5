//! Requests as any HTTP client sends them.

use bytes::Bytes;
use http::Response;
use reconcile_sandbox::Sandbox;

use crate::signed::{Signer, refusal, told};
use crate::support::{BUCKET, REGION, sandbox};

async fn post(
    sandbox: &Sandbox,
    service: &'static str,
    form: &'static str,
) -> (Response<Bytes>, String) {
    let response =
        sandbox.handle(Signer::of(sandbox, service).form(form)).await.expect("is answered");
    let (_, text) = told(&response);
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
async fn json_is_answered_in_json() {
    let sandbox = sandbox();
    let kms = Signer::of(&sandbox, "kms");
    let response = sandbox
        .handle(kms.json("TrentService.DescribeKey", r#"{"KeyId":"no"}"#))
        .await
        .expect("is answered");
    assert_eq!(response.headers()["content-type"], "application/x-amz-json-1.1");
    assert_eq!(response.headers()["x-amzn-requestid"], "00000000-0000-4000-8000-000000000001");
    let text = r#"{"__type":"NotFoundException","message":"Key 'no' does not exist"}"#;
    assert_eq!(told(&response), (400, text.to_owned()));
    assert_eq!(sandbox.call_log()[0].resource.as_deref(), Some("no"));
    for (target, body, code) in [
        ("TrentService.Nonsense", "{}", "UnknownOperationException"),
        ("Other.DescribeKey", "{}", "UnknownOperationException"),
        ("TrentService.DescribeKey", "[", "SerializationException"),
    ] {
        let response = sandbox.handle(kms.json(target, body)).await.expect("is answered");
        assert_eq!(refusal(&response), (400, code.to_owned()));
    }
}

#[tokio::test]
async fn rest_is_answered_in_json_with_the_error_in_a_header() {
    let sandbox = sandbox();
    let lambda = || Signer::of(&sandbox, "lambda");
    let listed = sandbox.handle(lambda().get("/2015-03-31/functions/")).await.expect("is answered");
    assert_eq!(listed.headers()["content-type"], "application/json");
    assert_eq!(told(&listed), (200, r#"{"Functions":[]}"#.to_owned()));
    let missing = lambda().get("/2015-03-31/functions/none/configuration?Qualifier=1");
    let missing = sandbox.handle(missing).await.expect("is answered");
    assert_eq!(missing.headers()["x-amzn-errortype"], "ResourceNotFoundException");
    let body = r#"{"Type":"User","Message":"Function not found: arn:aws:lambda:ap-northeast-1:000000000000:function:none:1"}"#;
    assert_eq!(told(&missing), (404, body.to_owned()));
    let unknown = sandbox.handle(lambda().get("/2015-03-31/nonsense")).await.expect("is answered");
    assert_eq!(unknown.status(), 404);
    assert_eq!(unknown.headers()["x-amzn-errortype"], "UnknownOperationException");
    let calls = sandbox.call_log();
    assert_eq!(calls[1].operation, "GetFunctionConfiguration");
    assert_eq!(calls[1].resource.as_deref(), Some("none"));
}

#[tokio::test]
async fn a_service_that_is_not_played_is_refused_in_the_protocol_of_the_call() {
    let sandbox = sandbox();
    let dynamodb = Signer::of(&sandbox, "dynamodb").json("DynamoDB_20120810.ListTables", "{}");
    let backup = Signer::of(&sandbox, "backup").get("/backup-vaults");
    for request in [dynamodb, backup] {
        let response = sandbox.handle(request).await.expect("is answered");
        assert_eq!(refusal(&response), (400, "UnknownService".to_owned()));
    }
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
