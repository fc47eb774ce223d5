//! What is kept of a resource that goes.

use serde_json::json;

use super::Account;

const DATABASE: &str = "
Resources:
  Store:
    Type: AWS::RDS::DBCluster
    UpdateReplacePolicy: Snapshot
    Properties: { Engine: aurora-postgresql, DatabaseName: first }
  Disk:
    Type: AWS::EC2::Volume
    DeletionPolicy: Snapshot
    Properties: { AvailabilityZone: ap-northeast-1a, Size: 8 }
";

fn kept(account: &Account) -> Vec<&str> {
    let types = account.world.resources.iter().map(|(_, resource)| resource.type_name.as_str());
    types.filter(|name| name.ends_with("Snapshot")).collect()
}

#[test]
fn databases_and_volumes_leave_a_snapshot() {
    let mut account = Account::new();
    account.create(DATABASE);
    account.update(&DATABASE.replace("first", "second"));
    assert_eq!(kept(&account), ["AWS::RDS::DBClusterSnapshot"]);
    let disk = "
Resources:
  Disk:
    Type: AWS::EC2::Volume
    DeletionPolicy: Snapshot
    Properties: { AvailabilityZone: ap-northeast-1a, Size: 8 }
";
    let set = account.change_set("UPDATE", disk, json!({}));
    let removal = &set["Changes"][0]["ResourceChange"];
    assert_eq!(removal["PolicyAction"], "Snapshot");
    account.update(disk);
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    account.ok("ListExports", json!({}));
    assert_eq!(
        kept(&account),
        ["AWS::EC2::Snapshot", "AWS::RDS::DBClusterSnapshot", "AWS::RDS::DBClusterSnapshot"]
    );
    assert_eq!(account.world.resources.iter().count(), 3);
}

#[test]
fn what_a_failed_creation_made_leaves_none() {
    let mut account = Account::new();
    account.fail("Store", "CREATE", 1);
    assert_eq!(account.deploy("CREATE", DATABASE, json!({})), "ROLLBACK_COMPLETE");
    assert!(kept(&account).is_empty());
}

#[test]
fn other_types_have_no_snapshots() {
    let bucket = "Resources: { A: { Type: AWS::S3::Bucket, DeletionPolicy: Snapshot } }";
    let asked = json!({ "StackName": "app", "TemplateBody": bucket });
    assert_eq!(
        Account::new().refused("CreateStack", asked),
        "Template error: resource type AWS::S3::Bucket does not support snapshot"
    );
}
