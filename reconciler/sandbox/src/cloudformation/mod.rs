//! CloudFormation.

use jiff::Timestamp;

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// Answers one call.
pub(crate) fn handle(_world: &mut World, call: &Call) -> Answer {
    Err(AwsError::unknown_operation(&call.operation, "2010-05-15"))
}

/// Carries out the asynchronous work that is due.
pub(crate) fn advance(_world: &mut World, _now: Timestamp) {}

/// Finds the row key of the live resource behind a stack's logical ID.
pub(crate) fn physical(
    _world: &World,
    _region: &str,
    stack: &str,
    _logical_id: &str,
) -> Result<String, AwsError> {
    Err(AwsError::validation(format!("Stack with id {stack} does not exist")))
}
