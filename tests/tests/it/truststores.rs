//! Truststores: put once, pinned by version, guarded against whoever comes in or goes out.

use std::time::Duration;

use reconcile_core::report::{Report, Status};
use reconcile_core::verdict::{Action, Verdict};
use reconcile_kind_truststore::certificate::Certificate;
use reconcile_sandbox::{Fault, FaultPlan};
use reconcile_tests::account::{Account, End};
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::Repository;

const BUCKET_KEY: &str = "truststores/terminals.pem";
const UNIT: &str = "truststores/terminals";

/// A CA that is a root by itself.
const AUTHORITY: &str = "
Resources:
  Root:
    Type: AWS::ACMPCA::CertificateAuthority
    Properties:
      Type: ROOT
      KeyAlgorithm: EC_prime256v1
      SigningAlgorithm: SHA256WITHECDSA
      Subject: { CommonName: !Ref AWS::StackName }
  Certificate:
    Type: AWS::ACMPCA::Certificate
    Properties:
      CertificateAuthorityArn: !Ref Root
      CertificateSigningRequest: !GetAtt Root.CertificateSigningRequest
      SigningAlgorithm: SHA256WITHECDSA
      TemplateArn: arn:aws:acm-pca:::template/RootCACertificate/V1
      Validity: { Type: YEARS, Value: 10 }
  Activation:
    Type: AWS::ACMPCA::CertificateAuthorityActivation
    Properties:
      CertificateAuthorityArn: !Ref Root
      Certificate: !GetAtt Certificate.Certificate
      Status: ACTIVE
Outputs:
  Arn: { Value: !Ref Root }
";

const STORE: &str = "
Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties: { BucketName: trust-store, VersioningConfiguration: { Status: Enabled } }
Outputs:
  Bucket: { Value: !Ref Bucket }
";

/// Something that pins a version, as a domain does.
const DOMAIN: &str = "
Parameters:
  Uri: { Type: String }
  Version: { Type: String }
Resources:
  Pinned:
    Type: AWS::SSM::Parameter
    Properties: { Type: String, Name: pinned, Value: !Sub '${Uri} ${Version}' }
";

fn repository(authorities: &[&str], more: &str) -> Repository {
    let authorities: Vec<_> =
        authorities.iter().map(|name| format!("\"${{stacks.{name}.Arn}}\"")).collect();
    let truststore = format!(
        "kind: Truststore\nname: terminals\nbucket: ${{stacks.store.Bucket}}\nauthorities: [{}]\n{more}",
        authorities.join(", ")
    );
    let pinned = "parameters:\n  Uri: ${truststores.terminals.uri}\n  \
                  Version: ${truststores.terminals.version}\n";
    Repository::new()
        .stack("store", "", STORE)
        .stack("old", "", AUTHORITY)
        .stack("new", "", AUTHORITY)
        .stack("domain", pinned, DOMAIN)
        .file("desired/truststores/terminals.yaml", truststore)
}

/// Applies, some time after whatever was done before.
fn apply(account: &Account, repository: &Repository) -> Report {
    account.wait(Duration::from_secs(70));
    let operator = Operator::new(account, repository);
    account.process(operator.apply()).expect("nobody else applies")
}

fn plan(account: &Account, repository: &Repository) -> Report {
    account.process(Operator::new(account, repository).plan())
}

/// An account in which the truststore holds one CA.
fn applied() -> (Account, Repository) {
    let (account, repository) = (Account::new(), repository(&["old"], ""));
    let report = apply(&account, &repository);
    assert_eq!(report.status(), Status::Applied, "{:?}", report.outcomes);
    (account, repository)
}

fn held(account: &Account) -> Vec<Certificate> {
    let bytes = account.process(account.object("trust-store", BUCKET_KEY));
    Certificate::all_in(&String::from_utf8(bytes).expect("it is text"))
}

fn versions(account: &Account) -> usize {
    let client = account.s3();
    let listed = account.process(client.list_object_versions().bucket("trust-store").send());
    listed.expect("they are listed").versions().len()
}

