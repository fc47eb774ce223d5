//! What is found before anything is touched, and how it is read.

use serde_json::{Value, json};

use super::{Account, BUCKET, text};
use crate::s3::ObjectVersion;

const UNFIT: &str = "
Resources:
  Good: { Type: AWS::SSM::Parameter, Properties: { Type: String, Value: x } }
  Bad: { Type: AWS::SSM::Parameter, Properties: { Type: String, Values: x } }
";

fn events(account: &mut Account, asked: &Value) -> Vec<Value> {
    let answer = account.ok("DescribeEvents", asked.clone());
    answer["OperationEvents"].as_array().unwrap().clone()
}

fn failed(more: &Value) -> Value {
    let mut asked = more.clone();
    asked["Filters"] = json!({ "FailedEvents": "true" });
    asked
}

/// `NAME MODE reason @ path`
fn findings(events: &[Value]) -> Vec<String> {
    let found = events.iter().filter(|event| event["EventType"] == "VALIDATION_ERROR");
    found
        .map(|event| {
            let told = ["ValidationName", "ValidationFailureMode", "ValidationStatusReason"]
                .map(|name| text(&event[name]));
            format!("{} @ {}", told.join(" "), text(&event["ValidationPath"]))
        })
        .collect()
}

#[test]
fn a_change_set_with_properties_that_do_not_exist_fails_and_says_where() {
    let mut account = Account::new();
    let set = account.change_set("CREATE", UNFIT, json!({}));
    assert_eq!(set["Status"], "FAILED");
    assert_eq!(set["ExecutionStatus"], "UNAVAILABLE");
    assert_eq!(
        set["StatusReason"],
        "The following hook(s)/validation failed: [AWS::EarlyValidation::PropertyValidation]. To troubleshoot Early Validation errors, use the DescribeEvents API for detailed failure information."
    );
    let asked = json!({ "ChangeSetName": set["ChangeSetId"] });
    let events = events(&mut account, &failed(&asked));
    assert_eq!(
        findings(&events),
        [
            "PROPERTY_VALIDATION FAIL #: required key [Value] not found @ /Resources/Bad/Properties",
            "PROPERTY_VALIDATION FAIL #: extraneous key [Values] is not permitted @ /Resources/Bad/Properties",
        ]
    );
    assert_eq!(
        (&events[0]["EventType"], &events[0]["OperationStatus"], &events[0]["OperationType"]),
        (&json!("STACK_EVENT"), &json!("FAILED"), &json!("CREATE_CHANGESET"))
    );
    assert_eq!(events[1]["OperationId"], events[0]["OperationId"]);
    // It can still be read when the change set is gone.
    account.ok("DeleteChangeSet", asked.clone());
    assert_eq!(account.ok("DescribeEvents", failed(&asked))["OperationEvents"][1], events[1]);
}

#[test]
fn a_name_that_is_taken_is_found_before_the_creation_runs_into_it() {
    let mut account = Account::new();
    account.create(&BUCKET.replace("Properties:", "Properties:\n      BucketName: taken"));
    let again = "Resources: { New: { Type: AWS::S3::Bucket, Properties: { BucketName: taken } } }";
    let create = |validation: &str| json!({ "StackName": "new", "TemplateBody": again, "DisableValidation": validation });
    let begun = account.ok("CreateStack", create("false"));
    let stack = account.ok("DescribeStacks", json!({ "StackName": "new" }))["Stacks"][0].clone();
    assert_eq!(stack["StackStatus"], "ROLLBACK_COMPLETE");
    assert_eq!(stack["DetailedStatus"], "VALIDATION_FAILED");
    assert_eq!(stack["LastOperations"][1]["OperationId"], begun["OperationId"]);
    let asked = json!({ "OperationId": begun["OperationId"] });
    assert_eq!(
        findings(&events(&mut account, &asked)),
        [
            "NAME_CONFLICT_VALIDATION FAIL Resource of type 'AWS::S3::Bucket' with identifier 'taken' already exists. @ /Resources/New"
        ]
    );
    account.ok("DeleteStack", json!({ "StackName": "new" }));
    account.ok("CreateStack", create("true"));
    let events = events(&mut account, &failed(&json!({ "StackName": "new" })));
    let failure = events.iter().find(|event| event["EventType"] == "PROVISIONING_ERROR").unwrap();
    assert!(text(&failure["ResourceStatusReason"]).contains("taken already exists"));
}

#[test]
fn a_full_bucket_that_is_to_go_is_only_warned_of() {
    let mut account = Account::new();
    let both = BUCKET.replace("Outputs:", "  Topic: { Type: AWS::SNS::Topic }\nOutputs:");
    account.create(&both);
    let object = ObjectVersion {
        bucket: account.output("Name"),
        key: "log".to_owned(),
        order: 1,
        version_id: None,
        last_modified: account.now,
        content: None,
    };
    account.world.objects.insert(object.row_key(), object);
    let without = "Resources: { Topic: { Type: AWS::SNS::Topic } }";
    let set = account.change_set("UPDATE", without, json!({}));
    assert_eq!(set["Status"], "CREATE_COMPLETE");
    let found = findings(&events(&mut account, &json!({ "ChangeSetName": set["ChangeSetId"] })));
    assert!(found[0].starts_with("BUCKET_EMPTINESS_VALIDATION WARN The bucket 'app-logs-"));
}

#[test]
fn events_come_by_operation_and_tell_its_end() {
    let mut account = Account::new();
    account.create(BUCKET);
    account.fail("Logs", "UPDATE", 1);
    let suspended = BUCKET.replace("Enabled", "Suspended");
    account.deploy("UPDATE", &suspended, json!({}));
    let kinds: Vec<_> = account.stack()["LastOperations"]
        .as_array()
        .unwrap()
        .iter()
        .map(|operation| text(&operation["OperationType"]))
        .collect();
    assert_eq!(
        kinds,
        ["ROLLBACK", "UPDATE_STACK", "CREATE_CHANGESET", "CREATE_STACK", "CREATE_CHANGESET"]
    );
    let all = events(&mut account, &json!({ "StackName": "app" }));
    let story: Vec<_> = all
        .iter()
        .map(|event| {
            let status = text(&event["OperationStatus"]) + &text(&event["ResourceStatus"]);
            format!("{} {status}", text(&event["OperationType"]))
        })
        .collect();
    assert_eq!(story[0], "ROLLBACK SUCCEEDED");
    assert!(story.contains(&"UPDATE_STACK FAILED".to_owned()));
    assert!(story.contains(&"UPDATE_STACK UPDATE_FAILED".to_owned()));
    assert_eq!(story.last().unwrap(), "CREATE_CHANGESET IN_PROGRESS");
    let stack_events = account.ok("DescribeStackEvents", json!({ "StackName": "app" }));
    assert_eq!(stack_events["StackEvents"][0]["OperationId"], all[0]["OperationId"]);
    assert_eq!(
        account.refused("DescribeEvents", json!({ "ChangeSetName": "set" })),
        "One of ChangeSetName, OperationId or StackName must be specified"
    );
}
