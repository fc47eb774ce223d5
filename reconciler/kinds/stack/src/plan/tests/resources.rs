//! What changes of the template do to the resources.

use super::story::{BUCKET, Story, names};

const CASCADE: &str = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { RoleName: reader, Description: one, AssumeRolePolicyDocument: {} }
  Function:
    Type: AWS::Lambda::Function
    Properties: { FunctionName: f, Role: !GetAtt Role.Arn, Code: { S3Bucket: b, S3Key: k } }
  Url:
    Type: AWS::Lambda::Url
    Properties: { TargetFunctionArn: !GetAtt Function.Arn, AuthType: NONE }
  Permission:
    Type: AWS::Lambda::Permission
    Properties: { FunctionName: !Ref Function, Action: x, Principal: y }
";

#[test]
fn comments_order_and_descriptions_are_no_difference() {
    let story = Story::deployed(
        "
Description: one
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: { BucketName: a, Tags: [{ Key: x, Value: '1' }, { Key: y, Value: '2' }] }
  Topic: { Type: AWS::SNS::Topic }
",
    );
    let story = story.template(
        "
Description: two # with a comment
Metadata: { Owner: us }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: {} }
  Bucket:
    Properties: { Tags: [{ Key: y, Value: 2 }, { Key: x, Value: 1 }], BucketName: a }
    Type: AWS::S3::Bucket
",
    );
    insta::assert_snapshot!(story.told(), @"in sync");
}

