//! How long things take in virtual time, beside the shortest that AWS would let anyone take.
//!
//! Owns the experiments: an account under AWS's published quotas, something to do in it, and the floor that follows
//! from the quota or from the graph. The benchmark shows the figures, the tests hold us to them; both are exact.

use std::time::Duration;

use aws_sdk_cloudformation::types::Tag;
use aws_smithy_async::time::TimeSource as _;
use reconcile_core::report::{Report, Status};
use reconcile_sandbox::Limits;

use crate::account::Account;
use crate::operator::Operator;
use crate::repository::Repository;
use crate::terminals::clinic;

/// Detections of drift that may be begun in a second.
const DETECTIONS: f64 = 2.0;

/// Certificates that may be issued in a second.
const CERTIFICATES: f64 = 25.0;

const TOPIC: &str = "Resources: { Topic: { Type: AWS::SNS::Topic } }\n";

/// Layers of the graph, each of as many stacks as are worked on at once.
const LAYERS: usize = 6;
const WIDTH: usize = 10;

/// What the graph's stacks are made of, and for how many seconds each is worked on.
const SLOW: [(&str, &str, u64); 3] = [
    ("Topic", "AWS::SNS::Topic", 20),
    ("Queue", "AWS::SQS::Queue", 60),
    ("Log", "AWS::Logs::LogGroup", 180),
];

/// How long something took, and what it is measured against.
#[derive(Debug)]
pub struct Pace {
    /// In virtual time.
    pub took: Duration,
    /// The shortest that is possible.
    pub floor: Duration,
    /// What came of it.
    pub report: Report,
    /// Where.
    pub account: Account,
    /// By whom, who can look again.
    pub operator: Operator,
}

impl Pace {
    /// How many times the floor it took.
    pub fn ratio(&self) -> f64 {
        self.took.as_secs_f64() / self.floor.as_secs_f64()
    }
}

/// As many stacks that do not need one another.
pub fn independent(count: usize) -> Repository {
    (0..count).fold(Repository::new(), |declared, number| {
        declared.stack(&format!("clinic-{number:04}"), "", TOPIC)
    })
}

/// An account in which these stacks were made as the program would have made them, and looked at once.
pub fn settled(count: usize) -> Account {
    let account = Account::new();
    account.process(async {
        let client = account.cloudformation();
        let tag = |key, value: &str| Tag::builder().key(key).value(value).build();
        for number in 0..count {
            let name = format!("clinic-{number:04}");
            let stack = client.create_stack().stack_name(&name).template_body(TOPIC);
            let stack = stack.tags(tag("reconcile:environment", "test"));
            let stack = stack.tags(tag("reconcile:address", &format!("stacks/{name}")));
            stack.send().await.expect("the stack is begun");
        }
    });
    let noted = account.process(Operator::new(&account, &independent(count)).apply());
    assert_eq!(noted.expect("nobody else applies").status(), Status::InSync);
    account
}

/// Drift of as many stacks; the floor is the quota of `DetectStackDrift`.
pub fn drift(count: usize) -> Pace {
    let account = settled(count);
    account.sandbox.set_limits(Limits::published());
    let operator = Operator::new(&account, &independent(count));
    let (took, report) = timed(&account, async { operator.drift().await });
    Pace { took, floor: each(count, DETECTIONS), report, account, operator }
}

/// As many new terminals; the floor is the quota of `IssueCertificate`.
pub fn enrolment(count: usize) -> Pace {
    let account = Account::new();
    let operator = Operator::new(&account, &clinic());
    let prepared = account.process(operator.apply()).expect("nobody else applies");
    assert_eq!(prepared.status(), Status::Applied);
    let budget = format!("  issuance: {{ perRun: {count} }}\n");
    let declared = clinic().append("desired/environments/test.yaml", &budget);
    let declared = (0..count).fold(declared, |declared, number| {
        declared.terminal(&format!("clinic-0001-pc{number:05}"), "")
    });
    account.sandbox.set_limits(Limits::published());
    let operator = Operator::new(&account, &declared);
    let applied = async { operator.apply().await.expect("nobody else applies") };
    let (took, report) = timed(&account, applied);
    Pace { took, floor: each(count, CERTIFICATES), report, account, operator }
}

/// Sixty new stacks that need one another, whose resources take their time; the floor is the critical path.
pub fn graph() -> Pace {
    let account = Account::new();
    account.sandbox.set_limits(Limits::published());
    account.sandbox.set_duration(None, Duration::ZERO).expect("it is set");
    for (_, name, seconds) in SLOW {
        let duration = Duration::from_secs(seconds);
        account.sandbox.set_duration(Some(name), duration).expect("it is set");
    }
    let (declared, floor) = layers();
    let operator = Operator::new(&account, &declared);
    let applied = async { operator.apply().await.expect("nobody else applies") };
    let (took, report) = timed(&account, applied);
    Pace { took, floor, report, account, operator }
}

/// Each stack needs two of the layer before it. Also how long the longest way through them takes.
fn layers() -> (Repository, Duration) {
    let name = |layer: usize, place: usize| format!("layer-{layer}-{place}");
    let mut declared = Repository::new();
    let mut ends: Vec<Vec<u64>> = Vec::new();
    for layer in 0..LAYERS {
        let mut row = Vec::new();
        for place in 0..WIDTH {
            let (logical_id, name_of_type, seconds) = SLOW[(layer * 2 + place) % SLOW.len()];
            let template = format!("Resources: {{ {logical_id}: {{ Type: {name_of_type} }} }}\n");
            let needs = [place, (place + 3) % WIDTH];
            let before = layer.checked_sub(1);
            let lines = before.map_or_else(String::new, |before| {
                let [one, other] = needs.map(|place| name(before, place));
                format!("dependsOn: [stacks/{one}, stacks/{other}]\n")
            });
            declared = declared.stack(&name(layer, place), &lines, &template);
            let begins = before.map_or(0, |before| {
                needs.map(|place| ends[before][place]).into_iter().max().unwrap_or(0)
            });
            row.push(begins + seconds);
        }
        ends.push(row);
    }
    let longest = ends.into_iter().flatten().max().unwrap_or_default();
    (declared, Duration::from_secs(longest))
}

fn timed(account: &Account, work: impl Future<Output = Report>) -> (Duration, Report) {
    let begun = account.clock.now();
    let report = account.process(work);
    (account.clock.now().duration_since(begun).expect("time goes on"), report)
}

/// AWS publishes no burst: a second's worth is taken to be let through at once, as the limiter and the sandbox do.
#[expect(clippy::cast_precision_loss, reason = "counts are small")]
fn each(count: usize, per_second: f64) -> Duration {
    Duration::from_secs_f64((count as f64 / per_second - 1.0).max(0.0))
}