fn pinned(account: &Account) -> String {
    let parameters = account.sandbox.resources().expect("the account can be read");
    let parameter = parameters.iter().find(|live| live.identifier == "pinned");
    parameter.expect("it is there").properties["Value"].as_str().unwrap_or_default().to_owned()
}

fn verdict(report: &Report) -> Verdict {
    let address = UNIT.parse().expect("it is an address");
    report.plan().unit(&address).expect("it is planned").planned.verdict.clone()
}

#[test]
fn it_is_put_once_and_pinned() {
    let (account, repository) = applied();
    assert_eq!(held(&account).len(), 1);
    assert!(pinned(&account).starts_with("s3://trust-store/truststores/terminals.pem "));
    let writes = account.writes();
    assert_eq!(apply(&account, &repository).status(), Status::InSync);
    let drift = account.process(Operator::new(&account, &repository).drift());
    assert_eq!((drift.status(), account.writes()), (Status::InSync, writes));
    assert_eq!(versions(&account), 1);
}

#[test]
fn what_somebody_put_in_or_deleted_is_put_back() {
    let (account, repository) = applied();
    let (before, right) = (pinned(&account), held(&account));
    account.process(account.put("trust-store", BUCKET_KEY, b"nothing".to_vec()));
    let drift = account.process(Operator::new(&account, &repository).drift());
    let Verdict::Change(change) = verdict(&drift) else { panic!("{:?}", verdict(&drift)) };
    assert_eq!(
        (change.action, &*change.reason),
        (Action::Revert, "its object was changed outside git")
    );
    assert_eq!(pinned(&account), before, "what nobody reviewed is pinned nowhere");
    assert_eq!(apply(&account, &repository).status(), Status::Applied);
    assert_eq!(held(&account), right);
    assert_ne!(pinned(&account), before, "the domain takes the version that is right");
    account.process(account.lose("trust-store", BUCKET_KEY));
    assert_eq!(apply(&account, &repository).status(), Status::Applied);
    assert_eq!(held(&account), right);
    assert_eq!(apply(&account, &repository).status(), Status::InSync);
}

#[test]
fn a_ca_leaves_only_with_consent() {
    let (account, _) = applied();
    let both = repository(&["new", "old"], "");
    assert_eq!(apply(&account, &both).status(), Status::Applied);
    let [_, old] = <[Certificate; 2]>::try_from(held(&account)).expect("both are in it");
    let before = pinned(&account);
    let without = repository(&["new"], "");
    let Verdict::Blocked { unblock, .. } = verdict(&plan(&account, &without)) else {
        panic!("it is not blocked")
    };
    let consent = format!("allow: {{ remove: [{}] }}", old.fingerprint.short());
    assert!(unblock.contains(&consent), "{unblock}");
    assert_eq!(apply(&account, &without).status(), Status::Blocked);
    assert_eq!((held(&account).len(), pinned(&account)), (2, before));
    let meant = repository(&["new"], &consent);
    assert_eq!(apply(&account, &meant).status(), Status::Applied);
    assert_eq!(held(&account).len(), 1);
    assert_eq!(apply(&account, &without).status(), Status::InSync, "consent is taken out again");
}

#[test]
fn killed_at_any_call_it_is_put_once() {
    let (begun, _) = applied();
    let both = repository(&["new", "old"], "");
    begun.wait(Duration::from_secs(70));
    let undisturbed = begun.fork();
    let before = undisturbed.calls();
    assert_eq!(apply(&undisturbed, &both).status(), Status::Applied);
    for call in 1..=undisturbed.calls() - before {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            let case = format!("{} at {call}", fault.name());
            let account = begun.fork();
            let plan = FaultPlan::at(call, fault);
            let end = account.struck_process(plan, Operator::new(&account, &both).apply());
            assert!(matches!(end, End::Killed), "{case}: it made fewer calls");
            let second = apply(&account, &both).status();
            assert!(matches!(second, Status::Applied | Status::InSync), "{case}: {second:?}");
            assert_eq!((held(&account).len(), versions(&account)), (2, 2), "{case}");
            let writes = account.writes();
            assert_eq!(apply(&account, &both).status(), Status::InSync, "{case}, the third run");
            assert_eq!(account.writes(), writes, "{case}: the third run writes");
        }
    }
}
