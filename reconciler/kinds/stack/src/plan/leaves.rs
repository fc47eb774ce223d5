//! Which leaves of two values differ, and what stands at one. Knows lists that mean the same in any order,
//! not what a change does.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_cfn::intrinsics;
use reconcile_cfn::registry::ResourceType;
use serde_json::Value as Json;

/// The paths at which two objects of properties differ: keys and indexes joined by `/`, escaped as in
/// a JSON pointer.
pub(super) fn differing(registered: Option<&ResourceType>, old: &Json, new: &Json) -> Vec<String> {
    let mut leaves = Vec::new();
    Comparison { registered }.compare(old, new, "", &mut leaves);
    leaves
}

/// What stands at a path.
pub(super) fn at<'a>(value: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('/').try_fold(value, step)
}

/// What stands at one part of a path.
pub(super) fn step<'a>(value: &'a Json, part: &str) -> Option<&'a Json> {
    match value {
        Json::Object(map) => map.get(&part.replace("~1", "/").replace("~0", "~")),
        Json::Array(items) => items.get(part.parse::<usize>().ok()?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

struct Comparison<'a> {
    registered: Option<&'a ResourceType>,
}

impl Comparison<'_> {
    fn compare(&self, old: &Json, new: &Json, path: &str, leaves: &mut Vec<String>) {
        let below = |part: &str| {
            let part = part.replace('~', "~0").replace('/', "~1");
            if path.is_empty() { part } else { format!("{path}/{part}") }
        };
        match (old, new) {
            (Json::Object(before), Json::Object(after))
                if !is_function(old) && !is_function(new) =>
            {
                let keys: BTreeSet<_> = before.keys().chain(after.keys()).collect();
                for key in keys {
                    match (before.get(key), after.get(key)) {
                        (Some(before), Some(after)) => {
                            self.compare(before, after, &below(key), leaves);
                        }
                        _ => leaves.push(below(key)),
                    }
                }
            }
            (Json::Array(before), Json::Array(after)) => {
                let unordered =
                    self.registered.is_some_and(|registered| registered.is_unordered(path));
                if unordered && same_members(before, after) {
                    return;
                }
                if before.len() != after.len() || unordered {
                    leaves.push(path.to_owned());
                    return;
                }
                for (index, (before, after)) in before.iter().zip(after).enumerate() {
                    self.compare(before, after, &below(&index.to_string()), leaves);
                }
            }
            (Json::Null, Json::Object(empty)) | (Json::Object(empty), Json::Null)
                if empty.is_empty() => {}
            (Json::Null, Json::Object(all)) | (Json::Object(all), Json::Null)
                if path.is_empty() =>
            {
                leaves.extend(all.keys().cloned());
            }
            _ if same_scalar(old, new) => {}
            _ => leaves.push(path.to_owned()),
        }
    }
}

fn is_function(value: &Json) -> bool {
    intrinsics::call(value).is_some()
}

/// Whether two scalars mean the same: CloudFormation treats `true` and `"true"`, `30` and `"30"` alike.
pub(super) fn same_scalar(old: &Json, new: &Json) -> bool {
    old == new || scalar(old).is_some_and(|old| scalar(new) == Some(old))
}

fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn same_members(old: &[Json], new: &[Json]) -> bool {
    let sorted = |items: &[Json]| {
        let mut items: Vec<_> = items.iter().map(normal).collect();
        items.sort();
        items
    };
    sorted(old) == sorted(new)
}

/// One text for all values that mean the same.
fn normal(value: &Json) -> String {
    match value {
        Json::Object(map) => {
            let entries: BTreeMap<_, _> = map.iter().map(|(key, one)| (key, normal(one))).collect();
            format!("{entries:?}")
        }
        Json::Array(items) => format!("{:?}", items.iter().map(normal).collect::<Vec<_>>()),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            format!("{:?}", scalar(value))
        }
    }
}
