//! Creating, updating and deleting.

use serde_json::json;

use super::{Account, BUCKET, text};

#[test]
fn a_first_change_set_creates_the_stack_in_review_and_its_execution_the_resources() {
    let mut account = Account::new();
    let set = account.change_set("CREATE", BUCKET, json!({}));
    assert_eq!(set["Status"], "CREATE_COMPLETE");
    assert_eq!(set["ExecutionStatus"], "AVAILABLE");
    assert_eq!(set["Changes"][0]["ResourceChange"]["Action"], "Add");
    assert_eq!(account.status(), "REVIEW_IN_PROGRESS");
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "CREATE_COMPLETE");
    let name = account.output("Name");
    assert!(name.starts_with("app-logs-"), "{name}");
    assert_eq!(account.output("Arn"), format!("arn:aws:s3:::{name}"));
    assert_eq!(
        account.story(),
        [
            "REVIEW_IN_PROGRESS app",
            "CREATE_IN_PROGRESS app",
            "CREATE_IN_PROGRESS Logs",
            "CREATE_IN_PROGRESS Logs",
            "CREATE_COMPLETE Logs",
            "CREATE_COMPLETE app",
        ]
    );
}

#[test]
fn the_same_template_again_contains_no_changes() {
    let mut account = Account::new();
    account.create(BUCKET);
    let set = account.change_set("UPDATE", BUCKET, json!({}));
    assert_eq!(set["Status"], "FAILED");
    assert_eq!(
        set["StatusReason"],
        "The submitted information didn't contain changes. Submit different information to create a change set."
    );
    assert_eq!(set["ExecutionStatus"], "UNAVAILABLE");
    let asked = json!({ "StackName": "app", "TemplateBody": BUCKET });
    assert_eq!(account.refused("UpdateStack", asked), "No updates are to be performed.");
}

#[test]
fn resources_take_their_time_and_wait_for_what_they_depend_on() {
    let template = "
Resources:
  Key: { Type: AWS::KMS::Key }
  Alias:
    Type: AWS::KMS::Alias
    Properties: { AliasName: alias/app, TargetKeyId: !Ref Key }
";
    let mut account = Account::new();
    account.world.durations.insert("AWS::KMS::Key", 10_000);
    account.world.durations.insert("AWS::KMS::Alias", 5_000);
    let asked = json!({ "StackName": "app", "TemplateBody": template });
    account.ok("CreateStack", asked);
    for _ in 0..9 {
        assert_eq!(account.status(), "CREATE_IN_PROGRESS");
    }
    assert!(!account.story().contains(&"CREATE_COMPLETE Alias".to_owned()));
    for _ in 0..4 {
        assert_eq!(account.status(), "CREATE_IN_PROGRESS");
    }
    assert_eq!(account.status(), "CREATE_COMPLETE");
}

#[test]
fn parameters_conditions_and_functions_are_worked_in() {
    let template = "
Parameters:
  Prefix: { Type: String, AllowedPattern: '[a-z]+' }
  Zones: { Type: CommaDelimitedList, Default: 'a, b' }
  Secret: { Type: String, NoEcho: true, Default: hidden }
Mappings:
  Days: { production: { keep: 365 }, test: { keep: 7 } }
Conditions:
  Big: !Or [!Equals [!Ref Prefix, big], !Not [!Equals [!Select [1, !Ref Zones], b]]]
Resources:
  Group:
    Type: AWS::Logs::LogGroup
    Properties:
      LogGroupName: !Sub '/${Prefix}/${AWS::Region}/${!literal}'
      RetentionInDays: !If [Big, !FindInMap [Days, production, keep], !FindInMap [Days, test, keep]]
      KmsKeyId: !If [Big, key, !Ref AWS::NoValue]
  Extra:
    Type: AWS::SNS::Topic
    Condition: Big
Outputs:
  Joined: { Value: !Join ['-', [!Ref Prefix, !Join ['+', !Ref Zones]]] }
  Arn: { Value: !GetAtt Group.Arn }
  Extra: { Condition: Big, Value: !Ref Extra }
";
    let mut account = Account::new();
    let given = |value: &str| json!({ "Parameters": [{ "ParameterKey": "Prefix", "ParameterValue": value }] });
    let asked = json!({ "StackName": "app", "TemplateBody": template });
    assert_eq!(account.refused("CreateStack", asked), "Parameters: [Prefix] must have values");
    account.deploy("CREATE", template, given("app"));
    assert_eq!(account.physical_id("Group"), "/app/ap-northeast-1/${literal}");
    assert_eq!(account.output("Joined"), "app-a+b");
    assert_eq!(
        account.output("Arn"),
        "arn:aws:logs:ap-northeast-1:000000000000:log-group:/app/ap-northeast-1/${literal}:*"
    );
    let stack = account.stack();
    assert_eq!(stack["Outputs"].as_array().unwrap().len(), 2);
    let secret = &stack["Parameters"][1];
    assert_eq!(
        (&secret["ParameterKey"], &secret["ParameterValue"]),
        (&json!("Secret"), &json!("****"))
    );
    let live = account.world.resources.iter().next().unwrap().1;
    assert_eq!(live.properties["RetentionInDays"], 7);
    assert!(!live.properties.contains_key("KmsKeyId"));
}

