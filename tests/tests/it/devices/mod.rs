//! Terminals, from a signing request in git to a registered certificate, by Private CA's own protocol.

mod faults;
mod life;
mod many;

use std::time::Duration;

use aws_sdk_acmpca::types::AuditReportResponseFormat;
use reconcile_core::report::{Report, Status};
use reconcile_core::verdict::Verdict;
use reconcile_tests::account::Account;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::Repository;
use reconcile_tests::terminals::{REGISTRY, REPORTS, clinic};
use serde_json::Value;

/// The terminal of most tests.
const NAME: &str = "clinic-0001-pc01";

/// Somebody with a repository, and an account.
struct Place {
    account: Account,
    repository: Repository,
}

impl Place {
    /// The authority was made, and nothing of terminals was applied yet.
    fn new(change: impl FnOnce(Repository) -> Repository) -> Self {
        let (account, repository) = (Account::new(), clinic());
        let place = Self { account, repository };
        assert_eq!(place.apply().status(), Status::Applied);
        Self { repository: change(place.repository), ..place }
    }

    /// One terminal was enrolled.
    fn enrolled() -> Self {
        let place = Self::new(|repository| repository.terminal(NAME, ""));
        assert_eq!(place.apply().status(), Status::Applied);
        place
    }

    /// Another account in the same state.
    fn fork(&self) -> Self {
        Self { account: self.account.fork(), repository: self.repository.clone() }
    }

    /// Something else is declared.
    fn declaring(self, change: impl FnOnce(Repository) -> Repository) -> Self {
        Self { repository: change(self.repository), ..self }
    }

    fn operator(&self) -> Operator {
        Operator::new(&self.account, &self.repository)
    }

    /// Applies, once a run that was killed has lost its lease.
    fn apply(&self) -> Report {
        self.account.wait(Duration::from_secs(70));
        self.account.process(self.operator().apply()).expect("nobody else applies")
    }

    fn plan(&self) -> Report {
        self.account.process(self.operator().plan())
    }

    fn drift(&self) -> Report {
        self.account.process(self.operator().drift())
    }

    fn registration(&self, name: &str) -> Option<Value> {
        let key = format!("registry/{name}.json");
        self.account.process(self.account.objects(REGISTRY, &key)).pop()
    }

    /// What the authority itself says of its terminals' certificates, when it may be asked again.
    fn certificates(&self) -> Vec<Value> {
        self.account.wait(Duration::from_mins(31));
        let authority = self.account.live("AWS::ACMPCA::CertificateAuthority").remove(0);
        let report = self.account.process(async {
            let call = self.account.private_ca().create_certificate_authority_audit_report();
            let call = call.certificate_authority_arn(authority).s3_bucket_name(REPORTS);
            let call = call.audit_report_response_format(AuditReportResponseFormat::Json);
            let key = call.send().await.expect("a report is written").s3_key;
            self.account.objects(REPORTS, &key.expect("it has a key")).await.remove(0)
        });
        let entries = report.as_array().cloned().unwrap_or_default().into_iter();
        entries.filter(|entry| !entry["templateArn"].to_string().contains("RootCA")).collect()
    }
}

fn verdict(report: &Report, address: &str) -> Verdict {
    let address = address.parse().expect("an address");
    report.plan().unit(&address).expect("it is planned").planned.verdict.clone()
}
