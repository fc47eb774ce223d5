//! A document being interpreted: what every kind does with the texts of its file.

use reconcile_core::input::Outputs;
use reconcile_core::problem::{Place, Problem};
use reconcile_core::text::{Reference, Text};

use super::document::Document;
use super::scope::Scope;

/// A document, where it is interpreted, and the references that were read so far.
#[derive(Debug)]
pub struct Reader<'a, 'e> {
    /// The document.
    pub document: &'a Document,
    /// Where it is interpreted.
    pub scope: &'a mut Scope<'e>,
    references: Vec<(Reference, Place)>,
}

impl<'a, 'e> Reader<'a, 'e> {
    /// Of a document of which nothing was read yet.
    pub fn new(document: &'a Document, scope: &'a mut Scope<'e>) -> Self {
        Self { document, scope, references: Vec::new() }
    }

    /// Notes something wrong at a JSON pointer, with advice unless that is empty.
    pub fn problem(&mut self, pointer: &str, message: impl Into<String>, hint: &str) {
        let problem = Problem::at(self.document.place(pointer), message);
        self.scope.problem(if hint.is_empty() { problem } else { problem.hint(hint) });
    }

    /// A text that may refer to other units; the references are kept.
    pub fn text(&mut self, pointer: &str, written: &str) -> Text {
        let text = self.scope.text(self.document, pointer, written);
        let placed = text
            .references()
            .map(|found| (found.clone(), self.document.part_place(pointer, &found.to_string())));
        self.references.extend(placed);
        text
    }

    /// A text in which only variables may stand.
    pub fn plain(&mut self, pointer: &str, written: &str) -> String {
        let text = self.scope.text(self.document, pointer, written);
        if let Some(reference) = text.references().next() {
            let message = format!("`{reference}` cannot be used here");
            self.problem(pointer, message, "only `${env.NAME}` can: this must be known beforehand");
        }
        let nothing = Outputs::default();
        nothing.seen_from("").resolve(&text).known().unwrap_or_default().to_owned()
    }

    /// The references that were read since they were taken last, and where they stand.
    pub fn take_references(&mut self) -> Vec<(Reference, Place)> {
        std::mem::take(&mut self.references)
    }
}
