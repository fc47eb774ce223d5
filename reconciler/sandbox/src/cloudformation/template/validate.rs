//! What CloudFormation refuses in a template before it looks at any parameter.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_cfn::registry;
use serde_json::Value;

use super::blueprint::{entries, references};
use super::functions::{SubPart, scalar, sub_parts};
use super::intrinsics::intrinsic;
use super::rules;
use crate::error::AwsError;
use crate::resources;

const SECTIONS: [&str; 10] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// Published limits on the entries of a section.
const LIMITS: [(&str, &str, usize); 4] = [
    ("Resources", "resources", 500),
    ("Parameters", "parameters", 200),
    ("Outputs", "outputs", 200),
    ("Mappings", "mappings", 200),
];

/// Published limits on lengths: of a template's description in bytes, and of names in characters.
const MAX_DESCRIPTION: usize = 1024;
const MAX_NAME: usize = 255;

/// Refuses a body that is not a template.
pub(super) fn check(body: &Value) -> Result<(), AwsError> {
    let Some(sections) = body.as_object() else {
        return Err(format_error("unsupported structure."));
    };
    let unknown: Vec<_> =
        sections.keys().map(String::as_str).filter(|name| !SECTIONS.contains(name)).collect();
    if !unknown.is_empty() {
        return Err(AwsError::validation(format!(
            "Invalid template property or properties [{}]",
            unknown.join(", ")
        )));
    }
    if entries(body, "Resources").next().is_none() {
        return Err(format_error("At least one Resources member must be defined."));
    }
    for (section, noun, most) in LIMITS {
        let count = entries(body, section).count();
        if count > most {
            return Err(format_error(format!(
                "Number of {noun}, {count}, is greater than maximum allowed, {most}"
            )));
        }
    }
    check_types(body)?;
    check_lengths(body)?;
    rules::check_shape(body)?;
    check_references(body)?;
    check_cycles(body)
}

fn format_error(message: impl std::fmt::Display) -> AwsError {
    AwsError::validation(format!("Template format error: {message}"))
}

fn check_types(body: &Value) -> Result<(), AwsError> {
    let mut unrecognized = BTreeSet::new();
    for (logical_id, resource) in entries(body, "Resources") {
        let Some(kind) = resource.get("Type").and_then(Value::as_str) else {
            return Err(format_error(format!(
                "[/Resources/{logical_id}] Every Resources object must contain a Type member."
            )));
        };
        if !logical_id.chars().all(|character| character.is_ascii_alphanumeric()) {
            return Err(format_error(format!("Resource name {logical_id} is non alphanumeric.")));
        }
        for policy in ["DeletionPolicy", "UpdateReplacePolicy"] {
            let snapshot = resource.get(policy).is_some_and(|policy| policy == "Snapshot");
            if snapshot && !resources::has_snapshots(kind) {
                return Err(AwsError::validation(format!(
                    "Template error: resource type {kind} does not support snapshot"
                )));
            }
        }
        if registry::resource_type(kind).is_none() && !kind.starts_with("Custom::") {
            unrecognized.insert(kind);
        }
    }
    for (key, output) in entries(body, "Outputs") {
        if output.get("Value").is_none() {
            return Err(format_error(format!(
                "Every Outputs member must contain a Value object: [/Outputs/{key}]"
            )));
        }
    }
    if unrecognized.is_empty() {
        return Ok(());
    }
    let kinds: Vec<_> = unrecognized.into_iter().collect();
    Err(format_error(format!("Unrecognized resource types: [{}]", kinds.join(", "))))
}

fn check_lengths(body: &Value) -> Result<(), AwsError> {
    let description = body.get("Description").and_then(Value::as_str).unwrap_or_default();
    if description.len() > MAX_DESCRIPTION {
        return Err(format_error(format!(
            "'Description' length is greater than {MAX_DESCRIPTION}."
        )));
    }
    for (section, noun, _) in LIMITS {
        let long = entries(body, section).find(|(name, _)| name.chars().count() > MAX_NAME);
        if let Some((name, _)) = long {
            return Err(format_error(format!(
                "The name of one of the {noun} is longer than {MAX_NAME} characters: {name}"
            )));
        }
    }
    Ok(())
}

/// Every name that is referred to must be a resource, a parameter or a pseudo parameter.
fn check_references(body: &Value) -> Result<(), AwsError> {
    let known: BTreeSet<&String> = ["Parameters", "Resources"]
        .into_iter()
        .flat_map(|section| entries(body, section).map(|(name, _)| name))
        .collect();
    for section in ["Resources", "Outputs"] {
        let mut found = BTreeSet::new();
        for (_, entry) in entries(body, section) {
            named(entry, &mut found);
        }
        let unresolved: Vec<_> = found
            .iter()
            .filter(|name| !name.starts_with("AWS::") && !known.contains(name))
            .map(String::as_str)
            .collect();
        if !unresolved.is_empty() {
            return Err(format_error(format!(
                "Unresolved resource dependencies [{}] in the {section} block of the template",
                unresolved.join(", ")
            )));
        }
    }
    Ok(())
}

/// The names that an expression refers to, as it was written.
pub(crate) fn mentioned(expression: &Value) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    named(expression, &mut found);
    found
}

/// Adds the names that an entry refers to: expressions of all branches, `Fn::Sub` and `DependsOn`.
fn named(entry: &Value, found: &mut BTreeSet<String>) {
    references(entry, found);
    substituted(entry, found);
    match entry.get("DependsOn") {
        Some(Value::String(one)) => found.extend([one.clone()]),
        Some(Value::Array(many)) => found.extend(many.iter().filter_map(scalar)),
        _ => {}
    }
}

fn substituted(value: &Value, found: &mut BTreeSet<String>) {
    if let Some(("Fn::Sub", arguments)) = intrinsic(value) {
        let (template, variables) = match arguments.as_array() {
            Some(pair) => (pair.first(), pair.get(1)),
            None => (Some(arguments), None),
        };
        let parts = template.and_then(Value::as_str).map(sub_parts);
        for part in parts.into_iter().flatten().flatten() {
            if let SubPart::Variable(name) = part
                && variables.and_then(|variables| variables.get(&name)).is_none()
            {
                let name = name.split('.').next().unwrap_or_default();
                found.insert(name.to_owned());
            }
        }
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| substituted(item, found)),
        Value::Object(map) => map.values().for_each(|item| substituted(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn check_cycles(body: &Value) -> Result<(), AwsError> {
    let mut waiting: BTreeMap<&String, BTreeSet<String>> = entries(body, "Resources")
        .map(|(logical_id, resource)| {
            let mut needs = BTreeSet::new();
            named(resource, &mut needs);
            (logical_id, needs)
        })
        .collect();
    loop {
        let names: BTreeSet<String> = waiting.keys().map(|name| (*name).clone()).collect();
        let before = waiting.len();
        waiting.retain(|_, needs| needs.iter().any(|need| names.contains(need)));
        if waiting.is_empty() {
            return Ok(());
        }
        if waiting.len() == before {
            let circle: Vec<_> = names.into_iter().collect();
            return Err(AwsError::validation(format!(
                "Circular dependency between resources: [{}]",
                circle.join(", ")
            )));
        }
    }
}
