//! One fault at one call of one scenario, and what the runs after it come to.

use std::fmt;

use jiff::SignedDuration;
use reconcile_core::report::{Report, Status};
use reconcile_sandbox::{Fault, FaultPlan, LoggedCall, Rule};
use reconcile_tests::account::{Account, End};
use reconcile_tests::census::Census;
use reconcile_tests::operator::RunError;

use super::scenarios::{LATER, Laid, SCENARIOS, Scenario, Undisturbed};

/// Longer than a lease is renewed, shorter than an answer is waited for.
const SLOW: Fault = Fault::Slow(SignedDuration::from_secs(45));

/// Everything that can happen to a call.
pub(crate) const FAULTS: [Fault; 11] = [
    Fault::Throttle,
    Fault::InternalError,
    Fault::Unavailable,
    Fault::Reset,
    Fault::Timeout,
    SLOW,
    Fault::ExpiredCredentials,
    Fault::AccessDenied,
    Fault::StaleRead,
    Fault::CrashBefore,
    Fault::CrashAfter,
];

/// How many runs of each scenario meet all faults at once.
pub(super) const STORMS: u64 = 12;

/// A scenario that was laid out.
pub(super) struct Stage {
    pub(super) name: &'static str,
    scenario: Scenario,
    undisturbed: Undisturbed,
}

/// What goes wrong in a run.
pub(super) enum Trouble {
    /// One fault, at this call.
    At(u64, Fault),
    /// Any fault at any call, as this seed draws.
    Storm(u64),
}

pub(super) struct Case<'a> {
    pub(super) stage: &'a Stage,
    pub(super) trouble: Trouble,
}

/// A run after the struck one.
#[derive(Debug, Clone, Copy)]
struct After {
    writes: u64,
    ended: Option<Status>,
}

/// What became of a case.
pub(super) struct Outcome {
    /// Write calls of a run that had nothing to do.
    pub(super) extra_writes: u64,
    /// Why the runs did not come to the undisturbed one's end.
    pub(super) wrong: Option<String>,
}

impl Stage {
    /// All scenarios, in order.
    pub(super) fn all() -> Vec<Self> {
        let stage = |&(name, scenario): &Laid| {
            let scenario = scenario();
            Self { name, undisturbed: scenario.undisturbed(), scenario }
        };
        reconcile_tests::crew::work_on(&SCENARIOS, stage)
    }

    /// Every fault at every call that it can strike, and the storms.
    pub(super) fn cases(&self) -> impl Iterator<Item = Case<'_>> {
        let calls = &self.undisturbed.calls;
        let strikes = FAULTS.into_iter().flat_map(move |fault| {
            let struck = calls.iter().filter(move |call| can_strike(fault, call));
            (1..).zip(struck).map(move |(number, _)| Trouble::At(number, fault))
        });
        let troubles = strikes.chain((1..=STORMS).map(Trouble::Storm));
        troubles.map(|trouble| Case { stage: self, trouble })
    }
}

/// Stale answers are only given to reads of services that are eventually consistent, and only those count.
fn can_strike(fault: Fault, call: &LoggedCall) -> bool {
    fault != Fault::StaleRead || !(call.write || call.service == "s3")
}

impl Trouble {
    /// The plan that the sandbox carries out.
    fn plan(&self, calls: &[LoggedCall]) -> FaultPlan {
        match *self {
            // A session that ended does not come back.
            Self::At(call, fault @ Fault::ExpiredCredentials) => {
                FaultPlan { seed: 0, rules: vec![Rule { from: Some(call), ..Rule::always(fault) }] }
            }
            // Neither does a permission.
            Self::At(call, fault @ Fault::AccessDenied) => {
                let name = |call: &LoggedCall| format!("{}:{}", call.service, call.operation);
                let before = calls.iter().take_while(|one| one.number < call);
                let denied = calls.iter().find(|one| one.number == call).map(name);
                let denied = denied.expect("the call was made");
                let from = 1 + before.filter(|one| name(one) == denied).count() as u64;
                let rule = Rule::always(fault).on(&denied).expect("a name is a pattern");
                FaultPlan { seed: 0, rules: vec![Rule { from: Some(from), ..rule }] }
            }
            Self::At(call, fault) => FaultPlan::at(call, fault),
            Self::Storm(seed) => {
                let rule = |fault| Rule { rate: Some(0.015), ..Rule::always(fault) };
                FaultPlan { seed, rules: FAULTS.into_iter().map(rule).collect() }
            }
        }
    }

    /// The column that it is counted in.
    pub(super) fn name(&self) -> &'static str {
        match self {
            Self::At(_, fault) => fault.name(),
            Self::Storm(_) => "storm",
        }
    }
}

impl fmt::Display for Case<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.stage.name;
        match self.trouble {
            Trouble::At(call, fault) => write!(f, "{name}, {} at {call}", fault.name()),
            Trouble::Storm(seed) => write!(f, "{name}, storm of seed {seed}"),
        }
    }
}

impl Case<'_> {
    /// Lives through the fault, and looks where the runs after it end.
    pub(super) fn judge(&self) -> Outcome {
        let Stage { scenario, undisturbed, .. } = self.stage;
        let account = scenario.account.fork();
        let plan = self.trouble.plan(&undisturbed.calls);
        let end = account.struck_process(plan, scenario.run(&account));
        let struck = account.sandbox.call_log().iter().any(|call| call.fault.is_some());
        // A second run that finds nothing to do stands for the third, which would be the same again.
        let mut last = self.after(&account);
        let second = last.ended;
        if last.writes > 0 || second != Some(Status::InSync) {
            last = self.after(&account);
        }
        let census = account.process(Census::of(&account));
        let difference = undisturbed.census.difference(&census);
        let wrong = if !struck && matches!(self.trouble, Trouble::At(..)) {
            Some("nothing was struck".to_owned())
        } else if !matches!(second, Some(Status::Applied | Status::InSync)) {
            Some(format!("the run after it: {second:?}"))
        } else if last.ended != Some(Status::InSync) {
            Some(format!("the third run: {:?}", last.ended))
        } else if last.writes > 0 {
            Some(format!("the third run makes {} write calls", last.writes))
        } else if !difference.is_empty() {
            Some(format!("it leads elsewhere:\n{difference}"))
        } else {
            None
        };
        let wrong = wrong.map(|wrong| format!("{self}: {wrong}\nits run: {}", told(&end)));
        Outcome { extra_writes: last.writes, wrong }
    }

    /// A run in which nothing goes wrong, when the lease of the one before it has run out.
    fn after(&self, account: &Account) -> After {
        account.wait(LATER);
        let writes = account.writes();
        let report = account.process(self.stage.scenario.run(account));
        let ended = report.ok().map(|report| report.status());
        After { writes: account.writes() - writes, ended }
    }
}

/// How a run ended, in words.
fn told(end: &End<Result<Report, RunError>>) -> String {
    match end {
        End::Killed => "killed".to_owned(),
        End::Ended(Ok(report)) => format!("{:?}: {:?}", report.status(), report.outcomes),
        End::Ended(Err(error)) => format!("{error:?}"),
    }
}
