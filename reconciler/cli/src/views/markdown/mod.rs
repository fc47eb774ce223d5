//! A report for a pull request's comment or a job's summary: counts, then dangers, then units, then
//! detail. It fits a number of bytes by dropping detail from the end, and never fails.

mod budget;
mod comparison;
mod details;
mod escape;

#[cfg(test)]
mod tests;

pub(super) use comparison::render as render_comparison;

use reconcile_core::outcome::Outcome;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::problem::{Place, Problem};
use reconcile_core::report::Report;
use reconcile_core::verdict::{DangerLevel, Verdict};

use self::budget::{Budget, Share, clip};
use self::escape::{code, sentence};
use super::sentences::Next;
use super::{Subject, sentences};

/// Notes shown; they come from outside, so their number has a limit.
const NOTES: usize = 8;

/// The head of the table of units.
const TABLE: &str = "| | unit | | why |\n|---|---|---|---|\n";

/// What is said of so many that did not fit.
fn more(what: &'static str) -> impl Fn(usize) -> String {
    move |count| format!("… {count} more {what}, see the job summary")
}

/// Writes the report in at most `limit` bytes.
pub(super) fn render(subject: Subject, report: &Report, limit: usize) -> String {
    let head = format!(
        "### {}\n\n**{}**\n\n",
        sentence(&sentences::title(subject, report)),
        result(subject, report)
    );
    let foot = foot(subject, report);
    let mut page = Budget::new(limit.saturating_sub(head.len() + foot.len()));
    let (dangers, worst) = dangers(report);
    let alert = if worst == DangerLevel::High { "CAUTION" } else { "WARNING" };
    if subject != Subject::Apply {
        page.list(Share::Half, &format!("> [!{alert}]\n"), &dangers, more("dangers"));
    }
    let listed: Vec<_> = listed(report).collect();
    let rows: Vec<String> = listed.iter().map(|unit| row(report, unit)).collect();
    page.list(Share::All, TABLE, &rows, more("units"));
    let details =
        listed.iter().filter_map(|unit| details::of(subject, unit, outcome(report, unit)));
    page.list(Share::Detail, "", &details.collect::<Vec<_>>(), more("units in detail"));
    clip(head + &page.into_text() + &foot, limit)
}

/// Writes what kept a report from being made, in at most `limit` bytes.
pub(super) fn render_failure(problems: &[Problem], limit: usize) -> String {
    let count = sentences::count(problems.len() as u64, "problem", "problems");
    let head = format!("### {count}\n\n");
    let items: Vec<String> = problems.iter().map(problem).collect();
    let mut page = Budget::new(limit.saturating_sub(head.len()));
    page.list(Share::All, "", &items, |count| {
        format!("… {count} more problems, see the job's log")
    });
    clip(head + &page.into_text(), limit)
}

fn problem(problem: &Problem) -> String {
    let Problem { place, message, hint } = problem;
    let place = place.as_ref().map(|place: &Place| {
        let (line, column) = place.line_column();
        format!("{}: ", code(&format!("{}:{line}:{column}", place.file.path.replace('`', "'"))))
    });
    let hint = hint.as_ref().map(|hint| format!("<br>{}", sentence(hint)));
    format!("- {}{}{}\n", place.unwrap_or_default(), sentence(message), hint.unwrap_or_default())
}

fn result(subject: Subject, report: &Report) -> String {
    match subject {
        Subject::Plan | Subject::Proposal => sentences::to_do(&report.summary()),
        Subject::Drift => sentences::drifted(report),
        Subject::Apply => sentences::done(&report.summary()),
    }
}

fn foot(subject: Subject, report: &Report) -> String {
    let coverage = report.coverage();
    let in_sync = sentences::count(report.summary().in_sync, "unit", "units");
    let notes: Vec<_> = coverage.notes.iter().chain(&report.notes).collect();
    let mut foot = format!("{in_sync} in sync · {}\n", sentences::coverage(&coverage));
    for note in notes.iter().take(NOTES) {
        foot.extend(["- ", &sentence(note), "\n"]);
    }
    if notes.len() > NOTES {
        foot.extend(["- … ", &(notes.len() - NOTES).to_string(), " more notes\n"]);
    }
    let calls = sentences::calls(&report.calls);
    let digest = code(report.digest().short());
    let Next { text, command } = sentences::next(subject, report);
    let command = command.map(|command| format!(" {}", code(&command))).unwrap_or_default();
    format!("{foot}\n{calls} · digest {digest}\n\n{text}{command}\n")
}

fn outcome<'a>(report: &'a Report, unit: &PlannedUnit) -> Option<&'a Outcome> {
    report.outcomes.as_ref()?.get(&unit.address)
}

/// Units worth a line.
fn listed(report: &Report) -> impl Iterator<Item = &PlannedUnit> {
    report.plan().units().iter().filter(|unit| match outcome(report, unit) {
        Some(outcome) => *outcome != Outcome::Unchanged,
        None => unit.planned.verdict != Verdict::InSync,
    })
}

fn dangers(report: &Report) -> (Vec<String>, DangerLevel) {
    let dangers = report.plan().dangers();
    let worst = dangers.first().map(|(_, danger)| danger.level).unwrap_or_default();
    let lines = dangers.iter().map(|(unit, danger)| {
        let consent = sentences::consent(danger);
        let what = sentence(&format!("`{}` {}", danger.subject.replace('`', "'"), danger.what));
        format!("> - {}: {what}{consent}\n", code(&unit.address.to_string()))
    });
    (lines.collect(), worst)
}

fn row(report: &Report, unit: &PlannedUnit) -> String {
    let verdict = &unit.planned.verdict;
    let (sign, word, why) = match outcome(report, unit) {
        Some(outcome) => sentences::outcome(outcome, verdict),
        None => (sentences::sign(verdict), sentences::word(verdict), sentences::reason(verdict)),
    };
    let address = code(&unit.address.to_string());
    format!("| {} | {address} | {word} | {} |\n", code(sign), sentence(why))
}
