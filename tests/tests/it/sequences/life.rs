//! An account that lives through a sequence, and what has to hold of it after each step.

use std::collections::BTreeSet;
use std::time::Duration;

use proptest::prelude::TestCaseError;
use proptest::{prop_assert, prop_assert_eq};
use reconcile_core::outcome::Outcome;
use reconcile_core::report::{Report, Status};
use reconcile_engine::kind::Depth;
use reconcile_sandbox::{LiveResource, ResourceFailure, TamperRequest};
use reconcile_tests::account::{Account, End};
use reconcile_tests::operator::{DETECTING, Operator, RunError};
use reconcile_tests::repository::Repository;
use serde_json::json;

use super::model::{Wish, region};
use super::steps::{Mishap, Step};

/// Longer than the lease of a run that was killed, and than any work on a resource.
const LATER: Duration = Duration::from_secs(70);

/// A stack of somebody else.
const UNOWNED: &str = "Resources: { Log: { Type: AWS::Logs::LogGroup, Properties: { LogGroupName: unowned, RetentionInDays: 7 } } }\n";

const LOG_GROUP: &str = "AWS::Logs::LogGroup";

pub(super) struct Life {
    account: Account,
    wish: Wish,
    /// How hard undisturbed runs look: for drift, once somebody made some.
    depth: Depth,
}

impl Life {
    pub(super) fn new() -> Self {
        let account = Account::new();
        let unowned = account.cloudformation().create_stack();
        let unowned = unowned.stack_name("unowned").template_body(UNOWNED);
        account.process(unowned.send()).expect("the stack is begun");
        account.sandbox.set_duration(None, Duration::from_secs(2)).expect("it is set");
        Self { account, wish: Wish::default(), depth: Depth::default() }
    }

    /// Lives through a step, and checks the promises after it.
    pub(super) fn step(&mut self, step: &Step) -> Result<(), TestCaseError> {
        self.tamper(step);
        step.edit(&mut self.wish);
        let repository = self.wish.repository();
        let before = self.log_groups();
        let end = self.struck(&repository, &step.mishap);
        self.account.wait(LATER);
        self.nothing_was_given_up(&before)?;
        let plan = self.reads_only(&repository)?;
        if let End::Ended(Ok(report)) = &end
            && matches!(report.status(), Status::Applied | Status::InSync)
            && !step.mishap.misleads()
        {
            prop_assert_eq!(plan.status(), Status::InSync, "the struck run said that it is done");
        }
        let first = self.run(&repository, self.depth)?;
        self.account.wait(LATER);
        let writes = self.account.writes();
        let second = self.run(&repository, Depth { full: true, detect: true })?;
        self.account.wait(LATER);
        self.nothing_was_given_up(&before)?;
        prop_assert_eq!(second.summary().changes(), 0, "applied twice: {}", told(&second));
        if matches!(first.status(), Status::Applied | Status::InSync) {
            prop_assert_eq!(second.status(), Status::InSync, "{}", told(&second));
            prop_assert_eq!(self.account.writes(), writes, "the second apply writes");
        }
        if second.status() == Status::InSync {
            self.everything_is_as_declared()?;
        }
        Ok(())
    }

    fn tamper(&mut self, step: &Step) {
        if let Some(slot) = step.tampered {
            self.depth = DETECTING;
            let request = TamperRequest {
                region: region(slot).to_owned(),
                stack_name: format!("s{slot}"),
                logical_id: "Note".to_owned(),
                pointer: "/Value".to_owned(),
                value: json!("by hand"),
            };
            // There may be no such stack, and then there is nothing to tamper with.
            self.account.sandbox.tamper(request).ok();
        }
    }

    fn struck(&self, repository: &Repository, mishap: &Mishap) -> End<Result<Report, RunError>> {
        self.lay_out(mishap, 1);
        let operator = Operator::new(&self.account, repository);
        let end = self.account.struck_process(mishap.plan(), async {
            if matches!(mishap, Mishap::Rival) {
                let rival = operator.clone().actor("rival");
                let (_, run) = tokio::join!(rival.run(self.depth), operator.run(self.depth));
                run
            } else {
                operator.run(Depth::default()).await
            }
        });
        self.lay_out(mishap, 0);
        end
    }

    /// Lets a resource fail so often, from now on.
    fn lay_out(&self, mishap: &Mishap, times: u32) {
        if let Mishap::Failure(target, operation) = *mishap {
            let (target, message) = (target.to_owned(), "drawn to fail".to_owned());
            let failure = ResourceFailure { target, operation, message, times };
            self.account.sandbox.fail_resource(failure).expect("the failure is laid out");
        }
    }

    /// Nothing goes wrong in this one: what cannot be carried out is held back, with a reason.
    fn run(&self, repository: &Repository, depth: Depth) -> Result<Report, TestCaseError> {
        let operator = Operator::new(&self.account, repository);
        let run = self.account.process(operator.run(depth));
        let report = run.map_err(|error| TestCaseError::fail(format!("{error:?}")))?;
        let mut outcomes = report.outcomes.iter().flatten();
        let failed = outcomes.any(|(_, outcome)| matches!(outcome, Outcome::Failed { .. }));
        prop_assert!(!failed, "an undisturbed run fails: {}", told(&report));
        Ok(report)
    }

    fn reads_only(&self, repository: &Repository) -> Result<Report, TestCaseError> {
        let writes = self.account.writes();
        let plan = self.account.process(Operator::new(&self.account, repository).plan());
        prop_assert_eq!(self.account.writes(), writes, "a plan writes");
        Ok(plan)
    }

    /// Log groups are there unless git permits that they go, and what is not ours is as it was.
    fn nothing_was_given_up(&self, before: &BTreeSet<String>) -> Result<(), TestCaseError> {
        let now = self.log_groups();
        for lost in before.difference(&now) {
            let permitted = lost != "unowned" && self.wish.gives_up(lost);
            prop_assert!(permitted, "the log group `{lost}` is lost without consent");
        }
        let live = self.live();
        let unowned = live.iter().find(|one| one.identifier == "unowned");
        let days = unowned.map(|one| &one.properties["RetentionInDays"]);
        prop_assert_eq!(days, Some(&json!(7)), "what is not ours was touched");
        Ok(())
    }

    /// What is live is what git declares: nothing less, nothing more, and no stack is left half made.
    fn everything_is_as_declared(&self) -> Result<(), TestCaseError> {
        let mut lines = Vec::new();
        for one in self.live().into_iter().filter(|one| one.identifier != "unowned") {
            let LiveResource { region, identifier, properties, type_name } = &one;
            let property = match type_name.as_str() {
                LOG_GROUP => "RetentionInDays",
                "AWS::SSM::Parameter" => "Value",
                _ => continue,
            };
            let value = &properties[property];
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            lines.push(format!("{region} {identifier} {property} {value}"));
        }
        lines.sort();
        prop_assert_eq!(lines, self.wish.live(), "it is said to be in sync");
        Ok(())
    }

    fn live(&self) -> Vec<LiveResource> {
        self.account.sandbox.resources().expect("the account can be read")
    }

    fn log_groups(&self) -> BTreeSet<String> {
        self.account.live(LOG_GROUP).into_iter().collect()
    }
}

/// What became of each unit, for a failure that can be read.
fn told(report: &Report) -> String {
    let outcomes = report.outcomes.iter().flatten();
    let lines = outcomes.map(|(address, outcome)| format!("\n  {address}: {outcome:?}"));
    format!("{:?}{}", report.status(), lines.collect::<String>())
}
