//! With whose rights CloudFormation acts: the environment's service role, the stack's own, or the caller's.

use reconcile_sandbox::LoggedCall;
use reconcile_tests::account::Account;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::Repository;
use serde_json::{Value, json};

const ROLE: &str = "\
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      RoleName: service
      AssumeRolePolicyDocument:
        Statement: [{ Effect: Allow, Principal: { Service: cloudformation.amazonaws.com }, Action: 'sts:AssumeRole' }]
Outputs:
  Arn: { Value: !GetAtt Role.Arn }
";

const TOPIC: &str = "Resources: { Topic: { Type: AWS::SNS::Topic } }\n";

/// A bucket whose policy only Cloud Control sees.
const STORE: &str = "\
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: store } }
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties: { Bucket: !Ref Bucket, PolicyDocument: { Statement: [] } }
";

/// The role is made by a stack of the caller's, as `infra/bootstrap.yaml` makes it.
fn repository() -> Repository {
    Repository::new()
        .environment("test", "stacks: { roleArn: \"${stacks.role.Arn}\" }\n")
        .stack("role", "capabilities: [CAPABILITY_NAMED_IAM]\nroleArn: caller\n", ROLE)
        .stack("topic", "", TOPIC)
        .stack("store", "onDrift: revert\n", STORE)
        .stack("other", "roleArn: arn:aws:iam::000000000000:role/other\n", TOPIC)
}

fn service_role() -> Value {
    json!("arn:aws:iam::000000000000:role/service")
}

/// The roles that calls of an operation gave, by stack or type.
fn given(account: &Account, operation: &str, by: &str, role: &str) -> Vec<(Value, Value)> {
    let asked = |call: LoggedCall| {
        let parameters = call.parameters;
        (call.operation == operation).then(|| (parameters[by].clone(), parameters[role].clone()))
    };
    let mut given: Vec<_> = account.sandbox.call_log().into_iter().filter_map(asked).collect();
    given.sort_by_key(|(stack, _)| stack.to_string());
    given
}

#[test]
fn a_stack_takes_the_environments_unless_it_says_otherwise() {
    let account = Account::new();
    account.process(Operator::new(&account, &repository()).apply()).expect("nobody else applies");
    let expected = [
        (json!("other"), json!("arn:aws:iam::000000000000:role/other")),
        (json!("role"), Value::Null),
        (json!("store"), service_role()),
        (json!("topic"), service_role()),
    ];
    assert_eq!(given(&account, "CreateChangeSet", "StackName", "RoleARN"), expected);
}

#[test]
fn what_is_put_back_by_cloud_control_is_put_back_by_it() {
    let account = Account::new();
    let operator = Operator::new(&account, &repository());
    account.process(operator.apply()).expect("nobody else applies");
    account.tamper("store", "Policy", "/PolicyDocument/Statement", json!([{ "Sid": "Mine" }]));
    account.process(operator.apply_detecting()).expect("nobody else applies");
    let expected = [(json!("AWS::S3::BucketPolicy"), service_role())];
    assert_eq!(given(&account, "UpdateResource", "TypeName", "RoleArn"), expected);
}

#[test]
fn a_role_that_nobody_makes_is_told_where_it_is_named() {
    let repository = repository().edit("desired/environments/test.yaml", "role.Arn", "role.Name");
    let account = Account::new();
    let problems = Operator::new(&account, &repository).interpret().err().expect("it is wrong");
    let places: Vec<_> = problems.iter().filter_map(|problem| problem.place.as_ref()).collect();
    assert!(!places.is_empty(), "{problems:?}");
    assert!(places.iter().all(|place| place.file.path == "desired/environments/test.yaml"));
}
