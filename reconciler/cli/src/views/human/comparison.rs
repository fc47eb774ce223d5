//! What differs between two revisions, as an engineer reads it in a terminal.

use reconcile_core::comparison::{Comparison, Revision};
use reconcile_core::problem::Problem;
use reconcile_core::report::Report;

use super::Page;
use super::layout::wrap;
use super::style::{FAINT, STRONG, paint};
use crate::views::{sentences, visible};

/// Writes the comparison, each line within `width` where it can be broken. Styled throughout.
pub(in crate::views) fn render(comparison: &Comparison, width: usize) -> String {
    let Comparison { base, head, environments, unread } = comparison;
    let mut page = Page { lines: Vec::new(), width: width.max(40) };
    let (base, head) = (named(base), named(head));
    page.lines.push(paint(STRONG, format!("Difference from {base} to {head}")));
    page.unread(unread);
    for compared in environments {
        page.environment(&compared.report);
    }
    page.gap();
    page.lines.push("AWS was not asked: `reconcile plan` does.".to_owned());
    page.lines.push(String::new());
    page.lines.join("\n")
}

/// `main (3f2a9c1d4e5f)`, or `work tree`.
fn named(revision: &Revision) -> String {
    let Revision { name, commit } = revision;
    match commit.as_deref().map(|commit| commit.get(..12).unwrap_or(commit)) {
        Some(commit) if !commit.starts_with(name.as_str()) => {
            format!("{} ({commit})", visible::text(name))
        }
        Some(commit) => commit.to_owned(),
        None => name.clone(),
    }
}

impl Page {
    /// What is wrong with the revision before.
    fn unread(&mut self, problems: &[Problem]) {
        if problems.is_empty() {
            return;
        }
        self.gap();
        let count = sentences::count(problems.len() as u64, "problem", "problems");
        let title = format!("{count} before: what they concern is not compared");
        self.lines.push(paint(STRONG, title));
        for problem in problems {
            let place = problem.place.as_ref().map(|place| {
                let (line, column) = place.line_column();
                format!("{}:{line}:{column}: ", place.file.path)
            });
            let text = format!("{}{}", place.unwrap_or_default(), problem.message);
            self.sentence(("  ", 2), &text);
        }
    }

    fn environment(&mut self, report: &Report) {
        self.gap();
        let name = format!("── {} ", report.environment);
        self.lines.push(paint(STRONG, name.trim_end()));
        self.dangers(report);
        self.plan(report);
        let coverage = report.coverage();
        let notes: Vec<_> = coverage.notes.iter().chain(&report.notes).collect();
        if !notes.is_empty() {
            self.gap();
        }
        for note in notes {
            let text = visible::text(&format!("note: {note}")).into_owned();
            let lines = wrap(&text, self.width).into_iter().map(|line| paint(FAINT, line));
            self.lines.extend(lines.collect::<Vec<_>>());
        }
        self.gap();
        let result = sentences::differing(&report.summary());
        self.lines.push(paint(STRONG, format!("{}: {result}", report.environment)));
    }
}
