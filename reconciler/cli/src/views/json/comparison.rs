//! What `reconcile diff --output json` writes.

use reconcile_core::comparison::{Compared, Comparison, Rename, Revision};
use reconcile_core::plan::Summary;
use reconcile_core::problem::ProblemRecord;
use reconcile_core::report::Status;
use reconcile_core::verdict::Verdict;
use schemars::{JsonSchema, Schema};
use serde::Serialize;

use super::{FORMAT_VERSION, Unit, schema_of, write};

/// What `reconcile diff` writes with `--output json`.
///
/// A command that could not begin gives the same value with `formatVersion`, `status` and `errors` only.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(title = "reconcile diff output")]
struct Output<'a> {
    /// The version of this format.
    format_version: &'static str,
    /// The result in one word.
    status: Status,
    /// What differs.
    #[serde(flatten)]
    comparison: Option<Body<'a>>,
    /// What is wrong with the revision before, so that it could not be compared in full.
    errors: Vec<ProblemRecord>,
}

/// Everything that there is once the later revision could be read.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    /// What was before.
    base: &'a Revision,
    /// What is now.
    head: &'a Revision,
    /// Units counted over all environments.
    summary: Summary,
    /// Every environment that was asked for.
    environments: Vec<Environment<'a>>,
}

/// What differs in one environment.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Environment<'a> {
    /// Its name.
    name: &'a str,
    /// The result in one word.
    status: Status,
    /// Units counted by verdict.
    summary: Summary,
    /// The units that differ, dependencies first.
    units: Vec<Unit<'a>>,
    /// Units that are declared under another name now.
    renames: &'a [Rename],
    /// What else a reader should know, one sentence each.
    notes: Vec<String>,
}

/// Writes a comparison as one JSON value.
pub(in crate::views) fn render(comparison: &Comparison) -> String {
    let Comparison { base, head, environments, unread } = comparison;
    write(&Output {
        format_version: FORMAT_VERSION,
        status: comparison.status(),
        comparison: Some(Body {
            base,
            head,
            summary: comparison.summary(),
            environments: environments.iter().map(environment).collect(),
        }),
        errors: unread.iter().map(ProblemRecord::from).collect(),
    })
}

/// The JSON Schema of what [`render`] writes.
pub(crate) fn schema() -> Schema {
    schema_of::<Output<'_>>()
}

fn environment(Compared { report, renames }: &Compared) -> Environment<'_> {
    let units = report.plan().units().iter();
    let differing = units.filter(|unit| unit.planned.verdict != Verdict::InSync);
    let notes = report.coverage().notes;
    Environment {
        name: &report.environment,
        status: report.status(),
        summary: report.summary(),
        units: differing.map(|unit| Unit::new(unit, None)).collect(),
        renames,
        notes: notes.into_iter().chain(report.notes.iter().cloned()).collect(),
    }
}
