//! The life of everything that this repository declares, by every command that calls AWS: made, looked at, changed by hand and by
//! git, gone wrong, put right, and taken away.
//!
//! It is lived once, for all tests. Who lives it has the names of the environment `sandbox`, and CloudFormation acts with the
//! service role of `infra/bootstrap.yaml`, as in production.

use std::collections::BTreeMap;
use std::sync::OnceLock;
use std::time::Duration;

use reconcile_core::report::{Report, Status};
use reconcile_engine::kind::Depth;
use reconcile_engine::state::{history, lease};
use reconcile_kind_stack::import;
use reconcile_sandbox::{ACCOUNT, LoggedCall, ResourceFailure, ResourceOperation};
use reconcile_tests::account::{Account, REGION};
use reconcile_tests::functions::this_repository;
use reconcile_tests::operator::{DETECTING, Operator};
use reconcile_tests::repository::Repository;
use reconcile_tests::terminals::{file, signing_request};
use serde_json::json;

/// The environment whose names everything has.
pub(super) const ENVIRONMENT: &str = "sandbox";

/// Its state bucket.
pub(super) const STATE: &str = "clinic-sandbox-backup-state";

/// What begins the names of its resources.
pub(super) const PREFIX: &str = "clinic-sandbox";

const FILE: &str = "desired/environments/sandbox.yaml";

/// Longer than a lease, and than an audit report stays the newest one.
const LATER: Duration = Duration::from_mins(31);

/// What was called, in order.
pub(super) struct Life {
    /// By `plan`, `drift`, `status`, `history` and `import`.
    pub(super) looking: Vec<LoggedCall>,
    /// By `apply`.
    pub(super) changing: Vec<LoggedCall>,
    /// The keys that buckets encrypt with, by bucket.
    pub(super) keys: BTreeMap<String, String>,
}

impl Life {
    /// Everything that was called.
    pub(super) fn calls(&self) -> impl Iterator<Item = &LoggedCall> {
        self.looking.iter().chain(&self.changing)
    }
}

/// A life that is being lived.
struct Walk {
    account: Account,
    repository: Repository,
    life: Life,
}

/// The one life.
pub(super) fn life() -> &'static Life {
    static LIFE: OnceLock<Life> = OnceLock::new();
    LIFE.get_or_init(|| {
        let mut walk = Walk::begun();
        walk.is_looked_at();
        walk.is_changed_in_git();
        walk.is_changed_by_hand();
        walk.grows_old();
        walk.goes_wrong();
        walk.goes_away();
        walk.life
    })
}

impl Walk {
    /// Everything is made, one of the templates being too large for a request.
    fn begun() -> Self {
        let account = Account::new();
        let repository = in_few_regions(Repository::of_work_tree())
            .append(FILE, "stacks:\n  roleArn: ${stacks.bootstrap.CloudFormationRoleArn}\n")
            .append("infra/waf.yaml", &format!("# {}\n", "large ".repeat(10_000)))
            .stack("pair", "stackName: ${env.prefix}-pair\n", PAIR);
        let (looking, changing) = (Vec::new(), Vec::new());
        let mut walk =
            Self { account, repository, life: Life { looking, changing, keys: BTreeMap::new() } };
        walk.applies(Depth::default());
        let resources = walk.account.sandbox.resources().expect("the account can be read");
        let buckets = resources.iter().filter(|resource| resource.type_name == "AWS::S3::Bucket");
        let key_of = |properties: &serde_json::Value| {
            let rule = &properties["BucketEncryption"]["ServerSideEncryptionConfiguration"][0];
            rule["ServerSideEncryptionByDefault"]["KMSMasterKeyID"].as_str().map(str::to_owned)
        };
        walk.life.keys = buckets
            .filter_map(|bucket| Some((bucket.identifier.clone(), key_of(&bucket.properties)?)))
            .collect();
        walk
    }

