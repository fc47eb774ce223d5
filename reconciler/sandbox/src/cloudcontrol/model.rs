//! A live resource in the shape of its type's schema.

use reconcile_cfn::registry::ResourceType;
use serde_json::{Map, Value};

use crate::resource::Resource;

/// What a type's read handler gives: read-only properties too, write-only ones not.
pub(super) fn readable(facts: &ResourceType, resource: &Resource) -> Map<String, Value> {
    let mut model = Value::Object(resource.properties.clone());
    for path in facts.write_only() {
        remove(&mut model, path);
    }
    let mut model = members(model);
    for (name, value) in &resource.attributes {
        if facts.is_read_only(&name.replace('.', "/")) {
            place(&mut model, name, value);
        }
    }
    model
}

/// The properties of a model that a request may set.
pub(super) fn settable(facts: &ResourceType, model: Map<String, Value>) -> Map<String, Value> {
    let mut model = Value::Object(model);
    for path in facts.read_only() {
        remove(&mut model, path);
    }
    members(model)
}

fn members(model: Value) -> Map<String, Value> {
    match model {
        Value::Object(members) => members,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    }
}

/// Removes what a path of the registry names: `A/*/B` is `B` of each item of `A`.
fn remove(value: &mut Value, path: &str) {
    match (value, path.split_once('/')) {
        (Value::Object(members), None) => drop(members.shift_remove(path)),
        (Value::Object(members), Some((name, rest))) => {
            if let Some(member) = members.get_mut(name) {
                remove(member, rest);
                // What has nothing left to read is not read.
                if member.as_object().is_some_and(Map::is_empty) {
                    members.shift_remove(name);
                }
            }
        }
        (Value::Array(items), Some(("*", rest))) => {
            for item in items {
                remove(item, rest);
            }
        }
        // A schema may name a property of a list's items without a `*` for the item.
        (Value::Array(items), _) => {
            for item in items {
                remove(item, path);
            }
        }
        (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_), _) => {}
    }
}

/// Puts an attribute to its place: `Endpoint.Address` is `Address` of `Endpoint`.
fn place(members: &mut Map<String, Value>, name: &str, value: &Value) {
    match name.split_once('.') {
        None => drop(members.insert(name.to_owned(), value.clone())),
        Some((first, rest)) => {
            let inner = members.entry(first).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                place(inner, rest, value);
            }
        }
    }
}
