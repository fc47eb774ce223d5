//! Cloud Control over the wire, as the SDK reads it.

use std::time::Duration;

use aws_sdk_cloudcontrol::Client;
use aws_sdk_cloudcontrol::error::ProvideErrorMetadata;
use aws_sdk_cloudcontrol::types::{
    HandlerErrorCode, Operation, OperationStatus, ProgressEvent, ResourceRequestStatusFilter,
};
use serde_json::{Value, json};

use crate::support::{BUCKET, REGION, cloudcontrol, sandbox};

const POLICY: &str = "AWS::S3::BucketPolicy";

fn policy(action: &str) -> Value {
    json!({ "Bucket": BUCKET, "PolicyDocument": { "Statement": [{ "Action": action }] } })
}

async fn create(client: &Client, type_name: &str, properties: &Value) -> ProgressEvent {
    let call = client.create_resource().type_name(type_name);
    let answer = call.desired_state(properties.to_string()).send().await.expect("it is begun");
    answer.progress_event.expect("there is an event")
}

async fn end(client: &Client, begun: &ProgressEvent) -> ProgressEvent {
    let token = begun.request_token().expect("it has a token");
    let call = client.get_resource_request_status().request_token(token);
    call.send().await.expect("it is known").progress_event.expect("there is an event")
}

async fn read(client: &Client, type_name: &str, identifier: &str) -> Value {
    let call = client.get_resource().type_name(type_name).identifier(identifier);
    let answer = call.send().await.expect("it is read").resource_description;
    let properties = answer.expect("it is described").properties.expect("it has properties");
    serde_json::from_str(&properties).expect("they are JSON")
}

/// The code and message that `GetResource` answers.
async fn refusal(client: &Client, type_name: &str, identifier: &str) -> String {
    let call = client.get_resource().type_name(type_name).identifier(identifier);
    let error = call.send().await.expect_err("it is refused");
    format!("{}: {}", error.code().unwrap_or_default(), error.message().unwrap_or_default())
}

#[tokio::test]
async fn a_resource_is_made_read_changed_listed_and_deleted() {
    let sandbox = sandbox();
    let client = cloudcontrol(&sandbox);
    let begun = create(&client, POLICY, &policy("s3:GetObject")).await;
    assert_eq!(begun.operation_status(), Some(&OperationStatus::InProgress));
    let ended = end(&client, &begun).await;
    assert_eq!(ended.operation_status(), Some(&OperationStatus::Success));
    assert_eq!(ended.identifier(), Some(BUCKET));
    assert_eq!(read(&client, POLICY, BUCKET).await, policy("s3:GetObject"));

    let patch = json!([{ "op": "replace", "path": "/PolicyDocument/Statement/0/Action", "value": "s3:PutObject" }]);
    let call = client.update_resource().type_name(POLICY).identifier(BUCKET);
    let begun = call.patch_document(patch.to_string()).send().await.expect("it is begun");
    let ended = end(&client, &begun.progress_event.expect("there is an event")).await;
    assert_eq!(ended.operation(), Some(&Operation::Update));
    assert_eq!(read(&client, POLICY, BUCKET).await, policy("s3:PutObject"));

    let call = client.delete_resource().type_name(POLICY).identifier(BUCKET);
    let begun = call.send().await.expect("it is begun").progress_event.expect("it has an event");
    end(&client, &begun).await;
    assert_eq!(
        refusal(&client, POLICY, BUCKET).await,
        "ResourceNotFoundException: Resource of type 'AWS::S3::BucketPolicy' with identifier 'state-bucket' was not found."
    );

    let filter = ResourceRequestStatusFilter::builder().operations(Operation::Delete).build();
    let call = client.list_resource_requests().resource_request_status_filter(filter);
    let listed = call.send().await.expect("they are listed");
    assert_eq!(listed.resource_request_status_summaries().len(), 1);
}

#[tokio::test]
async fn read_only_properties_are_shown_and_write_only_ones_are_not() {
    let sandbox = sandbox();
    let client = cloudcontrol(&sandbox);
    let key = json!({ "KeyPolicy": {}, "PendingWindowInDays": 7, "Description": "mine" });
    let begun = create(&client, "AWS::KMS::Key", &key).await;
    let identifier = end(&client, &begun).await.identifier.expect("it has an identifier");
    let shown = read(&client, "AWS::KMS::Key", &identifier).await;
    assert_eq!(shown["KeyId"], json!(identifier));
    assert_eq!(shown["Description"], "mine");
    assert_eq!(shown.get("PendingWindowInDays"), None);
}

