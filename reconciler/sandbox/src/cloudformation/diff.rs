//! Differences between two sets of properties, and what they do to a resource.

use reconcile_cfn::registry::{self, Replacement};
use serde_json::{Map, Value};

use super::template::scalar;

/// One difference, at the deepest place where the two sides still have the same shape.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PropertyChange {
    /// The names and list positions from the property down.
    pub(crate) path: Vec<String>,
    pub(crate) before: Option<Value>,
    pub(crate) after: Option<Value>,
}

impl PropertyChange {
    /// What the change does to a resource of this type.
    pub(crate) fn replacement(&self, type_name: &str) -> Replacement {
        match registry::resource_type(type_name) {
            Some(facts) => facts.replaces(&self.path.join("/")),
            None => Replacement::Never,
        }
    }
}

/// `/A/B/0`
pub(crate) fn pointer(path: &[String]) -> String {
    path.iter().fold(String::new(), |pointer, part| {
        pointer + "/" + &part.replace('~', "~0").replace('/', "~1")
    })
}

/// The differences between two sets of properties.
pub(crate) fn properties(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
) -> Vec<PropertyChange> {
    let mut changes = Vec::new();
    objects(before, after, &mut Vec::new(), &mut changes);
    changes
}

/// Whether one of the changes certainly replaces the resource.
pub(crate) fn replaces(type_name: &str, changes: &[PropertyChange]) -> bool {
    changes.iter().any(|change| change.replacement(type_name) == Replacement::Always)
}

/// Whether two values mean the same: the template language takes every scalar as text.
pub(crate) fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Object(left), Value::Object(right)) => {
            left.len() == right.len()
                && left
                    .iter()
                    .all(|(key, one)| right.get(key).is_some_and(|other| same(one, other)))
        }
        (Value::Array(left), Value::Array(right)) => {
            left.len() == right.len() && left.iter().zip(right).all(|(one, other)| same(one, other))
        }
        _ => match (scalar(left), scalar(right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        },
    }
}

fn objects(
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    path: &mut Vec<String>,
    changes: &mut Vec<PropertyChange>,
) {
    let added = after.keys().filter(|key| !before.contains_key(*key));
    for key in before.keys().chain(added) {
        path.push(key.clone());
        values(before.get(key), after.get(key), path, changes);
        path.pop();
    }
}

fn values(
    before: Option<&Value>,
    after: Option<&Value>,
    path: &mut Vec<String>,
    changes: &mut Vec<PropertyChange>,
) {
    match (before, after) {
        (Some(before), Some(after)) if same(before, after) => {}
        (Some(Value::Object(before)), Some(Value::Object(after))) => {
            objects(before, after, path, changes);
        }
        (Some(Value::Array(before)), Some(Value::Array(after))) => {
            for index in 0..before.len().max(after.len()) {
                path.push(index.to_string());
                values(before.get(index), after.get(index), path, changes);
                path.pop();
            }
        }
        _ => changes.push(PropertyChange {
            path: path.clone(),
            before: before.cloned(),
            after: after.cloned(),
        }),
    }
}
