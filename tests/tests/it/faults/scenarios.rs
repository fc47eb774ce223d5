//! Runs that change something, each with the account that it starts from.

use std::time::Duration;

use aws_sdk_cloudformation::types::Tag;
use reconcile_core::report::{Report, Status};
use reconcile_engine::kind::Depth;
use reconcile_sandbox::{LoggedCall, ResourceFailure, ResourceOperation};
use reconcile_tests::account::Account;
use reconcile_tests::census::Census;
use reconcile_tests::operator::{DETECTING, Operator, RunError};
use reconcile_tests::repository::{Repository, foundation};
use serde_json::json;

use crate::blind_spots::guarded;

/// Longer than the lease of a run that was killed.
pub(super) const LATER: Duration = Duration::from_secs(70);

/// A name, and what lays the scenario out.
pub(super) type Laid = (&'static str, fn() -> Scenario);

/// The runs that everything is tried on.
pub(super) const SCENARIOS: [Laid; 9] = [
    ("create", creation),
    ("create slowly", creation_that_is_still_going_on_when_the_next_run_begins),
    ("update", update),
    ("replace", replacement_with_consent),
    ("delete", deletion_with_consent),
    ("revert", drift_that_is_reverted),
    ("revert unseen", drift_that_only_cloud_control_sees),
    ("recover creation", recovery_from_a_creation_that_was_rolled_back),
    ("recover rollback", recovery_from_a_rollback_that_failed),
];

/// A run, and the account that it starts from.
pub(super) struct Scenario {
    pub(super) account: Account,
    wanted: Repository,
    depth: Depth,
}

/// What a run leads to when nothing goes wrong.
pub(super) struct Undisturbed {
    pub(super) census: Census,
    /// In the order in which they began.
    pub(super) calls: Vec<LoggedCall>,
}

impl Scenario {
    fn new(account: Account, wanted: Repository) -> Self {
        Self { account, wanted, depth: Depth::default() }
    }

    pub(super) async fn run(&self, account: &Account) -> Result<Report, RunError> {
        Operator::new(account, &self.wanted).run(self.depth).await
    }

    pub(super) fn undisturbed(&self) -> Undisturbed {
        let account = self.account.fork();
        let report = account.process(self.run(&account)).expect("nothing goes wrong");
        assert_eq!(report.status(), Status::Applied);
        let mut calls = account.sandbox.call_log();
        calls.sort_by_key(|call| call.number);
        Undisturbed { census: account.process(Census::of(&account)), calls }
    }
}

/// The account after the repository was applied.
fn after(repository: &Repository) -> Account {
    let account = Account::new();
    let report = account.process(Operator::new(&account, repository).apply());
    assert_eq!(report.expect("nobody else applies").status(), Status::Applied);
    account.wait(LATER);
    account
}

fn fail(account: &Account, target: &str, operation: ResourceOperation) {
    let message = "laid out to fail".to_owned();
    let failure = ResourceFailure { target: target.to_owned(), operation, message, times: 1 };
    account.sandbox.fail_resource(failure).expect("the failure is laid out");
}

/// One stack of two resources, of which the second needs the first.
fn pair() -> Repository {
    Repository::new().stack(
        "pair",
        "",
        "\
Resources:
  Topic: { Type: AWS::SNS::Topic, Properties: { DisplayName: one } }
  Name:
    Type: AWS::CloudWatch::Dashboard
    Properties: { DashboardName: first, DashboardBody: !Ref Topic }
",
    )
}

fn creation() -> Scenario {
    Scenario::new(Account::new(), foundation())
}

fn creation_that_is_still_going_on_when_the_next_run_begins() -> Scenario {
    let account = Account::new();
    let slow = LATER + Duration::from_secs(10);
    account.sandbox.set_duration(Some("AWS::SNS::Topic"), slow).expect("it is set");
    Scenario::new(account, pair())
}

fn update() -> Scenario {
    let wanted = foundation()
        .edit("infra/keys.yaml", "of the foundation", "of all")
        .edit("infra/trail.yaml", "RetentionInDays: 30", "RetentionInDays: 90")
        .edit("desired/stacks/trail.yaml", "terminationProtection: true", "");
    Scenario::new(after(&foundation()), wanted)
}

fn replacement_with_consent() -> Scenario {
    let wanted = foundation()
        .edit("infra/trail.yaml", "foundation-log", "new-log")
        .append("desired/stacks/trail.yaml", "allow: { replace: [Log] }\n");
    Scenario::new(after(&foundation()), wanted)
}

fn deletion_with_consent() -> Scenario {
    let wanted = foundation().without_stack("trail").without_stack("store").append(
        "desired/environments/test.yaml",
        "allow: { delete: [stacks/trail, stacks/store] }\n",
    );
    Scenario::new(after(&foundation()), wanted)
}

fn drift_that_is_reverted() -> Scenario {
    let account = after(&foundation());
    account.tamper("store", "Bucket", "/VersioningConfiguration/Status", json!("Suspended"));
    let wanted = foundation();
    Scenario { account, wanted, depth: DETECTING }
}

fn drift_that_only_cloud_control_sees() -> Scenario {
    let wanted = guarded();
    let account = after(&wanted);
    account.tamper("guarded", "Guard", "/PolicyDocument/Statement/0/Effect", json!("Allow"));
    Scenario { account, wanted, depth: DETECTING }
}

fn recovery_from_a_creation_that_was_rolled_back() -> Scenario {
    let account = Account::new();
    fail(&account, "Name", ResourceOperation::Create);
    account.process(async {
        let tag = |key, value| Tag::builder().key(key).value(value).build();
        let stack = account.cloudformation().create_stack().stack_name("pair");
        let stack = stack.template_body(pair().text("infra/pair.yaml"));
        let stack = stack.tags(tag("reconcile:environment", "test"));
        let stack = stack.tags(tag("reconcile:address", "stacks/pair"));
        stack.send().await.expect("the stack is begun");
    });
    account.wait(LATER);
    assert_eq!(account.process(account.stack_status("pair")), "ROLLBACK_COMPLETE");
    Scenario::new(account, pair())
}

fn recovery_from_a_rollback_that_failed() -> Scenario {
    let account = after(&pair());
    let wanted = pair().edit("infra/pair.yaml", "DisplayName: one", "DisplayName: two").edit(
        "infra/pair.yaml",
        "DashboardBody: !Ref Topic",
        "DashboardBody: !Sub '2 ${Topic}'",
    );
    fail(&account, "Name", ResourceOperation::Update);
    let slow = |time| account.sandbox.set_duration(Some("AWS::CloudWatch::Dashboard"), time);
    slow(Duration::from_secs(5)).expect("it is set");
    account.process(async {
        // The topic is updated by now, and is to fail on its way back.
        let meanwhile = async {
            tokio::time::sleep(Duration::from_secs(3)).await;
            fail(&account, "Topic", ResourceOperation::Update);
        };
        let operator = Operator::new(&account, &wanted);
        let (report, ()) = tokio::join!(operator.apply(), meanwhile);
        assert_eq!(report.expect("nobody else applies").status(), Status::Error);
    });
    slow(Duration::ZERO).expect("it is set");
    assert_eq!(account.process(account.stack_status("pair")), "UPDATE_ROLLBACK_FAILED");
    account.wait(LATER);
    Scenario::new(account, wanted)
}