#[tokio::test]
async fn pages_of_resources_are_followed() {
    let sandbox = sandbox();
    let client = cloudcontrol(&sandbox);
    for number in 0..60 {
        let name = json!({ "LogGroupName": format!("group-{number:02}") });
        create(&client, "AWS::Logs::LogGroup", &name).await;
    }
    let mut pages =
        client.list_resources().type_name("AWS::Logs::LogGroup").into_paginator().send();
    let mut sizes = Vec::new();
    while let Some(page) = pages.next().await {
        sizes.push(page.expect("a page").resource_descriptions().len());
    }
    assert_eq!(sizes, [25, 25, 10]);
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_in_the_words_of_aws() {
    let sandbox = sandbox();
    let client = cloudcontrol(&sandbox);
    let unknown = refusal(&client, "AWS::S3::Bukket", "x").await;
    assert!(unknown.starts_with("TypeNotFoundException"), "{unknown}");
    let unreadable = refusal(&client, "AWS::IAM::Policy", "x").await;
    assert_eq!(
        unreadable,
        "UnsupportedActionException: Resource type AWS::IAM::Policy does not support READ action"
    );
    let patch = json!([{ "op": "replace", "path": "/BucketName", "value": "other" }]);
    let call = client.update_resource().type_name("AWS::S3::Bucket").identifier(BUCKET);
    let error = call.patch_document(patch.to_string()).send().await.expect_err("it is refused");
    assert_eq!(error.code(), Some("NotUpdatableException"));
    assert_eq!(
        error.message(),
        Some(
            "Invalid patch update: createOnlyProperties [/properties/BucketName] cannot be updated"
        )
    );
    let twice = json!({ "BucketName": BUCKET });
    let begun = create(&client, "AWS::S3::Bucket", &twice).await;
    let ended = end(&client, &begun).await;
    assert_eq!(ended.operation_status(), Some(&OperationStatus::Failed));
    assert_eq!(ended.error_code(), Some(&HandlerErrorCode::AlreadyExists));
    let call = client.get_resource_request_status().request_token("nobody-s");
    let error = call.send().await.expect_err("it is refused");
    assert_eq!(error.code(), Some("RequestTokenNotFoundException"));
}

#[tokio::test]
async fn requests_take_their_time_one_at_a_time_and_once_for_a_client_token() {
    let sandbox = sandbox();
    let client = cloudcontrol(&sandbox);
    sandbox.set_duration(Some(POLICY), Duration::from_secs(5)).expect("it is set");
    create(&client, POLICY, &policy("s3:GetObject")).await;
    sandbox.advance_clock(Duration::from_secs(5)).expect("it is later");
    let patch = json!([{ "op": "add", "path": "/PolicyDocument/Id", "value": "new" }]).to_string();
    let update = || client.update_resource().type_name(POLICY).identifier(BUCKET);
    let update = || update().patch_document(patch.clone());
    let first = update().client_token("once").send().await.expect("it is begun");
    let again = update().client_token("once").send().await.expect("it was begun");
    let (first, again) = (first.progress_event.expect("one"), again.progress_event.expect("one"));
    assert_eq!(first.request_token(), again.request_token());
    assert_eq!(end(&client, &first).await.operation_status(), Some(&OperationStatus::InProgress));
    let error = update().client_token("other").send().await.expect_err("it is refused");
    assert_eq!(error.code(), Some("ConcurrentOperationException"));
    let call = client.delete_resource().type_name(POLICY).identifier(BUCKET);
    let error = call.client_token("once").send().await.expect_err("it is refused");
    assert_eq!(error.code(), Some("ClientTokenConflictException"));
    sandbox.advance_clock(Duration::from_secs(5)).expect("it is later");
    assert_eq!(end(&client, &first).await.operation_status(), Some(&OperationStatus::Success));
    assert_eq!(sandbox.call_log().last().map(|call| call.region.clone()).as_deref(), Some(REGION));
}
