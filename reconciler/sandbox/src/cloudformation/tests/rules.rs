//! Rules between parameters.

use serde_json::{Value, json};

use super::Account;

fn template(rule: &str) -> String {
    format!(
        "
Parameters:
  Stage: {{ Type: String, Default: test }}
  Zones: {{ Type: CommaDelimitedList, Default: 'a,b' }}
  Vpc: {{ Type: 'AWS::EC2::VPC::Id', Default: none }}
Rules:
  Sizes:
{rule}
Resources: {{ Topic: {{ Type: AWS::SNS::Topic }} }}
"
    )
}

fn create(rule: &str, stage: &str) -> Result<Value, String> {
    let parameters = [json!({ "ParameterKey": "Stage", "ParameterValue": stage })];
    let asked =
        json!({ "StackName": "app", "TemplateBody": template(rule), "Parameters": parameters });
    Account::new().call("CreateStack", asked).map_err(|error| error.message)
}

#[test]
fn a_rule_holds_only_where_its_condition_does() {
    let rule = "
    RuleCondition: !Equals [!Ref Stage, production]
    Assertions:
      - Assert: !EachMemberIn [!Ref Zones, [a, c]]
        AssertDescription: production is in a and c only
";
    create(rule, "test").unwrap();
    assert_eq!(
        create(rule, "production").unwrap_err(),
        "Template error: rule Sizes failed: production is in a and c only"
    );
}

#[test]
fn every_function_of_rules_computes() {
    let holds = |expression: &str| {
        create(&format!("    Assertions: [{{ Assert: {expression} }}]"), "test").is_ok()
    };
    for expression in [
        "!Contains [!Ref Zones, a]",
        "!EachMemberEquals [[test, test], !Ref Stage]",
        "!And [!Equals [!Ref 'AWS::Region', ap-northeast-1], !Not [!Contains [[x], y]]]",
        "!Or [!Equals [a, b], !EachMemberIn [!Ref Zones, [a, b, c]]]",
        "!Equals [!ValueOf [Vpc, CidrBlock], '']",
        "!EachMemberEquals [!ValueOfAll ['AWS::EC2::VPC::Id', Tags.Name], x]",
        "!Not [!Contains [!RefAll 'AWS::EC2::VPC::Id', !Ref Vpc]]",
    ] {
        assert!(holds(expression), "{expression}");
    }
    assert!(!holds("!Contains [!Ref Zones, z]"));
}

#[test]
fn rules_know_what_there_is() {
    let vpc = "
Resources:
  Vpc:
    Type: AWS::EC2::VPC
    Properties: { CidrBlock: 10.0.0.0/16, Tags: [{ Key: Name, Value: main }] }
Outputs: { Id: { Value: !Ref Vpc } }
";
    let mut account = Account::new();
    account.create(vpc);
    let id = account.output("Id");
    let rule = "
    Assertions:
      - Assert: !Contains [!RefAll 'AWS::EC2::VPC::Id', !Ref Vpc]
      - Assert: !Equals [!ValueOf [Vpc, Tags.Name], main]
      - Assert: !Contains [!ValueOfAll ['AWS::EC2::VPC::Id', CidrBlock], 10.0.0.0/16]
";
    let parameters = [json!({ "ParameterKey": "Vpc", "ParameterValue": id })];
    let asked = json!({
        "StackName": "second", "TemplateBody": template(rule), "Parameters": parameters,
    });
    account.ok("CreateStack", asked);
}

#[test]
fn what_is_no_rule_is_refused() {
    assert_eq!(
        create("    Assertions: [{ Assert: !Contains [!If [a, b, c], x] }]", "test").unwrap_err(),
        "Template format error: Following functions are not supported in the Rules block of the template: [Fn::If]"
    );
    assert_eq!(
        create("    Assertions: [{ Assert: !Equals [!Ref Topic, x] }]", "test").unwrap_err(),
        "Template format error: Unresolved resource dependencies [Topic] in the Rules block of the template"
    );
    assert!(create("    Assertion: []", "test").unwrap_err().contains("must contain Assertions"));
}
