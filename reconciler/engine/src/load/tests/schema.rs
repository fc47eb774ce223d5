//! What a file says that its schema does not.

use serde_json::{Value as Json, json};

use super::{Raw, STACK, files, loaded, refused, shown, stack};
use crate::load::{ENVIRONMENT, generated};

#[test]
fn unknown_keys_are_told_at_the_key() {
    insta::assert_snapshot!(stack("template: t.yaml\nterminationProtecton: true\n"), @r"
    desired/stacks/s3.yaml:4:1: unknown key `terminationProtecton`
      at: terminationProtecton
      hint: did you mean `terminationProtection`?
    ");
    insta::assert_snapshot!(stack("template: t.yaml\nTemplate: true\nfoo: 1\n"), @r"
    desired/stacks/s3.yaml:4:1: unknown key `Template`
      at: Template
      hint: did you mean `template`?
    desired/stacks/s3.yaml:5:1: unknown key `foo`
      at: foo
      hint: known keys: `kind`, `name`, `environments`, `template`, `parameters`, `terminationProtection`, `onDrift`, `capabilities`, `ignoreDrift`, `replicas`, `dependsOn`
    ");
    insta::assert_snapshot!(stack("template: t.yaml\nignoreDrift:\n  - resource: Key\n    untill: 2027-03-31\n"), @r"
    desired/stacks/s3.yaml:5:5: `ignoreDrift[0].until` is missing
      at: resource
    desired/stacks/s3.yaml:6:5: unknown key `ignoreDrift[0].untill`
      at: untill
      hint: did you mean `until`?
    ");
}

#[test]
fn wrong_types_are_told_with_the_likely_reason() {
    insta::assert_snapshot!(stack("template: t.yaml\nterminationProtection: yes\n"), @r"
    desired/stacks/s3.yaml:4:24: `terminationProtection` must be true or false, not the text `yes`
      at: yes
      hint: write `true` or `false`, without quotes
    ");
    insta::assert_snapshot!(stack("template: t.yaml\nparameters:\n  Account: 111122223333\n  On: true\n"), @r#"
    desired/stacks/s3.yaml:5:12: `parameters.Account` must be text, not the number 111122223333
      at: 111122223333
      hint: put it in quotes: `"111122223333"`
    desired/stacks/s3.yaml:6:7: `parameters.On` must be text, not `true`
      at: true
      hint: put it in quotes: `"true"`
    "#);
    insta::assert_snapshot!(stack("template: t.yaml\ncapabilities: CAPABILITY_IAM\n"), @r"
    desired/stacks/s3.yaml:4:15: `capabilities` must be a list, not the text `CAPABILITY_IAM`
      at: CAPABILITY_IAM
      hint: write a list: `[CAPABILITY_IAM]`
    ");
    insta::assert_snapshot!(stack("template: t.yaml\nparameters:\n  # Prefix: x\ncapabilities:\n"), @r"
    desired/stacks/s3.yaml:4:1: `parameters` is empty, but must be a map
      at: parameters
      hint: give it a value, or leave the key out
    desired/stacks/s3.yaml:6:1: `capabilities` is empty, but must be a list
      at: capabilities
      hint: give it a value, or leave the key out
    ");
    insta::assert_snapshot!(stack("template: [a]\nreplicas: \"3\"\n"), @r#"
    desired/stacks/s3.yaml:3:11: `template` must be text, not a list
      at: [a]
    desired/stacks/s3.yaml:4:11: `replicas` must be a whole number, not the text `3`
      at: "3"
      hint: write it without quotes: `3`
    "#);
    insta::assert_snapshot!(stack("template: t.yaml\nreplicas: 300\n"), @r"
    desired/stacks/s3.yaml:4:11: `replicas`: 300 is greater than the maximum of 255
      at: 300
    ");
    insta::assert_snapshot!(stack("template: t.yaml\ndependsOn: 5\n"), @r#"
    desired/stacks/s3.yaml:4:12: `dependsOn` must be a list or text, not the number 5
      at: 5
      hint: put it in quotes: `"5"`
    "#);
    insta::assert_snapshot!(stack("template: t.yaml\ndependsOn: [a, 5]\n"), @r#"
    desired/stacks/s3.yaml:4:16: `dependsOn[1]` must be text, not the number 5
      at: 5
      hint: put it in quotes: `"5"`
    "#);
}

#[test]
fn missing_keys_are_told_at_the_kind() {
    insta::assert_snapshot!(stack("onDrift: report\n"), @r"
    desired/stacks/s3.yaml:1:1: `template` is missing
      at: kind: Stack
    ");
    insta::assert_snapshot!(stack("template: t.yaml\nignoreDrift: [{ until: 2027-03-31 }]\n"), @r"
    desired/stacks/s3.yaml:4:15: `ignoreDrift[0].resource` is missing
      at: { until: 2027-03-31 }
    ");
    let files = files().with("desired/stacks/s3.yaml", "template: t.yaml\n");
    insta::assert_snapshot!(refused(&files), @r"
    desired/stacks/s3.yaml:1:1: `kind` is missing
      at: template
    desired/stacks/s3.yaml:1:1: `name` is missing
      at: template
    ");
}

#[test]
fn wrong_words_are_told_with_the_right_ones() {
    insta::assert_snapshot!(stack("template: t.yaml\nonDrift: revrt\n"), @r"
    desired/stacks/s3.yaml:4:10: `onDrift` must be `report` or `revert`, not the text `revrt`
      at: revrt
      hint: did you mean `revert`?
    ");
    insta::assert_snapshot!(stack("template: t.yaml\nonDrift: 3\n"), @r"
    desired/stacks/s3.yaml:4:10: `onDrift` must be `report` or `revert`, not the number 3
      at: 3
    ");
    insta::assert_snapshot!(stack("template: t.yaml\nignoreDrift: [{ resource: K, until: 2027-3-31 }]\n"), @r"
    desired/stacks/s3.yaml:4:37: `ignoreDrift[0].until` must be a date such as `2027-03-31`, not the text `2027-3-31`
      at: 2027-3-31
    ");
}

#[test]
fn a_type_with_its_own_parser_is_told_at_its_value() {
    let text = "kind: Stack\nname: s3\ntemplate: 鍵.yaml\nignoreDrift: [{ resource: 鍵, until: 1999-01-01 }]\n";
    let desired = loaded(&files().with("desired/stacks/s3.yaml", text)).unwrap();
    let problem = desired.documents[1].read::<Raw>().unwrap_err();
    insta::assert_snapshot!(shown(&[problem]), @r"
    desired/stacks/s3.yaml:4:37: `ignoreDrift[0].until` is not valid: that is long ago
      at: 1999-01-01
    ");
}

#[test]
fn schemas_are_strict_and_begin_with_the_header() {
    let schema: Json = serde_json::from_str(&generated(&STACK, &[])).unwrap();
    let keys: Vec<_> = schema["properties"].as_object().unwrap().keys().collect();
    assert_eq!(keys[..4], ["kind", "name", "environments", "template"]);
    assert_eq!(schema["properties"]["kind"]["const"], "Stack");
    assert_eq!(schema["properties"]["terminationProtection"]["type"], "boolean");
    assert_eq!(schema["required"], json!(["kind", "name", "template"]));
    let environment = generated(&ENVIRONMENT, &[STACK]);
    assert!(!environment.contains("\"environments\""), "{environment}");
    assert!(!environment.contains("null"), "{environment}");
}