#[test]
fn a_deleted_stack_is_found_by_its_id_only_and_its_name_is_free_again() {
    let mut account = Account::new();
    account.create(BUCKET);
    let id = text(&account.stack()["StackId"]);
    account.ok("DeleteStack", json!({ "StackName": "app" }));
    account.ok("ListStacks", json!({}));
    let message = account.refused("DescribeStacks", json!({ "StackName": "app" }));
    assert_eq!(message, "Stack with id app does not exist");
    let gone = account.ok("DescribeStacks", json!({ "StackName": id }));
    assert_eq!(gone["Stacks"][0]["StackStatus"], "DELETE_COMPLETE");
    assert_eq!(account.world.resources.iter().count(), 0);
    account.create(BUCKET);
    assert_ne!(text(&account.stack()["StackId"]), id);
}

#[test]
fn all_stacks_come_in_pages_of_a_hundred() {
    let mut account = Account::new();
    for number in 0..101 {
        let asked = json!({ "StackName": format!("app-{number}"), "TemplateBody": BUCKET });
        account.ok("CreateStack", asked);
    }
    let first = account.ok("DescribeStacks", json!({}));
    assert_eq!(first["Stacks"].as_array().unwrap().len(), 100);
    let rest = account.ok("DescribeStacks", json!({ "NextToken": first["NextToken"] }));
    assert_eq!(rest["Stacks"].as_array().unwrap().len(), 1);
    assert!(rest["NextToken"].is_null());
}

#[test]
fn a_firewall_is_named_by_three_parts_and_its_arn_says_where_it_stands() {
    let template = "\
Resources:
  Here:
    Type: AWS::WAFv2::WebACL
    Properties: { Name: api, Scope: REGIONAL, DefaultAction: { Allow: {} }, VisibilityConfig: { CloudWatchMetricsEnabled: true, MetricName: api, SampledRequestsEnabled: true } }
  Edge:
    Type: AWS::WAFv2::WebACL
    Properties: { Name: site, Scope: CLOUDFRONT, DefaultAction: { Allow: {} }, VisibilityConfig: { CloudWatchMetricsEnabled: true, MetricName: site, SampledRequestsEnabled: true } }
Outputs:
  Here: { Value: !Ref Here }
  HereArn: { Value: !GetAtt Here.Arn }
  HereId: { Value: !GetAtt Here.Id }
  Edge: { Value: !Ref Edge }
  EdgeArn: { Value: !GetAtt Edge.Arn }
";
    let mut account = Account::new();
    account.create(template);
    let id = account.output("HereId");
    assert_eq!(account.output("Here"), format!("api|{id}|REGIONAL"));
    assert_eq!(
        account.output("HereArn"),
        format!("arn:aws:wafv2:ap-northeast-1:000000000000:regional/webacl/api/{id}")
    );
    let edge = account.output("Edge");
    let [name, id, scope] = edge.split('|').collect::<Vec<_>>().try_into().unwrap();
    assert_eq!((name, scope), ("site", "CLOUDFRONT"));
    assert_eq!(
        account.output("EdgeArn"),
        format!("arn:aws:wafv2:ap-northeast-1:000000000000:global/webacl/site/{id}")
    );
}

#[test]
fn updates_of_the_same_moment_are_told_apart() {
    let template = |days: u32| {
        format!(
            "Resources: {{ Group: {{ Type: AWS::Logs::LogGroup, Properties: {{ RetentionInDays: {days} }} }} }}"
        )
    };
    let mut account = Account::new();
    account.create(&template(1));
    let moment = account.now;
    let updated = [3, 5].map(|days| {
        account.now = moment;
        account.ok("UpdateStack", json!({ "StackName": "app", "TemplateBody": template(days) }));
        text(&account.stack()["LastUpdatedTime"]).parse::<jiff::Timestamp>().unwrap()
    });
    assert!(updated[0] < updated[1], "{updated:?}");
}
