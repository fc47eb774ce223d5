//! What templates are read as, and how those that are not templates are refused.

use super::{Position, Template, TemplateError};
use serde_json::json;

const BUCKET: &str = "\
AWSTemplateFormatVersion: 2010-09-09
Parameters:
  Prefix: { Type: String, AllowedValues: [clinic, lab] }
  Account: { Type: String, Default: 0123, NoEcho: yes }
Conditions:
  IsClinic: !Equals [!Ref Prefix, clinic]
Resources:
  Key:
    Type: AWS::KMS::Key
    DeletionPolicy: Retain
  Bucket:
    Type: AWS::S3::Bucket
    Condition: IsClinic
    DependsOn: Key
    Properties:
      BucketName: !Sub '${Prefix}-backup'
      BucketEncryption:
        ServerSideEncryptionConfiguration:
          - ServerSideEncryptionByDefault:
              SSEAlgorithm: aws:kms
              KMSMasterKeyID: !GetAtt Key.Arn
      Tags:
        - Key: tier
          Value: !If [IsClinic, !Join ['-', [a, !Ref Prefix]], !Ref AWS::NoValue]
Outputs:
  Name:
    Value: !Ref Bucket
    Export: { Name: !Sub '${AWS::StackName}-name' }
";

fn bucket() -> Template {
    Template::parse(BUCKET).unwrap()
}

/// Returns how a text is refused, as `line:column message`.
fn refusal(text: &str) -> String {
    told(&Template::parse(text).unwrap_err())
}

/// Returns all that is wrong with what a text says.
fn faults(text: &str) -> Vec<String> {
    let template = Template::parse(text).unwrap();
    template.faults().iter().map(told).collect()
}

fn told(error: &TemplateError) -> String {
    format!("{}:{} {}", error.line, error.column, error.message)
}

/// Returns what the one property of an otherwise plain resource is read as.
fn property(written: &str) -> serde_json::Value {
    let text = format!("Resources:\n  R:\n    Type: T\n    Properties:\n      P: {written}\n");
    let template = Template::parse(&text).unwrap();
    template.body["Resources"]["R"]["Properties"]["P"].clone()
}

#[test]
fn short_forms_are_read_as_long_ones_wherever_they_stand() {
    let template = bucket();
    let properties = &template.body["Resources"]["Bucket"]["Properties"];
    assert_eq!(properties["BucketName"], json!({"Fn::Sub": "${Prefix}-backup"}));
    assert_eq!(
        properties["Tags"][0]["Value"],
        json!({"Fn::If": [
            "IsClinic",
            {"Fn::Join": ["-", ["a", {"Ref": "Prefix"}]]},
            {"Ref": "AWS::NoValue"},
        ]})
    );
    assert_eq!(
        property("!GetAtt Child.Outputs.Name"),
        json!({"Fn::GetAtt": ["Child", "Outputs.Name"]})
    );
    assert_eq!(property("!GetAtt [Key, Arn]"), json!({"Fn::GetAtt": ["Key", "Arn"]}));
    assert_eq!(property("!GetAZs ''"), json!({"Fn::GetAZs": ""}));
    assert_eq!(property("!Not [!Condition Other]"), json!({"Fn::Not": [{"Condition": "Other"}]}));
    assert_eq!(
        property("!Transform { Name: AWS::Include, Parameters: { Location: s3 } }"),
        json!({"Fn::Transform": {"Name": "AWS::Include", "Parameters": {"Location": "s3"}}})
    );
}

#[test]
fn scalars_are_typed_only_where_nothing_is_lost() {
    assert_eq!(property("012345678901"), json!("012345678901"));
    assert_eq!(property("123456789012"), json!(123_456_789_012_i64));
    assert_eq!(property("1.10"), json!("1.10"));
    assert_eq!(property("1.5"), json!(1.5));
    assert_eq!(property("1e3"), json!("1e3"));
    assert_eq!(property("2012-10-17"), json!("2012-10-17"));
    assert_eq!(property("off"), json!(false));
    assert_eq!(property("'off'"), json!("off"));
    assert_eq!(property("!!str 7"), json!("7"));
    assert_eq!(property("|\n        a\n        b"), json!("a\nb\n"));
}

