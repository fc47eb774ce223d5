//! What a decision leads to: steps with nothing left to choose.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use jiff::Timestamp;
use reconcile_core::digest::Digest;
use reconcile_core::verdict::Effect;

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
