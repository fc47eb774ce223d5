//! What others may read of a stack while it is planned.

use super::story::{BUCKET, Story};

const KEY: &str = "
Parameters: { Prefix: { Type: String, Default: clinic } }
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties: { Description: one, KeyPolicy: {} }
  Role:
    Type: AWS::IAM::Role
    Properties: { RoleName: !Sub '${Prefix}-reader', AssumeRolePolicyDocument: {} }
Outputs:
  Prefix: { Value: !Ref Prefix }
  KeyArn: { Value: !GetAtt Key.Arn }
  RoleName: { Value: !Sub '${Prefix}-reader' }
  RoleArn: { Value: !GetAtt Role.Arn, Export: { Name: role } }
";

#[test]
fn a_stack_that_does_not_exist_publishes_what_is_known_beforehand() {
    insta::assert_snapshot!(Story::declared(KEY).outputs(), @r"
    KeyArn: (known after stacks/data)
    Prefix: clinic
    RoleArn: (known after stacks/data)
    RoleName: clinic-reader
    ");
}

#[test]
fn a_change_in_place_moves_no_output() {
    let story = Story::deployed(KEY).edit("Description: one", "Description: two");
    insta::assert_snapshot!(story.outputs(), @r"
    KeyArn: !GetAtt Key.Arn
    Prefix: clinic
    RoleArn: !GetAtt Role.Arn
    RoleName: clinic-reader
    ");
}

#[test]
fn a_replacement_moves_what_reads_the_replaced_resource() {
    let story = Story::deployed(KEY).parameter("Prefix", "hospital");
    insta::assert_snapshot!(story.outputs(), @r"
    KeyArn: !GetAtt Key.Arn
    Prefix: hospital
    RoleArn: (known after stacks/data)
    RoleName: hospital-reader
    ");
}

#[test]
fn a_new_output_is_known_after_the_update() {
    let story = Story::deployed(KEY);
    let text = format!("{KEY}  KeyId: {{ Value: !Ref Key }}\n");
    insta::assert_snapshot!(story.template(&text).outputs(), @r"
    KeyArn: !GetAtt Key.Arn
    KeyId: (known after stacks/data)
    Prefix: clinic
    RoleArn: !GetAtt Role.Arn
    RoleName: clinic-reader
    ");
}

#[test]
fn an_output_that_only_changes_its_export_is_an_update() {
    let story = Story::deployed(KEY).edit("Export: { Name: role }", "Export: { Name: reader }");
    insta::assert_snapshot!(story.told(), @r"
    update: its outputs changed
      Outputs/RoleArn/Export: role -> reader (recorded)
      step: deploy Update, expecting []
    ");
}

#[test]
fn what_is_held_back_goes_on_publishing_what_it_does() {
    let template = format!("{BUCKET}Outputs: {{ Name: {{ Value: !Ref Bucket }} }}\n");
    let story = Story::deployed(&template).edit("clinic-data", "clinic-other");
    assert!(story.told().starts_with("blocked: "), "{}", story.told());
    insta::assert_snapshot!(story.outputs(), @"Name: !Ref Bucket");
}

#[test]
fn what_is_recovered_publishes_only_afterwards() {
    let story = Story::deployed(KEY).status("ROLLBACK_COMPLETE");
    insta::assert_snapshot!(story.outputs(), @r"
    KeyArn: (known after stacks/data)
    Prefix: (known after stacks/data)
    RoleArn: (known after stacks/data)
    RoleName: (known after stacks/data)
    ");
}
