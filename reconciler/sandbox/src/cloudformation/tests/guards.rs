//! What is refused: protection, policies, capabilities, tokens, and operations at the wrong time.

use serde_json::{Value, json};

use super::{Account, BUCKET};

#[test]
fn termination_protection_blocks_only_the_deletion() {
    let mut account = Account::new();
    account.create(BUCKET);
    let protect = |on: &str| json!({ "StackName": "app", "EnableTerminationProtection": on });
    account.ok("UpdateTerminationProtection", protect("true"));
    assert_eq!(account.stack()["EnableTerminationProtection"], true);
    assert_eq!(
        account.refused("DeleteStack", json!({ "StackName": "app" })),
        "Stack [app] cannot be deleted while TerminationProtection is enabled"
    );
    account.update(&BUCKET.replace("Enabled", "Suspended"));
    account.ok("UpdateTerminationProtection", protect("false"));
    account.ok("DeleteStack", json!({ "StackName": "app" }));
}

fn with_policy(statements: &Value) -> Account {
    let mut account = Account::new();
    account.create(BUCKET);
    let policy = json!({ "Statement": statements }).to_string();
    let asked = json!({ "StackName": "app", "StackPolicyBody": policy });
    account.ok("SetStackPolicy", asked);
    account
}

#[test]
fn a_stack_policy_denies_what_it_does_not_allow() {
    let suspended = BUCKET.replace("Enabled", "Suspended");
    let mut account = with_policy(&json!([
        { "Effect": "Allow", "Principal": "*", "Action": "Update:Modify", "Resource": "LogicalResourceId/Other*" },
    ]));
    assert_eq!(account.deploy("UPDATE", &suspended, json!({})), "UPDATE_ROLLBACK_COMPLETE");
    let denied =
        "Action denied by stack policy: No statement allows [Update:Modify] for resource [Logs]";
    assert!(account.all_reasons().contains(&denied.to_owned()));
    let during = json!({ "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*" },
    ] });
    let asked = json!({
        "StackName": "app",
        "TemplateBody": suspended,
        "StackPolicyDuringUpdateBody": during.to_string(),
    });
    account.ok("UpdateStack", asked);
    assert_eq!(account.status(), "UPDATE_COMPLETE");
}

#[test]
fn a_stack_policy_tells_replacing_and_deleting_from_modifying() {
    let mut account = with_policy(&json!([
        { "Effect": "Allow", "Principal": "*", "Action": "Update:*", "Resource": "*" },
        {
            "Effect": "Deny", "Principal": "*", "Resource": "*",
            "NotAction": ["Update:Modify"],
            "Condition": { "StringLike": { "ResourceType": ["AWS::S3::*"] } },
        },
    ]));
    account.update(&BUCKET.replace("Enabled", "Suspended"));
    let named = BUCKET.replace("Properties:", "Properties:\n      BucketName: other");
    assert_eq!(account.deploy("UPDATE", &named, json!({})), "UPDATE_ROLLBACK_COMPLETE");
    let without = "Resources: { Topic: { Type: AWS::SNS::Topic } }";
    assert_eq!(account.deploy("UPDATE", without, json!({})), "UPDATE_ROLLBACK_COMPLETE");
    let denied = "Action denied by stack policy: Statement [#2] does not allow [Update:Delete] for resource [Logs]";
    assert!(account.all_reasons().contains(&denied.to_owned()));
    assert_eq!(account.world.resources.iter().count(), 1);
}

#[test]
fn capabilities_are_asked_for() {
    let template = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Statement: [] }, RoleName: deployer, Path: /app/ }
Outputs:
  Arn: { Value: !GetAtt Role.Arn }
";
    let mut account = Account::new();
    let asked =
        json!({ "StackName": "app", "TemplateBody": template, "Capabilities": ["CAPABILITY_IAM"] });
    let error = account.call("CreateStack", asked).unwrap_err();
    assert_eq!(error.code, "InsufficientCapabilitiesException");
    assert_eq!(error.message, "Requires capabilities : [CAPABILITY_NAMED_IAM]");
    account.deploy("CREATE", template, json!({ "Capabilities": ["CAPABILITY_NAMED_IAM"] }));
    assert_eq!(account.output("Arn"), "arn:aws:iam::000000000000:role/app/deployer");
}

