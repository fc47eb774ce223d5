//! How much of AWS a look really saw.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was compared and what was not: counts of resources, with the reasons in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// Compared with AWS.
    pub checked: u64,
    /// Their type cannot be compared.
    pub unsupported: u64,
    /// Left out by an `ignoreDrift` in git.
    pub ignored: u64,
    /// Should have been compared, but could not be read.
    pub unreadable: u64,
    /// What the counts do not say, one sentence each.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub notes: Vec<String>,
}

impl Coverage {
    /// Whether nothing that should have been seen was missed.
    pub fn is_complete(&self) -> bool {
        self.unreadable == 0
    }

    /// Whether there was nothing to look at.
    pub fn is_empty(&self) -> bool {
        self.checked + self.unsupported + self.ignored + self.unreadable == 0
    }

    /// Adds another look to this one.
    pub fn add(&mut self, other: &Self) {
        self.add_counts(other);
        self.notes.extend(other.notes.iter().cloned());
    }

    /// Adds the counts of another look to this one's; its notes are told in another way.
    pub(crate) fn add_counts(&mut self, other: &Self) {
        let Self { checked, unsupported, ignored, unreadable, notes: _ } = other;
        self.checked += checked;
        self.unsupported += unsupported;
        self.ignored += ignored;
        self.unreadable += unreadable;
    }
}
