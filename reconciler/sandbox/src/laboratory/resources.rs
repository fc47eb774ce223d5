//! How long resources take, and which of them fail: what a test or a demonstration lays out beforehand.

use std::time::Duration;

use aws_smithy_async::time::SharedTimeSource;

use crate::cloudformation::ANY_TYPE;
use crate::resources::InjectedFailure;
use crate::sandbox::Sandbox;
use crate::store::StateError;

/// An operation on a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceOperation {
    /// It is created, also as a replacement.
    Create,
    /// It is updated in place, also on the way back.
    Update,
    /// It is deleted.
    Delete,
}

/// A failure that is laid out for a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceFailure {
    /// A resource type, or a logical ID in any stack.
    pub target: String,
    /// The operation that fails.
    pub operation: ResourceOperation,
    /// What the resource's provider says.
    pub message: String,
    /// How many times it fails; none takes back what was laid out before.
    pub times: u32,
}

impl Sandbox {
    /// Makes another account in memory that holds what this one does now, and goes its own way from here.
    pub fn fork(&self, time: SharedTimeSource) -> Result<Self, StateError> {
        let world = self.account().transact(|world, _| world.clone())?;
        let fork = Self::in_memory(time);
        fork.account().transact(|empty, _| *empty = world)?;
        Ok(fork)
    }

    /// Sets how long work on a resource takes: of one type, or of all types that were not set.
    /// `AWS::CloudFormation::ChangeSet` and `AWS::CloudFormation::DriftDetection` can be set too.
    pub fn set_duration(&self, type_name: Option<&str>, by: Duration) -> Result<(), StateError> {
        let milliseconds = i64::try_from(by.as_millis()).unwrap_or(i64::MAX);
        let name = type_name.unwrap_or(ANY_TYPE);
        self.account().transact(|world, _| {
            world.durations.insert(name, milliseconds);
        })
    }

    /// Lets an operation on a resource fail.
    pub fn fail_resource(&self, failure: ResourceFailure) -> Result<(), StateError> {
        let ResourceFailure { target, operation, message, times } = failure;
        let operation = match operation {
            ResourceOperation::Create => "CREATE",
            ResourceOperation::Update => "UPDATE",
            ResourceOperation::Delete => "DELETE",
        };
        let key = format!("{target}|{operation}");
        let operation = operation.to_owned();
        self.account().transact(|world, _| {
            if times > 0 {
                world.failures.insert(key, InjectedFailure { target, operation, message, times });
            } else {
                world.failures.remove(&key);
            }
        })
    }
}
