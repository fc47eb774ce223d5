//! What change sets say, and which kind of change replaces a resource.

use serde_json::{Value, json};

use super::{Account, BUCKET, text};

fn details(change: &Value) -> Vec<String> {
    let details = change["Details"].as_array().unwrap();
    details
        .iter()
        .map(|detail| {
            let target = &detail["Target"];
            let fields = [
                &target["Path"],
                &target["BeforeValue"],
                &target["AfterValue"],
                &target["RequiresRecreation"],
                &detail["Evaluation"],
                &detail["ChangeSource"],
                &detail["CausingEntity"],
            ];
            fields.map(text).join(" ").trim_end().to_owned()
        })
        .collect()
}

#[test]
fn a_property_changed_in_place() {
    let mut account = Account::new();
    account.create(BUCKET);
    let name = account.output("Name");
    let suspended = BUCKET.replace("Enabled", "Suspended");
    let set = account.change_set("UPDATE", &suspended, json!({}));
    let change = &set["Changes"][0]["ResourceChange"];
    assert_eq!(change["Action"], "Modify");
    assert_eq!(change["Replacement"], "False");
    assert_eq!(change["Scope"], json!(["Properties"]));
    assert_eq!(
        details(change),
        [
            "/Properties/VersioningConfiguration/Status Enabled Suspended Never Static DirectModification"
        ]
    );
    assert_eq!(
        change["BeforeContext"],
        r#"{"Properties":{"VersioningConfiguration":{"Status":"Enabled"}}}"#
    );
    let bare = account.ok("DescribeChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    let bare = &bare["Changes"][0]["ResourceChange"];
    assert!(bare["BeforeContext"].is_null() && bare["Details"][0]["Target"]["Path"].is_null());
    account.update(&suspended);
    assert_eq!(account.output("Name"), name);
}

#[test]
fn a_create_only_property_replaces_and_makes_its_dependents_uncertain() {
    let template = "
Parameters:
  Name: { Type: String }
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    UpdateReplacePolicy: Retain
    Properties: { LogGroupName: !Ref Name }
  Url:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Name: arn, Value: !GetAtt Group.Arn }
";
    let named =
        |name: &str| json!({ "Parameters": [{ "ParameterKey": "Name", "ParameterValue": name }] });
    let mut account = Account::new();
    account.deploy("CREATE", template, named("one"));
    let set = account.change_set("UPDATE", template, named("two"));
    let group = &set["Changes"][0]["ResourceChange"];
    assert_eq!(group["Replacement"], "True");
    assert_eq!(group["PolicyAction"], "ReplaceAndRetain");
    assert_eq!(
        details(group),
        [
            "/Properties/LogGroupName one two Always Static ParameterReference Name",
            "/Properties/LogGroupName one two Always Dynamic DirectModification",
        ]
    );
    let url = &set["Changes"][1]["ResourceChange"];
    assert_eq!(url["Replacement"], "False");
    assert_eq!(
        details(url),
        [
            "/Properties/Value arn:aws:logs:ap-northeast-1:000000000000:log-group:one:* {{changeSet:KNOWN_AFTER_APPLY}} Never Dynamic ResourceAttribute Group.Arn"
        ]
    );
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "UPDATE_COMPLETE");
    assert_eq!(account.physical_id("Group"), "two");
    let story = account.story();
    let end =
        ["UPDATE_COMPLETE_CLEANUP_IN_PROGRESS app", "DELETE_SKIPPED Group", "UPDATE_COMPLETE app"];
    assert_eq!(story[story.len() - 3..], end);
    let groups = account.world.resources.iter().filter(|(key, _)| key.contains("LogGroup"));
    assert_eq!(groups.count(), 2);
}