#[test]
fn a_stack_at_work_takes_no_second_operation() {
    let mut account = Account::new();
    account.create(BUCKET);
    account.world.durations.insert("AWS::S3::Bucket", 60_000);
    let suspended = BUCKET.replace("Enabled", "Suspended");
    assert_eq!(account.deploy("UPDATE", &suspended, json!({})), "UPDATE_IN_PROGRESS");
    let id = account.stack()["StackId"].as_str().unwrap().to_owned();
    let asked = json!({ "StackName": "app", "ChangeSetName": "two", "TemplateBody": BUCKET });
    assert_eq!(
        account.refused("CreateChangeSet", asked),
        format!("Stack:{id} is in UPDATE_IN_PROGRESS state and can not be updated.")
    );
    assert_eq!(
        account.refused("DeleteStack", json!({ "StackName": "app" })),
        format!("Stack [{id}] cannot be deleted while in status UPDATE_IN_PROGRESS")
    );
}

#[test]
fn a_token_repeats_its_own_operation_only() {
    let mut account = Account::new();
    let create = json!({ "StackName": "app", "TemplateBody": BUCKET, "ClientRequestToken": "one" });
    let first = account.ok("CreateStack", create.clone());
    assert_eq!(account.ok("CreateStack", create.clone()), first);
    let mut other = create;
    other["ClientRequestToken"] = json!("two");
    assert_eq!(account.call("CreateStack", other).unwrap_err().code, "AlreadyExistsException");
    let delete = json!({ "StackName": "app", "ClientRequestToken": "one" });
    let error = account.call("DeleteStack", delete).unwrap_err();
    assert_eq!(error.code, "TokenAlreadyExistsException");
    let events = account.ok("DescribeStackEvents", json!({ "StackName": "app" }));
    assert_eq!(events["StackEvents"][0]["ClientRequestToken"], "one");
}

#[test]
fn change_sets_have_one_name_a_stack_and_are_used_up_together() {
    let mut account = Account::new();
    let asked = |name: &str, token: &str| {
        json!({
            "StackName": "app", "ChangeSetName": name, "ChangeSetType": "CREATE",
            "TemplateBody": BUCKET, "ClientToken": token,
        })
    };
    let first = account.ok("CreateChangeSet", asked("one", "a"));
    assert_eq!(account.ok("CreateChangeSet", asked("one", "a")), first);
    let error = account.call("CreateChangeSet", asked("one", "b")).unwrap_err();
    assert_eq!(error.code, "AlreadyExistsException");
    account.ok("CreateChangeSet", asked("two", "c"));
    let listed = account.ok("ListChangeSets", json!({ "StackName": "app" }));
    assert_eq!(listed["Summaries"].as_array().unwrap().len(), 2);
    account.ok("ExecuteChangeSet", json!({ "StackName": "app", "ChangeSetName": "two" }));
    let again = json!({ "ChangeSetName": first["Id"] });
    assert_eq!(account.call("DescribeChangeSet", again).unwrap_err().code, "ChangeSetNotFound");
    let again = json!({ "StackName": "app", "ChangeSetName": "two" });
    assert_eq!(account.call("ExecuteChangeSet", again).unwrap_err().code, "InvalidChangeSetStatus");
    let more = json!({ "StackName": "app", "ChangeSetName": "x", "ChangeSetType": "CREATE", "TemplateBody": BUCKET });
    assert_eq!(
        account.refused("CreateChangeSet", more),
        "Stack [app] already exists and cannot be created again with the changeSet [x]."
    );
    let more = json!({ "StackName": "no", "ChangeSetName": "x", "TemplateBody": BUCKET });
    assert_eq!(account.refused("CreateChangeSet", more), "Stack [no] does not exist");
}
