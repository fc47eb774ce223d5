//! Values that stacks export to each other.

use serde_json::{Value, json};

use super::{Account, text};

const EXPORTING: &str = "
Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { TopicName: alarms } } }
Outputs:
  Arn: { Value: !Ref Topic, Export: { Name: !Sub '${AWS::StackName}-topic' } }
";

const IMPORTING: &str = "
Resources:
  Copy:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Name: copy, Value: !ImportValue app-topic }
";

fn create(name: &str, template: &str) -> Value {
    json!({ "StackName": name, "TemplateBody": template })
}

#[test]
fn an_export_in_use_can_neither_go_nor_change() {
    let mut account = Account::new();
    account.create(EXPORTING);
    account.ok("CreateStack", create("user", IMPORTING));
    let exports = account.ok("ListExports", json!({}));
    assert_eq!(exports["Exports"][0]["Name"], "app-topic");
    let imports = account.ok("ListImports", json!({ "ExportName": "app-topic" }));
    assert_eq!(imports["Imports"], json!(["user"]));

    account.ok("DeleteStack", json!({ "StackName": "app" }));
    let stack = account.stack();
    assert_eq!(stack["StackStatus"], "CREATE_COMPLETE");
    assert_eq!(
        stack["StackStatusReason"],
        "Export app-topic cannot be deleted as it is in use by user"
    );
    let renamed = EXPORTING.replace("alarms", "alerts");
    assert_eq!(account.deploy("UPDATE", &renamed, json!({})), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(
        account.reason("UPDATE_ROLLBACK_IN_PROGRESS"),
        "Export app-topic cannot be updated as it is in use by user"
    );
    account.ok("DeleteStack", json!({ "StackName": "user" }));
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    account.gone();
}

#[test]
fn an_import_without_an_export_fails() {
    let mut account = Account::new();
    let set = account.change_set("CREATE", IMPORTING, json!({}));
    assert_eq!(set["Status"], "FAILED");
    assert_eq!(set["StatusReason"], "No export named app-topic found.");
    account.ok("CreateStack", create("user", IMPORTING));
    let stacks = account.ok("DescribeStacks", json!({ "StackName": "user" }));
    let stack = &stacks["Stacks"][0];
    assert_eq!(stack["StackStatus"], "ROLLBACK_COMPLETE");
    let events = account.ok("DescribeStackEvents", json!({ "StackName": "user" }));
    let reason = text(&events["StackEvents"][1]["ResourceStatusReason"]);
    assert_eq!(reason, "No export named app-topic found. Rollback requested by user.");
}

#[test]
fn a_name_is_exported_once() {
    let mut account = Account::new();
    account.create(EXPORTING);
    let same = EXPORTING.replace("${AWS::StackName}", "app").replace("alarms", "others");
    account.ok("CreateStack", create("second", &same));
    let stacks = account.ok("DescribeStacks", json!({ "StackName": "second" }));
    assert_eq!(stacks["Stacks"][0]["StackStatus"], "ROLLBACK_COMPLETE");
}
