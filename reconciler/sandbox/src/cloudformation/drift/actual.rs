//! Live properties, seen only where a template sets them: what can be compared with a deployment.

use std::collections::BTreeSet;

use reconcile_cfn::registry::{self, DriftSupport, Replacement, ResourceType};
use serde_json::{Map, Value};

use crate::cloudformation::diff::same;
use crate::cloudformation::dynamic;
use crate::cloudformation::stack::StackResource;
use crate::cloudformation::tags;
use crate::resource::Resource;

/// Whether CloudFormation detects drift of a type.
pub(crate) fn is_supported(type_name: &str) -> bool {
    registry::resource_type(type_name)
        .is_some_and(|facts| facts.drift_support() == DriftSupport::Supported)
}

/// The live values of the properties that `declared` sets. What cannot be read back is taken as declared.
pub(crate) fn projected(
    resource: &StackResource,
    declared: &Map<String, Value>,
    live: &Resource,
) -> Map<String, Value> {
    let Some(facts) = registry::resource_type(&resource.type_name) else {
        return declared.clone();
    };
    let view = View { facts: &facts, resource };
    view.object(declared, &live.properties, &mut Vec::new())
}

/// What an update that reverts drift starts from: live values, except where drift is not reverted.
pub(crate) fn baseline(
    resource: &StackResource,
    wanted: &Map<String, Value>,
    live: &Resource,
) -> Map<String, Value> {
    let deployed = &resource.properties;
    let Some(facts) = registry::resource_type(&resource.type_name) else {
        return deployed.clone();
    };
    if !is_supported(&resource.type_name) {
        return deployed.clone();
    }
    let projected = projected(resource, wanted, live);
    let names: BTreeSet<&String> = deployed.keys().chain(wanted.keys()).collect();
    let baseline = names.into_iter().filter_map(|name| {
        let reverted = wanted.contains_key(name) && facts.replaces(name) == Replacement::Never;
        let value = if reverted { projected.get(name) } else { deployed.get(name) };
        Some((name.clone(), value?.clone()))
    });
    baseline.collect()
}

struct View<'a> {
    facts: &'a ResourceType,
    resource: &'a StackResource,
}

impl View<'_> {
    fn object(
        &self,
        declared: &Map<String, Value>,
        live: &Map<String, Value>,
        path: &mut Vec<String>,
    ) -> Map<String, Value> {
        let mut seen = Map::new();
        for (name, declared) in declared {
            path.push(name.clone());
            if self.is_unreadable(path) || dynamic::is_dynamic(declared) {
                seen.insert(name.clone(), declared.clone());
            } else if let Some(live) = live.get(name) {
                seen.insert(name.clone(), self.value(declared, live, path));
            }
            path.pop();
        }
        seen
    }

    fn value(&self, declared: &Value, live: &Value, path: &mut Vec<String>) -> Value {
        let pointer = path.join("/");
        if self.facts.tag_property() == Some(pointer.as_str()) {
            let own = tags::own(live, self.resource, Some(declared));
            return aligned(declared, &own);
        }
        match (declared, live) {
            (Value::Object(declared), Value::Object(live)) => {
                Value::Object(self.object(declared, live, path))
            }
            (Value::Array(declared), Value::Array(live)) => {
                let live = if self.facts.is_unordered(&pointer) {
                    align(declared, live)
                } else {
                    live.clone()
                };
                let items = live.iter().enumerate().map(|(index, live)| {
                    let Some(declared) = declared.get(index) else {
                        return live.clone();
                    };
                    path.push(index.to_string());
                    let value = self.value(declared, live, path);
                    path.pop();
                    value
                });
                Value::Array(items.collect())
            }
            _ if same(declared, live) => declared.clone(),
            _ => live.clone(),
        }
    }

    /// Write-only properties cannot be read, and key IDs are never compared.
    fn is_unreadable(&self, path: &[String]) -> bool {
        let is_key_id = path.last().is_some_and(|name| name.eq_ignore_ascii_case("KMSKeyId"));
        is_key_id || self.facts.is_write_only(&path.join("/"))
    }
}

fn aligned(declared: &Value, live: &Value) -> Value {
    match (declared, live) {
        (Value::Array(declared), Value::Array(live)) => Value::Array(align(declared, live)),
        _ => live.clone(),
    }
}

/// Brings live items into the declared order: equal ones first to their places, the rest as they come.
fn align(declared: &[Value], live: &[Value]) -> Vec<Value> {
    let mut rest: Vec<&Value> = live.iter().collect();
    let mut take = |wanted: &dyn Fn(&Value) -> bool| {
        let at = rest.iter().position(|item| wanted(item))?;
        Some(rest.remove(at).clone())
    };
    let equal: Vec<Option<Value>> = declared
        .iter()
        .map(|one| take(&|item| same(one, item) || has_same_key(one, item)))
        .collect();
    let placed = equal.into_iter().map(|found| found.or_else(|| take(&|_| true)));
    let mut items: Vec<Value> = placed.flatten().collect();
    items.extend(rest.into_iter().cloned());
    items
}

/// Items that are told apart by a key, as tags are.
fn has_same_key(one: &Value, other: &Value) -> bool {
    ["Key", "Id", "PolicyName"]
        .iter()
        .any(|name| one.get(name).is_some_and(|key| other.get(name) == Some(key)))
}
