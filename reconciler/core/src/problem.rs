//! What is wrong with an input file, and where: collected, then shown all at once.

use std::ops::Range;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

/// A file of the input, kept for showing its lines.
#[derive(Debug, PartialEq, Eq)]
pub struct SourceFile {
    /// Relative to the root of the repository, with `/`.
    pub path: String,
    /// Its text; of a file that is not UTF-8, what could be read of it.
    pub text: String,
}

/// A range of bytes in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: Arc<SourceFile>,
    /// Bytes of its text.
    pub range: Range<usize>,
}

impl Place {
    /// The place at a line and a column (from 1, in characters), to the end of the word there.
    pub fn at_line_column(file: &Arc<SourceFile>, line: usize, column: usize) -> Self {
        let lines = file.text.split_inclusive('\n');
        let start: usize = lines.take(line.saturating_sub(1)).map(str::len).sum();
        let rest = file.text.get(start..).unwrap_or_default();
        let offset: usize = rest.chars().take(column.saturating_sub(1)).map(char::len_utf8).sum();
        let begin = (start + offset).min(file.text.len());
        let word = file.text[begin..].find(|c: char| c.is_whitespace() || c == ':');
        let length = word.unwrap_or(file.text.len() - begin).max(1);
        Self { file: Arc::clone(file), range: begin..(begin + length).min(file.text.len()) }
    }

    /// Line and column of the beginning, both from 1; the column counts characters.
    pub fn line_column(&self) -> (usize, usize) {
        let before = self.file.text.get(..self.range.start).unwrap_or(&self.file.text);
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Where, unless it is wrong with the whole of `desired/`.
    pub place: Option<Place>,
    /// What is wrong: lower case, no full stop.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Problem {
    /// Something wrong at a place.
    pub fn at(place: Place, message: impl Into<String>) -> Self {
        Self { place: Some(place), message: message.into(), hint: None }
    }

    /// Something wrong with the whole.
    pub fn whole(message: impl Into<String>) -> Self {
        Self { place: None, message: message.into(), hint: None }
    }

    /// With advice.
    #[must_use]
    pub fn hint(self, hint: impl Into<String>) -> Self {
        Self { hint: Some(hint.into()), ..self }
    }
}

/// A problem as JSON output shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProblemRecord {
    /// What is wrong.
    pub message: String,
    /// The file, from the root of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// From 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// From 1, in characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<usize>,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

impl From<&Problem> for ProblemRecord {
    fn from(problem: &Problem) -> Self {
        let position = problem.place.as_ref().map(Place::line_column);
        Self {
            message: problem.message.clone(),
            file: problem.place.as_ref().map(|place| place.file.path.clone()),
            line: position.map(|(line, _)| line),
            column: position.map(|(_, column)| column),
            hint: problem.hint.clone(),
        }
    }
}

/// "did you mean `X`?" for the candidate nearest to what was written, if one is near.
pub fn did_you_mean<'a>(
    written: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    candidates
        .into_iter()
        .map(|candidate| (likeness(&written.to_lowercase(), &candidate.to_lowercase()), candidate))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|(left, _), (right, _)| left.total_cmp(right))
        .map(|(_, candidate)| format!("did you mean `{candidate}`?"))
}

/// From 0 to 1. A folder that both stand in makes two names no more alike.
fn likeness(left: &str, right: &str) -> f64 {
    let (folder, name) = left.rsplit_once('/').unwrap_or(("", left));
    let other = right.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/'));
    match other.filter(|other| !folder.is_empty() && !other.contains('/')) {
        Some(other) => strsim::jaro_winkler(name, other),
        None => strsim::jaro_winkler(left, right),
    }
}
