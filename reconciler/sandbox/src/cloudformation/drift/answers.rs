//! Starting drift detections and reading their results.

use serde_json::{Value, json};

use super::{Detection, checked, is_supported};
use crate::call::{Answer, Call};
use crate::cloudformation::jobs::Job;
use crate::cloudformation::names;
use crate::cloudformation::paging::page;
use crate::cloudformation::request::texts;
use crate::cloudformation::stack::{Stack, StackResource};
use crate::cloudformation::status::word;
use crate::error::AwsError;
use crate::world::World;

/// How many resources one detection may name.
const MAX_NAMED: usize = 200;

/// Answers `DetectStackDrift`.
pub(in crate::cloudformation) fn detect_stack_drift(world: &mut World, call: &Call) -> Answer {
    let stack = detectable(world, call)?;
    let only = texts(call.list("LogicalResourceIds"));
    if only.len() > MAX_NAMED {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value at 'logicalResourceIds' failed to satisfy constraint: Member must have length less than or equal to {MAX_NAMED}"
        )));
    }
    if let Some(unknown) = only.iter().find(|id| !stack.resources.contains_key(*id)) {
        return Err(AwsError::validation(format!(
            "Resource {unknown} does not exist for stack {}",
            stack.name
        )));
    }
    let running = world
        .detections
        .iter()
        .any(|(_, detection)| detection.stack_id == stack.id && detection.result.is_none());
    if running {
        return Err(AwsError::validation(format!(
            "Drift detection is already in progress for stack [{}]",
            stack.id
        )));
    }
    let stack_id = stack.id.clone();
    let count = world.detections.iter().count().to_string();
    let id = names::uuid(&["detection", &stack_id, &call.now.to_string(), &count]);
    let detection = Detection { id: id.clone(), stack_id, started: call.now, only, result: None };
    world.detections.insert(id.clone(), detection);
    let due = call.now + world.duration("AWS::CloudFormation::DriftDetection");
    world.schedule(id.clone(), due, Job::DriftDetection);
    Ok(json!({ "StackDriftDetectionId": id }))
}

fn detectable<'a>(world: &'a World, call: &Call) -> Result<&'a Stack, AwsError> {
    let stack = world.stack_of(call)?;
    if stack.status.takes_drift_detection() {
        return Ok(stack);
    }
    Err(AwsError::validation(format!(
        "Drift detection cannot be performed on stack [{}] while in {} state",
        stack.id,
        word(&stack.status)
    )))
}

/// Answers `DescribeStackDriftDetectionStatus`.
pub(in crate::cloudformation) fn describe_stack_drift_detection_status(
    world: &World,
    call: &Call,
) -> Answer {
    let id = call.required("StackDriftDetectionId")?;
    let Some(detection) = world.detections.get(id) else {
        return Err(AwsError::validation(format!("Invalid stack drift detection id: {id}")));
    };
    let mut answer = json!({
        "StackId": detection.stack_id,
        "StackDriftDetectionId": detection.id,
        "DetectionStatus": "DETECTION_IN_PROGRESS",
        "Timestamp": detection.started.to_string(),
    });
    if let Some((status, drifted)) = &detection.result {
        answer["DetectionStatus"] = json!("DETECTION_COMPLETE");
        answer["StackDriftStatus"] = json!(status);
        answer["DriftedStackResourceCount"] = json!(drifted);
    }
    Ok(answer)
}

/// Answers `DetectStackResourceDrift`, which does not wait.
pub(in crate::cloudformation) fn detect_stack_resource_drift(
    world: &mut World,
    call: &Call,
) -> Answer {
    let stack = detectable(world, call)?.clone();
    let id = call.required("LogicalResourceId")?.to_owned();
    let Some(resource) = stack.resources.get(&id) else {
        return Err(AwsError::validation(format!(
            "Resource {id} does not exist for stack {}",
            stack.name
        )));
    };
    if !is_supported(&resource.type_name) {
        return Err(AwsError::validation(format!(
            "Drift detection is not supported for resource type {}",
            resource.type_name
        )));
    }
    let stack = checked(world, stack, std::slice::from_ref(&id), call.now);
    let answer = stack.resources.get(&id).and_then(|resource| result(&stack, resource));
    world.stacks.insert(stack.id.clone(), stack);
    Ok(json!({ "StackResourceDrift": answer }))
}

/// Answers `DescribeStackResourceDrifts`: only resources that could be checked.
pub(in crate::cloudformation) fn describe_stack_resource_drifts(
    world: &World,
    call: &Call,
) -> Answer {
    let stack = world.stack_of(call)?;
    let filter = texts(call.list("StackResourceDriftStatusFilters"));
    let results = stack.resources.values().filter(|resource| {
        let status = resource.drift.as_ref().map(|drift| &drift.status);
        filter.is_empty() || status.is_some_and(|status| filter.contains(status))
    });
    let results = results.filter_map(|resource| result(stack, resource));
    let (drifts, next) = page(results.collect(), call, 100)?;
    Ok(json!({ "StackResourceDrifts": drifts, "NextToken": next }))
}

fn result(stack: &Stack, resource: &StackResource) -> Option<Value> {
    let drift = resource.drift.as_ref()?;
    let actual = Some(&drift.actual).filter(|actual| !actual.is_null());
    Some(json!({
        "StackId": stack.id,
        "LogicalResourceId": resource.logical_id,
        "PhysicalResourceId": resource.physical_id,
        "ResourceType": resource.type_name,
        "ExpectedProperties": drift.expected.to_string(),
        "ActualProperties": actual.map(Value::to_string),
        "PropertyDifferences": drift.differences,
        "StackResourceDriftStatus": drift.status,
        "Timestamp": drift.checked.to_string(),
    }))
}
