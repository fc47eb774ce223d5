//! What failed operations leave behind, and the ways out: a story for each end state.

use serde_json::{Value, json};

use super::{Account, BUCKET};
use crate::s3::ObjectVersion;

/// Two resources; the second depends on the first.
const CHAIN: &str = "
Resources:
  Key: { Type: AWS::KMS::Key, Properties: { Description: one } }
  Name:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Value: !Ref Key, Name: !Sub 'key-${AWS::StackName}' }
";

fn changed() -> String {
    CHAIN.replace("one", "two").replace("key-", "name-")
}

fn live(account: &Account, type_name: &str) -> Vec<Value> {
    let resources = account.world.resources.iter().map(|(_, resource)| resource);
    let resources = resources.filter(|resource| resource.type_name == type_name);
    resources.map(|resource| Value::Object(resource.properties.clone())).collect()
}

#[test]
fn a_failed_creation_is_rolled_back_and_can_only_be_deleted() {
    let mut account = Account::new();
    account.fail("Name", "CREATE", 1);
    assert_eq!(account.deploy("CREATE", CHAIN, json!({})), "ROLLBACK_COMPLETE");
    assert_eq!(
        account.story()[2..],
        [
            "CREATE_IN_PROGRESS Key",
            "CREATE_IN_PROGRESS Key",
            "CREATE_COMPLETE Key",
            "CREATE_IN_PROGRESS Name",
            "CREATE_FAILED Name",
            "ROLLBACK_IN_PROGRESS app",
            "DELETE_IN_PROGRESS Name",
            "DELETE_COMPLETE Name",
            "DELETE_IN_PROGRESS Key",
            "DELETE_COMPLETE Key",
            "ROLLBACK_COMPLETE app",
        ]
    );
    assert_eq!(
        account.reason("ROLLBACK_IN_PROGRESS"),
        "The following resource(s) failed to create: [Name]. Rollback requested by user."
    );
    assert!(account.reason("CREATE_FAILED").contains("laid out to fail"));
    let id = account.stack()["StackId"].as_str().unwrap().to_owned();
    let asked = json!({ "StackName": "app", "ChangeSetName": "again", "TemplateBody": CHAIN });
    assert_eq!(
        account.refused("CreateChangeSet", asked),
        format!("Stack:{id} is in ROLLBACK_COMPLETE state and can not be updated.")
    );
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    account.create(CHAIN);
}

#[test]
fn a_first_creation_may_delete_itself_when_it_fails() {
    let mut account = Account::new();
    account.fail("Name", "CREATE", 1);
    let set = account.change_set("CREATE", CHAIN, json!({ "OnStackFailure": "DELETE" }));
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    let gone = account.ok("DescribeStacks", json!({ "StackName": set["StackId"] }));
    assert_eq!(gone["Stacks"][0]["StackStatus"], "DELETE_COMPLETE");
    account.create(CHAIN);
}

#[test]
fn a_creation_without_rollback_can_be_rolled_back_or_continued() {
    let mut account = Account::new();
    account.fail("Name", "CREATE", 2);
    let keep = json!({ "StackName": "app", "TemplateBody": CHAIN, "DisableRollback": "true" });
    account.ok("CreateStack", keep.clone());
    assert_eq!(account.status(), "CREATE_FAILED");
    account.ok("RollbackStack", json!({ "StackName": "app" }));
    assert_eq!(account.status(), "ROLLBACK_COMPLETE");
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    account.ok("CreateStack", keep);
    assert_eq!(account.status(), "CREATE_FAILED");
    account.update(CHAIN);
}