#[test]
fn a_property_is_changed_where_it_is() {
    let story = Story::deployed(CASCADE).edit("Description: one", "Description: two");
    insta::assert_snapshot!(story.told(), @r"
    update: 1 resource changed
      Resources/Role/Properties/Description: one -> two (updated in place)
      step: deploy Update, expecting [Role be updated in place]
    ");
}

#[test]
fn a_replacement_moves_what_refers_to_it() {
    let story = Story::deployed(CASCADE).edit("RoleName: reader", "RoleName: writer");
    insta::assert_snapshot!(story.told(), @r"
    replace: 3 resources changed
      Resources/Role/Properties/RoleName: reader -> writer (replaced)
      Resources/Function/Properties/Role: !GetAtt Role.Arn -> !GetAtt Role.Arn (of the new Role) (updated in place)
      Resources/Url/Properties/TargetFunctionArn: !GetAtt Function.Arn -> !GetAtt Function.Arn (of the new Function) (possibly be replaced)
      Low danger, allowed: Role (AWS::IAM::Role) is replaced
      Low danger, allowed: Url (AWS::Lambda::Url) may be replaced (clients know the function by an address that cannot be had again); if so, nothing is executed without consent
      step: deploy Update, expecting [Function be updated in place, Role be replaced, Url possibly be replaced]
    ");
    let story = Story::deployed(CASCADE).edit("FunctionName: f", "FunctionName: g");
    insta::assert_snapshot!(story.told(), @r"
    replace: 3 resources changed
      Resources/Function/Properties/FunctionName: f -> g (replaced)
      Resources/Permission/Properties/FunctionName: !Ref Function -> !Ref Function (of the new Function) (possibly be replaced)
      Resources/Url/Properties/TargetFunctionArn: !GetAtt Function.Arn -> !GetAtt Function.Arn (of the new Function) (possibly be replaced)
      Low danger, allowed: Function (AWS::Lambda::Function) is replaced
      Low danger, allowed: Permission (AWS::Lambda::Permission) may be replaced
      Low danger, allowed: Url (AWS::Lambda::Url) may be replaced (clients know the function by an address that cannot be had again); if so, nothing is executed without consent
      step: deploy Update, expecting [Function be replaced, Permission possibly be replaced, Url possibly be replaced]
    ");
}

#[test]
fn an_attribute_of_what_is_changed_in_place_may_reach_a_create_only_property() {
    let story = Story::deployed(CASCADE).edit("S3Key: k", "S3Key: l");
    insta::assert_snapshot!(story.told(), @r"
    update: 2 resources changed
      Resources/Function/Properties/Code/S3Key: k -> l (updated in place)
      Resources/Url/Properties/TargetFunctionArn: !GetAtt Function.Arn -> !GetAtt Function.Arn (of the new Function) (possibly be replaced)
      Low danger, allowed: Url (AWS::Lambda::Url) may be replaced (clients know the function by an address that cannot be had again); if so, nothing is executed without consent
      step: deploy Update, expecting [Function be updated in place, Url possibly be replaced]
    ");
}

#[test]
fn a_logical_id_keeps_its_type() {
    let story = Story::deployed(BUCKET).edit("AWS::S3::Bucket", "AWS::SQS::Queue");
    insta::assert_snapshot!(story.told(), @r"
    blocked: `Bucket` is of the type AWS::S3::Bucket, and CloudFormation cannot make it AWS::SQS::Queue
      unblock: give the new resource another logical ID than `Bucket`
    replace: 1 resource changed
      Resources/Bucket/Type: AWS::S3::Bucket -> AWS::SQS::Queue (replaced)
      High danger, not allowed: Bucket (AWS::S3::Bucket) is replaced and the old one deleted: its objects are lost and its name may be taken by others
    ");
    let consented = story.allow(|allow| {
        allow.replace = names(&["Bucket"]);
        allow.delete = names(&["Bucket"]);
    });
    assert!(consented.told().starts_with("blocked: "), "{}", consented.told());
}

#[test]
fn what_aws_refuses_to_change_of_a_key_is_refused_beforehand() {
    let key = "
Resources:
  Key:
    Type: AWS::KMS::Key
    Properties: { KeySpec: SYMMETRIC_DEFAULT, KeyPolicy: {} }
";
    let story = Story::deployed(key).edit("SYMMETRIC_DEFAULT", "RSA_2048");
    insta::assert_snapshot!(story.told(), @r"
    blocked: `KeySpec` of `Key` (AWS::KMS::Key) cannot be changed once it exists
      unblock: put `KeySpec` back, and declare another resource beside `Key`
    update: 1 resource changed
      Resources/Key/Properties/KeySpec: SYMMETRIC_DEFAULT -> RSA_2048 (updated in place)
    ");
    let story = story.allow(|allow| allow.replace = names(&["Key"]));
    assert!(story.told().starts_with("blocked: "), "{}", story.told());
}

#[test]
fn what_has_a_name_of_its_own_cannot_be_replaced_under_it() {
    let story = Story::deployed(
        "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { RoleName: reader, Path: /one/, AssumeRolePolicyDocument: {} }
",
    );
    let story = story.edit("/one/", "/two/");
    insta::assert_snapshot!(story.told(), @r"
    blocked: `Role` (AWS::IAM::Role) would have to be replaced, and the new one cannot have the same `RoleName`
      unblock: change `RoleName` of `Role` too
    replace: 1 resource changed
      Resources/Role/Properties/Path: /one/ -> /two/ (replaced)
      Low danger, allowed: Role (AWS::IAM::Role) is replaced
    ");
    let renamed = story.edit("RoleName: reader", "RoleName: writer");
    assert!(renamed.told().starts_with("replace: "), "{}", renamed.told());
}

#[test]
fn a_policy_document_is_compared_leaf_by_leaf() {
    let template = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Statement:
          - Effect: Allow
            Principal: { Service: lambda.amazonaws.com }
            Action: sts:AssumeRole
            Condition: { StringEquals: { 'aws:PrincipalTag/team': backup } }
          - { Effect: Deny, Principal: '*', Action: [sts:TagSession, sts:SetSourceIdentity] }
";
    let story = Story::deployed(template)
        .edit("'aws:PrincipalTag/team': backup", "'aws:PrincipalTag/team': audit")
        .edit("sts:SetSourceIdentity", "sts:AssumeRole");
    insta::assert_snapshot!(story.told(), @r"
    update: 1 resource changed
      Resources/Role/Properties/AssumeRolePolicyDocument/Statement/0/Condition/StringEquals/aws:PrincipalTag~1team: backup -> audit (updated in place)
      Resources/Role/Properties/AssumeRolePolicyDocument/Statement/1/Action/1: sts:SetSourceIdentity -> sts:AssumeRole (updated in place)
      step: deploy Update, expecting [Role be updated in place]
    ");
}

#[test]
fn a_longer_list_is_shown_whole() {
    let template = "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { ManagedPolicyArns: [a], AssumeRolePolicyDocument: {} }
";
    let story = Story::deployed(template).edit("[a]", "[a, b]");
    insta::assert_snapshot!(story.told(), @r"
    update: 1 resource changed
      Resources/Role/Properties/ManagedPolicyArns: [a] -> [a, b] (updated in place)
      step: deploy Update, expecting [Role be updated in place]
    ");
}

#[test]
fn what_is_written_is_shown_where_that_differs() {
    let template = "
Parameters: { Prefix: { Type: String, Default: clinic } }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Sub '${Prefix}-alarms' } }
";
    let story = Story::deployed(template);
    insta::assert_snapshot!(story.clone().edit("-alarms", "-alerts").told(), @r"
    update: 1 resource changed
      Resources/Topic/Properties/DisplayName: !Sub ${Prefix}-alarms -> !Sub ${Prefix}-alerts (updated in place)
      step: deploy Update, expecting [Topic be updated in place]
    ");
    insta::assert_snapshot!(story.clone().edit("Default: clinic", "Default: ward").told(), @r"
    update: 1 resource changed
      Parameters/Prefix: clinic -> ward (recorded)
      Resources/Topic/Properties/DisplayName: clinic-alarms -> ward-alarms (updated in place)
      step: deploy Update, expecting [Topic be updated in place]
    ");
    let same = story.edit("!Sub '${Prefix}-alarms'", "!Join ['-', [!Ref Prefix, alarms]]");
    insta::assert_snapshot!(same.told(), @"in sync");
}

#[test]
fn mappings_are_looked_up() {
    let template = "
Mappings:
  Days: { ap-northeast-1: { Keep: 30 }, us-east-1: { Keep: 7 } }
Resources:
  Topic:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: !FindInMap [Days, !Ref 'AWS::Region', Keep] }
";
    let story = Story::deployed(template);
    insta::assert_snapshot!(story.clone().edit("Keep: 30", "Keep: 60").told(), @r"
    update: 1 resource changed
      Resources/Topic/Properties/DisplayName: 30 -> 60 (updated in place)
      step: deploy Update, expecting [Topic be updated in place]
    ");
    insta::assert_snapshot!(story.edit("Keep: 7", "Keep: 14").told(), @"in sync");
}

#[test]
fn policies_of_deletion_and_update_are_changes_by_themselves() {
    let story = Story::deployed(BUCKET);
    let retained = story.clone().edit("Type:", "DeletionPolicy: Retain\n    Type:");
    insta::assert_snapshot!(retained.told(), @r"
    update: 1 resource changed
      Resources/Bucket/DeletionPolicy: - -> Retain (recorded)
      step: deploy Update, expecting [Bucket be recorded]
    ");
    let replaced = story.clone().edit("Type:", "UpdateReplacePolicy: Retain\n    Type:");
    insta::assert_snapshot!(replaced.told(), @r"
    update: 1 resource changed
      Resources/Bucket/UpdateReplacePolicy: - -> Retain (recorded)
      step: deploy Update, expecting [Bucket be recorded]
    ");
    let updated =
        story.clone().edit("Type:", "UpdatePolicy: { UseOnlineResharding: true }\n    Type:");
    insta::assert_snapshot!(updated.told(), @r"
    update: 1 resource changed
      Resources/Bucket/UpdatePolicy: - -> {UseOnlineResharding: true} (recorded)
      step: deploy Update, expecting [Bucket be recorded]
    ");
    let described = story.edit("Type:", "Metadata: { Why: data }\n    Type:");
    insta::assert_snapshot!(described.told(), @r"
    update: 1 resource changed
      Resources/Bucket/Metadata: - -> {Why: data} (updated in place)
      step: deploy Update, expecting [Bucket be updated in place]
    ");
}

#[test]
fn an_order_of_creation_is_no_difference() {
    let template = "
Resources:
  First: { Type: AWS::SNS::Topic }
  Second: { Type: AWS::SNS::Topic }
";
    let ordered = template.replace("Second: { ", "Second: { DependsOn: First, ");
    insta::assert_snapshot!(Story::deployed(template).template(&ordered).told(), @"in sync");
}

#[test]
fn of_a_type_that_is_not_known_anything_may_happen() {
    let template = "
Resources:
  Thing: { Type: Acme::Widget::Thing, Properties: { Size: 1 } }
";
    let story = Story::deployed(template).edit("Size: 1", "Size: 2");
    insta::assert_snapshot!(story.told(), @r"
    update: 1 resource changed
      Resources/Thing/Properties/Size: 1 -> 2 (possibly be replaced)
      Low danger, allowed: Thing (Acme::Widget::Thing) may be replaced
      step: deploy Update, expecting [Thing possibly be replaced]
    ");
}
