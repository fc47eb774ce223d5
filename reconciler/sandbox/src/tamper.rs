//! A change behind everyone's back, as a person makes it through Cloud Control: so that drift can be tried.

use std::collections::BTreeSet;

use jiff::Timestamp;
use json_patch::Patch;
use reconcile_cfn::registry::{self, Replacement};
use serde_json::{Map, Value, json};

use crate::error::AwsError;
use crate::resource::Resource;
use crate::store::StateError;
use crate::world::World;
use crate::{cloudcontrol, cloudformation};

/// Which live property to change, and into what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TamperRequest {
    /// The stack's region.
    pub region: String,
    /// The stack's name.
    pub stack_name: String,
    /// The resource's name in the template.
    pub logical_id: String,
    /// The property as a JSON pointer: `/VersioningConfiguration/Status`.
    pub pointer: String,
    /// The new value; `null` removes the property.
    pub value: Value,
}

/// Why a property cannot be changed.
#[derive(Debug, thiserror::Error)]
pub enum TamperError {
    /// The sandbox's state cannot be used.
    #[error(transparent)]
    State(#[from] StateError),
    /// There is no such stack, or it has no such resource.
    #[error("{0}")]
    NoSuchResource(String),
    /// The pointer is not a JSON pointer to a property.
    #[error("`{pointer}` is not a JSON pointer to a property, such as `/Name` or `/Tags/0/Value`")]
    NotAPointer {
        /// The pointer as given.
        pointer: String,
    },
    /// The resource's service does not take the change.
    #[error("{0}")]
    Refused(String),
    /// Nothing stands there to be changed.
    #[error("`{pointer}` does not exist; at `{parent}` there is: {existing}")]
    NoSuchProperty {
        /// The pointer as given.
        pointer: String,
        /// The last part of it that exists.
        parent: String,
        /// What exists there.
        existing: String,
    },
}

/// Changes the property by Cloud Control's `UpdateResource`, with all that this call asks of its callers.
pub(crate) fn tamper(
    world: &mut World,
    request: TamperRequest,
    now: Timestamp,
) -> Result<(), TamperError> {
    let TamperRequest { region, stack_name, logical_id, pointer, value } = request;
    let missing = |error: AwsError| TamperError::NoSuchResource(error.message);
    let key =
        cloudformation::physical(world, &region, &stack_name, &logical_id).map_err(missing)?;
    let resource = world.resources.get(&key).ok_or_else(|| {
        TamperError::NoSuchResource(format!("`{logical_id}` has been deleted already"))
    })?;
    let mut wanted = Value::Object(resource.properties.clone());
    set(&mut wanted, &pointer, value)?;
    let patch = patch(resource, &wanted, &pointer);
    let refused = |error: AwsError| TamperError::Refused(error.message);
    cloudcontrol::update_at_once(world, &key, &patch, now).map_err(refused)
}

/// Sets the property that the pointer goes into, and write-only ones again: they would be lost.
fn patch(resource: &Resource, wanted: &Value, pointer: &str) -> Patch {
    let first = |path: &str| path.split('/').next().unwrap_or_default().to_owned();
    let mut names = BTreeSet::from([first(pointer.trim_start_matches('/'))]);
    if let Some(facts) = registry::resource_type(&resource.type_name) {
        let hidden = facts.write_only().iter().map(|path| first(path));
        let hidden = hidden.filter(|name| resource.properties.contains_key(name));
        names.extend(hidden.filter(|name| facts.replaces(name) != Replacement::Always));
    }
    let operations = names.into_iter().map(|name| {
        let path = format!("/{name}");
        match wanted.pointer(&path) {
            Some(value) => json!({ "op": "add", "path": path, "value": value }),
            None => json!({ "op": "remove", "path": path }),
        }
    });
    serde_json::from_value(operations.collect()).unwrap_or_default()
}

/// Sets the value at the pointer and makes the objects on the way; leaves all as it is when it fails.
fn set(properties: &mut Value, pointer: &str, value: Value) -> Result<(), TamperError> {
    let parts: Vec<String> = pointer
        .strip_prefix('/')
        .filter(|path| !path.is_empty())
        .ok_or_else(|| TamperError::NotAPointer { pointer: pointer.to_owned() })?
        .split('/')
        .map(|part| part.replace("~1", "/").replace("~0", "~"))
        .collect();
    // Made on a copy, so that a pointer that fails half way leaves no empty objects behind.
    let mut changed = properties.clone();
    place(&mut changed, &parts, value).map_err(|(depth, existing)| {
        let parent: String = pointer
            .split('/')
            .skip(1)
            .take(depth)
            .fold(String::new(), |path, part| format!("{path}/{part}"));
        let parent = if parent.is_empty() { "/".to_owned() } else { parent };
        TamperError::NoSuchProperty { pointer: pointer.to_owned(), parent, existing }
    })?;
    *properties = changed;
    Ok(())
}

/// Fails with how many parts of the path exist, and what stands there.
fn place(root: &mut Value, parts: &[String], value: Value) -> Result<(), (usize, String)> {
    let Some((last, parents)) = parts.split_last() else {
        return Ok(());
    };
    let is_removal = value.is_null();
    let mut at = root;
    for (depth, part) in parents.iter().enumerate() {
        let existing = existing(at);
        let next = match at {
            Value::Object(members) => {
                if !is_removal {
                    members.entry(part.clone()).or_insert_with(|| Value::Object(Map::new()));
                }
                members.get_mut(part)
            }
            Value::Array(items) => item_mut(items, part),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
        };
        at = next.ok_or((depth, existing))?;
    }
    let missing = (parents.len(), existing(at));
    let done = match at {
        Value::Object(members) if is_removal => members.shift_remove(last).map(drop),
        Value::Object(members) => {
            members.insert(last.clone(), value);
            Some(())
        }
        Value::Array(items) if is_removal => position(items, last).map(|at| drop(items.remove(at))),
        Value::Array(items) if last == "-" => {
            items.push(value);
            Some(())
        }
        Value::Array(items) => item_mut(items, last).map(|item| *item = value),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => None,
    };
    done.ok_or(missing)
}

fn position(items: &[Value], part: &str) -> Option<usize> {
    part.parse().ok().filter(|position| *position < items.len())
}

fn item_mut<'a>(items: &'a mut [Value], part: &str) -> Option<&'a mut Value> {
    items.get_mut(part.parse::<usize>().ok()?)
}