#[test]
fn a_failed_update_goes_back_to_what_was_there() {
    let mut account = Account::new();
    account.create(CHAIN);
    let before = (live(&account, "AWS::KMS::Key"), live(&account, "AWS::SSM::Parameter"));
    account.fail("Name", "CREATE", 1);
    let more = changed() + "  Topic: { Type: AWS::SNS::Topic }\n";
    assert_eq!(account.deploy("UPDATE", &more, json!({})), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(before, (live(&account, "AWS::KMS::Key"), live(&account, "AWS::SSM::Parameter")));
    assert!(live(&account, "AWS::SNS::Topic").is_empty());
    assert_eq!(
        account.reason("UPDATE_ROLLBACK_IN_PROGRESS"),
        "The following resource(s) failed to update: [Name]. "
    );
    // What is deployed is the old template: the same change is a change again.
    account.update(&more);
}

/// An update has failed, and so has the way back, because of `Key`.
fn stuck() -> Account {
    let mut account = Account::new();
    account.create(CHAIN);
    account.fail("Name", "CREATE", 1);
    let set = account.change_set("UPDATE", &changed(), json!({}));
    account.world.durations.insert("AWS::SSM::Parameter", 5_000);
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    account.status();
    account.fail("Key", "UPDATE", 2);
    account.world.durations.insert("AWS::SSM::Parameter", 0);
    for _ in 0..6 {
        account.status();
    }
    assert_eq!(account.status(), "UPDATE_ROLLBACK_FAILED");
    account
}

#[test]
fn an_update_that_cannot_go_back_waits_for_somebody() {
    let mut account = stuck();
    account.ok("ContinueUpdateRollback", json!({ "StackName": "app" }));
    assert_eq!(account.status(), "UPDATE_ROLLBACK_FAILED");
    let skip = json!({ "StackName": "app", "ResourcesToSkip": ["Key"] });
    account.ok("ContinueUpdateRollback", skip);
    assert_eq!(account.status(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(live(&account, "AWS::KMS::Key")[0]["Description"], "two");
    account.ok("DetectStackDrift", json!({ "StackName": "app" }));
    let drifts = account.ok("DescribeStackResourceDrifts", json!({ "StackName": "app" }));
    assert_eq!(drifts["StackResourceDrifts"], json!([]));
}

#[test]
fn a_rollback_can_be_forced_past_all_that_fails() {
    let mut account = stuck();
    let both = json!({ "StackName": "app", "ForceRollback": "true", "ResourcesToSkip": ["Key"] });
    assert_eq!(
        account.refused("ContinueUpdateRollback", both),
        "ForceRollback and ResourcesToSkip cannot be specified together"
    );
    let force = json!({ "StackName": "app", "ForceRollback": "true" });
    account.ok("ContinueUpdateRollback", force);
    assert_eq!(account.status(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(live(&account, "AWS::KMS::Key")[0]["Description"], "two");
}

#[test]
fn what_a_failed_way_back_left_over_is_deleted_by_the_next() {
    let chain = "
Resources:
  Group: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: one } }
  Key: { Type: AWS::KMS::Key, DependsOn: Group, Properties: { Description: one } }
";
    let mut account = Account::new();
    account.create(chain);
    account.fail("Key", "UPDATE", 2);
    let status = account.deploy("UPDATE", &chain.replace("one", "two"), json!({}));
    assert_eq!(status, "UPDATE_ROLLBACK_FAILED");
    assert_eq!(live(&account, "AWS::Logs::LogGroup").len(), 2);
    account.ok("ContinueUpdateRollback", json!({ "StackName": "app" }));
    assert_eq!(account.status(), "UPDATE_ROLLBACK_COMPLETE");
    let tags = account.tags("Group");
    let one = json!({ "LogGroupName": "one", "Tags": tags });
    assert_eq!(live(&account, "AWS::Logs::LogGroup"), [one]);
}

#[test]
fn an_update_without_rollback_can_be_rolled_back_or_tried_again() {
    let mut account = Account::new();
    account.create(CHAIN);
    account.fail("Name", "CREATE", 2);
    let fails = |account: &mut Account| {
        let set = account.change_set("UPDATE", &changed(), json!({}));
        let asked = json!({ "ChangeSetName": set["ChangeSetId"], "DisableRollback": "true" });
        account.ok("ExecuteChangeSet", asked);
        assert_eq!(account.status(), "UPDATE_FAILED");
    };
    fails(&mut account);
    account.ok("RollbackStack", json!({ "StackName": "app" }));
    assert_eq!(account.status(), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(live(&account, "AWS::KMS::Key")[0]["Description"], "one");
    fails(&mut account);
    account.update(&changed());
}

#[test]
fn what_cannot_be_deleted_is_retained_on_the_second_try() {
    let mut account = Account::new();
    account.create(CHAIN);
    account.fail("Key", "DELETE", 1);
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    assert_eq!(account.status(), "DELETE_FAILED");
    assert_eq!(
        account.reason("DELETE_FAILED"),
        "The following resource(s) failed to delete: [Key]. "
    );
    assert!(live(&account, "AWS::SSM::Parameter").is_empty());
    account.ok("DeleteStack", json!({ "StackName": "app", "RetainResources": ["Key"] }));
    account.gone();
    assert!(live(&account, "AWS::KMS::Key")[0].get("Enabled").is_none());
}

#[test]
fn a_cancelled_update_goes_back() {
    let mut account = Account::new();
    account.create(CHAIN);
    account.world.durations.insert("*", 60_000);
    let set = account.change_set("UPDATE", &changed(), json!({}));
    assert_eq!(set["Status"], "CREATE_PENDING");
    for _ in 0..60 {
        account.status();
    }
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "UPDATE_IN_PROGRESS");
    account.ok("CancelUpdateStack", json!({ "StackName": "app" }));
    assert_eq!(account.status(), "UPDATE_ROLLBACK_IN_PROGRESS");
    for _ in 0..60 {
        account.status();
    }
    assert_eq!(account.status(), "UPDATE_ROLLBACK_COMPLETE");
}

#[test]
fn deletion_policies_keep_what_they_name() {
    let mut account = Account::new();
    let kept =
        CHAIN.replace("Type: AWS::KMS::Key,", "Type: AWS::KMS::Key, DeletionPolicy: Retain,");
    account.create(&kept);
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    account.ok("DescribeStacks", json!({}));
    assert_eq!(live(&account, "AWS::KMS::Key").len(), 1);
    assert!(live(&account, "AWS::KMS::Key")[0].get("Enabled").is_none());
    let mut account = Account::new();
    account.fail("Name", "CREATE", 1);
    let kept = kept.replace("Retain", "RetainExceptOnCreate");
    assert_eq!(account.deploy("CREATE", &kept, json!({})), "ROLLBACK_COMPLETE");
    assert_eq!(live(&account, "AWS::KMS::Key")[0]["Enabled"], false);
}

#[test]
fn a_bucket_that_is_not_empty_keeps_its_stack() {
    let mut account = Account::new();
    account.create(BUCKET);
    let bucket = account.output("Name");
    // Even a delete marker is something in a bucket.
    let marker = ObjectVersion {
        bucket,
        key: "log".to_owned(),
        order: 1,
        version_id: None,
        last_modified: account.now,
        content: None,
    };
    account.world.objects.insert(marker.row_key(), marker);
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    assert_eq!(account.status(), "DELETE_FAILED");
    let asked = json!({ "StackName": "app", "LogicalResourceId": "Logs" });
    let detail = account.ok("DescribeStackResource", asked)["StackResourceDetail"].clone();
    let reason = detail["ResourceStatusReason"].as_str().unwrap();
    assert!(reason.contains("The bucket you tried to delete is not empty"), "{reason}");
    let forced = json!({ "StackName": "app", "DeletionMode": "FORCE_DELETE_STACK" });
    account.ok("DeleteStack", forced);
    account.gone();
}
