//! A template reduced to what a stack is to become: parameters, mappings and conditions are worked in,
//! and only references between resources are left open.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::functions::scalar;
use super::intrinsics::{Evaluator, Unborn, intrinsic, split_attribute};
use super::scope::Scope;
use crate::error::AwsError;

/// Resources and outputs, with references between resources left as expressions.
#[derive(Debug, Default, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Blueprint {
    pub(crate) resources: BTreeMap<String, Definition>,
    pub(crate) outputs: Vec<OutputDefinition>,
    /// The names of the exports that it imports.
    pub(crate) imports: BTreeSet<String>,
}

/// One resource as it is to become.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Definition {
    pub(crate) type_name: String,
    pub(crate) properties: Map<String, Value>,
    pub(crate) policies: Policies,
    /// The logical IDs that must be there before: `DependsOn` and references.
    pub(crate) depends_on: BTreeSet<String>,
}

/// The resource attributes that CloudFormation itself acts upon.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Policies {
    pub(crate) deletion: Option<String>,
    pub(crate) update_replace: Option<String>,
    pub(crate) creation: Value,
    pub(crate) update: Value,
    pub(crate) metadata: Value,
}

/// One output, its value still an expression.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutputDefinition {
    pub(crate) key: String,
    pub(crate) value: Value,
    pub(crate) description: Option<String>,
    pub(crate) export: Option<Value>,
}

impl Blueprint {
    /// Reduces a template's body in `scope`, whose conditions are evaluated.
    pub(super) fn reduce(body: &Value, scope: &Scope) -> Result<Self, AwsError> {
        let evaluator = Evaluator { scope, resources: &Unborn };
        let mut resources = BTreeMap::new();
        for (logical_id, resource) in entries(body, "Resources") {
            if applies(resource, scope) {
                resources.insert(logical_id.clone(), definition(resource, &evaluator)?);
            }
        }
        let existing: BTreeSet<String> = resources.keys().cloned().collect();
        for definition in resources.values_mut() {
            // `DependsOn` on a resource whose condition is false is ignored.
            definition.depends_on.retain(|logical_id| existing.contains(logical_id));
        }
        let mut outputs = Vec::new();
        for (key, output) in entries(body, "Outputs") {
            if applies(output, scope) {
                outputs.push(output_definition(key, output, &evaluator)?);
            }
        }
        Ok(Self { resources, outputs, imports: scope.imported() })
    }
}

/// The entries of a section that is an object; none when there is no such section.
pub(crate) fn entries<'a>(
    body: &'a Value,
    section: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    body.get(section).and_then(Value::as_object).into_iter().flatten()
}

fn applies(entry: &Value, scope: &Scope) -> bool {
    let condition = entry.get("Condition").and_then(Value::as_str);
    condition.is_none_or(|name| scope.conditions.get(name).copied().unwrap_or(false))
}

fn definition(resource: &Value, evaluator: &Evaluator<'_>) -> Result<Definition, AwsError> {
    let member = |name: &str| match resource.get(name) {
        Some(value) => evaluator.value(value),
        None => Ok(Value::Null),
    };
    let properties = match member("Properties")? {
        Value::Object(properties) => properties,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    };
    let policies = Policies {
        deletion: scalar(&member("DeletionPolicy")?),
        update_replace: scalar(&member("UpdateReplacePolicy")?),
        creation: member("CreationPolicy")?,
        update: member("UpdatePolicy")?,
        metadata: member("Metadata")?,
    };
    let mut depends_on = BTreeSet::new();
    match resource.get("DependsOn") {
        Some(Value::String(one)) => depends_on.extend([one.clone()]),
        Some(Value::Array(many)) => depends_on.extend(many.iter().filter_map(scalar)),
        _ => {}
    }
    for value in properties.values().chain([&policies.metadata]) {
        references(value, &mut depends_on);
    }
    let type_name = resource.get("Type").and_then(Value::as_str).unwrap_or_default().to_owned();
    Ok(Definition { type_name, properties, policies, depends_on })
}

fn output_definition(
    key: &str,
    output: &Value,
    evaluator: &Evaluator<'_>,
) -> Result<OutputDefinition, AwsError> {
    let export = output.pointer("/Export/Name").map(|name| evaluator.value(name)).transpose()?;
    Ok(OutputDefinition {
        key: key.to_owned(),
        value: evaluator.value(output.get("Value").unwrap_or(&Value::Null))?,
        description: output.get("Description").and_then(scalar),
        export,
    })
}

/// Adds the resources that the expressions in a value refer to.
pub(crate) fn references(value: &Value, found: &mut BTreeSet<String>) {
    match (intrinsic(value), value) {
        (Some(("Ref", Value::String(name))), _) => {
            found.insert(name.clone());
        }
        (Some(("Fn::GetAtt", arguments)), _) => {
            found.extend(split_attribute(arguments).map(|(resource, _)| resource));
        }
        (Some((_, arguments)), _) => references(arguments, found),
        (None, Value::Array(items)) => items.iter().for_each(|item| references(item, found)),
        (None, Value::Object(map)) => map.values().for_each(|item| references(item, found)),
        (None, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {}
    }
}
