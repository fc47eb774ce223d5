//! What values refer to, and how they are shown.

use super::{Reference, SubPart, call, is_literal, references, short_form, sub_parts};
use serde_json::{Value, json};

fn get_att(resource: &str, attribute: &str) -> Reference {
    Reference::GetAtt { resource: resource.to_owned(), attribute: attribute.to_owned() }
}

fn reference(name: &str) -> Reference {
    Reference::Ref(name.to_owned())
}

#[test]
fn references_are_found_wherever_they_stand() {
    let value = json!({
        "A": {"Ref": "Bucket"},
        "B": [{"Fn::GetAtt": ["Key", "Arn"]}, {"Fn::GetAtt": "Child.Outputs.Name"}],
        "C": {"Fn::If": ["IsClinic", {"Ref": "Bucket"}, {"Ref": "AWS::NoValue"}]},
        "D": {"Fn::FindInMap": ["Sizes", {"Ref": "Tier"}, "disk"]},
        "E": {"Fn::ImportValue": {"Fn::Sub": "${Prefix}-key"}},
    });
    assert_eq!(
        references(&value),
        [
            reference("Bucket"),
            get_att("Key", "Arn"),
            get_att("Child", "Outputs.Name"),
            Reference::Condition("IsClinic".to_owned()),
            reference("AWS::NoValue"),
            Reference::Mapping("Sizes".to_owned()),
            reference("Tier"),
            Reference::Import(json!({"Fn::Sub": "${Prefix}-key"})),
            reference("Prefix"),
        ]
    );
}

#[test]
fn sub_knows_its_own_variables_and_literals() {
    let value = json!({"Fn::Sub": [
        "arn:${AWS::Partition}:s3:::${Name}/${!aws:userid}/${Key.Arn}",
        {"Name": {"Ref": "Bucket"}},
    ]});
    assert_eq!(
        references(&value),
        [reference("AWS::Partition"), get_att("Key", "Arn"), reference("Bucket")]
    );
    assert_eq!(
        sub_parts("a${B}${!C}${"),
        [
            SubPart::Literal("a"),
            SubPart::Variable("B"),
            SubPart::Literal("${"),
            SubPart::Literal("C}${"),
        ]
    );
}

#[test]
fn a_condition_key_of_a_policy_is_not_a_call() {
    assert!(call(&json!({"Condition": {"Bool": {"aws:SecureTransport": "false"}}})).is_none());
    assert!(call(&json!({"Ref": "A", "Other": "B"})).is_none());
    assert!(is_literal(&json!({"Statement": [{"Effect": "Deny"}]})));
    assert!(!is_literal(&json!({"Statement": [{"Ref": "Key"}]})));
}

#[test]
fn values_are_shown_as_a_person_would_write_them() {
    let shown = |value: Value| short_form(&value);
    assert_eq!(shown(json!("true, false")), "true, false");
    assert_eq!(shown(json!(7)), "7");
    assert_eq!(shown(json!({"Fn::Sub": "${Prefix}-key"})), "!Sub ${Prefix}-key");
    assert_eq!(shown(json!({"Fn::GetAtt": ["Key", "Arn"]})), "!GetAtt Key.Arn");
    assert_eq!(
        shown(json!({"Fn::If": ["Prod", {"Ref": "Key"}, {"Ref": "AWS::NoValue"}]})),
        "!If [Prod, !Ref Key, !Ref AWS::NoValue]"
    );
    assert_eq!(
        shown(json!({"Effect": "Allow", "Action": ["s3:*", "", "7", "a, b"], "On": true})),
        r#"{Effect: Allow, Action: [s3:*, "", "7", "a, b"], On: true}"#
    );
    assert_eq!(
        shown(json!({"Fn::Sub": ["${A}", {"A": {"Ref": "B"}}]})),
        r#"!Sub ["${A}", {A: !Ref B}]"#
    );
}
