//! Reading stacks, their resources and their templates.

use serde_json::{Map, Value, json};

use super::history::last_operations;
use super::paging::page;
use super::request;
use super::stack::{Deployment, Stack, StackResource};
use super::status::{StackStatus, word};
use super::template::parameters::{MASK, no_echo};
use super::template::{self, capabilities, entries};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// Answers `DescribeStacks`: one, or all that are not deleted.
pub(super) fn describe_stacks(world: &World, call: &Call) -> Answer {
    if call.has("StackName") {
        let stack = world.stack_of(call)?;
        return Ok(json!({ "Stacks": [describe(stack)] }));
    }
    let living = world.stacks_in(&call.region);
    let living = living.filter(|stack| stack.status != StackStatus::DeleteComplete);
    let (stacks, next) = page(living.collect(), call, 100)?;
    let stacks: Vec<_> = stacks.into_iter().map(describe).collect();
    Ok(json!({ "Stacks": stacks, "NextToken": next }))
}

fn describe(stack: &Stack) -> Value {
    let outputs = stack.outputs.iter().map(|output| {
        json!({
            "OutputKey": output.key,
            "OutputValue": output.value,
            "Description": output.description,
            "ExportName": output.export_name,
        })
    });
    json!({
        "StackId": stack.id,
        "StackName": stack.name,
        "ChangeSetId": stack.change_set_id,
        "Description": stack.deployment.description,
        "Parameters": parameters(&stack.deployment),
        "CreationTime": stack.created.to_string(),
        "LastUpdatedTime": stack.updated.map(|at| at.to_string()),
        "DeletionTime": stack.deleted.map(|at| at.to_string()),
        "RollbackConfiguration": {},
        "StackStatus": word(&stack.status),
        "StackStatusReason": stack.status_reason,
        "DisableRollback": stack.disable_rollback,
        "NotificationARNs": stack.deployment.notification_arns,
        "Capabilities": stack.deployment.capabilities,
        "Outputs": outputs.collect::<Vec<_>>(),
        "RoleARN": stack.deployment.role_arn,
        "Tags": tags(&stack.deployment),
        "EnableTerminationProtection": stack.termination_protection,
        "DriftInformation": stack.drift_information(),
        "DetailedStatus": stack.detailed_status,
        "LastOperations": last_operations(stack),
    })
}

/// The parameters of a deployment, with secrets masked.
pub(super) fn parameters(deployment: &Deployment) -> Value {
    let parameters = deployment.parameters.iter().map(|(name, value)| {
        let shown = |value: &str| {
            if deployment.no_echo.contains(name) { MASK.to_owned() } else { value.to_owned() }
        };
        let resolved = deployment.resolved.get(name).map(|value| shown(value));
        json!({ "ParameterKey": name, "ParameterValue": shown(value), "ResolvedValue": resolved })
    });
    parameters.collect()
}

/// The stack's tags as a list.
pub(super) fn tags(deployment: &Deployment) -> Value {
    deployment.tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect()
}

/// Answers `ListStacks`: deleted ones too, with a filter by status.
pub(super) fn list_stacks(world: &World, call: &Call) -> Answer {
    let filter = request::texts(call.list("StackStatusFilter"));
    let stacks = world.stacks_in(&call.region);
    let wanted = stacks.filter(|stack| filter.is_empty() || filter.contains(&word(&stack.status)));
    let (stacks, next) = page(wanted.collect(), call, 100)?;
    let summaries = stacks.into_iter().map(|stack| {
        json!({
            "StackId": stack.id,
            "StackName": stack.name,
            "TemplateDescription": stack.deployment.description,
            "CreationTime": stack.created.to_string(),
            "LastUpdatedTime": stack.updated.map(|at| at.to_string()),
            "DeletionTime": stack.deleted.map(|at| at.to_string()),
            "StackStatus": word(&stack.status),
            "StackStatusReason": stack.status_reason,
            "DriftInformation": stack.drift_information(),
            "LastOperations": last_operations(stack),
        })
    });
    Ok(json!({ "StackSummaries": summaries.collect::<Vec<_>>(), "NextToken": next }))
}

fn resource_drift(resource: &StackResource) -> Value {
    match &resource.drift {
        Some(drift) => json!({
            "StackResourceDriftStatus": drift.status,
            "LastCheckTimestamp": drift.checked.to_string(),
        }),
        None => json!({ "StackResourceDriftStatus": "NOT_CHECKED" }),
    }
}

fn member(resource: &StackResource, time: &str) -> Map<String, Value> {
    let mut member = Map::new();
    member.insert("LogicalResourceId".to_owned(), json!(resource.logical_id));
    member.insert("PhysicalResourceId".to_owned(), json!(some(&resource.physical_id)));
    member.insert("ResourceType".to_owned(), json!(resource.type_name));
    member.insert(time.to_owned(), json!(resource.updated.to_string()));
    member.insert("ResourceStatus".to_owned(), json!(word(&resource.status)));
    member.insert("ResourceStatusReason".to_owned(), json!(resource.status_reason));
    member.insert("DriftInformation".to_owned(), resource_drift(resource));
    member
}