    /// By everybody who only looks; also once notes, records and objects are lost.
    fn is_looked_at(&mut self) {
        self.loses(STATE, "devices/");
        self.loses(STATE, "ledger/");
        self.loses(&bucket("code"), "signed/");
        self.loses(&bucket("truststore"), "");
        self.looks(async |operator: &Operator| {
            operator.plan().await;
        });
        self.applies(Depth::default());
        self.looks(async |operator: &Operator| {
            assert_eq!(operator.drift().await.status(), Status::InSync);
        });
        self.looks(async |operator: &Operator| {
            let session = operator.look(Depth::default()).await.session;
            history::search(&session, 5, &|_| true).await.expect("runs are listed");
            history::find(&session, "last").await.expect("there is one");
            lease::holder(&session).await.expect("the lease is read");
            import::find(&session, REGION, "clinic-sandbox-s3").await.expect("there is the stack");
        });
    }

    /// Stacks, and terminals: a new key, one that is suspended and let in again, one that is revoked.
    fn is_changed_in_git(&mut self) {
        let request = "desired/devices/clinic-0001/clinic-0001-pc01.csr.pem";
        self.edit(|repository| {
            repository
                .edit("infra/pair.yaml", "first", "second")
                .append("desired/stacks/pair.yaml", "terminationProtection: true\n")
                .file(request, signing_request("clinic-0001-pc01"))
                .edit(&file("clinic-0001-pc02"), "state: enrolled", "state: suspended")
                .append("desired/stacks/lambda.yaml", CONFIGURATION_IS_THE_ARTIFACTS)
        });
        self.applies(Depth::default());
        self.edit(|repository| {
            repository.edit(&file("clinic-0001-pc02"), "state: suspended", "state: enrolled").edit(
                "desired/devices/clinic-0002/clinic-0002-pc01.yaml",
                "state: enrolled",
                "state: revoked\nreason: key-compromise",
            )
        });
        self.applies(Depth::default());
    }

    /// What CloudFormation sees, what only Cloud Control sees, and code.
    fn is_changed_by_hand(&mut self) {
        let prefixed = |name: &str| format!("clinic-sandbox-{name}");
        let account = &self.account;
        let tamper = |stack: &str, id: &str, pointer: &str, value| {
            account.tamper(&prefixed(stack), id, pointer, value);
        };
        tamper("s3", "CodeBucket", "/VersioningConfiguration/Status", json!("Suspended"));
        tamper("s3", "CodeBucketPolicy", "/PolicyDocument/Statement", json!([]));
        account.delete("AWS::S3::BucketPolicy", &bucket("access-logs"));
        account.process(async {
            let bucket = bucket("code");
            let unsigned = account.keys(&bucket, ("unsigned/", ".zip")).await.remove(0);
            let lambda = account.lambda();
            let name = "clinic-sandbox-health";
            let untrust = lambda.delete_function_code_signing_config().function_name(name);
            untrust.send().await.expect("nobody signs it any more");
            let deploy = lambda.update_function_code().function_name(name);
            let deploy = deploy.s3_bucket(bucket).s3_key(unsigned);
            deploy.send().await.expect("it is deployed");
        });
        self.applies(DETECTING);
    }

    /// Certificates are renewed.
    fn grows_old(&mut self) {
        self.account.wait(Duration::from_hours(24 * 75));
        self.applies(Depth::default());
    }

    /// An update that fails, and whose rollback fails, too.
    fn goes_wrong(&mut self) {
        let account = self.account.clone();
        let fail = |target: &str| {
            let (message, operation) = ("laid out to fail".to_owned(), ResourceOperation::Update);
            let failure =
                ResourceFailure { target: target.to_owned(), operation, message, times: 1 };
            account.sandbox.fail_resource(failure).expect("the failure is laid out");
        };
        let slow = |time| account.sandbox.set_duration(Some("AWS::CloudWatch::Dashboard"), time);
        self.edit(|repository| {
            repository.edit("infra/pair.yaml", "DisplayName: one", "DisplayName: two").edit(
                "infra/pair.yaml",
                "!Ref Topic",
                "!Sub '2 ${Topic}'",
            )
        });
        fail("Name");
        slow(Duration::from_secs(5)).expect("it is set");
        self.changes(async |operator: &Operator| {
            let meanwhile = async {
                tokio::time::sleep(Duration::from_secs(3)).await;
                fail("Topic");
            };
            let (report, ()) = tokio::join!(operator.apply(), meanwhile);
            report.expect("nobody else applies")
        });
        slow(Duration::ZERO).expect("it is set");
        self.applies(Depth::default());
        self.edit(|repository| {
            repository.stack("taken", "stackName: ${env.prefix}-taken\n", TAKEN)
        });
        let report = self.changes(async |operator: &Operator| {
            operator.run(Depth::default()).await.expect("nobody else applies")
        });
        assert_eq!(report.status(), Status::Error, "{:#?}", report.outcomes);
        self.edit(|repository| repository.without_stack("taken"));
    }

