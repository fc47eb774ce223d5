//! What is asked of CloudFormation: looking and acting apart, so that nothing that plans can act.
//!
//! What is asked of Cloud Control is in [`resources`].

pub mod resources;

use std::collections::BTreeMap;

use async_trait::async_trait;
use jiff::Timestamp;
use reconcile_engine::aws::errors::AwsError;

use crate::state::{Described, ResourceDrift};
use crate::step::Mode;

/// What can be looked at. `stack` is a name or an ARN.
#[async_trait]
pub trait Looks: Send + Sync {
    /// All stacks of a region, deleted ones left out.
    async fn stacks(&self, region: &str) -> Result<Vec<Described>, AwsError>;
    /// One stack, or none if there is none of that name.
    async fn stack(&self, region: &str, stack: &str) -> Result<Option<Described>, AwsError>;
    /// The template as it was sent.
    async fn template(&self, region: &str, stack: &str) -> Result<String, AwsError>;
    /// The stack policy, if the stack has one.
    async fn policy(&self, region: &str, stack: &str) -> Result<Option<String>, AwsError>;
    /// What the last drift detection compared.
    async fn resource_drifts(
        &self,
        region: &str,
        stack: &str,
    ) -> Result<Vec<ResourceDrift>, AwsError>;
    /// The physical IDs of a stack's resources, by logical ID.
    async fn physical_ids(
        &self,
        region: &str,
        stack: &str,
    ) -> Result<BTreeMap<String, String>, AwsError>;
    /// Asks for a drift detection; answers with its ID.
    async fn detect_drift(&self, region: &str, stack: &str) -> Result<String, AwsError>;
    /// How a drift detection goes.
    async fn detection(&self, region: &str, detection: &str) -> Result<Detection, AwsError>;
    /// Events after `after` (an event's ID), oldest first; the last operation's, where none is given.
    async fn events(
        &self,
        region: &str,
        stack: &str,
        after: Option<&str>,
    ) -> Result<Vec<StackEvent>, AwsError>;
    /// A change set, or none if the stack or the change set does not exist.
    async fn change_set(
        &self,
        region: &str,
        stack: &str,
        name: &str,
    ) -> Result<Option<ChangeSet>, AwsError>;
    /// What a validation before the deployment found wrong.
    async fn findings(&self, region: &str, of: Validated<'_>) -> Result<Vec<Finding>, AwsError>;
}

/// What can be done.
#[async_trait]
pub trait Acts: Looks {
    /// Makes a change set.
    async fn create_change_set(&self, request: ChangeSetRequest<'_>) -> Result<(), AwsError>;
    /// Executes a change set.
    async fn execute(&self, request: Execution<'_>) -> Result<(), AwsError>;
    /// Deletes a change set.
    async fn delete_change_set(
        &self,
        region: &str,
        stack: &str,
        name: &str,
    ) -> Result<(), AwsError>;
    /// Sets the stack policy.
    async fn set_policy(&self, region: &str, stack: &str, policy: &str) -> Result<(), AwsError>;
    /// Switches termination protection.
    async fn protect(&self, region: &str, stack: &str, on: bool) -> Result<(), AwsError>;
    /// Continues a rollback that failed, leaving resources as they are.
    async fn continue_rollback(
        &self,
        region: &str,
        stack: &str,
        (skip, token): (&[String], &str),
    ) -> Result<(), AwsError>;
    /// Deletes a stack.
    async fn delete(&self, region: &str, stack: &str, token: &str) -> Result<(), AwsError>;
}

/// How a drift detection goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Detection {
    /// Not yet done.
    InProgress,
    /// Every resource that can be compared was.
    Complete,
    /// Some could not be compared: why.
    Failed(String),
}

/// A change set to be made.
#[derive(Debug)]
pub struct ChangeSetRequest<'a> {
    /// Where.
    pub region: &'a str,
    /// The stack's name or ARN.
    pub stack: &'a str,
    /// Its name.
    pub name: &'a str,
    /// What a person reads of it.
    pub description: &'a str,
    /// What it does.
    pub mode: Mode,
    /// The template.
    pub template: TemplateSource<'a>,
    /// All parameters that are given.
    pub parameters: &'a BTreeMap<String, String>,
    /// All tags.
    pub tags: &'a BTreeMap<String, String>,
    /// AWS's words.
    pub capabilities: &'a [&'static str],
    /// The role that CloudFormation takes.
    pub role_arn: Option<&'a str>,
}

/// Where CloudFormation takes a template from.
#[derive(Debug, Clone, Copy)]
pub enum TemplateSource<'a> {
    /// Out of the request.
    Body(&'a str),
    /// Out of a bucket.
    Url(&'a str),
}

/// A change set to be executed.
#[derive(Debug)]
pub struct Execution<'a> {
    /// Where.
    pub region: &'a str,
    /// The stack's name or ARN.
    pub stack: &'a str,
    /// The change set's name.
    pub name: &'a str,
    /// Makes a second execution the same one, and stands on every event.
    pub token: &'a str,
}

/// A change set as CloudFormation computed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    /// Its ARN.
    pub id: String,
    /// The stack's ARN.
    pub stack_id: String,
    /// How making it went.
    pub status: ChangeSetStatus,
    /// Whether it can be executed.
    pub executable: bool,
    /// Resource by resource.
    pub changes: Vec<ComputedChange>,
}

/// How making a change set went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeSetStatus {
    /// Not yet done.
    InProgress,
    /// It was made.
    Complete,
    /// There is nothing to change.
    Empty,
    /// It cannot be made.
    Failed(String),
    /// It is being deleted, or was.
    Deleted,
}

/// What CloudFormation computed for one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ComputedChange {
    /// The logical ID.
    pub logical_id: String,
    /// `AWS::S3::Bucket`
    pub type_name: String,
    /// What happens to it.
    pub kind: ComputedKind,
    /// Whether anything but tags, or what follows from other resources, makes it change.
    pub is_direct: bool,
    /// Whether the resource itself, or a copy of its data, is kept when it leaves the stack.
    pub is_kept: bool,
}

/// What CloudFormation computed to happen to one resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ComputedKind {
    /// It is made.
    Add,
    /// It is changed where it is.
    Modify,
    /// It may be replaced: that depends on values that are not known yet.
    MayReplace,
    /// It is replaced.
    Replace,
    /// It leaves the stack.
    Remove,
    /// It is taken into the stack.
    Import,
    /// Only the record of it is brought up to date.
    Record,
    /// That depends on a nested stack or a macro.
    Dynamic,
}

/// What is validated before it is deployed, by its ARN.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Validated<'a> {
    /// A change set, as it is made.
    ChangeSet(&'a str),
    /// A stack, as an operation on it begins.
    Stack(&'a str),
}

/// Something wrong that a validation found before anything was deployed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The logical ID.
    pub logical_id: String,
    /// `AWS::S3::Bucket`
    pub type_name: String,
    /// Where in the template: `/Resources/Data/Properties/BucketName`.
    pub path: String,
    /// What is wrong.
    pub reason: String,
}

/// One event of a stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackEvent {
    /// Its ID.
    pub id: String,
    /// When.
    pub at: Timestamp,
    /// The logical ID; the stack's name for the stack itself.
    pub logical_id: String,
    /// `AWS::KMS::Key`
    pub type_name: String,
    /// `CREATE_COMPLETE`
    pub status: String,
    /// Why.
    pub reason: Option<String>,
    /// The token of the operation.
    pub token: Option<String>,
    /// Whether this is about the stack itself.
    pub is_stack: bool,
}
