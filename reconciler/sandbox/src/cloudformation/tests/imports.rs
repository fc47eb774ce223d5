//! Resources that exist are taken over, or not.

use serde_json::{Value, json};

use super::{Account, BUCKET};

const NAMED: &str = "
Resources:
  Logs:
    Type: AWS::S3::Bucket
    DeletionPolicy: Retain
    Properties:
      BucketName: old-logs
      VersioningConfiguration: { Status: Enabled }
";

/// An account in which somebody has made a bucket by hand.
fn account() -> Account {
    let mut account = Account::new();
    account.create(&BUCKET.replace("Properties:", "Properties:\n      BucketName: old-logs"));
    let ids: Vec<String> = account.world.stacks.iter().map(|(id, _)| id.to_owned()).collect();
    for id in ids {
        account.world.stacks.remove(&id);
    }
    let live = account.world.resources.get_mut("ap-northeast-1|AWS::S3::Bucket|old-logs").unwrap();
    live.properties.shift_remove("Tags");
    account
}

fn wanted(logical_id: &str, type_name: &str, identifier: &Value) -> Value {
    json!({
        "LogicalResourceId": logical_id,
        "ResourceType": type_name,
        "ResourceIdentifier": identifier,
    })
}

fn bucket() -> Value {
    wanted("Logs", "AWS::S3::Bucket", &json!({ "BucketName": "old-logs" }))
}

fn import(account: &mut Account, template: &str, wanted: &Value) -> String {
    account.refused(
        "CreateChangeSet",
        json!({
            "StackName": "app", "ChangeSetName": "import", "ChangeSetType": "IMPORT",
            "TemplateBody": template, "ResourcesToImport": wanted,
        }),
    )
}

fn tags(account: &Account) -> Value {
    let live = account.world.resources.get("ap-northeast-1|AWS::S3::Bucket|old-logs").unwrap();
    live.properties.get("Tags").cloned().unwrap_or_default()
}

#[test]
fn a_new_stack_is_made_of_what_is_there() {
    let mut account = account();
    let more = json!({ "ResourcesToImport": [bucket()] });
    let set = account.change_set("IMPORT", NAMED, more);
    assert_eq!(set["Status"], "CREATE_COMPLETE", "{set}");
    assert!(set["StatusReason"].as_str().unwrap().starts_with("Verify that resources"));
    let change = &set["Changes"][0]["ResourceChange"];
    assert_eq!(
        (&change["Action"], &change["PhysicalResourceId"]),
        (&json!("Import"), &json!("old-logs"))
    );
    assert_eq!(account.status(), "REVIEW_IN_PROGRESS");
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "IMPORT_COMPLETE");
    assert_eq!(
        account.story(),
        [
            "REVIEW_IN_PROGRESS app",
            "IMPORT_IN_PROGRESS app",
            "IMPORT_IN_PROGRESS Logs",
            "IMPORT_IN_PROGRESS Logs",
            "IMPORT_COMPLETE Logs",
            "UPDATE_IN_PROGRESS Logs",
            "UPDATE_COMPLETE Logs",
            "IMPORT_COMPLETE app",
        ]
    );
    assert_eq!(tags(&account)[0]["Key"], "aws:cloudformation:stack-name");
    // It is the stack's from now on.
    account.update(&NAMED.replace("Enabled", "Suspended"));
}

#[test]
fn what_the_template_says_is_not_applied_but_shows_as_drift() {
    let mut account = account();
    let template = NAMED.replace("Enabled", "Suspended");
    account.deploy("IMPORT", &template, json!({ "ResourcesToImport": [bucket()] }));
    account.ok("DetectStackDrift", json!({ "StackName": "app" }));
    let drifts = account.ok("DescribeStackResourceDrifts", json!({ "StackName": "app" }));
    let difference = &drifts["StackResourceDrifts"][0]["PropertyDifferences"][0];
    assert_eq!(difference["ExpectedValue"], "Suspended");
    assert_eq!(difference["ActualValue"], "Enabled");
}

#[test]
fn a_stack_that_exists_grows_and_nothing_else_changes() {
    let mut account = account();
    let before = "
Resources:
  Alarms: { Type: AWS::SNS::Topic, Properties: { TopicName: alarms } }
";
    account.create(before);
    let both = format!("{NAMED}{}", before.replace("\nResources:\n", ""));
    let renamed = both.replace("alarms", "others");
    assert_eq!(
        import(&mut account, &renamed, &json!([bucket()])),
        "You have modified resources [Alarms] in your template that are not being imported. Update, create or delete operations cannot be executed during import operations."
    );
    let more = json!({ "ResourcesToImport": [bucket()] });
    assert_eq!(account.deploy("IMPORT", &both, more), "IMPORT_COMPLETE");
    assert_eq!(
        import(
            &mut account,
            &format!("{both}  New: {{ Type: AWS::SNS::Topic }}\n"),
            &json!([bucket()])
        ),
        "Resources [Logs] passed in ResourceToImport are already in a stack and cannot be imported."
    );
}