    /// A terminal and a stack, with consent.
    fn goes_away(&mut self) {
        self.edit(|repository| {
            repository
                .without(&file("clinic-0001-pc01"))
                .edit("desired/stacks/pair.yaml", "terminationProtection: true", "")
                .without_stack("pair")
                .append(FILE, "allow: { delete: [stacks/pair, devices/clinic-0001-pc01] }\n")
        });
        self.applies(Depth::default());
    }

    /// Objects that somebody who tidies up deletes.
    fn loses(&self, bucket: &str, prefix: &str) {
        self.account.process(async {
            for key in self.account.keys(bucket, (prefix, "")).await {
                self.account.lose(bucket, &key).await;
            }
        });
    }

    fn edit(&mut self, change: impl FnOnce(Repository) -> Repository) {
        self.repository = change(std::mem::take(&mut self.repository));
    }

    /// An apply that does all that is to be done.
    fn applies(&mut self, depth: Depth) {
        let report = self.changes(async |operator: &Operator| {
            operator.run(depth).await.expect("nobody else applies")
        });
        assert_eq!(report.status(), Status::Applied, "{:#?}", report.outcomes);
    }

    fn changes(&mut self, work: impl AsyncFnOnce(&Operator) -> Report) -> Report {
        let (report, calls) = self.lives(work);
        self.life.changing.extend(calls);
        report
    }

    fn looks(&mut self, work: impl AsyncFnOnce(&Operator)) {
        let ((), calls) = self.lives(work);
        self.life.looking.extend(calls);
    }

    /// One process, some time after whatever was done before, and its calls.
    fn lives<T>(&self, work: impl AsyncFnOnce(&Operator) -> T) -> (T, Vec<LoggedCall>) {
        self.account.wait(LATER);
        let operator = Operator::new(&self.account, &self.repository).environment(ENVIRONMENT);
        let operator = operator.work_tree(this_repository());
        let before = self.account.sandbox.call_log().len();
        let result = self.account.process(work(&operator));
        (result, self.account.sandbox.call_log().split_off(before))
    }
}

/// In the two Regions in which something stands that is nowhere else: the others are the same again.
fn in_few_regions(repository: Repository) -> Repository {
    ["desired/stacks/guardduty.yaml", FILE].iter().fold(repository, |repository, path| {
        let is_left_out = |line: &str| {
            let item = line.strip_prefix("  - ");
            item.is_some_and(|region| ![REGION, "us-east-1"].contains(&region))
        };
        let lines = repository.text(path).lines().filter(|line| !is_left_out(line));
        let text = lines.collect::<Vec<_>>().join("\n");
        repository.file(path, text + "\n")
    })
}

/// The name of one of our buckets.
fn bucket(name: &str) -> String {
    format!("clinic-sandbox-{name}-{ACCOUNT}-{REGION}")
}

/// With this, it is not the stack that puts back who signs a function.
const CONFIGURATION_IS_THE_ARTIFACTS: &str = "\
ignoreDrift:
  - { resource: Function, property: /CodeSigningConfigArn, reason: the artifact watches it, until: 2099-01-01 }
";

/// A stack whose one resource has a name that is taken.
const TAKEN: &str = "\
Resources:
  Bucket: { Type: AWS::S3::Bucket, Properties: { BucketName: clinic-sandbox-backup-state } }
";

/// One stack of two resources, of which the second needs the first.
const PAIR: &str = "\
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: one } }
  Name:
    Type: AWS::CloudWatch::Dashboard
    Properties: { DashboardName: first, DashboardBody: !Ref Topic }
";
