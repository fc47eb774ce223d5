//! A folder that an auditor can file: what is declared, what runs, who applied which commit, what is in force until when.
//!
//! Each chapter is written twice, as Markdown to be read and as JSON to be compared, from the same value. `SHA256SUMS` names every
//! file's digest, as `sha256sum --check` reads it. The same survey gives the same bytes.

mod chapters;
mod markdown;
#[cfg(test)]
mod tests;

use reconcile_core::digest::Digest;
use serde_json::Value as Json;

use self::markdown::{Table, table};
use super::survey::{Sight, Survey, Surveyed};

/// One subject, for people and for programs.
struct Chapter {
    /// What its two files are called.
    name: &'static str,
    /// Its heading.
    title: &'static str,
    /// What it shows and where that is from.
    about: &'static str,
    tables: Vec<Table>,
    json: Json,
}

/// The files of the folder, each with its path in it, the index first.
pub(crate) fn files(survey: &Survey) -> Vec<(String, String)> {
    let mut files = Vec::new();
    for Surveyed { name, sight } in &survey.environments {
        if let Ok(sight) = sight {
            for chapter in chapters::of(sight) {
                files.push((format!("{name}/{}.md", chapter.name), chapter.markdown(name)));
                files.push((format!("{name}/{}.json", chapter.name), chapter.json(name)));
            }
        }
    }
    files.insert(0, ("README.md".to_owned(), index(survey, &files)));
    files.push(("SHA256SUMS".to_owned(), sums(&files)));
    files
}

impl Chapter {
    fn markdown(&self, environment: &str) -> String {
        let mut text = format!("# {}: {environment}\n\n{}\n", self.title, self.about);
        for table in &self.tables {
            text.push_str(&table.section());
        }
        text
    }

    fn json(&self, environment: &str) -> String {
        let value = serde_json::json!({
            "formatVersion": "1.0", "environment": environment, self.name: self.json,
        });
        // Plain data with string keys always serialises.
        serde_json::to_string_pretty(&value).unwrap_or_default() + "\n"
    }
}

fn index(survey: &Survey, files: &[(String, String)]) -> String {
    let mut text = String::from(
        "# Evidence\n\nWritten by `reconcile report --evidence` from one look at AWS, which made no write call, and from the records of past runs. `sha256sum --check SHA256SUMS` shows that nothing was changed since.\n",
    );
    for Surveyed { name, sight } in &survey.environments {
        text.push_str(&["\n## ", name, "\n\n"].concat());
        match sight {
            Ok(sight) => text.push_str(&table(&["", ""], &facts(survey.version, sight))),
            Err(why) => {
                let why = why.join("; ");
                text.push_str(&["**Not seen**: ", &markdown::cell(&why), "\n"].concat());
            }
        }
    }
    let rows = files.iter().map(|(name, text)| {
        vec![format!("[{name}]({name})"), text.len().to_string(), format!("`{}`", Digest::of(text))]
    });
    text.push_str("\n## Files\n\n");
    text.push_str(&table(&["File", "Bytes", "SHA-256"], &rows.collect::<Vec<_>>()));
    text
}

/// What an auditor asks first.
fn facts(version: &str, sight: &Sight) -> Vec<Vec<String>> {
    let Sight { place, report, dirty, history, .. } = sight;
    let coverage = report.coverage();
    let commit = report.commit.clone().unwrap_or_else(|| "none".to_owned());
    let dirty = match dirty.len() {
        0 => String::new(),
        files => format!(", and {files} files that differ from it"),
    };
    let records = match history {
        Ok(history) => format!(
            "{} read, {} older, {} unreadable",
            history.runs.len(),
            history.unread,
            history.remarks.len()
        ),
        Err(why) => format!("not read: {why}"),
    };
    let account = if place.sandbox { "the embedded AWS" } else { place.account.as_str() };
    [
        ("Looked at", markdown::time(place.at)),
        ("Account", format!("{account}, {}", place.region)),
        ("As", format!("`{}`", place.caller)),
        ("Commit", format!("`{commit}`{dirty}")),
        ("Result", chapters::word(report.status())),
        (
            "Seen",
            format!(
                "{} compared, {} that AWS cannot compare, {} ignored by git, {} unreadable",
                coverage.checked, coverage.unsupported, coverage.ignored, coverage.unreadable
            ),
        ),
        ("Plan", format!("`{}`", report.digest())),
        ("Calls", format!("{}, {} of them writes", report.calls.total, report.calls.writes)),
        ("Run records", records),
        ("Program", format!("reconcile {version}")),
    ]
    .into_iter()
    .map(|(name, value)| vec![name.to_owned(), value])
    .collect()
}

fn sums(files: &[(String, String)]) -> String {
    let line = |(name, text): &(String, String)| format!("{}  {name}\n", Digest::of(text));
    files.iter().map(line).collect::<Vec<_>>().concat()
}
