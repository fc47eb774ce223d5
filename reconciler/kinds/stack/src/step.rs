//! What a decision leads to: steps with nothing left to choose.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use reconcile_core::digest::Digest;
use reconcile_core::verdict::Effect;
use serde_json::Value as Json;

use crate::spec::{Allow, TemplateFile};

/// A stack, where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The region.
    pub region: String,
    /// The name.
    pub stack_name: String,
    /// The ARN, where the stack exists: a name may come to mean another stack.
    pub stack_id: Option<String>,
}

/// One thing to do.
#[derive(Debug, Clone)]
pub enum Step {
    /// Waits until AWS is not at work on the stack.
    Wait(Target),
    /// Creates a change set, compares it with what was planned, and executes it.
    Deploy(Box<Deployment>),
    /// Puts a resource back that a change set would pass over.
    Restore(Restoration),
    /// Sets the stack policy.
    SetPolicy(Target, Arc<str>),
    /// Switches termination protection.
    Protect(Target, bool),
    /// Goes on with a rollback that failed, leaving these resources as they are.
    ContinueRollback(Target, Vec<String>),
    /// Deletes the stack.
    Delete(Deletion),
}

/// A change set to be made and executed.
#[derive(Debug, Clone)]
pub struct Deployment {
    /// The stack.
    pub target: Target,
    /// What the change set does.
    pub mode: Mode,
    /// When the stack was last updated before: when that moves, the operation began.
    pub updated: Option<Timestamp>,
    /// The template.
    pub template: TemplateFile,
    /// All parameters that are given.
    pub parameters: BTreeMap<String, String>,
    /// All tags.
    pub tags: BTreeMap<String, String>,
    /// AWS's words.
    pub capabilities: Vec<&'static str>,
    /// The role that CloudFormation takes.
    pub role_arn: Option<String>,
    /// What may happen, by logical ID.
    pub expected: BTreeMap<String, Effect>,
    /// What git permits.
    pub allow: Allow,
    /// The file that would permit more.
    pub declared_in: String,
    /// Names the change set and its tokens: the same for the same change of the same stack.
    pub identity: Digest,
}

/// What a change set does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It creates the stack.
    Create,
    /// It changes the stack.
    Update,
    /// It changes the stack and what was changed outside CloudFormation
    /// (API Reference, `CreateChangeSet`, `DeploymentMode` `REVERT_DRIFT`).
    Revert,
}

/// A resource to be put back by Cloud Control, because a drift-aware change set does not see its drift.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoration {
    /// The stack that it belongs to.
    pub target: Target,
    /// The logical ID.
    pub logical_id: String,
    /// `AWS::S3::BucketPolicy`
    pub type_name: String,
    /// Its primary identifier.
    pub identifier: String,
    /// The role that Cloud Control takes: the stack's.
    pub role_arn: Option<String>,
    /// What is done.
    pub remedy: Remedy,
}

/// How a resource is put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Remedy {
    /// By a patch (RFC 6902) that sets what the template sets.
    Patch(Json),
    /// By making it again, with these properties and so under the same identifier.
    Create(Json),
}

/// A stack to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deletion {
    /// The stack.
    pub target: Target,
    /// Whether termination protection is switched off first.
    pub unprotect: bool,
    /// Names the token.
    pub identity: Digest,
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Wait(target) => write!(f, "waited for `{}`", target.stack_name),
            Self::Deploy(deployment) => {
                write!(f, "executed the change set `{}`", deployment.change_set_name())
            }
            Self::Restore(Restoration { target, logical_id, identifier, .. }) => {
                write!(f, "put `{logical_id}` of `{}` back (`{identifier}`)", target.stack_name)
            }
            Self::SetPolicy(target, _) => write!(f, "set the policy of `{}`", target.stack_name),
            Self::Protect(target, true) => write!(f, "protected `{}`", target.stack_name),
            Self::Protect(target, false) => write!(f, "unprotected `{}`", target.stack_name),
            Self::ContinueRollback(target, skip) if skip.is_empty() => {
                write!(f, "continued the rollback of `{}`", target.stack_name)
            }
            Self::ContinueRollback(target, skip) => write!(
                f,
                "continued the rollback of `{}` without {}",
                target.stack_name,
                skip.join(", ")
            ),
            Self::Delete(deletion) => write!(f, "deleted `{}`", deletion.target.stack_name),
        }
    }
}

impl Deployment {
    /// The change set's name: the same for the same change of the same stack.
    pub fn change_set_name(&self) -> String {
        format!("reconcile-{}", self.identity.short())
    }
}
