//! Naming operations: `cloudformation:Describe*`.

use std::fmt;
use std::str::FromStr;

use globset::{Glob, GlobMatcher};
use serde::{Deserialize, Serialize};

use crate::wire::Asked;

/// A glob over `service:Operation`, the service as signatures name it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct OperationPattern(GlobMatcher);

/// A pattern that is no glob.
#[derive(Debug, thiserror::Error)]
#[error("`{pattern}` is not a glob over operations, such as `cloudformation:Describe*`")]
pub struct PatternError {
    /// The pattern as given.
    pub pattern: String,
    /// What is wrong with it.
    source: globset::Error,
}

impl OperationPattern {
    /// Whether a call is one of those that are meant.
    pub(super) fn matches(&self, asked: &Asked) -> bool {
        self.0.is_match(asked.name())
    }
}

impl FromStr for OperationPattern {
    type Err = PatternError;

    fn from_str(pattern: &str) -> Result<Self, PatternError> {
        let glob = Glob::new(pattern)
            .map_err(|source| PatternError { pattern: pattern.to_owned(), source })?;
        Ok(Self(glob.compile_matcher()))
    }
}

impl TryFrom<String> for OperationPattern {
    type Error = PatternError;

    fn try_from(pattern: String) -> Result<Self, PatternError> {
        pattern.parse()
    }
}

impl From<OperationPattern> for String {
    fn from(pattern: OperationPattern) -> Self {
        pattern.to_string()
    }
}

impl fmt::Display for OperationPattern {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.0.glob().glob())
    }
}

impl PartialEq for OperationPattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.glob() == other.0.glob()
    }
}

impl Eq for OperationPattern {}
