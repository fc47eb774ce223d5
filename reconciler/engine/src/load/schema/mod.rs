//! The schema of each kind: what editors use, and what files are checked against.

mod alternatives;
mod explain;
mod generate;

use std::sync::Arc;

use jsonschema::Validator;
use reconcile_core::problem::{Problem, SourceFile};
use serde_json::Value as Json;

use super::kinds::KindInfo;
use super::tree::Node;
use explain::Explain;

pub use generate::generated;

/// A kind's schema, compiled once.
pub(super) struct Checker {
    schema: Json,
    validator: Validator,
}

impl Checker {
    /// Compiles the schema of a kind; an environment's has a section for each of `kinds` that has settings.
    pub(super) fn new(kind: &KindInfo, kinds: &[KindInfo]) -> Result<Self, Problem> {
        let schema = generate::schema(kind, kinds);
        let validator = jsonschema::options().should_validate_formats(true).build(&schema);
        let validator = validator.map_err(|error| {
            Problem::whole(format!("the schema of `{}` is not valid: {error}", kind.word))
                .hint("this is a bug in reconcile")
        })?;
        Ok(Self { schema, validator })
    }

    /// Everything in which a file differs from its schema, in our own words.
    pub(super) fn check(&self, file: &Arc<SourceFile>, root: &Node) -> Vec<Problem> {
        let instance = root.json();
        let explain = Explain { schema: &self.schema, file, root };
        let errors = self.validator.iter_errors(&instance);
        errors.flat_map(|error| explain.problems(&error)).collect()
    }
}
