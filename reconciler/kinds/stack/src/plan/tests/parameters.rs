//! Values that come in: plain, hidden, pending, looked up by CloudFormation.

use super::story::{BUCKET, Story};

const NAMED: &str = "
Parameters:
  Name: { Type: String }
  Unused: { Type: String, Default: a }
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: { BucketName: !Sub '${Name}-${AWS::Region}' }
  Topic:
    Type: AWS::SNS::Topic
    Properties: { DisplayName: !Ref Name }
";

const SECRET: &str = "
Parameters: { Token: { Type: String, NoEcho: true, Default: none } }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Token } }
";

#[test]
fn a_parameter_that_reaches_a_create_only_property_replaces() {
    let story = Story::deployed(NAMED).parameter("Name", "a").deploy().parameter("Name", "b");
    insta::assert_snapshot!(story.told(), @r"
    blocked: it would destroy data or identity without consent
      unblock: if that is meant, add `allow: { replace: [Bucket] }` to desired/stacks/data.yaml
    replace: 2 resources changed
      Parameters/Name: a -> b (recorded)
      Resources/Bucket/Properties/BucketName: a-ap-northeast-1 -> b-ap-northeast-1 (replaced)
      Resources/Topic/Properties/DisplayName: a -> b (updated in place)
      High danger, not allowed: Bucket (AWS::S3::Bucket) is replaced and the old one deleted: its objects are lost and its name may be taken by others
    ");
}

#[test]
fn a_parameter_that_nothing_reads_is_no_difference() {
    let story = Story::declared(NAMED).parameter("Name", "a").deploy().parameter("Unused", "b");
    insta::assert_snapshot!(story.told(), @"in sync");
}

#[test]
fn a_default_stands_in_for_what_is_not_given() {
    let story = Story::declared(NAMED).parameter("Name", "a").deploy();
    let story = story.edit("{ Type: String }", "{ Type: String, Default: a }");
    let story = story.declare(|spec| spec.parameters.clear());
    insta::assert_snapshot!(story.told(), @"in sync");
}

#[test]
fn a_pending_value_may_replace_and_nothing_is_begun() {
    let story = Story::declared(NAMED).parameter("Name", "a").deploy();
    let story = story.parameter("Name", "${stacks.kms.Name}");
    insta::assert_snapshot!(story.told(), @r"
    update: 2 resources changed
      Parameters/Name: a -> (known after stacks/kms) (recorded)
      Resources/Bucket/Properties/BucketName: a-ap-northeast-1 -> !Sub ${Name}-ap-northeast-1 (possibly be replaced)
      Resources/Topic/Properties/DisplayName: a -> !Ref Name (updated in place)
      Low danger, allowed: Bucket (AWS::S3::Bucket) may be replaced (its objects are lost and its name may be taken by others); if so, nothing is executed without consent
    ");
    insta::assert_snapshot!(story.published("stacks/kms", "Name", "a").told(), @"in sync");
}

#[test]
fn a_new_stack_waits_for_what_it_needs() {
    let story = Story::declared(NAMED).parameter("Name", "${stacks.kms.Name}");
    insta::assert_snapshot!(story.told(), @r"
    create: it does not exist
      Parameters/Name: - -> (known after stacks/kms) (recorded)
      Parameters/Unused: - -> a (recorded)
      Resources/Bucket: - -> AWS::S3::Bucket (created)
      Resources/Topic: - -> AWS::SNS::Topic (created)
    ");
    let story = Story::declared(BUCKET).declare(|spec| {
        let role = "${stacks.iam.DeployRole}";
        spec.role_arn = Some(reconcile_core::text::Text::parse(role).unwrap());
    });
    assert!(story.decision().steps.is_empty());
}

#[test]
fn a_new_role_comes_with_the_next_change_and_stays() {
    let named = |role: &str| Some(reconcile_core::text::Text::parse(role).unwrap());
    let story = Story::deployed(BUCKET).declare(|spec| spec.role_arn = named("role/new"));
    insta::assert_snapshot!(story.told(), @"in sync");
    insta::assert_snapshot!(story.coverage(), @r"
    checked 1, unsupported 0, ignored 0, unreadable 0
    CloudFormation acts with the rights of whoever applies until something of the stack changes, and then as `role/new`
    ");
    let story =
        story.shows(|state| state.described.settings.role_arn = Some("role/old".to_owned()));
    insta::assert_snapshot!(story.coverage(), @r"
    checked 1, unsupported 0, ignored 0, unreadable 0
    CloudFormation acts as `role/old` until something of the stack changes, and then as `role/new`
    ");
    let story = story.declare(|spec| spec.role_arn = None);
    insta::assert_snapshot!(story.coverage(), @r"
    checked 1, unsupported 0, ignored 0, unreadable 0
    CloudFormation acts as `role/old`, which a stack keeps, though git names no role
    ");
    let same = story.declare(|spec| spec.role_arn = named("role/old"));
    insta::assert_snapshot!(same.coverage(), @r"
    checked 1, unsupported 0, ignored 0, unreadable 0
    ");
}

#[test]
fn a_parameter_that_only_feeds_a_condition_adds_and_removes_resources() {
    let template = "
Parameters: { Audit: { Type: String, Default: 'no' } }
Conditions: { Audited: !Equals [!Ref Audit, 'yes'] }
Resources:
  Topic: { Type: AWS::SNS::Topic }
  Trail: { Type: AWS::SNS::Topic, Condition: Audited }
Outputs:
  Trail: { Condition: Audited, Value: !Ref Trail }
";
    let story = Story::deployed(template).parameter("Audit", "yes");
    insta::assert_snapshot!(story.told(), @r"
    update: 1 resource changed
      Parameters/Audit: no -> yes (recorded)
      Resources/Trail: - -> AWS::SNS::Topic (created)
      Outputs/Trail/Value: - -> !Ref Trail (recorded)
      step: deploy Update, expecting [Trail be created]
    ");
    let story = story.deploy().parameter("Audit", "no");
    insta::assert_snapshot!(story.told(), @r"
    update: 1 resource changed
      Parameters/Audit: yes -> no (recorded)
      Resources/Trail: AWS::SNS::Topic -> - (deleted)
      Outputs/Trail/Value: !Ref Trail -> - (recorded)
      Low danger, allowed: Trail (AWS::SNS::Topic) is deleted
      step: deploy Update, expecting [Trail be deleted]
    ");
    let story = story.deploy().parameter("Audit", "never");
    insta::assert_snapshot!(story.told(), @"in sync");
}

#[test]
fn a_hidden_value_is_compared_by_the_ledgers_digest() {
    let story = Story::declared(SECRET).parameter("Token", "one").deploy();
    let story = story.shows(|state| {
        let digest = crate::plan::hidden_digest(state, "one");
        state.hidden.insert("Token".to_owned(), digest);
    });
    insta::assert_snapshot!(story.told(), @"in sync");
    insta::assert_snapshot!(story.clone().parameter("Token", "two").told(), @r"
    update: 1 resource changed
      Parameters/Token: (hidden) -> (hidden, changed) (recorded)
      Resources/Topic/Properties/DisplayName: (hidden) -> (hidden) (updated in place)
      step: deploy Update, expecting [Topic be updated in place]
    ");
    insta::assert_snapshot!(story.declare(|spec| spec.parameters.clear()).told(), @r"
    update: 1 resource changed
      Parameters/Token: (hidden) -> (hidden, changed) (recorded)
      Resources/Topic/Properties/DisplayName: (hidden) -> (hidden) (updated in place)
      step: deploy Update, expecting [Topic be updated in place]
    ");
}

#[test]
fn a_hidden_value_without_a_digest_is_taken_as_unchanged_and_that_is_said() {
    let story = Story::declared(SECRET).parameter("Token", "one").deploy();
    let story = story.parameter("Token", "two");
    insta::assert_snapshot!(story.told(), @"in sync");
    insta::assert_snapshot!(story.coverage(), @r"
    checked 1, unsupported 0, ignored 0, unreadable 0
    a NoEcho parameter cannot be compared
    ");
}

#[test]
fn the_default_of_a_hidden_parameter_is_compared_too() {
    insta::assert_snapshot!(Story::deployed(SECRET).told(), @"in sync");
}

#[test]
fn of_an_ssm_parameter_only_the_name_is_compared() {
    let template = "
Parameters:
  Image: { Type: 'AWS::SSM::Parameter::Value<String>', Default: /images/1 }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Ref Image } }
";
    let story = Story::deployed(template);
    insta::assert_snapshot!(story.told(), @"in sync");
    insta::assert_snapshot!(story.parameter("Image", "/images/2").told(), @r"
    update: 1 resource changed
      Parameters/Image: /images/1 -> /images/2 (recorded)
      Resources/Topic/Properties/DisplayName/AWS::SSM::Parameter::Value: /images/1 -> /images/2 (updated in place)
      step: deploy Update, expecting [Topic be updated in place]
    ");
}

#[test]
fn a_list_is_compared_item_by_item() {
    let template = "
Parameters: { Zones: { Type: CommaDelimitedList, Default: 'a,b' } }
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: !Select [1, !Ref Zones] } }
";
    let story = Story::deployed(template);
    insta::assert_snapshot!(story.clone().parameter("Zones", "c, b").told(), @"in sync");
    insta::assert_snapshot!(story.parameter("Zones", "a,c").told(), @r"
    update: 1 resource changed
      Parameters/Zones: a,b -> a,c (recorded)
      Resources/Topic/Properties/DisplayName: b -> c (updated in place)
      step: deploy Update, expecting [Topic be updated in place]
    ");
}
