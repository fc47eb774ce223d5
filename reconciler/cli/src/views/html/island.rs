//! What the page knows: one value, in the order in which it is read.

use reconcile_core::calls::Calls;
use reconcile_core::coverage::Coverage;
use reconcile_core::plan::Summary;
use reconcile_core::report::Status;
use reconcile_guard::{Judgement, RuleRecord};
use serde::Serialize;

use super::super::controls;
use super::super::survey::{Authority, Exception, Place, Sight, Signature, Survey, Surveyed};
use super::runs::Runs;
use super::terminals::Terminals;
use super::units::{Unit, units};

/// Everything.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Island<'a> {
    version: &'static str,
    environments: Vec<Environment<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Environment<'a> {
    name: &'a str,
    /// Why nothing was seen of it; empty if something was.
    unseen: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    seen: Option<Seen<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Seen<'a> {
    place: &'a Place,
    status: Status,
    commit: Option<&'a str>,
    dirty: &'a [String],
    digest: &'a str,
    summary: Summary,
    coverage: Coverage,
    calls: &'a Calls,
    notes: &'a [String],
    units: Vec<Unit<'a>>,
    terminals: Terminals<'a>,
    signatures: Vec<SignatureRow<'a>>,
    authorities: &'a [Authority],
    runs: Runs<'a>,
    exceptions: &'a [Exception],
    rules: Rules<'a>,
}

/// What the rules say of what is declared.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rules<'a> {
    /// Why they could not be asked.
    unseen: Option<&'a str>,
    all: Vec<RuleRow<'a>>,
    controls: Vec<String>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct RuleRow<'a> {
    #[serde(flatten)]
    record: &'a RuleRecord,
    /// The places of the controls that it serves.
    serves: Vec<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct SignatureRow<'a> {
    #[serde(flatten)]
    signature: &'a Signature,
    is_running: Option<bool>,
}

/// What the page knows of a survey.
pub(super) fn of(survey: &Survey) -> Island<'_> {
    let Survey { version, environments } = survey;
    Island { version, environments: environments.iter().map(environment).collect() }
}

fn environment(surveyed: &Surveyed) -> Environment<'_> {
    let Surveyed { name, sight } = surveyed;
    match sight {
        Ok(sight) => Environment { name, unseen: &[], seen: Some(seen(sight)) },
        Err(why) => Environment { name, unseen: why, seen: None },
    }
}

fn seen(sight: &Sight) -> Seen<'_> {
    let Sight { place, report, dirty, signatures, authorities, exceptions, .. } = sight;
    let coverage = Coverage { notes: Vec::new(), ..report.coverage() };
    let rows = signatures.iter();
    let rows = rows.map(|signature| SignatureRow { signature, is_running: signature.is_running() });
    Seen {
        place,
        status: report.status(),
        commit: report.commit.as_deref(),
        dirty,
        digest: report.digest().as_str(),
        summary: report.summary(),
        coverage,
        calls: &report.calls,
        notes: &report.notes,
        units: units(sight),
        terminals: Terminals::of(sight),
        signatures: rows.collect(),
        authorities,
        runs: Runs::of(&sight.history),
        exceptions,
        rules: rules(&sight.judgement),
    }
}

fn rules(judgement: &Result<Judgement, String>) -> Rules<'_> {
    let records = match judgement {
        Ok(judgement) => &judgement.rules,
        Err(why) => return Rules { unseen: Some(why), all: Vec::new(), controls: Vec::new() },
    };
    let controls = controls::of_all(records);
    let row = |record| {
        let own = controls::of(record).into_iter();
        let serves = own.filter_map(|control| controls.binary_search(&control).ok()).collect();
        RuleRow { record, serves }
    };
    Rules { unseen: None, all: records.iter().map(row).collect(), controls }
}
