//! The result of a command over a whole environment, as every view shows it.

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::address::Address;
use crate::calls::Calls;
use crate::check::CheckedPlan;
use crate::coverage::Coverage;
use crate::digest::Digest;
use crate::outcome::Outcome;
use crate::plan::{Plan, Summary};
use crate::verdict::Verdict;

/// What was planned, what became of it, and what it cost.
#[derive(Debug, Clone)]
pub struct Report {
    /// The environment's name.
    pub environment: String,
    /// The commit of the work tree, where there is one.
    pub commit: Option<String>,
    /// What was planned.
    pub plan: CheckedPlan,
    /// What became of each unit, after an apply.
    pub outcomes: Option<BTreeMap<Address, Outcome>>,
    /// How long the units' turns took, after an apply.
    pub took: BTreeMap<Address, Duration>,
    /// What it cost.
    pub calls: Calls,
    /// What else a reader should know, one sentence each.
    pub notes: Vec<String>,
}

/// The result in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Everything was seen, and it is as git says.
    InSync,
    /// Something differs.
    Changes,
    /// What differed was changed.
    Applied,
    /// Only some of it was changed.
    Partial,
    /// A guard held something back, and nothing failed.
    Blocked,
    /// Something failed, or could not be seen.
    Error,
}

impl Report {
    /// The plan.
    pub fn plan(&self) -> &Plan {
        self.plan.plan()
    }

    /// The plan's digest.
    pub fn digest(&self) -> &Digest {
        self.plan().digest()
    }

    /// Units counted by verdict, or by outcome after an apply.
    pub fn summary(&self) -> Summary {
        let Some(outcomes) = &self.outcomes else {
            return self.plan().summary();
        };
        let mut summary = Summary::default();
        for unit in self.plan().units() {
            match (outcomes.get(&unit.address), &unit.planned.verdict) {
                (Some(Outcome::Applied), verdict) => match verdict.change() {
                    Some(change) => *summary.of_action(change.action) += 1,
                    None => summary.in_sync += 1,
                },
                (Some(Outcome::Unchanged), _) | (None, Verdict::InSync) => summary.in_sync += 1,
                (Some(Outcome::Refused { .. }), _) | (None, Verdict::Blocked { .. }) => {
                    summary.blocked += 1;
                }
                (Some(Outcome::Failed { .. }), _) => summary.failed += 1,
                (Some(Outcome::Skipped { .. }) | None, _) => summary.unknown += 1,
            }
        }
        summary
    }

    /// How much was seen.
    pub fn coverage(&self) -> Coverage {
        self.plan().coverage()
    }

    /// The result in one word. Only a complete look may say [`Status::InSync`].
    pub fn status(&self) -> Status {
        let summary = self.summary();
        let incomplete = summary.unknown > 0 || !self.coverage().is_complete();
        let done = summary.changes();
        let applied = self.outcomes.is_some();
        if summary.failed > 0 || (applied && summary.unknown > 0) {
            if done > 0 { Status::Partial } else { Status::Error }
        } else if incomplete {
            Status::Error
        } else if summary.blocked > 0 {
            if applied && done > 0 { Status::Partial } else { Status::Blocked }
        } else if done > 0 {
            if applied { Status::Applied } else { Status::Changes }
        } else {
            Status::InSync
        }
    }
}
