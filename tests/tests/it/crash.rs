//! Killed at any call of a run, before or after its effect, the next run reaches the same end.

use std::time::Duration;

use aws_sdk_cloudformation::types::Tag;
use reconcile_core::report::Status;
use reconcile_engine::kind::Depth;
use reconcile_sandbox::{ResourceFailure, ResourceOperation, When};
use reconcile_tests::account::{Account, End};
use reconcile_tests::census::Census;
use reconcile_tests::operator::{DETECTING, Operator};
use reconcile_tests::repository::{Repository, foundation};
use serde_json::json;

use crate::blind_spots::guarded;

/// Longer than the lease of a run that was killed.
const LATER: Duration = Duration::from_secs(70);

/// A run, and the account that it starts from.
struct Scenario {
    account: Account,
    wanted: Repository,
    depth: Depth,
}

impl Scenario {
    fn new(account: Account, wanted: Repository) -> Self {
        Self { account, wanted, depth: Depth::default() }
    }

    async fn run(&self, account: &Account) -> Status {
        let operator = Operator::new(account, &self.wanted);
        let look = operator.look(self.depth).await;
        operator.carry_out(look).await.expect("nobody else applies").status()
    }

    /// What the run leads to when nothing goes wrong, and how many calls it makes.
    fn undisturbed(&self) -> (Census, u64) {
        let account = self.account.fork();
        assert_eq!(account.process(self.run(&account)), Status::Applied);
        let calls = account.calls();
        (account.process(Census::of(&account)), calls)
    }

    fn killed_at(&self, call: u64, when: When, expected: &Census) {
        let account = self.account.fork();
        let end = account.killed_process(call, when, self.run(&account));
        assert!(matches!(end, End::Killed), "it made fewer calls than {call}: {end:?}");
        account.wait(LATER);
        let case = format!("killed {when:?} call {call}");
        let second = account.process(self.run(&account));
        assert!(matches!(second, Status::Applied | Status::InSync), "{case}: {second:?}");
        account.wait(LATER);
        let writes = account.writes();
        assert_eq!(account.process(self.run(&account)), Status::InSync, "{case}, the third run");
        assert_eq!(account.writes(), writes, "{case}: the third run writes");
        let census = account.process(Census::of(&account));
        let difference = expected.difference(&census);
        assert!(difference.is_empty(), "{case} leads elsewhere:\n{difference}");
    }

    /// Kills the run at each of its calls.
    #[track_caller]
    fn survives(&self) {
        let (expected, calls) = self.undisturbed();
        for call in 1..=calls {
            self.killed_at(call, When::Before, &expected);
            self.killed_at(call, When::After, &expected);
        }
        println!("{} cases", 2 * calls);
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

#[test]
fn creation() {
    Scenario::new(Account::new(), foundation()).survives();
}

#[test]
fn creation_that_is_still_going_on_when_the_next_run_begins() {
    let account = Account::new();
    let slow = LATER + Duration::from_secs(10);
    account.sandbox.set_duration(Some("AWS::SNS::Topic"), slow).expect("it is set");
    Scenario::new(account, pair()).survives();
}

#[test]
fn update() {
    let wanted = foundation()
        .edit("infra/keys.yaml", "of the foundation", "of all")
        .edit("infra/trail.yaml", "RetentionInDays: 30", "RetentionInDays: 90")
        .edit("desired/stacks/trail.yaml", "terminationProtection: true", "");
    Scenario::new(after(&foundation()), wanted).survives();
}

#[test]
fn replacement_with_consent() {
    let wanted = foundation()
        .edit("infra/trail.yaml", "foundation-log", "new-log")
        .append("desired/stacks/trail.yaml", "allow: { replace: [Log] }\n");
    Scenario::new(after(&foundation()), wanted).survives();
}

#[test]
fn deletion_with_consent() {
    let wanted = foundation().without_stack("trail").without_stack("store").append(
        "desired/environments/test.yaml",
        "allow: { delete: [stacks/trail, stacks/store] }\n",
    );
    Scenario::new(after(&foundation()), wanted).survives();
}

#[test]
fn drift_that_is_reverted() {
    let account = after(&foundation());
    account.tamper("store", "Bucket", "/VersioningConfiguration/Status", json!("Suspended"));
    let wanted = foundation();
    Scenario { account, wanted, depth: DETECTING }.survives();
}

#[test]
fn drift_that_only_cloud_control_sees() {
    let wanted = guarded();
    let account = after(&wanted);
    account.tamper("guarded", "Guard", "/PolicyDocument/Statement/0/Effect", json!("Allow"));
    Scenario { account, wanted, depth: DETECTING }.survives();
}

#[test]
fn recovery_from_a_creation_that_was_rolled_back() {
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
    Scenario::new(account, pair()).survives();
}

#[test]
fn recovery_from_a_rollback_that_failed() {
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
    Scenario::new(account, wanted).survives();
}