#[test]
fn a_replacement_that_may_happen_is_conditional() {
    let template = "
Resources:
  Key: { Type: AWS::KMS::Key, Properties: { Description: one } }
  Trail:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      Description: !GetAtt Key.Arn
      PolicyDocument: { Version: '2012-10-17', Statement: [] }
";
    let iam = json!({ "Capabilities": ["CAPABILITY_IAM"] });
    let mut account = Account::new();
    account.deploy("CREATE", template, iam.clone());
    let policy = account.physical_id("Trail");
    let changed = template.replace("one", "two");
    let set = account.change_set("UPDATE", &changed, iam.clone());
    let trail = &set["Changes"][1]["ResourceChange"];
    assert_eq!(trail["Replacement"], "Conditional");
    assert_eq!(trail["Details"][0]["Target"]["RequiresRecreation"], "Always");
    // The ARN turns out to be the same, and nothing happens.
    account.deploy("UPDATE", &changed, iam);
    assert_eq!(account.physical_id("Trail"), policy);
    assert!(!account.story().contains(&"UPDATE_IN_PROGRESS Trail".to_owned()));
}

#[test]
fn outputs_tags_and_policies_alone_are_changes() {
    let mut account = Account::new();
    account.create(BUCKET);
    let more = format!("{BUCKET}  More: {{ Value: x }}\n");
    let set = account.change_set("UPDATE", &more, json!({}));
    assert_eq!(set["Status"], "CREATE_COMPLETE");
    assert_eq!(set["Changes"], json!([]));
    let tagged = json!({ "Tags": [{ "Key": "system", "Value": "backup" }] });
    let set = account.change_set("UPDATE", BUCKET, tagged.clone());
    let change = &set["Changes"][0]["ResourceChange"];
    assert_eq!(change["Scope"], json!(["Tags"]));
    assert_eq!(change["Replacement"], "False");
    let kept = BUCKET.replace("Type: AWS", "DeletionPolicy: Retain\n    Type: AWS");
    let set = account.change_set("UPDATE", &kept, json!({}));
    assert_eq!(set["Changes"][0]["ResourceChange"]["Scope"], json!(["DeletionPolicy"]));
    account.deploy("UPDATE", BUCKET, tagged);
    let live = account.world.resources.iter().next().unwrap().1;
    assert_eq!(live.properties["Tags"][0], json!({ "Key": "system", "Value": "backup" }));
    // Tags that are not named in the next change set stay.
    assert_eq!(account.change_set("UPDATE", BUCKET, json!({}))["Status"], "FAILED");
}

#[test]
fn a_resource_left_out_is_removed_in_the_clean_up() {
    let both =
        format!("{}\n", BUCKET.replace("Outputs:", "  Topic: { Type: AWS::SNS::Topic }\nOutputs:"));
    let mut account = Account::new();
    account.create(&both);
    let set = account.change_set("UPDATE", BUCKET, json!({}));
    let change = &set["Changes"][0]["ResourceChange"];
    assert_eq!((&change["Action"], &change["PolicyAction"]), (&json!("Remove"), &json!("Delete")));
    account.update(BUCKET);
    assert_eq!(account.world.resources.iter().count(), 1);
    let asked = json!({ "StackName": "app", "LogicalResourceId": "Topic" });
    assert_eq!(
        account.refused("DescribeStackResource", asked),
        "Resource Topic does not exist for stack app"
    );
}

#[test]
fn a_custom_name_cannot_be_replaced_by_itself() {
    let template = "
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: { TopicName: alarms }
";
    let mut account = Account::new();
    account.create(template);
    let fifo = template.replace("alarms }", "alarms, FifoTopic: true }");
    assert_eq!(account.deploy("UPDATE", &fifo, json!({})), "UPDATE_ROLLBACK_COMPLETE");
    assert_eq!(
        account.reason("UPDATE_FAILED"),
        "CloudFormation cannot update a stack when a custom-named resource requires replacing. Rename arn:aws:sns:ap-northeast-1:000000000000:alarms and update the stack again."
    );
}

