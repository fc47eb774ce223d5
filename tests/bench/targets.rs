//! What the figures are held to, and whether they are.

use serde::Serialize;

use crate::report::Row;

/// One demand.
#[derive(Debug, Serialize)]
pub(crate) struct Target {
    pub(crate) scenario: char,
    pub(crate) text: &'static str,
    /// What was measured.
    pub(crate) found: String,
    pub(crate) met: bool,
}

const OURS: &str = "reconcile";
const MIB: u64 = 1024 * 1024;

/// What CloudFormation's quotas permit for 100 new stacks, in seconds: each takes a `CreateChangeSet` or `CreateStack`, at two a
/// second after a second's worth.
const CREATING_100: f64 = 49.0;

/// Those that the rows can answer: a scenario that was left out has none.
pub(crate) fn judge(rows: &[Row]) -> Vec<Target> {
    let beside = Beside(rows).targets();
    let bounds = [
        most(rows, ('a', "plan", 100), "at most 8 calls for 100 stacks", |row| (row.calls, 8)),
        most(rows, ('a', "plan", 100), "at most 40 MiB for 100 stacks", |row| {
            (row.bytes, 40 * MIB)
        }),
        most(rows, ('e', "plan", 10_000), "at most 30 calls for 10,000 terminals", |row| {
            (row.calls, 30)
        }),
        most(rows, ('e', "plan", 10_000), "at most 150 MiB for 10,000 terminals", |row| {
            (row.bytes, 150 * MIB)
        }),
        under(rows, ('h', "validate", 10_000), "under 1 s", 1.0),
        under(rows, ('j', "start", 0), "under 20 ms", 0.020),
        floor(rows, 'd', "within 10% of what the quota permits", 1.10),
        floor(rows, 'f', "at least 95% of the quota", 1.0 / 0.95),
        floor(rows, 'g', "at most 1.05 × the critical path", 1.05),
    ];
    let mut targets: Vec<Target> = beside.into_iter().chain(bounds.into_iter().flatten()).collect();
    targets.sort_by_key(|target| target.scenario);
    targets
}

/// Ours beside the best peer's.
struct Beside<'a>(&'a [Row]);

impl Beside<'_> {
    fn targets(&self) -> Vec<Target> {
        let fast = self.times('a', "apply, nothing to do").map(|times| Target {
            scenario: 'a',
            text: "5 times as fast as the best peer at 100 stacks",
            found: format!("{times:.1} times"),
            met: times >= 5.0,
        });
        let creates = self.times('b', "create").zip(self.seconds('b', "create"));
        let creates = creates.map(|(times, took)| {
            let (found, met) = if times.is_finite() {
                (format!("{times:.1} times"), times >= 1.0)
            } else {
                let found = format!("no peer keeps to them; {took:.1} s of at least {CREATING_100} s");
                (found, took <= CREATING_100 * 1.10)
            };
            Target {
                scenario: 'b',
                text: "at least as fast as the best peer that keeps to AWS's quotas, or within 10% of what they permit",
                found,
                met,
            }
        });
        let beyond: Option<u64> = self.ours('b', "create").map(|row| row.beyond_quota.unwrap_or(0));
        let keeps = beyond.map(|beyond| Target {
            scenario: 'b',
            text: "never beyond AWS's quotas, at 100 stacks",
            found: format!("{beyond} calls beyond"),
            met: beyond == 0,
        });
        [fast, creates, keeps].into_iter().flatten().collect()
    }

    fn ours(&self, scenario: char, task: &str) -> Option<&Row> {
        find(self.0, (scenario, task, 100))
    }

    fn seconds(&self, scenario: char, task: &str) -> Option<f64> {
        self.ours(scenario, task)?.seconds
    }

    /// How many times as long as ours the best peer takes; creating, only who keeps to the quotas counts.
    fn times(&self, scenario: char, task: &str) -> Option<f64> {
        let ours = self.seconds(scenario, task)?;
        let peers = self.0.iter().filter(|row| row.scenario == scenario && row.count == 100);
        let peers = peers.filter(|row| row.tool != OURS && row.task.starts_with(task));
        let peers = peers.filter(|row| scenario != 'b' || row.beyond_quota == Some(0));
        let best = peers.filter_map(|row| row.seconds).fold(f64::INFINITY, f64::min);
        Some(best / ours)
    }
}

fn find<'a>(rows: &'a [Row], (scenario, task, count): (char, &str, usize)) -> Option<&'a Row> {
    let mut ours = rows.iter().filter(|row| row.tool == OURS && row.count == count);
    ours.find(|row| row.scenario == scenario && row.task.starts_with(task))
}

fn most(
    rows: &[Row],
    which: (char, &str, usize),
    text: &'static str,
    of: impl Fn(&Row) -> (Option<u64>, u64),
) -> Option<Target> {
    let (found, bound) = of(find(rows, which)?);
    let found = found?;
    let shown = if bound >= MIB { format!("{} MiB", found / MIB) } else { found.to_string() };
    Some(Target { scenario: which.0, text, found: shown, met: found <= bound })
}

fn under(
    rows: &[Row],
    which: (char, &str, usize),
    text: &'static str,
    bound: f64,
) -> Option<Target> {
    let seconds = find(rows, which)?.seconds?;
    let found = format!("{:.0} ms", seconds * 1000.0);
    Some(Target { scenario: which.0, text, found, met: seconds < bound })
}

fn floor(rows: &[Row], scenario: char, text: &'static str, bound: f64) -> Option<Target> {
    let row = rows.iter().find(|row| row.scenario == scenario)?;
    let (took, floor) = row.virtual_seconds.zip(row.floor_seconds)?;
    let found = format!("{took:.1} s, of which the floor is {floor:.1} s ({:.3} ×)", took / floor);
    Some(Target { scenario, text, found, met: took <= floor * bound })
}
