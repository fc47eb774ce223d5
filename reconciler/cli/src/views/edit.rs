//! What a command changed in files, and what a person does next.

use similar::TextDiff;

use super::human::layout::wrap;
use super::{Format, View};

/// Unchanged lines around a changed one.
const CONTEXT: usize = 1;

/// Changes of files that nobody has committed yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Edit {
    /// What is so now, in a sentence or two.
    pub(crate) summary: String,
    /// The files; none if everything was so before.
    pub(crate) changes: Vec<FileChange>,
    /// What a person does next, in order.
    pub(crate) next: Vec<Step>,
}

/// A file before and after.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileChange {
    /// From the root of the repository.
    pub(crate) path: String,
    /// None if it is new.
    pub(crate) before: Option<String>,
    /// What stands in it now.
    pub(crate) after: String,
}

/// Something that a person does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Step {
    /// What, where and why.
    pub(crate) what: String,
    /// Lines to be run or saved as they stand.
    pub(crate) lines: Vec<String>,
}

impl Step {
    /// Of one text for the lines.
    pub(crate) fn new(what: impl Into<String>, lines: &str) -> Self {
        Self { what: what.into(), lines: lines.lines().map(str::to_owned).collect() }
    }
}

/// The changes, for stdout.
pub(crate) fn render(edit: &Edit, view: View) -> String {
    match view.format {
        Format::Text => text(edit, view.width),
        Format::Json => json(edit),
        Format::Markdown => markdown(edit),
    }
}

fn text(edit: &Edit, width: usize) -> String {
    let wrapped = |words: &str| wrap(words, width).join("\n");
    let differences = edit.changes.iter().map(difference);
    let steps = edit.next.iter().map(|step| {
        let lines = step.lines.iter().map(|line| format!("    {line}"));
        let lines: Vec<_> = lines.map(|line| line.trim_end().to_owned()).collect();
        format!("{}\n\n{}\n", wrapped(&step.what), lines.join("\n"))
    });
    let parts = [wrapped(&edit.summary) + "\n"].into_iter().chain(differences).chain(steps);
    parts.collect::<Vec<_>>().join("\n")
}

fn markdown(edit: &Edit) -> String {
    let fenced = |word: &str, text: &str| format!("```{word}\n{}\n```\n", text.trim_end());
    let differences = edit.changes.iter().map(|change| fenced("diff", &difference(change)));
    let steps = edit
        .next
        .iter()
        .map(|step| format!("{}\n\n{}", step.what, fenced("", &step.lines.join("\n"))));
    let parts = [format!("{}\n", edit.summary)].into_iter().chain(differences).chain(steps);
    parts.collect::<Vec<_>>().join("\n")
}

fn json(edit: &Edit) -> String {
    let files: Vec<_> = edit
        .changes
        .iter()
        .map(|change| {
            serde_json::json!({
                "path": change.path,
                "change": if change.before.is_some() { "changed" } else { "created" },
                "diff": difference(change),
            })
        })
        .collect();
    let next = edit
        .next
        .iter()
        .map(|Step { what, lines }| serde_json::json!({ "what": what, "lines": lines }));
    let value = serde_json::json!({
        "formatVersion": "1.0", "summary": edit.summary, "files": files,
        "next": next.collect::<Vec<_>>(),
    });
    serde_json::to_string_pretty(&value).unwrap_or_default()
}

/// As `git diff` shows it; how lines end is no matter of it.
fn difference(change: &FileChange) -> String {
    let unix = |text: &str| text.replace("\r\n", "\n");
    let (before, after) = (unix(change.before.as_deref().unwrap_or_default()), unix(&change.after));
    let from = change.before.as_ref().map_or("/dev/null", |_| change.path.as_str());
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let mut unified = diff.unified_diff();
    unified.context_radius(CONTEXT).header(from, &change.path);
    unified.to_string()
}
