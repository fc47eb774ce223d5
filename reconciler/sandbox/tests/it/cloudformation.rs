//! CloudFormation over the wire, as the SDK reads it.

use std::time::Duration;

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_cloudformation::types::{
    Capability, ChangeAction, ChangeSetStatus, ChangeSetType, DeploymentMode, DifferenceType,
    EventFilter, EventType, ExecutionStatus, HookFailureMode, OperationType, Parameter,
    Replacement, RequiresRecreation, ResourceToImport, StackDriftStatus, StackStatus, Tag,
};
use reconcile_sandbox::{ResourceFailure, ResourceOperation, TamperRequest};

use crate::support::{BUCKET, REGION, body, cloudformation, s3, sandbox};

const TEMPLATE: &str = "
Description: A bucket of its own
Parameters: { Status: { Type: String } }
Resources:
  Logs:
    Type: AWS::S3::Bucket
    Properties: { VersioningConfiguration: { Status: !Ref Status } }
Outputs:
  Name: { Value: !Ref Logs, Export: { Name: logs } }
";

fn status(value: &str) -> Parameter {
    Parameter::builder().parameter_key("Status").parameter_value(value).build()
}

#[tokio::test]
async fn a_stack_lives_through_change_sets_and_drift() {
    let sandbox = sandbox();
    let client = cloudformation(&sandbox);
    let create = |name: &str, kind, value| {
        client
            .create_change_set()
            .stack_name("app")
            .change_set_name(name)
            .change_set_type(kind)
            .template_body(TEMPLATE)
            .parameters(status(value))
            .tags(Tag::builder().key("system").value("backup").build())
            .capabilities(Capability::CapabilityNamedIam)
            .client_token(name)
    };
    let execute = |name: &str| {
        client.execute_change_set().stack_name("app").change_set_name(name).disable_rollback(false)
    };
    create("first", ChangeSetType::Create, "Enabled").send().await.expect("created");
    let first = client.describe_change_set().stack_name("app").change_set_name("first");
    let first = first.send().await.expect("described");
    assert_eq!(first.status(), Some(&ChangeSetStatus::CreateComplete));
    execute("first").send().await.expect("executed");

    let stacks = client.describe_stacks().stack_name("app").send().await.expect("described");
    let stack = &stacks.stacks()[0];
    assert_eq!(stack.stack_status(), Some(&StackStatus::CreateComplete));
    assert_eq!(stack.description(), Some("A bucket of its own"));
    assert_eq!(stack.parameters()[0].parameter_value(), Some("Enabled"));
    assert_eq!(stack.tags()[0].value(), Some("backup"));
    assert_eq!(stack.outputs()[0].export_name(), Some("logs"));
    assert_eq!(stack.enable_termination_protection(), Some(false));
    assert!(stack.creation_time().is_some() && stack.last_updated_time().is_none());
    let events = client.describe_stack_events().stack_name("app").send().await.expect("told");
    assert_eq!(events.stack_events().len(), 6);

    create("second", ChangeSetType::Update, "Suspended").send().await.expect("created");
    let second = client
        .describe_change_set()
        .stack_name("app")
        .change_set_name("second")
        .include_property_values(true)
        .send()
        .await
        .expect("described");
    assert_eq!(second.execution_status(), Some(&ExecutionStatus::Available));
    let change = second.changes()[0].resource_change().expect("a resource changes");
    assert_eq!(change.action(), Some(&ChangeAction::Modify));
    assert_eq!(change.replacement(), Some(&Replacement::False));
    assert!(change.after_context().is_some_and(|context| context.contains("Suspended")));
    let target = change.details()[0].target().expect("a property changes");
    assert_eq!(target.requires_recreation(), Some(&RequiresRecreation::Never));
    assert_eq!(target.after_value(), Some("Suspended"));
    execute("second").send().await.expect("executed");

    tamper(&sandbox, serde_json::json!("Enabled"));
    let detection = client.detect_stack_drift().stack_name("app").send().await.expect("started");
    let id = detection.stack_drift_detection_id().unwrap_or_default();
    let detected = client.describe_stack_drift_detection_status().stack_drift_detection_id(id);
    let detected = detected.send().await.expect("detected");
    assert_eq!(detected.stack_drift_status(), Some(&StackDriftStatus::Drifted));
    let drifts = client.describe_stack_resource_drifts().stack_name("app");
    let drifts = drifts.send().await.expect("told");
    let difference = &drifts.stack_resource_drifts()[0].property_differences()[0];
    assert_eq!(difference.difference_type(), Some(&DifferenceType::NotEqual));
    assert_eq!(difference.property_path(), Some("/VersioningConfiguration/Status"));
    let third = create("third", ChangeSetType::Update, "Suspended");
    third.deployment_mode(DeploymentMode::RevertDrift).send().await.expect("created");
    execute("third").send().await.expect("executed");
    client.delete_stack().stack_name("app").send().await.expect("deleted");
    let gone = client.describe_stacks().stack_name("app").send().await;
    let error = gone.expect_err("it is gone");
    assert_eq!(error.code(), Some("ValidationError"));
    assert_eq!(error.message(), Some("Stack with id app does not exist"));
}

