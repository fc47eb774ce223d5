//! What differs between two revisions, for a pull request's comment or a job's summary.

use reconcile_core::comparison::{Comparison, Revision};
use reconcile_core::report::Report;
use reconcile_core::verdict::DangerLevel;

use super::budget::{Budget, Share, clip};
use super::escape::{code, sentence};
use super::{NOTES, TABLE, dangers, details, listed, more, problem, row};
use crate::views::{Subject, sentences};

/// Writes the comparison in at most `limit` bytes: what counts of every environment comes before the detail
/// of any.
pub(in crate::views) fn render(comparison: &Comparison, limit: usize) -> String {
    let Comparison { base, head, environments, unread } = comparison;
    let mut top = format!("### Difference from {} to {}\n\n", named(base), named(head));
    let reports: Vec<&Report> = environments.iter().map(|compared| &compared.report).collect();
    for report in &reports {
        top.push_str(&counts(report));
    }
    top.push('\n');
    let foot = "AWS was not asked. With: `reconcile plan`\n";
    let mut page = Budget::new(limit.saturating_sub(top.len() + foot.len()));
    let unread: Vec<_> = unread.iter().map(problem).collect();
    page.list(
        Share::Half,
        "What could not be read before is not compared:\n\n",
        &unread,
        more("problems"),
    );
    for report in &reports {
        let (dangers, worst) = dangers(report);
        let alert = if worst == DangerLevel::High { "CAUTION" } else { "WARNING" };
        let heading = format!("> [!{alert}]\n> In {}:\n", code(&report.environment));
        page.list(Share::Half, &heading, &dangers, more("dangers"));
    }
    for report in &reports {
        let rows: Vec<_> = listed(report).map(|unit| row(report, unit)).collect();
        let heading = format!("#### {}\n\n{TABLE}", sentence(&report.environment));
        page.list(Share::All, &heading, &rows, more("units"));
    }
    for report in &reports {
        let details = listed(report).filter_map(|unit| details::of(Subject::Plan, unit, None));
        let heading = format!("#### {} in detail\n\n", sentence(&report.environment));
        page.list(Share::Detail, &heading, &details.collect::<Vec<_>>(), more("units in detail"));
    }
    clip(top + &page.into_text() + foot, limit)
}

fn named(revision: &Revision) -> String {
    let Revision { name, commit } = revision;
    match commit.as_deref().map(|commit| commit.get(..12).unwrap_or(commit)) {
        Some(commit) if !commit.starts_with(name.as_str()) => {
            format!("{} ({})", code(&name.replace('`', "'")), code(commit))
        }
        Some(commit) => code(commit),
        None => format!("the {name}"),
    }
}

/// The counts of an environment, and what else is to be said of it.
fn counts(report: &Report) -> String {
    let result = sentences::differing(&report.summary());
    let mut text = format!("- **{}**: {result}\n", sentence(&report.environment));
    let coverage = report.coverage();
    for note in coverage.notes.iter().chain(&report.notes).take(NOTES) {
        text.extend(["  - ", &sentence(note), "\n"]);
    }
    text
}
