//! Outputs, and what stacks export to and import from each other.

use std::collections::BTreeMap;

use serde_json::json;

use super::paging::page;
use super::stack::{Output, Stack};
use super::status::StackStatus;
use super::template::{Blueprint, Evaluator, Resources, Scope, scalar};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// The exported values of a region, by name.
pub(super) fn values(world: &World, region: &str) -> BTreeMap<String, String> {
    exported(world, region).map(|(name, output, _)| (name.clone(), output.value.clone())).collect()
}

fn exported<'a>(
    world: &'a World,
    region: &'a str,
) -> impl Iterator<Item = (&'a String, &'a Output, &'a Stack)> {
    living(world, region).flat_map(|stack| {
        let outputs = stack.outputs.iter();
        outputs.filter_map(move |output| Some((output.export_name.as_ref()?, output, stack)))
    })
}

fn living<'a>(world: &'a World, region: &'a str) -> impl Iterator<Item = &'a Stack> {
    world.stacks_in(region).filter(|stack| stack.status != StackStatus::DeleteComplete)
}

/// The outputs of a blueprint whose resources exist.
pub(super) fn outputs(
    blueprint: &Blueprint,
    resources: &dyn Resources,
) -> Result<Vec<Output>, AwsError> {
    let scope = Scope::default();
    let evaluator = Evaluator { scope: &scope, resources };
    let text = |value| Ok(scalar(&evaluator.value(value)?).unwrap_or_default());
    let outputs = blueprint.outputs.iter().map(|output| {
        let value = evaluator.value(&output.value)?;
        let value = scalar(&value).ok_or_else(|| {
            AwsError::validation(format!(
                "Template format error: The Value field of every Outputs member must evaluate to a String: [/Outputs/{}/Value]",
                output.key
            ))
        })?;
        Ok(Output {
            key: output.key.clone(),
            value,
            description: output.description.clone(),
            export_name: output.export.as_ref().map(text).transpose()?,
        })
    });
    outputs.collect()
}

/// Lets a stack have these outputs, unless an export is taken, or in use and about to change.
pub(super) fn admit(
    world: &World,
    stack: &Stack,
    outputs: Vec<Output>,
) -> Result<Vec<Output>, AwsError> {
    for (name, _, owner) in exported(world, &stack.region) {
        let wanted = outputs.iter().any(|output| output.export_name.as_ref() == Some(name));
        if wanted && owner.id != stack.id {
            return Err(AwsError::validation(format!(
                "Export with name {name} is already exported by stack {}",
                owner.name
            )));
        }
    }
    for old in &stack.outputs {
        let Some(name) = &old.export_name else {
            continue;
        };
        let new = outputs.iter().find(|output| output.export_name.as_ref() == Some(name));
        let verb = match new {
            Some(new) if new.value == old.value => continue,
            Some(_) => "updated",
            None => "deleted",
        };
        if let Some(users) = users(world, stack, name) {
            return Err(AwsError::validation(format!(
                "Export {name} cannot be {verb} as it is in use by {users}"
            )));
        }
    }
    Ok(outputs)
}

/// Why a stack cannot be deleted, if one of its exports is in use.
pub(super) fn deletion_blocked(world: &World, stack: &Stack) -> Option<String> {
    let names = stack.outputs.iter().filter_map(|output| output.export_name.as_ref());
    let mut reasons = names.filter_map(|name| {
        let users = users(world, stack, name)?;
        Some(format!("Export {name} cannot be deleted as it is in use by {users}"))
    });
    reasons.next()
}

fn users(world: &World, owner: &Stack, name: &str) -> Option<String> {
    let importing = importers(world, &owner.region, name);
    let importing = importing.filter(|stack| stack.id != owner.id);
    let names: Vec<_> = importing.map(|stack| stack.name.as_str()).collect();
    (!names.is_empty()).then(|| names.join(" and "))
}

fn importers<'a>(
    world: &'a World,
    region: &'a str,
    name: &'a str,
) -> impl Iterator<Item = &'a Stack> {
    living(world, region).filter(move |stack| stack.imports.contains(name))
}

/// Answers `ListExports`.
pub(super) fn list_exports(world: &World, call: &Call) -> Answer {
    let exports = exported(world, &call.region).map(|(name, output, stack)| {
        (name, json!({ "ExportingStackId": stack.id, "Name": name, "Value": output.value }))
    });
    let exports: BTreeMap<_, _> = exports.collect();
    let (exports, next) = page(exports.into_values().collect(), call, 100)?;
    Ok(json!({ "Exports": exports, "NextToken": next }))
}

/// Answers `ListImports`.
pub(super) fn list_imports(world: &World, call: &Call) -> Answer {
    let name = call.required("ExportName")?;
    let imports: Vec<_> =
        importers(world, &call.region, name).map(|stack| json!(stack.name)).collect();
    if imports.is_empty() {
        return Err(AwsError::validation(format!("Export '{name}' is not imported by any stack.")));
    }
    let (imports, next) = page(imports, call, 100)?;
    Ok(json!({ "Imports": imports, "NextToken": next }))
}
