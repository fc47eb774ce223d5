//! What CloudFormation's drift detection does not look at is looked at all the same, and put back.

use reconcile_core::coverage::Coverage;
use reconcile_core::report::{Report, Status};
use reconcile_core::verdict::{FieldChange, Verdict};
use reconcile_tests::account::Account;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::Repository;
use serde_json::json;

/// A bucket, and the policy that guards it: drift detection compares the bucket and the key, and neither
/// the policy, nor the alias, nor the inline policy.
pub(crate) fn guarded() -> Repository {
    let settings = "onDrift: revert\ncapabilities: [CAPABILITY_IAM]\n";
    Repository::new().stack("guarded", settings, TEMPLATE)
}

const TEMPLATE: &str = "\
Resources:
  Bucket:
    Type: AWS::S3::Bucket
  Guard:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Bucket
      PolicyDocument:
        Statement:
          - Sid: TlsOnly
            Effect: Deny
            Principal: '*'
            Action: s3:*
            Resource: [!GetAtt Bucket.Arn, !Sub '${Bucket.Arn}/*']
            Condition: { Bool: { 'aws:SecureTransport': 'false' } }
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy:
        Statement:
          - { Effect: Allow, Principal: { AWS: !Sub 'arn:aws:iam::${AWS::AccountId}:root' }, Action: 'kms:*', Resource: '*' }
  Alias:
    Type: AWS::KMS::Alias
    Properties: { AliasName: alias/guarded, TargetKeyId: !Ref Key }
  Role:
    Type: AWS::IAM::Role
    Properties: { AssumeRolePolicyDocument: { Statement: [] } }
  Inline:
    Type: AWS::IAM::Policy
    Properties: { PolicyName: inline, Roles: [!Ref Role], PolicyDocument: { Statement: [] } }
";

fn deployed(repository: &Repository) -> Account {
    let account = Account::new();
    let applied = account.process(Operator::new(&account, repository).apply());
    assert_eq!(applied.expect("nobody else applies").status(), Status::Applied);
    account
}

fn drift(account: &Account, repository: &Repository) -> Report {
    account.process(Operator::new(account, repository).drift())
}

fn heal(account: &Account, repository: &Repository) -> Report {
    let applied = account.process(Operator::new(account, repository).apply_detecting());
    applied.expect("nobody else applies")
}

fn verdict(report: &Report) -> Verdict {
    let address = "stacks/guarded".parse().expect("an address");
    report.plan().unit(&address).expect("it is planned").planned.verdict.clone()
}

/// `path: before -> after` of each field.
fn fields(report: &Report) -> Vec<String> {
    let verdict = verdict(report);
    let change = verdict.change().unwrap_or_else(|| panic!("{verdict:?}"));
    let shown = |value: &Option<String>| value.clone().unwrap_or_default();
    let line = |field: &FieldChange| {
        format!("{}: {} -> {}", field.path, shown(&field.before), shown(&field.after))
    };
    change.fields.iter().map(line).collect()
}

#[track_caller]
fn is_in_sync(account: &Account, repository: &Repository) {
    let report = drift(account, repository);
    assert_eq!(report.status(), Status::InSync, "{:?}", verdict(&report));
}

#[test]
fn they_count_as_checked_where_they_can_be_read() {
    let account = deployed(&guarded());
    let report = drift(&account, &guarded());
    let Coverage { checked, unsupported, ignored, unreadable, notes } = report.coverage();
    // The inline policy has no read handler.
    assert_eq!((checked, unsupported, ignored, unreadable), (5, 1, 0, 0), "{notes:?}");
    assert_eq!(notes, Vec::<String>::new());
    assert_eq!(report.status(), Status::InSync);
    // The policy, the alias, and the bucket, to whose ARN the policy refers.
    assert_eq!(account.calls_of("cloudcontrolapi:GetResource"), 3);
}

#[test]
fn only_a_look_for_drift_pays_for_them() {
    let account = deployed(&guarded());
    account.process(Operator::new(&account, &guarded()).plan());
    assert_eq!(account.calls_of("cloudcontrolapi:GetResource"), 0);
    assert_eq!(account.calls_of("cloudformation:ListStackResources"), 0);
}

#[test]
fn a_rewritten_policy_is_named_with_both_values_and_put_back() {
    let account = deployed(&guarded());
    account.tamper("guarded", "Guard", "/PolicyDocument/Statement/0/Effect", json!("Allow"));
    let report = drift(&account, &guarded());
    assert_eq!(report.status(), Status::Changes);
    assert_eq!(
        fields(&report),
        ["Resources/Guard/Properties/PolicyDocument/Statement/0/Effect: Allow -> Deny"]
    );
    assert_eq!(heal(&account, &guarded()).status(), Status::Applied);
    assert_eq!(account.calls_of("cloudcontrolapi:UpdateResource"), 1);
    is_in_sync(&account, &guarded());
}

