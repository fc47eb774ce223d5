//! A stack as AWS shows it.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use reconcile_cfn::Template;
use reconcile_core::digest::Digest;
use reconcile_core::status::Running;
use serde::{Deserialize, Serialize};

use crate::blind_spots::BlindSpots;

/// The tag that names the environment that owns a stack.
pub const ENVIRONMENT_TAG: &str = "reconcile:environment";
/// The tag that names the address that owns a stack.
pub const ADDRESS_TAG: &str = "reconcile:address";
/// The tag that names the commit that last changed a stack; no difference by itself.
pub const COMMIT_TAG: &str = "reconcile:commit";

/// What `DescribeStacks` says of one stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The ARN, which is unique over time too.
    pub id: String,
    /// The name.
    pub name: String,
    /// The state.
    pub status: Status,
    /// Why it is in that state, where AWS says.
    pub status_reason: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// When it was last updated; not always moved by changes of policy or protection.
    pub updated: Option<Timestamp>,
    /// As given or defaulted; `****` for those that are not shown.
    pub parameters: BTreeMap<String, String>,
    /// All of them.
    pub tags: BTreeMap<String, String>,
    /// What it publishes.
    pub outputs: BTreeMap<String, String>,
    /// Whether it refuses to be deleted.
    pub termination_protection: bool,
    /// The last drift detection's result.
    pub drift: DriftStatus,
    /// When drift was last asked for.
    pub drift_checked: Option<Timestamp>,
    /// What it was made with, as far as nothing else says so.
    pub settings: Settings,
}

/// What a stack was made with that its plan does not compare.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Settings {
    /// What its template was permitted to do, in AWS's words.
    pub capabilities: Vec<String>,
    /// The role that CloudFormation takes.
    pub role_arn: Option<String>,
    /// Who is told of its events.
    pub notification_arns: Vec<String>,
    /// The stack that it is a part of.
    pub parent: Option<String>,
}

impl Described {
    /// Where it is: the fourth part of its ARN.
    pub fn region(&self) -> &str {
        self.id.split(':').nth(3).unwrap_or_default()
    }

    /// Whether it is the very stack, in the same state and not updated since, that it was `before`.
    pub fn is_unchanged_since(&self, before: &Self) -> bool {
        let identity = |stack: &Self| (stack.id.clone(), stack.updated, stack.status.clone());
        identity(self) == identity(before)
    }

    /// Whether the last drift detection was asked for before the stack last changed: what it found may
    /// have been changed back since.
    pub fn drift_is_outdated(&self) -> bool {
        self.drift_checked.is_some_and(|checked| checked <= self.updated.unwrap_or(self.created))
    }
}

/// A stack as far as it was looked at.
#[derive(Debug, Clone)]
pub struct State {
    /// What `DescribeStacks` says.
    pub described: Described,
    /// What it is made of.
    pub template: SeenTemplate,
    /// Its stack policy.
    pub policy: SeenPolicy,
    /// The resources that the last drift detection compared.
    pub drift: SeenDrift,
    /// The resources that drift detection leaves out.
    pub blind_spots: BlindSpots,
    /// What the ledger knows of parameters that AWS does not show.
    pub hidden: BTreeMap<String, Digest>,
}

/// What is known of the deployed template.
#[derive(Debug, Clone)]
pub enum SeenTemplate {
    /// It was read, or the ledger vouches that it means this.
    Read(Arc<Template>),
    /// It was read, and cannot be understood.
    Unreadable(String),
}

/// What is known of the stack policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenPolicy {
    /// It was read, or the ledger vouches for it; none if the stack has none.
    Read(Option<String>),
    /// It could not be read.
    Unreadable(String),
}

/// What is known of drift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SeenDrift {
    /// Nobody asked for the resources: the summary of the stack is all.
    Summary,
    /// The resources that were compared.
    Resources(Vec<ResourceDrift>),
    /// It was asked for and could not be told.
    Unreadable(String),
}

/// One resource that drift detection compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceDrift {
    /// The logical ID.
    pub logical_id: String,
    /// `AWS::S3::Bucket`
    pub type_name: String,
    /// What came of it.
    pub status: ResourceDriftStatus,
    /// The properties that differ.
    pub differences: Vec<Difference>,
}