#[test]
fn positions_point_at_keys_and_items() {
    let template = bucket();
    let at = |pointer: &str| template.position(pointer).map(|p| (p.line, p.column));
    let properties = "/Resources/Bucket/Properties";
    assert_eq!(at("/Resources/Bucket"), Some((11, 3)));
    assert_eq!(at(&format!("{properties}/BucketName")), Some((16, 7)));
    assert_eq!(at(&format!("{properties}/Tags/0")), Some((23, 11)));
    assert_eq!(at(&format!("{properties}/Tags/0/Value/Fn::If/1/Fn::Join")), Some((24, 33)));
    assert_eq!(at("/Resources/Absent"), None);
    assert_eq!(
        template.nearest_position("/Resources/Key/Properties/Enabled"),
        Position { line: 8, column: 3 }
    );
}

#[test]
fn columns_count_characters() {
    let text = "Resources: { R: { Type: T, Metadata: { 端末: 台帳, after: x } } }\n";
    let template = Template::parse(text).unwrap();
    let position = template.position("/Resources/R/Metadata/after").unwrap();
    assert_eq!(position, Position { line: 1, column: 48 });
}

#[test]
fn sections_have_typed_views() {
    let template = bucket();
    let parameters: Vec<_> = template.parameters().collect();
    assert_eq!(parameters[0].name, "Prefix");
    assert_eq!(parameters[0].allowed_values, [json!("clinic"), json!("lab")]);
    assert!(parameters[0].default.is_none() && !parameters[0].no_echo);
    assert!(parameters[1].no_echo);
    assert_eq!(parameters[1].default, Some(&json!("0123")));

    let ids: Vec<_> = template.resources().map(|r| r.logical_id).collect();
    assert_eq!(ids, ["Key", "Bucket"]);
    let resource = template.resource("Bucket").unwrap();
    assert_eq!(resource.type_name, "AWS::S3::Bucket");
    assert_eq!(resource.condition, Some("IsClinic"));
    assert_eq!(resource.depends_on(), ["Key"]);
    assert!(resource.properties.unwrap().contains_key("BucketName"));
    let key = template.resource("Key").unwrap();
    assert_eq!(key.deletion_policy, Some(&json!("Retain")));
    assert!(key.properties.is_none() && template.resource("Other").is_none());

    let output = template.outputs().next().unwrap();
    assert_eq!(output.value, &json!({"Ref": "Bucket"}));
    assert_eq!(output.export_name, Some(&json!({"Fn::Sub": "${AWS::StackName}-name"})));
}

#[test]
fn macros_are_named_and_their_calls_are_not_resources() {
    let text = "\
Transform: [AWS::LanguageExtensions, { Name: Own, Parameters: {} }]
Resources:
  Fn::ForEach::Topics: [Name, [a, b], { 'Topic${Name}': { Type: AWS::SNS::Topic } }]
";
    let template = Template::parse(text).unwrap();
    assert_eq!(template.transforms(), ["AWS::LanguageExtensions", "Own"]);
    assert_eq!(template.resources().count(), 0);
}

#[test]
fn json_is_read_with_positions_too() {
    let text = "{\n\t\"Resources\": {\n\t\t\"R\": {\"Type\": \"T\", \"Metadata\": {\"a\": \"\\ud83d\\ude00 \\u0041\"}}\n\t}\n}\n";
    let template = Template::parse(text).unwrap();
    assert_eq!(template.body["Resources"]["R"]["Metadata"]["a"], json!("😀 A"));
    let position = template.position("/Resources/R/Metadata").unwrap();
    assert_eq!(position, Position { line: 3, column: 22 });
}

