//! A template's text as one long-form value that remembers where each part was written.
//!
//! It owns reading (YAML with short-form tags, or JSON) and the shape every template has.
//! It does not know what an intrinsic evaluates to, nor which resource types exist.

mod check;
mod json;
mod read;
mod scalar;
mod sections;
mod tags;
#[cfg(test)]
mod tests;

pub use sections::{Output, Parameter, Resource};

use serde_json::Value;
use std::collections::BTreeMap;

/// A CloudFormation template in long form, with the place of each of its parts.
#[derive(Debug, Clone)]
pub struct Template {
    body: Value,
    positions: Positions,
}

/// A place in a template's text; both numbers start at 1 and columns count characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// The line.
    pub line: usize,
    /// The column, in characters.
    pub column: usize,
}

/// Why a text is not a template, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct TemplateError {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, as one phrase.
    pub message: String,
}

/// The position of each value, by its JSON pointer.
type Positions = BTreeMap<String, Position>;

impl Template {
    /// Reads a template as CloudFormation would: JSON if it begins with `{`, else YAML.
    ///
    /// Whatever CloudFormation refuses in the text itself is refused here with its place:
    /// duplicate keys, aliases, merge keys, nulls, unknown tags and unknown sections.
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (body, positions) = if text.trim_start().starts_with('{') {
            json::read(text)?
        } else {
            read::document(text)?
        };
        let template = Self { body, positions };
        check::shape(&template)?;
        Ok(template)
    }

    /// Returns the whole template in long form, in the order it was written.
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// Returns where the value at a JSON pointer was written: its key, or the list item.
    pub fn position(&self, pointer: &str) -> Option<Position> {
        self.positions.get(pointer).copied()
    }

    /// Returns the position of the nearest written part: the pointer's, or an ancestor's.
    pub fn nearest_position(&self, pointer: &str) -> Position {
        let mut pointer = pointer;
        loop {
            if let Some(position) = self.position(pointer) {
                return position;
            }
            match pointer.rsplit_once('/') {
                Some((parent, _)) => pointer = parent,
                None => return Position { line: 1, column: 1 },
            }
        }
    }
}

impl Position {
    fn error(self, message: impl Into<String>) -> TemplateError {
        TemplateError {
            line: self.line,
            column: self.column,
            message: message.into(),
        }
    }
}

/// Joins a key onto a JSON pointer, escaped as RFC 6901 asks.
pub fn pointer(parent: &str, key: &str) -> String {
    let key = key.replace('~', "~0").replace('/', "~1");
    format!("{parent}/{key}")
}
