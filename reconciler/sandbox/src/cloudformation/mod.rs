//! CloudFormation: templates, change sets, stack operations, drift.
//!
//! [`handle`] answers a call at once; whatever takes time is a job, which [`advance`] carries on when it
//! is due. What a physical resource does is in [`crate::resources`].

mod answers;
mod change_set;
mod changes;
mod diff;
mod drift;
mod dynamic;
mod events;
mod exports;
mod history;
mod jobs;
mod lifecycle;
pub(crate) mod names;
mod operation;
pub(crate) mod paging;
mod policy;
mod request;
mod stack;
mod status;
mod tags;
mod template;
#[cfg(test)]
mod tests;
mod validation;
mod veil;

pub(crate) use change_set::ChangeSet;
pub(crate) use drift::Detection;
pub(crate) use events::Event;
pub(crate) use history::OperationRecord;
pub(crate) use jobs::{ANY_TYPE, Scheduled, advance};
pub(crate) use stack::Stack;

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// The API's version, which clients name in their calls.
const VERSION: &str = "2010-05-15";

/// Answers one call.
pub(crate) fn handle(world: &mut World, call: &Call) -> Answer {
    match call.operation.as_str() {
        "CancelUpdateStack" => lifecycle::cancel_update_stack(world, call),
        "ContinueUpdateRollback" => lifecycle::continue_update_rollback(world, call),
        "CreateChangeSet" => change_set::create_change_set(world, call),
        "CreateStack" => lifecycle::create_stack(world, call),
        "DeleteChangeSet" => change_set::delete_change_set(world, call),
        "DeleteStack" => lifecycle::delete_stack(world, call),
        "DescribeChangeSet" => change_set::describe_change_set(world, call),
        "DescribeEvents" => history::describe_events(world, call),
        "DescribeStackDriftDetectionStatus" => {
            drift::describe_stack_drift_detection_status(world, call)
        }
        "DescribeStackEvents" => events::describe_stack_events(world, call),
        "DescribeStackResource" => answers::describe_stack_resource(world, call),
        "DescribeStackResourceDrifts" => drift::describe_stack_resource_drifts(world, call),
        "DescribeStackResources" => answers::describe_stack_resources(world, call),
        "DescribeStacks" => answers::describe_stacks(world, call),
        "DetectStackDrift" => drift::detect_stack_drift(world, call),
        "DetectStackResourceDrift" => drift::detect_stack_resource_drift(world, call),
        "ExecuteChangeSet" => change_set::execute_change_set(world, call),
        "GetStackPolicy" => policy::get_stack_policy(world, call),
        "GetTemplate" => answers::get_template(world, call),
        "GetTemplateSummary" => answers::get_template_summary(world, call),
        "ListChangeSets" => change_set::list_change_sets(world, call),
        "ListExports" => exports::list_exports(world, call),
        "ListImports" => exports::list_imports(world, call),
        "ListStackResources" => answers::list_stack_resources(world, call),
        "ListStacks" => answers::list_stacks(world, call),
        "RollbackStack" => lifecycle::rollback_stack(world, call),
        "SetStackPolicy" => policy::set_stack_policy(world, call),
        "UpdateStack" => lifecycle::update_stack(world, call),
        "UpdateTerminationProtection" => lifecycle::update_termination_protection(world, call),
        "ValidateTemplate" => answers::validate_template(world, call),
        operation => Err(AwsError::unknown_operation(operation, VERSION)),
    }
}

/// Finds the row key of the live resource behind a stack's logical ID.
pub(crate) fn physical(
    world: &World,
    region: &str,
    stack: &str,
    logical_id: &str,
) -> Result<String, AwsError> {
    let found = world.find_stack(region, stack).ok_or_else(|| stack::no_stack(stack))?;
    let resource = found.resources.get(logical_id);
    resource.and_then(|resource| resource.key.clone()).ok_or_else(|| {
        let known: Vec<_> = found.resources.keys().map(String::as_str).collect();
        AwsError::validation(format!(
            "Resource {logical_id} does not exist for stack {}; it has {}",
            found.name,
            known.join(", ")
        ))
    })
}
