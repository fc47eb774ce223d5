//! What became of one unit of a plan.

use serde::{Deserialize, Serialize};

/// The end of one unit in an apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub enum Outcome {
    /// It was as git says when its turn came.
    Unchanged,
    /// It was changed and is as git says now.
    Applied,
    /// A guard held it back.
    Refused {
        /// Why.
        why: String,
        /// What a person does about it.
        unblock: String,
    },
    /// AWS refused it, or it could not be completed.
    Failed {
        /// The first real cause.
        why: String,
    },
    /// It was not begun, because something before it did not end well or the run was stopped.
    Skipped {
        /// Why.
        why: String,
    },
}

impl Outcome {
    /// `unchanged`, `applied`, `refused`, `failed` or `skipped`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Unchanged => "unchanged",
            Self::Applied => "applied",
            Self::Refused { .. } => "refused",
            Self::Failed { .. } => "failed",
            Self::Skipped { .. } => "skipped",
        }
    }

    /// Why it did not end well.
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Unchanged | Self::Applied => None,
            Self::Refused { why, unblock: _ } | Self::Failed { why } | Self::Skipped { why } => {
                Some(why)
            }
        }
    }

    /// Whether what depends on the unit may go on.
    pub fn is_good(&self) -> bool {
        match self {
            Self::Unchanged | Self::Applied => true,
            Self::Refused { .. } | Self::Failed { .. } | Self::Skipped { .. } => false,
        }
    }
}
