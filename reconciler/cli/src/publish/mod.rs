//! What a command leaves behind besides its result: files, and what GitHub Actions shows of a job.

pub(crate) mod annotations;

use std::fs::OpenOptions;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use clap::Args;
use reconcile_core::plan::Summary;
use reconcile_core::problem::Problem;
use reconcile_core::report::Status;

use crate::views::{self, COMMENT_BYTES, Format, Shown, View, problems};

/// The longest summary of a step that GitHub takes.
const SUMMARY_BYTES: usize = 1_048_576;

/// Where results go besides stdout.
#[derive(Debug, Clone, Args)]
pub(crate) struct Publish {
    /// Bytes that Markdown may take; the default is what fits a comment on GitHub.
    #[arg(long, global = true, value_name = "BYTES", default_value_t = COMMENT_BYTES)]
    pub(crate) markdown_bytes: usize,
    /// Write the result of `plan`, `drift`, `diff`, `apply` or `validate` to a file, too: as its name ends, `.json`,
    /// `.md`, `.sarif` (what is wrong or held back), or text (repeatable).
    #[arg(long, global = true, value_name = "FILE")]
    save: Vec<PathBuf>,
    /// Add status, plan digest and counts to the outputs of a GitHub job's step.
    #[arg(long, global = true, value_name = "FILE", env = "GITHUB_OUTPUT", hide_env_values = true)]
    github_output: Option<PathBuf>,
    /// Add the result as Markdown to the summary of a GitHub job: `"$GITHUB_STEP_SUMMARY"`.
    #[arg(long, global = true, value_name = "FILE")]
    github_summary: Option<PathBuf>,
    #[arg(long, global = true, env = "GITHUB_ACTIONS", hide = true)]
    github_actions: Option<String>,
}

impl Publish {
    /// Whether a job of GitHub Actions reads what is written.
    pub(crate) fn is_github(&self) -> bool {
        self.github_actions.as_deref() == Some("true")
    }

    /// Writes a result wherever it was asked for.
    pub(crate) fn result(&self, view: View, shown: &Shown<'_>) -> Result<(), Problem> {
        self.write(&Published {
            code_scanning: &|| shown.code_scanning(),
            result: &|format, budget| View { format, budget, ..view }.show(shown),
            budget: view.budget,
            outputs: outputs(word(shown.status()), shown.digest(), Some(&shown.summary())),
        })
    }

    /// Writes why there is no result.
    pub(crate) fn failure(&self, view: View, found: &[Problem]) -> Result<(), Problem> {
        let as_text = || problems::render(found, view.width);
        self.write(&Published {
            code_scanning: &|| views::code_scanning(found),
            result: &|format, budget| {
                View { format, budget, ..view }.failure(found).unwrap_or_else(as_text)
            },
            budget: view.budget,
            outputs: outputs(word(Status::Error), None, None),
        })
    }

    /// Writes that nothing is wrong.
    pub(crate) fn valid(
        &self,
        view: View,
        result: &dyn Fn(Format) -> String,
    ) -> Result<(), Problem> {
        self.write(&Published {
            code_scanning: &|| views::code_scanning(&[]),
            result: &|format, _| result(format),
            budget: view.budget,
            outputs: outputs("valid", None, None),
        })
    }

    fn write(&self, published: &Published<'_>) -> Result<(), Problem> {
        let Published { code_scanning, result, budget, outputs } = published;
        for path in &self.save {
            let text = match kind_of(path) {
                Kind::Sarif => code_scanning(),
                Kind::Result(format) => result(format, *budget),
            };
            save(path, &text)?;
        }
        if let Some(path) = &self.github_summary {
            append(path, &(result(Format::Markdown, SUMMARY_BYTES) + "\n"))?;
        }
        self.github_output.as_deref().map_or(Ok(()), |path| append(path, outputs))
    }
}

/// What is written wherever it was asked for.
struct Published<'a> {
    code_scanning: &'a dyn Fn() -> String,
    /// In a format, in as many bytes of Markdown.
    result: &'a dyn Fn(Format, usize) -> String,
    budget: usize,
    outputs: String,
}

/// What a file's name says that is to be in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Sarif,
    Result(Format),
}

fn kind_of(path: &Path) -> Kind {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("sarif") => Kind::Sarif,
        Some("json") => Kind::Result(Format::Json),
        Some("md") => Kind::Result(Format::Markdown),
        Some(_) | None => Kind::Result(Format::Text),
    }
}

fn save(path: &Path, text: &str) -> Result<(), Problem> {
    let plain = anstream::adapter::strip_str(text).to_string();
    std::fs::write(path, plain + "\n").map_err(|error| failed(path, &error))
}

/// A line for each output; names are as GitHub's own actions spell theirs.
fn outputs(status: &str, digest: Option<&str>, summary: Option<&Summary>) -> String {
    let digest = digest.map(|digest| format!("plan-digest={digest}\n")).unwrap_or_default();
    let mut lines = format!("status={status}\n{digest}");
    let Some(summary) = summary else { return lines };
    let Summary { create, update, replace, delete, revert, recover, follow, .. } = summary;
    let Summary { in_sync, blocked, unknown, failed, .. } = summary;
    let counts = [
        ("changes", &summary.changes()),
        ("create", create),
        ("update", update),
        ("replace", replace),
        ("delete", delete),
        ("revert", revert),
        ("recover", recover),
        ("follow", follow),
        ("in-sync", in_sync),
        ("blocked", blocked),
        ("unknown", unknown),
        ("failed", failed),
    ];
    lines.extend(counts.map(|(name, count)| format!("{name}={count}\n")));
    lines
}

fn word(status: Status) -> &'static str {
    match status {
        Status::InSync => "in_sync",
        Status::Changes => "changes",
        Status::Applied => "applied",
        Status::Partial => "partial",
        Status::Blocked => "blocked",
        Status::Error => "error",
    }
}

fn append(path: &Path, text: &str) -> Result<(), Problem> {
    let file = OpenOptions::new().create(true).append(true).open(path);
    file.and_then(|mut file| file.write_all(text.as_bytes())).map_err(|error| failed(path, &error))
}

fn failed(path: &Path, error: &io::Error) -> Problem {
    Problem::whole(format!("failed to write `{}`: {error}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use reconcile_core::plan::Summary;
    use reconcile_core::report::Status;

    use super::{Kind, kind_of, outputs, word};
    use crate::views::Format;

    #[test]
    fn a_step_of_a_job_has_outputs_that_conditions_can_be_made_of() {
        let summary = Summary { create: 2, blocked: 1, in_sync: 7, ..Summary::default() };
        let written = outputs(word(Status::Blocked), Some("0123"), Some(&summary));
        insta::assert_snapshot!(written.lines().collect::<Vec<_>>().join(" "), @"status=blocked plan-digest=0123 changes=2 create=2 update=0 replace=0 delete=0 revert=0 recover=0 follow=0 in-sync=7 blocked=1 unknown=0 failed=0");
        assert_eq!(outputs(word(Status::Error), None, None), "status=error\n");
    }

    #[test]
    fn a_files_name_says_what_is_written_to_it() {
        let kind = |name: &str| kind_of(Path::new(name));
        assert_eq!(kind("a/plan.json"), Kind::Result(Format::Json));
        assert_eq!(kind("comment.md"), Kind::Result(Format::Markdown));
        assert_eq!(kind("problems.sarif"), Kind::Sarif);
        assert_eq!([kind("plan.txt"), kind("plan")], [Kind::Result(Format::Text); 2]);
    }
}