/// The names under a value, or the value itself.
fn existing(value: &Value) -> String {
    match value {
        Value::Object(members) if members.is_empty() => "nothing".to_owned(),
        Value::Object(members) => {
            let names: Vec<String> = members.keys().map(|name| format!("`{name}`")).collect();
            names.join(", ")
        }
        Value::Array(items) => format!("a list of {}", items.len()),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => format!("`{value}`"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn properties() -> Value {
        json!({ "Name": "a", "Versioning": { "Status": "Enabled" }, "Tags": [{ "Key": "k" }] })
    }

    #[track_caller]
    fn check(pointer: &str, value: Value, expected: &Value) {
        let mut changed = properties();
        set(&mut changed, pointer, value).expect("can be changed");
        assert_eq!(changed.pointer(pointer).unwrap_or(&Value::Null), expected);
    }

    #[test]
    fn properties_are_set_made_and_removed() {
        check("/Versioning/Status", json!("Suspended"), &json!("Suspended"));
        check("/New/Deep", json!(1), &json!(1));
        check("/Tags/0/Key", json!("other"), &json!("other"));
        check("/Versioning/Status", Value::Null, &Value::Null);
        check("/Tags/0", Value::Null, &Value::Null);
    }

    #[test]
    fn what_cannot_be_changed_is_said_with_what_exists() {
        let refusal = |pointer: &str, value: Value| {
            let mut unchanged = properties();
            let refusal = set(&mut unchanged, pointer, value).expect_err("is refused").to_string();
            assert_eq!(unchanged, properties());
            refusal
        };
        assert_eq!(
            refusal("/Nmae", Value::Null),
            "`/Nmae` does not exist; at `/` there is: `Name`, `Versioning`, `Tags`"
        );
        assert_eq!(
            refusal("/Tags/7/Key", json!("x")),
            "`/Tags/7/Key` does not exist; at `/Tags` there is: a list of 1"
        );
        assert_eq!(
            refusal("/Name/Deep", json!("x")),
            "`/Name/Deep` does not exist; at `/Name` there is: `\"a\"`"
        );
        assert!(refusal("Name", json!("x")).contains("is not a JSON pointer"));
    }
}
