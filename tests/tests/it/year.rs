//! A year of scheduled runs, of commits, of tampering and of faults, within AWS's quotas.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use aws_smithy_async::time::TimeSource as _;
use reconcile_core::report::Status;
use reconcile_sandbox::{Fault, FaultPlan, Limits, LoggedCall, Rule};
use reconcile_tests::account::{Account, End};
use reconcile_tests::operator::{DETECTING, Operator};
use reconcile_tests::repository::{Repository, foundation};
use serde_json::json;

/// What the year follows from.
const SEED: u64 = 2027;

const DAYS: u64 = 365;

const DAY: Duration = Duration::from_hours(24);

/// Faults, each of which strikes one call in so many.
const WEATHER: [(Fault, f64); 8] = [
    (Fault::Throttle, 100.0),
    (Fault::InternalError, 200.0),
    (Fault::Unavailable, 200.0),
    (Fault::Reset, 200.0),
    (Fault::Timeout, 500.0),
    (Fault::StaleRead, 500.0),
    (Fault::CrashBefore, 1_000.0),
    (Fault::CrashAfter, 1_000.0),
];

/// What was done and what it took.
#[derive(Debug, Default)]
struct Tally {
    runs: u64,
    died: u64,
    ended: BTreeMap<String, u64>,
    commits: u64,
    tampered: u64,
}

/// What AWS was asked.
struct Traffic {
    calls: usize,
    faults: usize,
    throttled: usize,
}

struct Year {
    account: Account,
    repository: Repository,
    chance: fastrand::Rng,
    tally: Tally,
}

#[test]
fn ends_in_sync() {
    let mut year = Year::new();
    for day in 1..=DAYS {
        let dawn = year.account.clock.now();
        year.somebody_tampers();
        year.run(day, false);
        if day % 7 == 0 {
            year.somebody_commits(day / 7);
            year.run(DAYS + day, true);
        }
        let gone = year.account.clock.now().duration_since(dawn).expect("time goes on");
        year.account.wait(DAY.saturating_sub(gone));
    }
    let Year { account, repository, tally, .. } = year;
    let traffic = Traffic::of(&account.sandbox.call_log());
    println!("seed {SEED}: {tally}; {traffic}");
    assert!(traffic.throttled * 100 < traffic.calls, "{traffic}");
    let operator = Operator::new(&account, &repository);
    account.process(operator.apply_detecting()).expect("nobody else applies");
    assert_eq!(account.process(operator.drift()).status(), Status::InSync);
}

impl Year {
    fn new() -> Self {
        let account = Account::new();
        account.sandbox.set_limits(Limits::published());
        account.sandbox.set_duration(None, Duration::from_secs(3)).expect("it is set");
        let repository =
            ["keys", "roles", "trail"].iter().fold(foundation(), |repository, name| {
                repository.append(&format!("desired/stacks/{name}.yaml"), "onDrift: revert\n")
            });
        let tally = Tally::default();
        Self { account, repository, chance: fastrand::Rng::with_seed(SEED), tally }
    }

    /// A look in the night, or an apply of what was merged.
    fn run(&mut self, number: u64, applies: bool) {
        let rule = |(fault, one_in): (Fault, f64)| Rule {
            rate: Some(1.0 / one_in),
            ..Rule::always(fault)
        };
        let plan =
            FaultPlan { seed: SEED + number, rules: WEATHER.into_iter().map(rule).collect() };
        let operator = Operator::new(&self.account, &self.repository);
        let end = self.account.struck_process(plan, async {
            if applies {
                operator.run(DETECTING).await.map(|report| report.status())
            } else {
                operator.try_drift().await.map(|report| report.status())
            }
        });
        self.tally.runs += 1;
        match end {
            End::Killed => self.tally.died += 1,
            End::Ended(status) => {
                let word =
                    status.map_or_else(|_| "Error".to_owned(), |status| format!("{status:?}"));
                *self.tally.ended.entry(word).or_default() += 1;
            }
        }
    }

    /// One day in five, somebody changes something in the console.
    fn somebody_tampers(&mut self) {
        if self.chance.u8(..5) > 0 {
            return;
        }
        let days = [1, 7, 90][self.chance.usize(..3)];
        let places = [
            ("store", "Bucket", "/VersioningConfiguration/Status", json!("Suspended")),
            ("trail", "Log", "/RetentionInDays", json!(days)),
            ("keys", "Key", "/Description", json!("by hand")),
        ];
        let (stack, logical_id, pointer, value) = &places[self.chance.usize(..places.len())];
        if self.account.process(self.account.stacks()).iter().any(|name| name == stack) {
            self.account.tamper(stack, logical_id, pointer, value.clone());
            self.tally.tampered += 1;
        }
    }

    /// Every week something is merged: another retention, and every month a stack more or less.
    fn somebody_commits(&mut self, week: u64) {
        let retention = |week: u64| [30, 60, 90, 365][(week % 4) as usize];
        let repository = std::mem::take(&mut self.repository).edit(
            "infra/trail.yaml",
            &format!("RetentionInDays: {}", retention(week - 1)),
            &format!("RetentionInDays: {}", retention(week)),
        );
        let topic = "Resources: { Topic: { Type: AWS::SNS::Topic } }\n";
        self.repository = match week % 8 {
            3 => repository.stack("clinic", "dependsOn: [stacks/keys]\nonDrift: revert\n", topic),
            7 => repository.without_stack("clinic"),
            _ => repository,
        };
        self.tally.commits += 1;
    }
}

impl Traffic {
    fn of(log: &[LoggedCall]) -> Self {
        let throttling = ["Throttling", "ThrottlingException", "SlowDown"];
        let throttled =
            |call: &&LoggedCall| call.fault.is_none() && throttling.contains(&&*call.outcome);
        Self {
            calls: log.len(),
            faults: log.iter().filter(|call| call.fault.is_some()).count(),
            throttled: log.iter().filter(throttled).count(),
        }
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { runs, died, ended, commits, tampered } = self;
        write!(f, "{runs} runs, of which {died} died and the others ended {ended:?}; ")?;
        write!(f, "{commits} commits, {tampered} changes by hand")
    }
}

impl fmt::Display for Traffic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { calls, faults, throttled } = self;
        write!(f, "{calls} calls, {faults} struck by a fault, {throttled} throttled by a quota")
    }
}