#[test]
fn what_an_import_may_not_be_is_refused() {
    let cases = [
        (NAMED.to_owned(), json!([]), "Must Provide at least one resource to import"),
        (
            NAMED.replace("DeletionPolicy: Retain", "Metadata: {}"),
            json!([bucket()]),
            "The following resources to import [Logs] must have DeletionPolicy attribute specified in the template.",
        ),
        (
            NAMED.to_owned(),
            json!([wanted("Other", "AWS::S3::Bucket", &json!({ "BucketName": "old-logs" }))]),
            "The logical resource ids [Other] provided in ResourceToImport do not exist in the template.",
        ),
        (
            NAMED.to_owned(),
            json!([wanted("Logs", "AWS::S3::Bucket", &json!({ "Arn": "old-logs" }))]),
            "Invalid resource identifier for resource type AWS::S3::Bucket. Expected [BucketName]",
        ),
        (
            NAMED.to_owned(),
            json!([wanted("Logs", "AWS::SSM::Parameter", &json!({ "Name": "x" }))]),
            "Resource type of [Logs] passed in ResourceToImport does not match with resource type defined in the template. Resource type in ResourceToImport: AWS::SSM::Parameter; Resource type in Template: AWS::S3::Bucket.",
        ),
        (
            format!("{NAMED}  New: {{ Type: AWS::SNS::Topic }}\n"),
            json!([bucket()]),
            "Resources [New] is missing from ResourceToImport list",
        ),
        (
            format!("{NAMED}Outputs: {{ Name: {{ Value: !Ref Logs }} }}\n"),
            json!([bucket()]),
            "As part of the import operation, you cannot modify or add [Outputs]",
        ),
    ];
    for (template, wanted, refusal) in cases {
        let mut account = account();
        assert_eq!(import(&mut account, &template, &wanted), refusal);
        account.gone();
    }
}

#[test]
fn what_is_not_there_or_not_free_fails_the_change_set() {
    let mut account = account();
    let other = NAMED.replace("old-logs", "none");
    let none = wanted("Logs", "AWS::S3::Bucket", &json!({ "BucketName": "none" }));
    let set = account.change_set("IMPORT", &other, json!({ "ResourcesToImport": [none] }));
    assert_eq!(set["Status"], "FAILED");
    assert_eq!(
        set["StatusReason"],
        "Resource of type 'AWS::S3::Bucket' with identifier 'none' was not found."
    );
    let more = json!({ "ResourcesToImport": [bucket()] });
    account.deploy("IMPORT", NAMED, more);
    let owner = account.stack()["StackId"].as_str().unwrap().to_owned();
    let asked = json!({
        "StackName": "second", "ChangeSetName": "import", "ChangeSetType": "IMPORT",
        "TemplateBody": NAMED, "ResourcesToImport": [bucket()],
    });
    let made = account.ok("CreateChangeSet", asked);
    let set = account.ok("DescribeChangeSet", json!({ "ChangeSetName": made["Id"] }));
    assert_eq!(set["StatusReason"], format!("old-logs already exists in stack {owner}"));
}

#[test]
fn an_import_that_fails_lets_go_of_everything() {
    let mut account = account();
    let before = "Resources:\n  Alarms: { Type: AWS::SNS::Topic }\n";
    account.create(before);
    let both = format!("{NAMED}  Alarms: {{ Type: AWS::SNS::Topic }}\n");
    account.fail("Logs", "UPDATE", 1);
    let more = json!({ "ResourcesToImport": [bucket()] });
    assert_eq!(account.deploy("IMPORT", &both, more.clone()), "IMPORT_ROLLBACK_COMPLETE");
    assert!(tags(&account).is_null());
    let asked = json!({ "StackName": "app", "LogicalResourceId": "Logs" });
    assert!(account.call("DescribeStackResource", asked).is_err());
    account.fail("Logs", "UPDATE", 2);
    assert_eq!(account.deploy("IMPORT", &both, more.clone()), "IMPORT_ROLLBACK_FAILED");
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    // A stack that was to be made of nothing else has failed as a creation fails.
    account.fail("Logs", "UPDATE", 1);
    assert_eq!(account.deploy("IMPORT", NAMED, more), "ROLLBACK_COMPLETE");
}

#[test]
fn what_exists_under_its_name_is_taken_over_when_it_may_be() {
    let mut account = account();
    let automatic = json!({ "ImportExistingResources": "true" });
    let unkept = NAMED.replace("    DeletionPolicy: Retain\n", "");
    let set = account.change_set("CREATE", &unkept, automatic.clone());
    assert_eq!(set["Status"], "FAILED");
    assert_eq!(
        set["StatusReason"],
        "CloudFormation is attempting to import some resources because they already exist in your account. The resources must have the DeletionPolicy attribute set to 'Retain' or 'RetainExceptOnCreate' in the template for successful import. The affected resources are Logs ({BucketName=old-logs})"
    );
    let more = format!("{NAMED}  Alarms: {{ Type: AWS::SNS::Topic, DependsOn: Logs }}\n");
    let set = account.change_set("CREATE", &more, automatic.clone());
    assert_eq!(set["ImportExistingResources"], true);
    let actions: Vec<_> = set["Changes"].as_array().unwrap().iter().collect();
    let actions: Vec<_> = actions.iter().map(|it| &it["ResourceChange"]["Action"]).collect();
    assert_eq!(actions, ["Add", "Import"]);
    // The way back from a creation does not take away what was there before it.
    account.fail("Alarms", "CREATE", 1);
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "ROLLBACK_COMPLETE");
    assert!(!tags(&account).is_null());
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    assert_eq!(account.deploy("CREATE", &more, automatic), "CREATE_COMPLETE");
    assert_eq!(account.physical_id("Logs"), "old-logs");
}

#[test]
fn a_computed_name_is_not_looked_up() {
    let mut account = account();
    let computed = NAMED.replace("BucketName: old-logs", "BucketName: !Sub 'old-${Kind}'");
    let computed = format!("Parameters: {{ Kind: {{ Type: String, Default: logs }} }}\n{computed}");
    let automatic = json!({ "ImportExistingResources": "true", "DisableValidation": "true" });
    let set = account.change_set("CREATE", &computed, automatic);
    assert_eq!(set["Changes"][0]["ResourceChange"]["Action"], "Add");
}
