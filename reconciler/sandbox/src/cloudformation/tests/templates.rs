//! Templates that are refused, in CloudFormation's words.

use serde_json::json;

use super::Account;

fn refusal(template: &str) -> String {
    let mut account = Account::new();
    account.refused("CreateStack", json!({ "StackName": "app", "TemplateBody": template }))
}

#[test]
fn what_is_no_template_is_refused() {
    let cases = [
        ("Resources: {}", "Template format error: At least one Resources member must be defined."),
        (
            "Resource: { A: { Type: AWS::SNS::Topic } }",
            "Invalid template property or properties [Resource]",
        ),
        (
            "Resources: { A: { Properties: {} } }",
            "Template format error: [/Resources/A] Every Resources object must contain a Type member.",
        ),
        (
            "Resources: { A: { Type: AWS::Foo::Bar } }",
            "Template format error: Unrecognized resource types: [AWS::Foo::Bar]",
        ),
        (
            "Resources: { A: { Type: AWS::SNS::Topic, Properties: { TopicName: !Sub '${B}-x' } } }",
            "Template format error: Unresolved resource dependencies [B] in the Resources block of the template",
        ),
        (
            "Resources: { A: { Type: AWS::SNS::Topic } }\nOutputs: { O: { Value: !Ref B } }",
            "Template format error: Unresolved resource dependencies [B] in the Outputs block of the template",
        ),
        (
            "Resources: { A: { Type: AWS::SNS::Topic, DependsOn: B }, B: { Type: AWS::SNS::Topic, DependsOn: A } }",
            "Circular dependency between resources: [A, B]",
        ),
    ];
    for (template, message) in cases {
        assert_eq!(refusal(template), message);
    }
}

#[test]
fn parameters_are_held_to_their_constraints() {
    let mut account = Account::new();
    let template = "
Parameters:
  Stage: { Type: String, AllowedValues: [test, production], Default: test }
  Name: { Type: String, AllowedPattern: '[a-z]+', MaxLength: 4, Default: abc }
  Days: { Type: Number, MinValue: 1, Default: 3, ConstraintDescription: at least one day }
Resources: { A: { Type: AWS::SNS::Topic } }
";
    let mut refusal = |key: &str, value: &str| {
        let parameters = json!([{ "ParameterKey": key, "ParameterValue": value }]);
        let asked =
            json!({ "StackName": "app", "TemplateBody": template, "Parameters": parameters });
        account.refused("CreateStack", asked)
    };
    assert_eq!(
        refusal("Stage", "x"),
        "Parameter 'Stage' must be one of AllowedValues [test, production]"
    );
    assert_eq!(refusal("Name", "ABC"), "Parameter 'Name' must match pattern [a-z]+");
    assert_eq!(refusal("Name", "abcde"), "Parameter 'Name' must contain at most 4 characters");
    assert_eq!(
        refusal("Days", "0"),
        "Parameter 'Days' failed to satisfy constraint: at least one day"
    );
    assert_eq!(refusal("Other", "0"), "Parameters: [Other] do not exist in the template");
}

#[test]
fn properties_are_held_to_the_registry() {
    let reason = |properties: &str| {
        let mut account = Account::new();
        let template = format!(
            "Resources: {{ A: {{ Type: AWS::SSM::Parameter, Properties: {properties} }} }}"
        );
        account.deploy("CREATE", &template, json!({ "DisableValidation": "true" }));
        account.reason("CREATE_FAILED")
    };
    assert_eq!(
        reason("{ Type: String }"),
        "Properties validation failed for resource A with message: [#: required key [Value] not found]"
    );
    assert_eq!(
        reason("{ Type: String, Value: x, Values: y }"),
        "Properties validation failed for resource A with message: [#: extraneous key [Values] is not permitted]"
    );
}

#[test]
fn the_text_comes_back_as_it_was_sent_and_is_summed_up() {
    let template = "# a comment\nParameters: { P: { Type: String, Default: x } }\nResources: { A: { Type: AWS::IAM::Group } }\n";
    let mut account = Account::new();
    account.deploy("CREATE", template, json!({ "Capabilities": ["CAPABILITY_IAM"] }));
    let got = account.ok("GetTemplate", json!({ "StackName": "app" }));
    assert_eq!(got["TemplateBody"], template);
    let summary = account.ok("GetTemplateSummary", json!({ "StackName": "app" }));
    assert_eq!(summary["ResourceTypes"], json!(["AWS::IAM::Group"]));
    assert_eq!(summary["Capabilities"], json!(["CAPABILITY_IAM"]));
    let valid = account.ok("ValidateTemplate", json!({ "TemplateBody": template }));
    assert_eq!(valid["Parameters"][0]["DefaultValue"], "x");
}

#[test]
fn functions_compute() {
    let template = "
Resources:
  A:
    Type: AWS::SSM::Parameter
    Properties:
      Type: String
      Name: all
      Value: !Join
        - '|'
        - - !Select [1, !Split [',', 'a,b,c']]
          - !Base64 hello
          - !Join [' ', !Cidr [10.0.0.0/16, 2, 8]]
          - !Select [0, !GetAZs '']
          - Fn::ToJsonString: { k: [1, true] }
          - !Sub ['${x}-${AWS::AccountId}', { x: !GetAtt B.TopicName }]
  B: { Type: AWS::SNS::Topic, Properties: { TopicName: t } }
";
    let mut account = Account::new();
    account.create(template);
    let key = super::super::physical(&account.world, "ap-northeast-1", "app", "A").unwrap();
    assert_eq!(
        account.world.resources.get(&key).unwrap().properties["Value"],
        r#"b|aGVsbG8=|10.0.0.0/24 10.0.1.0/24|ap-northeast-1a|{"k":[1,true]}|t-000000000000"#
    );
}