/// What came of comparing one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceDriftStatus {
    /// It is as deployed.
    InSync,
    /// Some of its properties are not as deployed.
    Modified,
    /// It is not there.
    Deleted,
    /// It was not compared, or AWS used a word that is not known.
    NotChecked,
}

/// A property that is not as deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// A JSON pointer below the resource's properties: `/VersioningConfiguration/Status`.
    pub path: String,
    /// What was deployed; none if it was added since.
    pub expected: Option<String>,
    /// What is there; none if it was removed since.
    pub actual: Option<String>,
}

/// The drift of a stack as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DriftStatus {
    /// No resource that was compared differs.
    InSync,
    /// One at least differs.
    Drifted,
    /// It was never asked for, or cannot be told.
    NotChecked,
}

/// CloudFormation's word for the state of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Status(String);

/// What a state means for what can be done next (User Guide, stack status codes).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Named by a change set that was never executed; it has no resources.
    Review,
    /// AWS is at work on it.
    Busy,
    /// It may be updated.
    Settled,
    /// Its creation failed and was rolled back: it can only be deleted.
    NeverCreated,
    /// Its creation or update failed and was left so: it may be updated again.
    Interrupted,
    /// Rolling its creation back, or deleting it, failed: it can only be deleted.
    Stuck,
    /// Rolling its update back failed: that can be continued.
    RollbackFailed,
    /// It is gone.
    Deleted,
    /// A word that is not known here.
    Unfamiliar,
}

impl Status {
    /// AWS's word.
    pub fn new(word: impl Into<String>) -> Self {
        Self(word.into())
    }

    /// AWS's word.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What it means for what can be done next.
    pub fn phase(&self) -> Phase {
        match self.0.as_str() {
            "REVIEW_IN_PROGRESS" => Phase::Review,
            "CREATE_COMPLETE"
            | "UPDATE_COMPLETE"
            | "UPDATE_ROLLBACK_COMPLETE"
            | "IMPORT_COMPLETE"
            | "IMPORT_ROLLBACK_COMPLETE" => Phase::Settled,
            "ROLLBACK_COMPLETE" => Phase::NeverCreated,
            "CREATE_FAILED" | "UPDATE_FAILED" => Phase::Interrupted,
            "ROLLBACK_FAILED" | "DELETE_FAILED" => Phase::Stuck,
            "UPDATE_ROLLBACK_FAILED" => Phase::RollbackFailed,
            "DELETE_COMPLETE" => Phase::Deleted,
            word if word.ends_with("_IN_PROGRESS") => Phase::Busy,
            _ => Phase::Unfamiliar,
        }
    }

    /// Whether its last operation was undone.
    pub fn went_back(&self) -> bool {
        self.0.contains("ROLLBACK")
    }

    /// Whether drift can be detected in it (API Reference, `DetectStackDrift`).
    pub fn allows_drift_detection(&self) -> bool {
        ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "UPDATE_ROLLBACK_FAILED"]
            .contains(&self.0.as_str())
    }
}

impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl State {
    /// What runs, in a line.
    pub fn running(&self) -> Running {
        let described = &self.described;
        Running {
            state: described.status.to_string(),
            commit: described.tags.get(COMMIT_TAG).cloned(),
            since: Some(described.updated.unwrap_or(described.created)),
            identity: described.id.clone(),
        }
    }

    /// The digest of what a plan depends on; times that move by themselves are not in it.
    pub fn digest(&self) -> Digest {
        let described = &self.described;
        let tags: BTreeMap<_, _> =
            described.tags.iter().filter(|(key, _)| *key != COMMIT_TAG).collect();
        let template = match &self.template {
            SeenTemplate::Read(template) => Digest::of_json(&template.body).to_string(),
            SeenTemplate::Unreadable(why) => why.clone(),
        };
        let drift = match &self.drift {
            SeenDrift::Summary => String::new(),
            SeenDrift::Unreadable(why) => why.clone(),
            SeenDrift::Resources(resources) => {
                let drifted = resources.iter().filter(|one| !one.differences.is_empty());
                format!("{:?}", drifted.collect::<Vec<_>>())
            }
        };
        Digest::of_json(&(
            &described.id,
            described.status.as_str(),
            &described.parameters,
            tags,
            &described.outputs,
            described.termination_protection,
            format!("{:?} {drift}", self.policy),
            template,
        ))
    }
}
