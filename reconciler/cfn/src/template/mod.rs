//! A template's text as one long-form value that remembers where each part was written.
//!
//! It owns reading (YAML with short-form tags, or JSON) and the shape every template has.
//! It does not know what an intrinsic evaluates to, nor which resource types exist.

mod json;
mod names;
mod read;
mod rules;
mod scalar;
mod sections;
mod shape;
mod tags;
#[cfg(test)]
mod tests;

pub use sections::{Output, Parameter, Resource};

use serde_json::Value;
use std::collections::BTreeMap;

/// A CloudFormation template in long form, with the place of each of its parts.
#[derive(Debug, Clone)]
pub struct Template {
    /// The whole template in long form, in the order it was written.
    pub body: Value,
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
    /// duplicate keys, aliases, merge keys, nulls and unknown tags. What the text then says
    /// may still not make a template: see [`Template::faults`].
    pub fn parse(text: &str) -> Result<Self, TemplateError> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let (body, positions) = if text.trim_start().starts_with('{') {
            json::read(text)?
        } else {
            read::document(text)?
        };
        Ok(Self { body, positions })
    }

    /// Returns all that keeps the text from being a template, in the order of the text.
    ///
    /// Sections and entries must have their shape, and every name that is referred to must
    /// be declared; what a macro would add cannot be known, so behind one names are trusted.
    pub fn faults(&self) -> Vec<TemplateError> {
        let mut faults = shape::faults(self);
        if self.transforms().is_empty() {
            faults.extend(names::faults(self));
            faults.extend(rules::faults(self));
        }
        faults.sort_by_key(|fault| (fault.line, fault.column));
        faults
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
                None => return Position::START,
            }
        }
    }
}

impl Position {
    /// The first character of a text.
    const START: Self = Self { line: 1, column: 1 };

    fn error(self, message: impl Into<String>) -> TemplateError {
        TemplateError { line: self.line, column: self.column, message: message.into() }
    }
}

/// Joins a key onto a JSON pointer, escaped as RFC 6901 asks.
pub fn pointer(parent: &str, key: &str) -> String {
    let key = key.replace('~', "~0").replace('/', "~1");
    format!("{parent}/{key}")
}