#[test]
fn the_type_of_a_logical_id_can_never_change() {
    let mut account = Account::new();
    account.create(BUCKET);
    let other = "Resources: { Logs: { Type: AWS::SNS::Topic } }";
    let set = account.change_set("UPDATE", other, json!({}));
    assert_eq!(set["Status"], "FAILED");
    assert!(text(&set["StatusReason"]).starts_with("Update of resource type is not permitted."));
}

#[test]
fn what_comes_from_a_secret_parameter_is_not_shown() {
    let template = "
Parameters:
  Password: { Type: String, NoEcho: true }
  Size: { Type: String, Default: small }
Resources:
  Function:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Value: !Sub 'login:${Password}'
      Description: !Ref Size
      Tags: { plain: hunter2, secret: !Ref Password }
";
    let with = |password: &str, size: &str| {
        json!({ "Parameters": [
            { "ParameterKey": "Password", "ParameterValue": password },
            { "ParameterKey": "Size", "ParameterValue": size },
        ] })
    };
    let mut account = Account::new();
    let first = account.change_set("CREATE", template, with("correct horse", "small"));
    assert_eq!(
        first["Changes"][0]["ResourceChange"]["AfterContext"],
        r#"{"Properties":{"Type":"String","Value":"****","Description":"small","Tags":{"plain":"hunter2","secret":"****"}}}"#
    );
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": first["ChangeSetId"] }));
    let set = account.change_set("UPDATE", template, with("battery staple", "large"));
    let change = &set["Changes"][0]["ResourceChange"];
    assert_eq!(
        details(change),
        [
            "/Properties/Value **** **** Never Static ParameterReference Password",
            "/Properties/Value **** **** Never Dynamic DirectModification",
            "/Properties/Description small large Never Static ParameterReference Size",
            "/Properties/Description small large Never Dynamic DirectModification",
            "/Properties/Tags/secret **** **** Never Static ParameterReference Password",
            "/Properties/Tags/secret **** **** Never Dynamic DirectModification",
        ]
    );
    let shown = set.to_string();
    assert!(!shown.contains("correct horse") && !shown.contains("battery staple"), "{shown}");
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "UPDATE_COMPLETE");
    let live = account.world.resources.iter().next().unwrap().1;
    assert_eq!(live.properties["Value"], "login:battery staple");
    let without = template.replace("Function:", "Other:");
    let parameters = with("battery staple", "large");
    assert_eq!(account.deploy("UPDATE", &without, parameters), "UPDATE_COMPLETE");
    for asked in ["DescribeStacks", "DescribeStackEvents", "DescribeEvents", "ListStackResources"] {
        let shown = account.ok(asked, json!({ "StackName": "app" })).to_string();
        assert!(!shown.contains("correct horse") && !shown.contains("battery staple"), "{shown}");
    }
}

#[test]
fn drift_is_told_without_what_comes_from_a_secret_parameter() {
    let template = "
Parameters: { Comment: { Type: String, NoEcho: true } }
Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Comment } } }
";
    let secret = [json!({ "ParameterKey": "Comment", "ParameterValue": "correct horse" })];
    let mut account = Account::new();
    account.deploy("CREATE", template, json!({ "Parameters": secret }));
    account.tamper("Topic", |live| live["DisplayName"] = json!("battery staple"));
    account.ok("DetectStackDrift", json!({ "StackName": "app" }));
    let drifts = account.ok("DescribeStackResourceDrifts", json!({ "StackName": "app" }));
    assert_eq!(
        drifts["StackResourceDrifts"][0]["PropertyDifferences"],
        json!([{
            "PropertyPath": "/DisplayName",
            "ExpectedValue": "****",
            "ActualValue": "****",
            "DifferenceType": "NOT_EQUAL",
        }])
    );
    let shown = drifts.to_string();
    assert!(!shown.contains("correct horse") && !shown.contains("battery staple"), "{shown}");
}
