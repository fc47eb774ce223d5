//! What a kind may ask while it interprets a document.

use std::collections::BTreeMap;
use std::path::{Component, Path};
use std::sync::{Arc, Mutex, PoisonError};

use reconcile_core::environment::Environment;
use reconcile_core::problem::{Place, Problem, SourceFile, did_you_mean};
use reconcile_core::text::Text;

use super::document::Document;
use super::encoding;
use super::files::Files;
use super::secrets;

/// The files that documents name, each read once however many documents and environments name it.
#[derive(Debug)]
pub struct Named<'a> {
    files: &'a dyn Files,
    read: Mutex<BTreeMap<String, Result<Arc<SourceFile>, Unread>>>,
}

/// Why a file could not be read: in words, and what to do about it.
#[derive(Debug, Clone)]
struct Unread {
    message: String,
    hint: Option<String>,
}

impl<'a> Named<'a> {
    /// Nothing read yet.
    pub fn new(files: &'a dyn Files) -> Self {
        Self { files, read: Mutex::default() }
    }

    fn get(&self, path: &str) -> Result<Arc<SourceFile>, Unread> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = read.get(path) {
            return known.clone();
        }
        let result = self.fetch(path);
        read.insert(path.to_owned(), result.clone());
        result
    }

    fn fetch(&self, path: &str) -> Result<Arc<SourceFile>, Unread> {
        if !is_plain(path) {
            return Err(Unread {
                message: format!("`{path}` is not a path in this repository"),
                hint: Some(
                    "write it from the repository's root, with `/`: `infra/kms.yaml`".to_owned(),
                ),
            });
        }
        match self.files.read(path) {
            Ok(Some(bytes)) => {
                let text = encoding::decode(path, &bytes).and_then(secrets::none_in);
                text.map_err(|Problem { place, message, hint }| {
                    let line = place.as_ref().map_or(1, |place| place.line_column().0);
                    Unread { message: format!("{message}, line {line}"), hint }
                })
            }
            Ok(None) => Err(Unread {
                message: format!("`{path}` does not exist"),
                hint: self.neighbour(path),
            }),
            Err(error) => {
                Err(Unread { message: format!("`{path}` cannot be read: {error}"), hint: None })
            }
        }
    }

    fn neighbour(&self, path: &str) -> Option<String> {
        let (folder, _) = path.rsplit_once('/')?;
        let files = self.files.list(folder).ok()?;
        did_you_mean(path, files.iter().map(String::as_str))
    }
}

/// Whether a path leads down from the root of the repository, in one way of writing only.
fn is_plain(path: &str) -> bool {
    let normal = Path::new(path).components().all(|part| matches!(part, Component::Normal(_)));
    normal
        && !path.is_empty()
        && !path.contains(['\\', '\0'])
        && !path.contains("//")
        && !path.ends_with('/')
}

/// The environment, the files of the repository, and the place for problems.
#[derive(Debug)]
pub struct Scope<'a> {
    environment: &'a Environment,
    files: &'a Named<'a>,
    problems: Vec<Problem>,
}

impl<'a> Scope<'a> {
    /// A scope without problems yet.
    pub fn new(environment: &'a Environment, files: &'a Named<'a>) -> Self {
        Self { environment, files, problems: Vec::new() }
    }

    /// The same for other documents, without problems yet.
    #[must_use]
    pub fn beside(&self) -> Self {
        Self::new(self.environment, self.files)
    }

    /// Takes over what was noted beside it.
    pub fn take(&mut self, beside: Self) {
        self.problems.extend(beside.problems);
    }

    /// The environment that the document is interpreted in.
    pub fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// The files of the repository, for what is more than one text that a document names.
    pub fn files(&self) -> &'a dyn Files {
        self.files.files
    }

    /// Notes something wrong.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// Everything wrong that was noted.
    pub fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// The string at a JSON pointer of a document, split into literals and references, with `${env.X}`
    /// replaced. What is wrong with it is noted, and what is right of it returned.
    pub fn text(&mut self, document: &Document, pointer: &str, written: &str) -> Text {
        let text = match Text::parse(written) {
            Ok(text) => text,
            Err(error) => {
                let part = written.get(error.range.clone()).unwrap_or_default();
                // A block's last line break is not always in the file.
                let part = part.trim_end();
                let before = written.get(..error.range.start).unwrap_or_default();
                let place = document.nth_part_place(pointer, part, before.matches(part).count());
                self.problem(Problem::at(place, error.message));
                return Text::default();
            }
        };
        let variables = &self.environment.variables;
        let (text, unknown) = text.with_variables(|name| variables.get(name).map(String::as_str));
        for name in &unknown {
            let place = document.part_place(pointer, &format!("${{env.{name}}}"));
            let problem = self.unknown_variable(name, place);
            self.problem(problem);
        }
        text
    }

    /// A text file of the repository that a document names at a JSON pointer. What is wrong with it
    /// (missing, not UTF-8) is noted at the pointer.
    pub fn file(
        &mut self,
        document: &Document,
        pointer: &str,
        path: &str,
    ) -> Option<Arc<SourceFile>> {
        let Unread { message, hint } = match self.files.get(path) {
            Ok(file) => return Some(file),
            Err(unread) => unread,
        };
        let problem = Problem::at(document.place(pointer), message);
        self.problem(Problem { hint, ..problem });
        None
    }

    fn unknown_variable(&self, name: &str, place: Place) -> Problem {
        let Environment { name: environment, variables, .. } = self.environment;
        let hint = did_you_mean(name, variables.keys().map(String::as_str)).unwrap_or_else(|| {
            format!("declare it under `variables` in `desired/environments/{environment}.yaml`")
        });
        Problem::at(place, format!("the environment `{environment}` has no variable `{name}`"))
            .hint(hint)
    }
}