#[test]
fn what_cloudformation_refuses_is_refused_with_its_place() {
    let resource = "Resources:\n  R:\n    Type: T\n";
    let with = |more: &str| refusal(&format!("{resource}{more}"));
    assert_eq!(with("  R:\n    Type: U\n"), "4:3 duplicate key `R`, first at line 2");
    assert_eq!(
        with("    Metadata: { a: &a [1], b: *a }\n"),
        "4:31 aliases are not allowed in templates"
    );
    assert_eq!(
        with("    Metadata: { <<: { b: 1 } }\n"),
        "4:17 merge keys (`<<`) are not allowed in templates"
    );
    assert_eq!(
        with("    Properties: { P: !GetAttr R.Arn }\n"),
        "4:22 unknown tag `!GetAttr`, did you mean `!GetAtt`?"
    );
    assert_eq!(with("    Properties:\n"), "4:15 null is not allowed in templates");
    assert_eq!(
        with("    Metadata: !!binary aGk=\n"),
        "4:15 the YAML type `!!binary` is not supported"
    );
    assert_eq!(with("---\na: b\n"), "5:1 a template is one document, and this begins another");
    assert_eq!(refusal(""), "1:1 the template is empty");
    assert_eq!(
        refusal("{\"Resources\": {\"R\": {\"Type\": \"T\"}, \"R\": {\"Type\": \"U\"}}}"),
        "1:36 duplicate key `R`, first at line 1"
    );
}

#[test]
fn all_that_is_misshapen_is_told_at_once() {
    assert_eq!(
        faults(
            "Output: {}\nResources:\n  R: { Typ: T }\n  S: x\nOutputs:\n  O: { Description: d }\n"
        ),
        [
            "1:1 unknown section `Output`, did you mean `Outputs`?",
            "3:3 `R` has no `Type`",
            "4:3 `S` must be a map",
            "6:3 `O` has no `Value`",
        ]
    );
    let none = "a template needs at least one resource in `Resources`";
    assert_eq!(faults("Resources: {}\n"), [format!("1:1 {none}")]);
    assert_eq!(faults("Description: d\n"), [format!("1:1 {none}")]);
    assert_eq!(faults("- a\n").len(), 1);
    assert!(bucket().faults().is_empty());
}

#[test]
fn names_that_nothing_declares_are_told_where_they_are_used() {
    let text = "\
Parameters:
  Prefix: { Type: String }
Resources:
  Key:
    Type: AWS::KMS::Key
    Condition: IsClinic
    DependsOn: [Role]
    Properties:
      Description: !Sub
        - '${Prefx} ${Own} ${AWS::Region} ${!Literal} ${Prefix}'
        - { Own: !GetAtt Prefix.Arn }
      KeyPolicy:
        Condition: StringNotACondition
Outputs:
  Size:
    Value: !FindInMap [Sizes, !Ref Key, disk]
";
    assert_eq!(
        faults(text),
        [
            "6:5 `IsClinic` is not a condition of this template",
            "7:5 `Role` is not a resource of this template",
            "9:7 `Prefx` is not a parameter or a resource, did you mean `Prefix`?",
            "11:13 `Prefix` is not a resource of this template",
            "16:5 `Sizes` is not a mapping of this template",
        ]
    );
    let behind_a_macro = format!("Transform: Own\n{text}");
    assert!(faults(&behind_a_macro).is_empty());
}

#[test]
fn rules_speak_of_parameters_only() {
    let text = "\
Parameters:
  Stage: { Type: String }
Rules:
  Good:
    RuleCondition: !Equals [!Ref Stage, production]
    Assertions:
      - Assert: !Contains [[ap-northeast-1], !Ref AWS::Region]
  Empty: {}
  Bad:
    Assertions:
      - AssertDescription: says nothing
      - Assert: !Equals [!Ref Key, !If [a, b, c]]
Resources:
  Key: { Type: AWS::KMS::Key }
";
    assert_eq!(
        faults(text),
        [
            "8:3 the rule `Empty` has no list of `Assertions`",
            "11:9 an assertion has no `Assert`",
            "12:26 `Key` is not a parameter, and rules know nothing else",
            "12:36 a rule cannot call `Fn::If`",
        ]
    );
}

#[test]
fn broken_text_is_refused_as_what_it_seems_to_be() {
    assert!(refusal("Resources:\n\tR: x\n").contains("not valid YAML"));
    assert_eq!(refusal("{\n  \"Resources\": {,}\n}"), "2:17 not valid JSON: key must be a string");
}

#[test]
fn no_depth_of_nesting_exhausts_the_stack() {
    assert_eq!(refusal(&"- ".repeat(500_000)), "1:201 nested deeper than 100 levels");
    assert!(refusal(&"[".repeat(500_000)).contains("recursion limit exceeded"));
}
