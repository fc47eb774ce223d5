//! What differs between two revisions of what is declared, as every view shows it. AWS was not asked.

use schemars::JsonSchema;
use serde::Serialize;

use crate::address::Address;
use crate::plan::Summary;
use crate::problem::Problem;
use crate::report::{Report, Status};

/// Two revisions, environment by environment.
#[derive(Debug, Clone)]
pub struct Comparison {
    /// What was before.
    pub base: Revision,
    /// What is now.
    pub head: Revision,
    /// Every environment that was asked for, by name.
    pub environments: Vec<Compared>,
    /// What is wrong with the revision before: what it concerns could not be compared.
    pub unread: Vec<Problem>,
}

/// One of two revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// As a person wrote it, `merge base of A and B`, or `work tree`.
    pub name: String,
    /// The commit; none of files as they are on disk.
    pub commit: Option<String>,
}

/// What differs in one environment.
#[derive(Debug, Clone)]
pub struct Compared {
    /// As a plan would show it, if AWS were as the revision before says.
    pub report: Report,
    /// Units that are declared under another name now.
    pub renames: Vec<Rename>,
}

/// A unit that is declared under another name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Rename {
    /// Its address before.
    #[schemars(with = "String")]
    pub from: Address,
    /// Its address now.
    #[schemars(with = "String")]
    pub to: Address,
    /// Whether it keeps its name in AWS, so that nothing has to be made anew for it.
    pub is_kept: bool,
}

impl Comparison {
    /// Units counted over all environments.
    pub fn summary(&self) -> Summary {
        let mut total = Summary::default();
        for compared in &self.environments {
            total.add(&compared.report.summary());
        }
        total
    }

    /// The result in one word: the worst of the environments'.
    pub fn status(&self) -> Status {
        let statuses = self.environments.iter().map(|compared| compared.report.status());
        let worst = statuses.max_by_key(|status| match status {
            Status::InSync => 0,
            Status::Applied | Status::Changes => 1,
            Status::Blocked => 2,
            Status::Partial | Status::Error => 3,
        });
        match worst {
            _ if !self.unread.is_empty() => Status::Error,
            worst => worst.unwrap_or(Status::InSync),
        }
    }
}
