//! What CloudFormation finds wrong before it touches anything, as it is told to the person.

use std::time::Duration;

use reconcile_core::report::Status;
use reconcile_tests::account::Account;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::{Repository, foundation};

/// How applying the repository to an account with its foundation fails.
fn failure(repository: &Repository) -> (Account, String) {
    let account = Account::new();
    let apply = |repository: &Repository| {
        account.wait(Duration::from_mins(1));
        account.process(Operator::new(&account, repository).apply()).expect("nobody else applies")
    };
    assert_eq!(apply(&foundation()).status(), Status::Applied);
    let report = apply(repository);
    let told = format!("{:?}", report.outcomes);
    assert_ne!(report.status(), Status::Applied, "{told}");
    (account, told)
}

#[test]
fn a_name_that_is_taken_is_told_with_its_line_and_nothing_is_left() {
    let template = "\
Resources:
  Topic: { Type: AWS::SNS::Topic }
  More:
    Type: AWS::S3::Bucket
    Properties: { BucketName: taken }
";
    let first = foundation().stack("first", "", template);
    let both = first.stack("second", "dependsOn: [stacks/first]\n", template);
    let (account, told) = failure(&both);
    assert!(
        told.contains("More (AWS::S3::Bucket): Resource of type 'AWS::S3::Bucket' with identifier 'taken' already exists. (see infra/second.yaml:3)"),
        "{told}"
    );
    let stacks = account.process(account.stacks());
    assert!(!stacks.iter().any(|stack| stack.contains("second")), "{stacks:?}");
}