fn tamper(sandbox: &reconcile_sandbox::Sandbox, value: serde_json::Value) {
    let request = TamperRequest {
        region: REGION.to_owned(),
        stack_name: "app".to_owned(),
        logical_id: "Logs".to_owned(),
        pointer: "/VersioningConfiguration/Status".to_owned(),
        value,
    };
    sandbox.tamper(request).expect("tampered");
}

#[tokio::test]
async fn a_large_template_comes_from_a_bucket_and_resources_take_time_and_fail() {
    let sandbox = sandbox();
    let template = "Resources: { Topic: { Type: AWS::SNS::Topic } }\n#";
    let put = s3(&sandbox).put_object().bucket(BUCKET).key("template.yaml");
    put.body(body(template)).send().await.expect("stored");
    sandbox.set_duration(None, Duration::from_mins(1)).expect("set");
    let failure = ResourceFailure {
        target: "Topic".to_owned(),
        operation: ResourceOperation::Create,
        message: "no topics today".to_owned(),
        times: 1,
    };
    sandbox.fail_resource(failure).expect("laid out");
    let client = cloudformation(&sandbox);
    let url = format!("https://{BUCKET}.s3.{REGION}.amazonaws.com/template.yaml");
    client.create_stack().stack_name("app").template_url(url).send().await.expect("started");
    let status = async || {
        let stacks = client.describe_stacks().stack_name("app").send().await.expect("described");
        stacks.stacks()[0].stack_status().cloned()
    };
    assert_eq!(status().await, Some(StackStatus::CreateInProgress));
    sandbox.advance_clock(Duration::from_mins(1)).expect("advanced");
    assert_eq!(status().await, Some(StackStatus::RollbackInProgress));
    sandbox.advance_clock(Duration::from_mins(1)).expect("advanced");
    assert_eq!(status().await, Some(StackStatus::RollbackComplete));
}

#[tokio::test]
async fn a_bucket_that_exists_is_taken_into_a_stack() {
    let sandbox = sandbox();
    let client = cloudformation(&sandbox);
    let template = format!(
        "Resources: {{ State: {{ Type: AWS::S3::Bucket, DeletionPolicy: Retain, Properties: {{ BucketName: {BUCKET} }} }} }}"
    );
    let wanted = ResourceToImport::builder()
        .resource_type("AWS::S3::Bucket")
        .logical_resource_id("State")
        .resource_identifier("BucketName", BUCKET)
        .build();
    let create = client.create_change_set().stack_name("state").change_set_name("import");
    let create = create.change_set_type(ChangeSetType::Import).template_body(template);
    create.resources_to_import(wanted).send().await.expect("created");
    let set = client.describe_change_set().stack_name("state").change_set_name("import");
    let set = set.send().await.expect("described");
    let change = set.changes()[0].resource_change().expect("a resource is imported");
    assert_eq!(change.action(), Some(&ChangeAction::Import));
    let execute = client.execute_change_set().stack_name("state").change_set_name("import");
    execute.send().await.expect("executed");
    let stacks = client.describe_stacks().stack_name("state").send().await.expect("described");
    assert_eq!(stacks.stacks()[0].stack_status(), Some(&StackStatus::ImportComplete));
}

#[tokio::test]
async fn what_validation_finds_is_told_by_operation() {
    let sandbox = sandbox();
    let client = cloudformation(&sandbox);
    let template = format!(
        "Resources: {{ State: {{ Type: AWS::S3::Bucket, Properties: {{ BucketName: {BUCKET} }} }} }}"
    );
    let created = client.create_stack().stack_name("state").template_body(template);
    let created = created.send().await.expect("begun");
    let failed = EventFilter::builder().failed_events(true).build();
    let told = client.describe_events().set_operation_id(created.operation_id).filters(failed);
    let told = told.send().await.expect("told");
    let finding = told
        .operation_events()
        .iter()
        .find(|event| event.event_type() == Some(&EventType::ValidationError))
        .expect("something is found");
    assert_eq!(finding.operation_type(), Some(&OperationType::CreateStack));
    assert_eq!(finding.validation_failure_mode(), Some(&HookFailureMode::Fail));
    assert_eq!(finding.validation_path(), Some("/Resources/State"));
    let stacks = client.describe_stacks().stack_name("state").send().await.expect("described");
    let last = &stacks.stacks()[0].last_operations()[0];
    assert_eq!(last.operation_type(), Some(&OperationType::Rollback));
}
