//! The call log.

use aws_sdk_cloudformation::types::Parameter;
use serde_json::{Value, json};

use crate::support::{BUCKET, body, cloudformation, s3, sandbox};

#[tokio::test]
async fn a_line_tells_what_was_asked_and_no_secret() {
    let sandbox = sandbox();
    let secret = Parameter::builder().parameter_key("Password").parameter_value("hunter2").build();
    let template = "
Parameters: { Password: { Type: String, NoEcho: true } }
Resources: { Topic: { Type: AWS::SNS::Topic } }";
    let create = cloudformation(&sandbox).create_stack().stack_name("app").template_body(template);
    create.parameters(secret).client_request_token("t1").send().await.expect("created");
    let line = sandbox.call_log()[0].to_string();
    assert!(!line.contains("hunter2") && !line.contains('\n'), "{line}");
    let line: Value = serde_json::from_str(&line).expect("is JSON");
    assert_eq!(
        line,
        json!({
            "number": 1,
            "at": "2026-01-01T00:00:00Z",
            "service": "cloudformation",
            "operation": "CreateStack",
            "action": "cloudformation:CreateStack",
            "region": "ap-northeast-1",
            "resource": "app",
            "parameters": {
                "ClientRequestToken": "t1",
                "Parameters": [{ "ParameterKey": "Password", "ParameterValue": "****" }],
                "StackName": "app",
                "TemplateBody": line["parameters"]["TemplateBody"],
            },
            "outcome": "OK",
            "write": true,
            "fault": null,
        })
    );
    let digest = line["parameters"]["TemplateBody"].as_str().unwrap_or_default();
    assert!(digest.starts_with("sha256:"), "{digest}");
}

#[tokio::test]
async fn s3_is_told_apart_by_what_its_requests_look_like() {
    let sandbox = sandbox();
    let client = s3(&sandbox);
    let put = client.put_object().bucket(BUCKET).key("a b").if_none_match("*").body(body("x"));
    put.send().await.expect("put");
    client.list_objects_v2().bucket(BUCKET).prefix("a").send().await.expect("lists");
    client.list_object_versions().bucket(BUCKET).send().await.expect("lists");
    client.get_bucket_versioning().bucket(BUCKET).send().await.expect("tells");
    client.head_bucket().bucket(BUCKET).send().await.expect("is there");
    client.list_buckets().send().await.expect("lists");
    client
        .copy_object()
        .bucket(BUCKET)
        .key("c")
        .copy_source(format!("{BUCKET}/a%20b"))
        .send()
        .await
        .expect("copies");
    client.delete_object().bucket(BUCKET).key("c").send().await.expect("deletes");
    let log = sandbox.call_log();
    let actions: Vec<_> = log.iter().map(|call| call.action.as_str()).collect();
    assert_eq!(
        actions,
        [
            "s3:PutObject",
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:GetBucketVersioning",
            "s3:ListBucket",
            "s3:ListAllMyBuckets",
            "s3:PutObject",
            "s3:DeleteObject",
        ]
    );
    assert_eq!(log[0].resource.as_deref(), Some("state-bucket/a b"));
    assert_eq!(log[0].parameters["if-none-match"], "*");
    assert_eq!(log[1].parameters["prefix"], "a");
}
