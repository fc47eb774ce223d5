//! References to values that live in other services.

use serde_json::{Value, json};

use super::Account;

const SOURCES: &str = "
Resources:
  Host: { Type: AWS::SSM::Parameter, Properties: { Type: String, Name: /db/host, Value: one } }
  Login:
    Type: AWS::SecretsManager::Secret
    Properties: { Name: login, SecretString: '{\"password\":\"hunter2\"}' }
";

const USING: &str = "
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties:
      DisplayName: 'to {{resolve:ssm:/db/host}} as {{resolve:secretsmanager:login:SecretString:password}}'
  Key: { Type: AWS::KMS::Key, Properties: { Description: first } }
";

fn account() -> Account {
    let mut account = Account::new();
    account.ok("CreateStack", json!({ "StackName": "sources", "TemplateBody": SOURCES }));
    account
}

fn set_host(account: &mut Account, value: &str) {
    let template = SOURCES.replace("Value: one", &format!("Value: {value}"));
    account.ok("UpdateStack", json!({ "StackName": "sources", "TemplateBody": template }));
}

fn shown(account: &Account) -> Value {
    let key = super::super::physical(&account.world, "ap-northeast-1", "app", "Topic").unwrap();
    account.world.resources.get(&key).unwrap().properties["DisplayName"].clone()
}

#[test]
fn only_the_resource_itself_has_the_values() {
    let mut account = account();
    let set = account.change_set("CREATE", USING, json!({}));
    let context = set["Changes"][1]["ResourceChange"]["AfterContext"].as_str().unwrap();
    assert!(context.contains("{{resolve:ssm:/db/host}}"), "{context}");
    account.ok("ExecuteChangeSet", json!({ "ChangeSetName": set["ChangeSetId"] }));
    assert_eq!(account.status(), "CREATE_COMPLETE");
    assert_eq!(shown(&account), "to one as hunter2");
    for asked in ["GetTemplate", "DescribeStackEvents"] {
        let told = account.ok(asked, json!({ "StackName": "app" })).to_string();
        assert!(told.contains("{{resolve:ssm:/db/host}}") && !told.contains("hunter2"), "{told}");
    }
    let started = account.ok("DetectStackDrift", json!({ "StackName": "app" }));
    let id = &started["StackDriftDetectionId"];
    let asked = json!({ "StackDriftDetectionId": id });
    let detected = account.ok("DescribeStackDriftDetectionStatus", asked);
    assert_eq!(detected["StackDriftStatus"], "IN_SYNC");
}

#[test]
fn a_value_that_moves_is_no_change_but_comes_with_the_next_one() {
    let mut account = account();
    account.create(USING);
    set_host(&mut account, "two");
    assert_eq!(account.change_set("UPDATE", USING, json!({}))["Status"], "FAILED");
    account.update(&USING.replace("first", "second"));
    assert_eq!(shown(&account), "to two as hunter2");
}

#[test]
fn a_version_stays_what_it_was() {
    let mut account = account();
    set_host(&mut account, "two");
    account.create(&USING.replace("/db/host}}", "/db/host:1}}"));
    assert_eq!(shown(&account), "to one as hunter2");
    account.update(&USING.replace("/db/host}}", "/db/host:2}}"));
    assert_eq!(shown(&account), "to two as hunter2");
}

#[test]
fn a_parameter_may_name_one_of_parameter_store() {
    let template = "
Parameters: { Host: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /db/host } }
Resources: { Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Host } } }
";
    let mut account = account();
    account.create(template);
    assert_eq!(shown(&account), "one");
    let parameter = account.stack()["Parameters"][0].clone();
    assert_eq!(
        (&parameter["ParameterValue"], &parameter["ResolvedValue"]),
        (&json!("/db/host"), &json!("one"))
    );
    // Unlike a dynamic reference it is looked up for every change set.
    set_host(&mut account, "two");
    account.update(template);
    assert_eq!(shown(&account), "two");
    let elsewhere = template.replace("/db/host", "/db/port");
    assert_eq!(
        account.refused("UpdateStack", json!({ "StackName": "app", "TemplateBody": elsewhere })),
        "Unable to fetch parameters [/db/port] from parameter store for this account."
    );
}

#[test]
fn what_is_not_there_is_refused_or_fails_its_resource() {
    let mut account = account();
    let create = |template: &str| json!({ "StackName": "app", "TemplateBody": template });
    let nowhere = USING.replace("/db/host", "/db/port:3");
    assert_eq!(
        account.refused("CreateStack", create(&nowhere)),
        "Parameters: [ssm:/db/port:3] cannot be found."
    );
    for (from, to, reason) in [
        ("login:", "nobody:", "Secrets Manager can't find the specified secret."),
        (
            ":password}}",
            ":user}}",
            "Could not find a value associated with JSONKey in SecretString",
        ),
        (
            ":password}}",
            ":password:AWSPREVIOUS}}",
            "Secrets Manager can't find the specified secret value for staging label: AWSPREVIOUS",
        ),
    ] {
        account.ok("CreateStack", create(&USING.replace(from, to)));
        assert_eq!(account.status(), "ROLLBACK_COMPLETE");
        let told = account.reason("CREATE_FAILED");
        assert!(told.starts_with(reason), "{told}");
        account.ok("DeleteStack", json!({ "StackName": "app" }));
    }
}

#[test]
fn a_secure_string_goes_only_where_it_cannot_be_read_again() {
    let mut account = account();
    let topic = USING.replace("resolve:ssm:", "resolve:ssm-secure:");
    let set = account.change_set("CREATE", &topic, json!({}));
    assert_eq!(
        set["StatusReason"],
        "SSM Secure reference is not supported in: [AWS::SNS::Topic/Properties/DisplayName]"
    );
    let database = "
Resources:
  Store:
    Type: AWS::RDS::DBCluster
    Properties: { Engine: aurora, MasterUserPassword: '{{resolve:ssm-secure:/db/host:1}}' }
";
    assert_eq!(account.deploy("CREATE", database, json!({})), "CREATE_COMPLETE");
}
