//! One file of `desired/`, with the position of everything in it.

use std::collections::BTreeSet;
use std::sync::Arc;

use reconcile_core::problem::{Place, Problem, SourceFile};
use serde::de::DeserializeOwned;
use serde_json::Value as Json;

use super::body;
use super::tree::Node;

/// A parsed file whose shape agrees with its kind's schema.
#[derive(Debug, Clone)]
pub struct Document {
    /// The file.
    pub file: Arc<SourceFile>,
    /// What `kind:` says.
    pub kind: String,
    /// What `name:` says; the file's stem.
    pub name: String,
    /// What `environments:` says; nothing means all of them.
    pub environments: Option<BTreeSet<String>>,
    pub(super) root: Arc<Node>,
}

impl Document {
    /// The file as `T`, which declares its keys without `kind`, `name` and `environments` (or with
    /// those of them that it wants to see).
    pub fn read<T: DeserializeOwned>(&self) -> Result<T, Problem> {
        body::read(&self.file, &self.root)
    }

    /// All that it says, header included.
    pub fn json(&self) -> Json {
        self.root.json()
    }

    /// Whether it is meant for an environment.
    pub fn is_in(&self, environment: &str) -> bool {
        self.environments.as_ref().is_none_or(|names| names.contains(environment))
    }

    /// The place of the value at a JSON pointer, or of the nearest thing around it that exists.
    ///
    /// A map or list over several lines is represented by its key, so that a place is one line.
    pub fn place(&self, pointer: &str) -> Place {
        self.place_of(self.root.value_range(pointer))
    }

    /// The place of the key at a JSON pointer, or of the nearest thing around it that exists.
    pub fn key_place(&self, pointer: &str) -> Place {
        self.place_of(self.root.key_range(pointer))
    }

    /// The place of `part` within the string at a JSON pointer: where a reference stands in a text.
    pub fn part_place(&self, pointer: &str, part: &str) -> Place {
        self.nth_part_place(pointer, part, 0)
    }

    /// The place of the `nth` (from 0) occurrence of `part` within the string at a JSON pointer.
    pub(super) fn nth_part_place(&self, pointer: &str, part: &str, nth: usize) -> Place {
        let whole = self.root.value_range(pointer);
        let source = self.file.text.get(whole.clone()).unwrap_or_default();
        // Escapes and folded lines make the written form differ from the value; a reference itself
        // is written alike in all of them.
        let found = source.match_indices(part).nth(nth);
        let found = found.map(|(at, part)| whole.start + at..whole.start + at + part.len());
        self.place_of(found.unwrap_or(whole))
    }

    fn place_of(&self, range: std::ops::Range<usize>) -> Place {
        Place { file: Arc::clone(&self.file), range }
    }
}
