//! Changes behind CloudFormation's back: found, and reverted.

use serde_json::{Value, json};

use super::{Account, BUCKET, text};

const TAGGED: &str = "
Resources:
  Logs:
    Type: AWS::S3::Bucket
    Properties:
      VersioningConfiguration: { Status: Enabled }
      Tags: [{ Key: a, Value: '1' }, { Key: b, Value: '2' }]
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties: { Bucket: !Ref Logs, PolicyDocument: { Statement: [] } }
";

fn detect(account: &mut Account) -> Value {
    let started = account.ok("DetectStackDrift", json!({ "StackName": "app" }));
    let id = &started["StackDriftDetectionId"];
    account.ok("DescribeStackDriftDetectionStatus", json!({ "StackDriftDetectionId": id }))
}

fn drifts(account: &mut Account) -> Vec<Value> {
    let drifts = account.ok("DescribeStackResourceDrifts", json!({ "StackName": "app" }));
    drifts["StackResourceDrifts"].as_array().unwrap().clone()
}

fn differences(drift: &Value) -> Vec<String> {
    let differences = drift["PropertyDifferences"].as_array().unwrap().iter();
    differences
        .map(|one| {
            let fields = ["DifferenceType", "PropertyPath", "ExpectedValue", "ActualValue"];
            fields.map(|field| text(&one[field])).join(" ")
        })
        .collect()
}

#[test]
fn an_untouched_stack_is_in_sync_and_what_cannot_be_checked_is_left_out() {
    let mut account = Account::new();
    let tags = json!({ "Tags": [{ "Key": "system", "Value": "backup" }] });
    account.deploy("CREATE", TAGGED, tags);
    assert_eq!(account.stack()["DriftInformation"]["StackDriftStatus"], "NOT_CHECKED");
    let status = detect(&mut account);
    assert_eq!(status["DetectionStatus"], "DETECTION_COMPLETE");
    assert_eq!(status["StackDriftStatus"], "IN_SYNC");
    let drifts = drifts(&mut account);
    assert_eq!(drifts.len(), 1);
    assert_eq!(drifts[0]["StackResourceDriftStatus"], "IN_SYNC");
    let information = account.stack()["DriftInformation"].clone();
    assert_eq!(information["StackDriftStatus"], "IN_SYNC");
    assert!(information["LastCheckTimestamp"].is_string());
}

#[test]
fn differences_are_named_with_both_values() {
    let mut account = Account::new();
    account.create(TAGGED);
    account.tamper("Logs", |live| {
        live["VersioningConfiguration"]["Status"] = json!("Suspended");
        live["Tags"] = json!([{ "Key": "c", "Value": "3" }, { "Key": "b", "Value": "two" }, { "Key": "a", "Value": "1" }]);
        live["AccelerateConfiguration"] = json!({ "AccelerationStatus": "Enabled" });
    });
    assert_eq!(detect(&mut account)["DriftedStackResourceCount"], 1);
    let drift = &drifts(&mut account)[0];
    assert_eq!(drift["StackResourceDriftStatus"], "MODIFIED");
    assert_eq!(
        differences(drift),
        [
            "NOT_EQUAL /VersioningConfiguration/Status Enabled Suspended",
            "NOT_EQUAL /Tags/1/Value 2 two",
            r#"ADD /Tags/2 null {"Key":"c","Value":"3"}"#,
        ]
    );
    account.tamper("Logs", |live| {
        live.as_object_mut().unwrap().shift_remove("VersioningConfiguration");
    });
    detect(&mut account);
    let drift = &drifts(&mut account)[0];
    assert_eq!(
        differences(drift)[0],
        r#"REMOVE /VersioningConfiguration {"Status":"Enabled"} null"#
    );
}

#[test]
fn a_deleted_resource_is_told_and_created_again() {
    let mut account = Account::new();
    account.create(BUCKET);
    let before = account.output("Name");
    let key = account.world.resources.iter().next().unwrap().0.to_owned();
    account.world.resources.remove(&key);
    detect(&mut account);
    assert_eq!(drifts(&mut account)[0]["StackResourceDriftStatus"], "DELETED");
    let set = account.change_set("UPDATE", BUCKET, json!({ "DeploymentMode": "REVERT_DRIFT" }));
    assert_eq!(set["Changes"][0]["ResourceChange"]["ResourceDriftStatus"], "DELETED");
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "UPDATE_COMPLETE");
    assert_ne!(account.output("Name"), before);
    assert_eq!(account.world.resources.iter().count(), 1);
}

#[test]
fn a_drift_aware_change_set_puts_things_back() {
    let mut account = Account::new();
    account.create(TAGGED);
    let revert = json!({ "DeploymentMode": "REVERT_DRIFT" });
    assert_eq!(account.change_set("UPDATE", TAGGED, revert.clone())["Status"], "FAILED");
    account.tamper("Logs", |live| live["VersioningConfiguration"]["Status"] = json!("Suspended"));
    // Without the mode, CloudFormation sees nothing to do.
    assert_eq!(account.change_set("UPDATE", TAGGED, json!({}))["Status"], "FAILED");
    let set = account.change_set("UPDATE", TAGGED, revert);
    assert_eq!(set["StackDriftStatus"], "DRIFTED");
    let change = &set["Changes"][0]["ResourceChange"];
    assert_eq!(change["ResourceDriftStatus"], "MODIFIED");
    let detail = &change["Details"][0];
    assert_eq!(detail["ChangeSource"], "NoModification");
    let target = &detail["Target"];
    assert_eq!(target["Path"], "/Properties/VersioningConfiguration/Status");
    assert_eq!(
        (&target["BeforeValue"], &target["BeforeValueFrom"]),
        (&json!("Suspended"), &json!("ACTUAL_STATE"))
    );
    assert_eq!(target["Drift"], json!({ "PreviousValue": "Enabled", "ActualValue": "Suspended" }));
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "UPDATE_COMPLETE");
    assert_eq!(detect(&mut account)["StackDriftStatus"], "IN_SYNC");
}

#[test]
fn a_template_that_agrees_with_the_drift_only_takes_note() {
    let mut account = Account::new();
    account.create(TAGGED);
    account.tamper("Logs", |live| live["VersioningConfiguration"]["Status"] = json!("Suspended"));
    let agreed = TAGGED.replace("Enabled", "Suspended");
    let set = account.change_set("UPDATE", &agreed, json!({ "DeploymentMode": "REVERT_DRIFT" }));
    assert_eq!(set["Changes"][0]["ResourceChange"]["Action"], "SyncWithActual");
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "UPDATE_COMPLETE");
    assert!(!account.story().contains(&"UPDATE_IN_PROGRESS Logs".to_owned()));
    assert_eq!(detect(&mut account)["StackDriftStatus"], "IN_SYNC");
}

#[test]
fn a_detection_takes_its_time_and_runs_alone() {
    let mut account = Account::new();
    account.create(BUCKET);
    account.world.durations.insert("AWS::CloudFormation::DriftDetection", 5_000);
    let status = detect(&mut account);
    assert_eq!(status["DetectionStatus"], "DETECTION_IN_PROGRESS");
    let refusal = account.refused("DetectStackDrift", json!({ "StackName": "app" }));
    assert!(refusal.starts_with("Drift detection is already in progress"), "{refusal}");
    for _ in 0..5 {
        account.status();
    }
    let asked = json!({ "StackDriftDetectionId": status["StackDriftDetectionId"] });
    let status = account.ok("DescribeStackDriftDetectionStatus", asked);
    assert_eq!(status["DetectionStatus"], "DETECTION_COMPLETE");
}