fn some(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

fn of_stack(stack: &Stack, resource: &StackResource, time: &str) -> Value {
    let mut member = member(resource, time);
    member.insert("StackId".to_owned(), json!(stack.id));
    member.insert("StackName".to_owned(), json!(stack.name));
    Value::Object(member)
}

/// Answers `DescribeStackResources`, by stack or by physical ID.
pub(super) fn describe_stack_resources(world: &World, call: &Call) -> Answer {
    let physical = call.text("PhysicalResourceId");
    let stack = match physical.filter(|_| !call.has("StackName")) {
        None => world.stack_of(call)?,
        Some(id) => world
            .stacks_in(&call.region)
            .find(|stack| stack.resources.values().any(|resource| resource.physical_id == id))
            .ok_or_else(|| AwsError::validation(format!("Stack for {id} does not exist")))?,
    };
    let logical = call.text("LogicalResourceId");
    let wanted = stack.resources.values().filter(|resource| {
        logical.is_none_or(|id| resource.logical_id == id)
            && physical.is_none_or(|id| resource.physical_id == id)
    });
    let resources: Vec<_> =
        wanted.map(|resource| of_stack(stack, resource, "Timestamp")).take(100).collect();
    Ok(json!({ "StackResources": resources }))
}

/// Answers `DescribeStackResource`.
pub(super) fn describe_stack_resource(world: &World, call: &Call) -> Answer {
    let stack = world.stack_of(call)?;
    let id = call.required("LogicalResourceId")?;
    let Some(resource) = stack.resources.get(id) else {
        return Err(AwsError::validation(format!(
            "Resource {id} does not exist for stack {}",
            stack.name
        )));
    };
    let mut detail = of_stack(stack, resource, "LastUpdatedTimestamp");
    let metadata = Some(&resource.policies.metadata).filter(|metadata| !metadata.is_null());
    detail["Metadata"] = json!(metadata.map(Value::to_string));
    Ok(json!({ "StackResourceDetail": detail }))
}

/// Answers `ListStackResources`.
pub(super) fn list_stack_resources(world: &World, call: &Call) -> Answer {
    let stack = world.stack_of(call)?;
    let resources = stack.resources.values();
    let summaries =
        resources.map(|resource| Value::Object(member(resource, "LastUpdatedTimestamp")));
    let (summaries, next) = page(summaries.collect(), call, 100)?;
    Ok(json!({ "StackResourceSummaries": summaries, "NextToken": next }))
}

/// Answers `GetTemplate`: the text as it was sent.
pub(super) fn get_template(world: &World, call: &Call) -> Answer {
    let text = if call.has("ChangeSetName") {
        super::change_set::template(world, call)?
    } else {
        world.stack_of(call)?.deployment.template.clone()
    };
    Ok(json!({ "TemplateBody": text, "StagesAvailable": ["Original", "Processed"] }))
}

/// Answers `ValidateTemplate`.
pub(super) fn validate_template(world: &World, call: &Call) -> Answer {
    let body = template::read(&request::template_text(world, call, None)?)?;
    let parameters = entries(&body, "Parameters").map(|(name, declaration)| {
        json!({
            "ParameterKey": name,
            "DefaultValue": declaration.get("Default").and_then(template::scalar),
            "NoEcho": no_echo(declaration),
            "Description": declaration.get("Description"),
        })
    });
    let mut answer = json!({ "Parameters": parameters.collect::<Vec<_>>() });
    describe_requirements(&body, &mut answer);
    Ok(answer)
}

/// Answers `GetTemplateSummary`, of a given template or of a stack's.
pub(super) fn get_template_summary(world: &World, call: &Call) -> Answer {
    let text = if call.has("StackName") {
        world.stack_of(call)?.deployment.template.clone()
    } else {
        request::template_text(world, call, None)?
    };
    let body = template::read(&text)?;
    let parameters = entries(&body, "Parameters").map(|(name, declaration)| {
        json!({
            "ParameterKey": name,
            "DefaultValue": declaration.get("Default").and_then(template::scalar),
            "ParameterType": declaration.get("Type"),
            "NoEcho": no_echo(declaration),
            "Description": declaration.get("Description"),
            "ParameterConstraints": { "AllowedValues": declaration.get("AllowedValues") },
        })
    });
    let mut types: Vec<_> =
        entries(&body, "Resources").filter_map(|(_, one)| one.get("Type")?.as_str()).collect();
    types.sort_unstable();
    types.dedup();
    let mut answer = json!({
        "Parameters": parameters.collect::<Vec<_>>(),
        "ResourceTypes": types,
        "Version": body.get("AWSTemplateFormatVersion"),
        "Metadata": body.get("Metadata").map(Value::to_string),
    });
    describe_requirements(&body, &mut answer);
    Ok(answer)
}

fn describe_requirements(body: &Value, answer: &mut Value) {
    let required = capabilities::required(body);
    let reason = required.iter().any(|one| one.ends_with("IAM")).then(|| {
        let iam = entries(body, "Resources").filter_map(|(_, one)| one.get("Type")?.as_str());
        let iam: std::collections::BTreeSet<_> =
            iam.filter(|kind| kind.starts_with("AWS::IAM::")).collect();
        let iam: Vec<_> = iam.into_iter().collect();
        format!("The following resource(s) require capabilities: [{}]", iam.join(", "))
    });
    answer["Description"] = json!(body.get("Description"));
    answer["Capabilities"] = json!(required);
    answer["CapabilitiesReason"] = json!(reason);
}
