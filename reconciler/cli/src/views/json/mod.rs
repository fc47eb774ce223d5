//! A report for programs: one JSON value, versioned, whose schema is generated from these types.

mod comparison;

#[cfg(test)]
mod tests;

use reconcile_core::calls::Calls;
use reconcile_core::coverage::Coverage;
use reconcile_core::outcome::Outcome;
use reconcile_core::plan::{PlannedUnit, Summary};
use reconcile_core::problem::{Problem, ProblemRecord};
use reconcile_core::report::{Report, Status};
use reconcile_core::verdict::{Action, Change, Danger, DangerLevel, FieldChange, Verdict};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

pub(super) use comparison::render as render_comparison;
pub(crate) use comparison::schema as comparison_schema;

use super::sentences;

/// Grows in its first number when something that a program may rely on goes or changes its meaning.
const FORMAT_VERSION: &str = "1.0";

/// What `reconcile plan`, `drift` and `apply` write with `--output json`.
///
/// A command that could not begin gives the same value with `formatVersion`, `status` and `errors` only.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "reconcile output")]
struct Output<'a> {
    /// The version of this format.
    format_version: &'static str,
    /// The result in one word.
    status: Status,
    /// What was planned, and what became of it.
    #[serde(flatten)]
    report: Option<Body<'a>>,
    /// What went wrong; empty unless something did.
    errors: Vec<ProblemRecord>,
}

/// Everything that there is once a plan could be made.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    /// The environment's name.
    environment: &'a str,
    /// The commit of the work tree, where there is one.
    commit: Option<&'a str>,
    /// The SHA-256 that names the plan, for `--expect`.
    plan_digest: &'a str,
    /// Units counted by verdict, or by outcome after an apply.
    summary: Summary,
    /// All units, dependencies first.
    units: Vec<Unit<'a>>,
    /// How much of AWS was seen.
    coverage: Coverage,
    /// What it cost in AWS calls.
    calls: &'a Calls,
    /// What else a reader should know, one sentence each.
    notes: &'a [String],
}

/// One unit: what was decided about it and, after an apply, what became of it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Unit<'a> {
    /// Its name: `stacks/kms`.
    address: String,
    /// Its kind, as files spell it: `Stack`.
    kind: &'static str,
    /// The decision.
    verdict: VerdictWord,
    /// What is done to it, or what is held back.
    action: Option<Action>,
    /// Why: of the change, of what blocks it, or why it cannot be told.
    reason: Option<&'a str>,
    /// What a person does about a unit that is blocked or was refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    unblock: Option<&'a str>,
    /// The worst of its dangers.
    danger: DangerLevel,
    /// What is lost or interrupted.
    dangers: &'a [Danger],
    /// What differs, property by property.
    fields: &'a [FieldChange],
    /// What became of it, after an apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    outcome: Option<OutcomeWord>,
    /// Why it ended so, where it did not end well.
    #[serde(skip_serializing_if = "Option::is_none")]
    why: Option<&'a str>,
}

/// The decision about a unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum VerdictWord {
    /// AWS is as git says.
    InSync,
    /// AWS differs, and applying makes it match.
    Change,
    /// AWS differs, and something that only a person can give is missing.
    Blocked,
    /// It cannot be told.
    Unknown,
}

/// The end of a unit in an apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum OutcomeWord {
    /// It was as git says when its turn came.
    Unchanged,
    /// It was changed and is as git says now.
    Applied,
    /// A guard held it back.
    Refused,
    /// AWS refused it, or it could not be completed.
    Failed,
    /// It was not begun.
    Skipped,
}

/// Writes a report as one JSON value.
pub(super) fn render(report: &Report) -> String {
    let outcome = |unit: &PlannedUnit| report.outcomes.as_ref()?.get(&unit.address);
    let planned = report.plan().units();
    let units: Vec<_> = planned.iter().map(|unit| Unit::new(unit, outcome(unit))).collect();
    write(&Output {
        format_version: FORMAT_VERSION,
        status: report.status(),
        errors: units.iter().filter_map(Unit::error).collect(),
        report: Some(Body {
            environment: &report.environment,
            commit: report.commit.as_deref(),
            plan_digest: report.digest().as_str(),
            summary: report.summary(),
            units,
            coverage: report.coverage(),
            calls: &report.calls,
            notes: &report.notes,
        }),
    })
}

/// Writes what kept a report from being made, as one JSON value of the same format.
pub(super) fn render_failure(problems: &[Problem]) -> String {
    write(&Output {
        format_version: FORMAT_VERSION,
        status: Status::Error,
        report: None,
        errors: problems.iter().map(ProblemRecord::from).collect(),
    })
}

/// The JSON Schema of what [`render`] and [`render_failure`] write.
pub(crate) fn schema() -> Schema {
    schema_of::<Output<'_>>()
}

fn schema_of<T: JsonSchema>() -> Schema {
    SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>()
}

fn write(output: &impl Serialize) -> String {
    // Plain data with string keys always serialises.
    serde_json::to_string_pretty(output).unwrap_or_default()
}

impl<'a> Unit<'a> {
    fn new(unit: &'a PlannedUnit, outcome: Option<&'a Outcome>) -> Self {
        let verdict = &unit.planned.verdict;
        let reason = sentences::reason(verdict);
        let (word, unblock) = match verdict {
            Verdict::InSync => (VerdictWord::InSync, None),
            Verdict::Change(_) => (VerdictWord::Change, None),
            Verdict::Blocked { why: _, unblock, change: _ } => {
                (VerdictWord::Blocked, Some(unblock.as_str()))
            }
            Verdict::Unknown { why: _ } => (VerdictWord::Unknown, None),
        };
        let (outcome, why, refused) = outcome.map_or((None, None, None), ending);
        let change = verdict.change();
        Self {
            address: unit.address.to_string(),
            kind: unit.kind,
            verdict: word,
            action: change.map(|change| change.action),
            reason: (!reason.is_empty()).then_some(reason),
            unblock: refused.or(unblock),
            danger: change.map(Change::danger).unwrap_or_default(),
            dangers: change.map_or(&[], |change| &change.dangers),
            fields: change.map_or(&[], |change| &change.fields),
            outcome,
            why,
        }
    }

    /// What went wrong with the unit: it failed, or could not be seen.
    fn error(&self) -> Option<ProblemRecord> {
        let unseen = self.outcome.is_none() && self.verdict == VerdictWord::Unknown;
        let failed = self.outcome == Some(OutcomeWord::Failed);
        let why = if failed { self.why } else { self.reason.filter(|_| unseen) }?;
        Some(ProblemRecord::from(&Problem::whole(format!("{}: {why}", self.address))))
    }
}

/// The word for an outcome, why it came to that, and what a person does about it.
fn ending(outcome: &Outcome) -> (Option<OutcomeWord>, Option<&str>, Option<&str>) {
    let (word, why, unblock) = match outcome {
        Outcome::Unchanged => (OutcomeWord::Unchanged, None, None),
        Outcome::Applied => (OutcomeWord::Applied, None, None),
        Outcome::Refused { why, unblock } => {
            (OutcomeWord::Refused, Some(why.as_str()), Some(unblock.as_str()))
        }
        Outcome::Failed { why } => (OutcomeWord::Failed, Some(why.as_str()), None),
        Outcome::Skipped { why } => (OutcomeWord::Skipped, Some(why.as_str()), None),
    };
    (Some(word), why, unblock)
}