#[test]
fn a_statement_that_was_added_is_drift() {
    let account = deployed(&guarded());
    let open = json!({ "Effect": "Allow", "Principal": "*", "Action": "s3:GetObject" });
    account.tamper("guarded", "Guard", "/PolicyDocument/Statement/-", open);
    let report = drift(&account, &guarded());
    let found = fields(&report);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].contains("/Statement/1: {Effect: Allow"), "{found:?}");
    heal(&account, &guarded());
    is_in_sync(&account, &guarded());
}

#[test]
fn what_both_find_is_reverted_by_a_change_set_and_by_cloud_control() {
    let account = deployed(&guarded());
    account.tamper("guarded", "Guard", "/PolicyDocument/Statement/0/Action", json!("s3:Put*"));
    account.tamper("guarded", "Key", "/KeyPolicy/Statement/0/Action", json!("kms:Encrypt"));
    assert_eq!(fields(&drift(&account, &guarded())).len(), 2);
    let report = heal(&account, &guarded());
    assert_eq!(report.status(), Status::Applied);
    assert_eq!(report.summary().revert, 1);
    is_in_sync(&account, &guarded());
}

#[test]
fn a_deleted_policy_is_made_again() {
    let account = deployed(&guarded());
    account.delete_live("AWS::S3::BucketPolicy");
    let report = drift(&account, &guarded());
    assert_eq!(
        fields(&report),
        ["Resources/Guard:  -> AWS::S3::BucketPolicy (it was deleted outside CloudFormation)"]
    );
    assert_eq!(heal(&account, &guarded()).status(), Status::Applied);
    assert_eq!(account.live("AWS::S3::BucketPolicy").len(), 1);
    is_in_sync(&account, &guarded());
}

#[test]
fn drift_that_is_only_reported_is_left_as_it_is() {
    let report_only = guarded().edit("desired/stacks/guarded.yaml", "revert", "report");
    let account = deployed(&report_only);
    account.tamper("guarded", "Guard", "/PolicyDocument/Statement/0/Effect", json!("Allow"));
    let writes = account.writes();
    assert_eq!(drift(&account, &report_only).status(), Status::Blocked);
    assert_eq!(account.writes(), writes);
    heal(&account, &report_only);
    assert_eq!(account.calls_of("cloudcontrolapi:UpdateResource"), 0);
}

#[test]
fn drift_that_git_accepts_is_ignored() {
    let accepting = guarded().append(
        "desired/stacks/guarded.yaml",
        "ignoreDrift: [{ resource: Guard, property: /PolicyDocument, reason: known, until: 2027-01-31 }]\n",
    );
    let account = deployed(&accepting);
    account.tamper("guarded", "Guard", "/PolicyDocument/Statement/0/Effect", json!("Allow"));
    let report = drift(&account, &accepting);
    assert_eq!(report.status(), Status::InSync);
    assert_eq!(report.coverage().ignored, 1);
}

#[test]
fn what_may_not_be_read_is_said_and_never_in_sync() {
    let account = deployed(&guarded());
    let operator = Operator::new(&account, &guarded()).denied(&["GetResource"]);
    let report = account.process(operator.drift());
    assert_eq!(report.coverage().unreadable, 2);
    assert_eq!(report.status(), Status::Error);
    let notes = report.coverage().notes.join("\n");
    assert!(notes.contains("Guard could not be read"), "{notes}");
    assert!(notes.contains("the role needs `cloudformation:GetResource`"), "{notes}");
    let operator = Operator::new(&account, &guarded()).denied(&["ListStackResources"]);
    let report = account.process(operator.drift());
    assert_eq!(report.coverage().unreadable, 2);
    assert_eq!(report.status(), Status::Error);
}

#[test]
fn a_declaration_that_follows_the_drift_needs_nothing_put_back() {
    let account = deployed(&guarded());
    account.tamper("guarded", "Guard", "/PolicyDocument/Statement/0/Action", json!("s3:Put*"));
    let followed = guarded().edit("infra/guarded.yaml", "Action: s3:*", "Action: s3:Put*");
    assert_eq!(heal(&account, &followed).status(), Status::Applied);
    assert_eq!(account.calls_of("cloudcontrolapi:UpdateResource"), 0);
    is_in_sync(&account, &followed);
}
