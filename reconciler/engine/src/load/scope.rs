//! What a kind may ask while it interprets a document.

use std::sync::Arc;

use reconcile_core::environment::Environment;
use reconcile_core::problem::{Problem, SourceFile};
use reconcile_core::text::Text;

use crate::load::document::Document;

/// The environment, the files of the repository, and the place for problems.
#[derive(Debug)]
pub struct Scope<'a> {
    environment: &'a Environment,
    problems: Vec<Problem>,
}

impl<'a> Scope<'a> {
    /// The environment that the document is interpreted in.
    pub fn environment(&self) -> &'a Environment {
        self.environment
    }

    /// Notes something wrong.
    pub fn problem(&mut self, problem: Problem) {
        self.problems.push(problem);
    }

    /// The string at a JSON pointer of a document, split into literals and references, with `${env.X}`
    /// replaced. What is wrong with it is noted, and an empty text returned.
    pub fn text(&mut self, document: &Document, pointer: &str, written: &str) -> Text {
        let parsed = Text::parse(written);
        parsed.unwrap_or_else(|error| {
            self.problem(Problem::at(document.place(pointer), error.message));
            Text::default()
        })
    }

    /// A text file of the repository that a document names at a JSON pointer. What is wrong with it
    /// (missing, not UTF-8) is noted at the pointer.
    pub fn file(
        &mut self,
        document: &Document,
        pointer: &str,
        path: &str,
    ) -> Option<Arc<SourceFile>> {
        self.problem(Problem::at(
            document.place(pointer),
            format!("`{path}` cannot be read"),
        ));
        None
    }
}
