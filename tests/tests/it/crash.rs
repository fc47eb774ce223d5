//! Killed at any call of a run, before or after its effect, a new run reaches the same end.

use std::time::Duration;

use reconcile_core::report::Status;
use reconcile_sandbox::When;
use reconcile_tests::account::{Account, End};
use reconcile_tests::census::Census;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::{Repository, foundation};

/// Longer than the lease of a run that was killed.
const LATER: Duration = Duration::from_mins(2);

/// A run, and the account that it starts from.
struct Scenario {
    /// Makes the account; the same one each time.
    prepared: fn() -> Account,
    /// What the run is to make of it.
    wanted: Repository,
}

impl Scenario {
    fn apply(&self, account: &Account) -> Status {
        let operator = Operator::new(account, &self.wanted);
        // Drift that nobody has looked for yet is found, too.
        let report = account.process(operator.heal()).expect("nobody else applies");
        report.status()
    }

    fn undisturbed(&self) -> Census {
        let account = (self.prepared)();
        assert_eq!(self.apply(&account), Status::Applied);
        account.process(Census::of(&account))
    }

    /// Kills the run at one call; answers whether it made that many.
    fn killed_at(&self, call: u64, when: When, expected: &Census) -> bool {
        let account = (self.prepared)();
        let operator = Operator::new(&account, &self.wanted);
        let end = account.killed_process(call, when, operator.heal());
        if let End::Ended(_) = end {
            return false;
        }
        account.wait(LATER);
        let case = format!("killed {when:?} call {call}");
        let second = self.apply(&account);
        assert!(matches!(second, Status::Applied | Status::InSync), "{case}: {second:?}");
        account.wait(LATER);
        let writes = account.writes();
        assert_eq!(self.apply(&account), Status::InSync, "{case}, the third run");
        assert_eq!(account.writes(), writes, "{case}: the third run writes");
        let census = account.process(Census::of(&account));
        assert!(
            census == *expected,
            "{case} leads elsewhere\n--- undisturbed\n{}\n--- killed\n{}",
            expected.text(),
            census.text()
        );
        true
    }

    /// Kills the run at each of its calls.
    #[track_caller]
    fn survives(&self) {
        let expected = self.undisturbed();
        let mut cases = 0;
        for when in [When::Before, When::After] {
            for call in 1.. {
                if !self.killed_at(call, when, &expected) {
                    break;
                }
                cases += 1;
            }
        }
        assert!(cases > 20, "only {cases} cases: the crash does not strike");
        println!("{cases} cases");
    }
}

fn created() -> Account {
    let account = Account::new();
    let operator = Operator::new(&account, &foundation());
    let report = account.process(operator.apply()).expect("nobody else applies");
    assert_eq!(report.status(), Status::Applied);
    account.wait(LATER);
    account
}

#[test]
fn creation() {
    Scenario { prepared: Account::new, wanted: foundation() }.survives();
}

#[test]
fn update() {
    let wanted = foundation()
        .edit("infra/keys.yaml", "of the foundation", "of all")
        .edit("infra/trail.yaml", "RetentionInDays: 30", "RetentionInDays: 90");
    Scenario { prepared: created, wanted }.survives();
}
