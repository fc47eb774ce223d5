//! Reports and problems, written down for a reader: a person, a program, or a pull request.
//!
//! Every view reads the same [`Report`]. None decides anything, and none writes anywhere.

mod controls;
mod difference;
pub(crate) mod edit;
pub(crate) mod evidence;
mod groups;
pub(crate) mod history;
pub(crate) mod html;
mod human;
pub(crate) mod json;
mod markdown;
pub(crate) mod problems;
mod runs;
mod sarif;
pub(crate) mod sentences;
pub(crate) mod status;
pub(crate) mod survey;
mod table;
pub(crate) mod terminals;
mod visible;

#[cfg(test)]
pub(crate) mod fixtures;

use reconcile_core::comparison::Comparison;
use reconcile_core::plan::Summary;
use reconcile_core::problem::Problem;
use reconcile_core::report::{Report, Status};

/// What a result is written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Format {
    /// For a terminal.
    #[default]
    Text,
    /// For programs: one versioned value.
    Json,
    /// For a comment or a job summary.
    Markdown,
}

/// What a report is about: the command that made it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Subject {
    /// What would be done.
    Plan,
    /// What is about to be done.
    Proposal,
    /// What was changed outside git.
    Drift,
    /// What was done.
    Apply,
}

/// What is wrong with files, for code scanning: SARIF.
pub(crate) fn code_scanning(problems: &[Problem]) -> String {
    sarif::render_failure(problems)
}

/// How a result is written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    /// What as.
    pub(crate) format: Format,
    /// Columns that text may take.
    pub(crate) width: usize,
    /// Bytes that Markdown may take.
    pub(crate) budget: usize,
}

/// The longest comment that GitHub takes.
pub(crate) const COMMENT_BYTES: usize = 65_536;

/// A result that a view can show.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Shown<'a> {
    /// Of an environment, and of AWS.
    Report(Subject, &'a Report),
    /// Of two revisions.
    Comparison(&'a Comparison),
}

impl Shown<'_> {
    /// The result in one word.
    pub(crate) fn status(&self) -> Status {
        match self {
            Self::Report(_, report) => report.status(),
            Self::Comparison(comparison) => comparison.status(),
        }
    }

    /// Units counted by what happens to them.
    pub(crate) fn summary(&self) -> Summary {
        match self {
            Self::Report(_, report) => report.summary(),
            Self::Comparison(comparison) => comparison.summary(),
        }
    }

    /// What it holds back or could not see, for code scanning: SARIF.
    pub(crate) fn code_scanning(&self) -> String {
        match self {
            Self::Report(_, report) => sarif::render(report),
            Self::Comparison(comparison) => sarif::render_comparison(comparison),
        }
    }

    /// The plan's digest, where there is one that can be applied.
    pub(crate) fn digest(&self) -> Option<&str> {
        match self {
            Self::Report(_, report) => Some(report.digest().as_str()),
            Self::Comparison(_) => None,
        }
    }
}

impl View {
    /// The result, for stdout.
    pub(crate) fn show(&self, shown: &Shown<'_>) -> String {
        match shown {
            Shown::Report(subject, report) => self.report(*subject, report),
            Shown::Comparison(comparison) => self.comparison(comparison),
        }
    }

    fn report(&self, subject: Subject, report: &Report) -> String {
        match self.format {
            Format::Text => human::render(subject, report, self.width),
            Format::Json => json::render(report),
            Format::Markdown => markdown::render(subject, report, self.budget),
        }
    }

    fn comparison(&self, comparison: &Comparison) -> String {
        match self.format {
            Format::Text => human::render_comparison(comparison, self.width),
            Format::Json => json::render_comparison(comparison),
            Format::Markdown => markdown::render_comparison(comparison, self.budget),
        }
    }

    /// What stands on stdout when there is no report: a person reads [`problems::render`] on stderr.
    pub(crate) fn failure(&self, problems: &[Problem]) -> Option<String> {
        match self.format {
            Format::Text => None,
            Format::Json => Some(json::render_failure(problems)),
            Format::Markdown => Some(markdown::render_failure(problems, self.budget)),
        }
    }
}
