//! What destroys data or identity waits for consent in git, whatever the policies of the resource.

use super::story::{BUCKET, Story, names};

const TOPIC_BESIDE: &str = "
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: { BucketName: clinic-data }
  Topic: { Type: AWS::SNS::Topic }
";

fn without_bucket(policy: &str) -> Story {
    let policies = format!("{policy}\n    Type: AWS::S3::Bucket");
    let template = TOPIC_BESIDE.replace("Type: AWS::S3::Bucket", &policies);
    Story::deployed(&template).template("Resources: { Topic: { Type: 'AWS::SNS::Topic' } }")
}

fn with_bucket_renamed(policy: &str) -> Story {
    let policies = format!("{policy}\n    Type: AWS::S3::Bucket");
    let template = BUCKET.replace("Type: AWS::S3::Bucket", &policies);
    Story::deployed(&template).edit("clinic-data", "clinic-other")
}

#[test]
fn taking_a_bucket_out_of_the_template_deletes_it() {
    insta::assert_snapshot!(without_bucket("").told(), @r"
    blocked: it would destroy data or identity without consent
      unblock: if that is meant, add `allow: { delete: [Bucket] }` to desired/stacks/data.yaml
    update: 1 resource changed
      Resources/Bucket: AWS::S3::Bucket -> - (deleted)
      High danger, not allowed: Bucket (AWS::S3::Bucket) is deleted: its objects are lost and its name may be taken by others
    ");
    let consented = without_bucket("").allow(|allow| allow.delete = names(&["Bucket"]));
    insta::assert_snapshot!(consented.told(), @r"
    update: 1 resource changed
      Resources/Bucket: AWS::S3::Bucket -> - (deleted)
      High danger, allowed: Bucket (AWS::S3::Bucket) is deleted: its objects are lost and its name may be taken by others
      step: deploy Update, expecting [Bucket be deleted]
    ");
}

#[test]
fn consent_for_one_resource_is_not_consent_for_another() {
    let story = without_bucket("").allow(|allow| {
        allow.delete = names(&["Topic"]);
        allow.replace = names(&["Bucket"]);
    });
    assert!(story.told().starts_with("blocked: "), "{}", story.told());
}

#[test]
fn a_resource_that_its_policy_keeps_may_leave_the_stack() {
    insta::assert_snapshot!(without_bucket("DeletionPolicy: Retain").told(), @r"
    update: 1 resource changed
      Resources/Bucket: AWS::S3::Bucket -> - (deleted)
      Low danger, allowed: Bucket (AWS::S3::Bucket) leaves the stack and stays in AWS, by its DeletionPolicy `Retain`
      step: deploy Update, expecting [Bucket be deleted]
    ");
    for policy in ["RetainExceptOnCreate", "Snapshot"] {
        let told = without_bucket(&format!("DeletionPolicy: {policy}")).told();
        assert!(told.starts_with("update: "), "{policy}: {told}");
    }
    let told = without_bucket("UpdateReplacePolicy: Retain").told();
    assert!(told.starts_with("blocked: "), "the other policy keeps nothing here: {told}");
}

#[test]
fn renaming_a_bucket_replaces_it() {
    insta::assert_snapshot!(with_bucket_renamed("").told(), @r"
    blocked: it would destroy data or identity without consent
      unblock: if that is meant, add `allow: { replace: [Bucket] }` to desired/stacks/data.yaml
    replace: 1 resource changed
      Resources/Bucket/Properties/BucketName: clinic-data -> clinic-other (replaced)
      High danger, not allowed: Bucket (AWS::S3::Bucket) is replaced and the old one deleted: its objects are lost and its name may be taken by others
    ");
    let consented = with_bucket_renamed("").allow(|allow| allow.replace = names(&["Bucket"]));
    insta::assert_snapshot!(consented.told(), @r"
    replace: 1 resource changed
      Resources/Bucket/Properties/BucketName: clinic-data -> clinic-other (replaced)
      High danger, allowed: Bucket (AWS::S3::Bucket) is replaced and the old one deleted: its objects are lost and its name may be taken by others
      step: deploy Update, expecting [Bucket be replaced]
    ");
}

#[test]
fn a_replaced_bucket_needs_consent_even_if_the_old_one_stays() {
    insta::assert_snapshot!(with_bucket_renamed("UpdateReplacePolicy: Retain").told(), @r"
    blocked: it would destroy data or identity without consent
      unblock: if that is meant, add `allow: { replace: [Bucket] }` to desired/stacks/data.yaml
    replace: 1 resource changed
      Resources/Bucket/Properties/BucketName: clinic-data -> clinic-other (replaced)
      High danger, not allowed: Bucket (AWS::S3::Bucket) is replaced, the old one stays in AWS unused: its objects are lost and its name may be taken by others
    ");
    let told = with_bucket_renamed("DeletionPolicy: Retain").told();
    assert!(told.contains("the old one deleted"), "the other policy keeps nothing here: {told}");
}

#[test]
fn what_holds_nothing_is_replaced_and_deleted_without_consent() {
    let story = Story::deployed(
        "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { RoleName: reader, AssumeRolePolicyDocument: {} }
  Topic: { Type: AWS::SNS::Topic }
",
    );
    let story = story.template(
        "
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties: { RoleName: writer, AssumeRolePolicyDocument: {} }
",
    );
    insta::assert_snapshot!(story.told(), @r"
    replace: 2 resources changed
      Resources/Role/Properties/RoleName: reader -> writer (replaced)
      Resources/Topic: AWS::SNS::Topic -> - (deleted)
      Low danger, allowed: Role (AWS::IAM::Role) is replaced
      Low danger, allowed: Topic (AWS::SNS::Topic) is deleted
      step: deploy Update, expecting [Role be replaced, Topic be deleted]
    ");
}

#[test]
fn all_that_waits_for_consent_is_asked_for_at_once() {
    let template = "
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: clinic-data } }
  Table:
    Type: AWS::DynamoDB::Table
    Properties: { TableName: devices }
  Logs: { Type: AWS::Logs::LogGroup }
";
    let story = Story::deployed(template).template(
        "
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: clinic-other } }
  Table:
    Type: AWS::DynamoDB::Table
    Properties: { TableName: terminals }
",
    );
    insta::assert_snapshot!(story.told(), @r"
    blocked: it would destroy data or identity without consent
      unblock: if that is meant, add `allow: { replace: [Bucket, Table], delete: [Logs] }` to desired/stacks/data.yaml
    replace: 3 resources changed
      Resources/Bucket/Properties/BucketName: clinic-data -> clinic-other (replaced)
      Resources/Logs: AWS::Logs::LogGroup -> - (deleted)
      Resources/Table/Properties/TableName: devices -> terminals (replaced)
      High danger, not allowed: Bucket (AWS::S3::Bucket) is replaced and the old one deleted: its objects are lost and its name may be taken by others
      High danger, not allowed: Logs (AWS::Logs::LogGroup) is deleted: its log events are lost
      High danger, not allowed: Table (AWS::DynamoDB::Table) is replaced and the old one deleted: the table's items are lost
    ");
}
