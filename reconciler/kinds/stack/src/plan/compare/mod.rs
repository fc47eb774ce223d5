//! Compares what a template declares of a resource with the resource as Cloud Control shows it.
//!
//! As in drift detection, only what the template sets counts. Within a policy document all counts: a
//! statement that was added is drift. What cannot be read back, or depends on what is not known here, is
//! left out and counted.

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use reconcile_cfn::intrinsics::{call, short_form};
use reconcile_cfn::registry::ResourceType;
use reconcile_cfn::template::pointer;
use serde_json::{Map, Value as Json};

use crate::state::Difference;

/// What a comparison found.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Compared {
    /// The properties that differ.
    pub(super) differences: Vec<Difference>,
    /// How many values were left out.
    pub(super) left_out: u64,
}

/// Compares declared with live properties. CloudFormation hands the stack's tags on to resources: those
/// are no drift.
pub(super) fn compare(
    facts: &ResourceType,
    (declared, live): (&Json, &Json),
    stack_tags: &BTreeMap<String, String>,
) -> Compared {
    let mut walk = Walk { facts, stack_tags, found: Compared::default() };
    if let (Json::Object(declared), Json::Object(live)) = (declared, live) {
        walk.members((declared, live), "", Manner::Declared);
    }
    walk.found
}

/// Whether a value is all known: in it is no function any more, no look-up, nothing hidden.
pub(super) fn is_known(value: &Json) -> bool {
    match value {
        Json::String(text) => !text.contains("{{resolve:") && !text.contains("****"),
        Json::Array(items) => items.iter().all(is_known),
        Json::Object(members) => {
            let looked_up = members.contains_key("AWS::SSM::Parameter::Value");
            call(value).is_none() && !looked_up && members.values().all(is_known)
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => true,
    }
}

/// What counts as a difference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    /// Only what is declared; defaults stand beside it.
    Declared,
    /// All of it, as policies mean it: one value is a list of one, and lists have no order.
    Policy,
}

struct Walk<'a> {
    facts: &'a ResourceType,
    stack_tags: &'a BTreeMap<String, String>,
    found: Compared,
}

impl Walk<'_> {
    fn members(
        &mut self,
        (declared, live): (&Map<String, Json>, &Map<String, Json>),
        path: &str,
        manner: Manner,
    ) {
        for (name, value) in declared {
            let path = pointer(path, name);
            match live.get(name) {
                _ if self.facts.is_write_only(registry_path(&path)) => self.found.left_out += 1,
                Some(live) => self.value((value, live), &path, manner),
                None if is_empty(value) => {}
                None if is_known(value) => self.differ(&path, Some(value), None),
                None => self.found.left_out += 1,
            }
        }
        if manner == Manner::Policy {
            for (name, value) in live.iter().filter(|(name, _)| !declared.contains_key(*name)) {
                self.differ(&pointer(path, name), None, Some(value));
            }
        }
    }

    fn value(&mut self, (declared, live): (&Json, &Json), path: &str, manner: Manner) {
        if call(declared).is_some()
            || (!declared.is_array() && !declared.is_object() && !is_known(declared))
        {
            self.found.left_out += 1;
            return;
        }
        let (declared, live) = (&parsed(declared, live), &parsed(live, declared));
        let is_policy = declared.get("Statement").or_else(|| live.get("Statement")).is_some();
        let manner = if is_policy { Manner::Policy } else { manner };
        if self.facts.tag_property() == Some(registry_path(path)) {
            return self.tags(declared, live, path);
        }
        match (declared, live) {
            (Json::Object(declared), Json::Object(live)) => {
                self.members((declared, live), path, manner);
            }
            (Json::Array(declared), Json::Array(live)) => {
                self.items((declared, live), path, manner);
            }
            (Json::Array(declared), one) if manner == Manner::Policy => {
                self.items((declared, std::slice::from_ref(one)), path, manner);
            }
            (one, Json::Array(live)) if manner == Manner::Policy => {
                self.items((std::slice::from_ref(one), live), path, manner);
            }
            _ if same_scalar(declared, live, manner) => {}
            _ => self.differ(path, Some(declared), Some(live)),
        }
    }

    fn items(&mut self, (declared, live): (&[Json], &[Json]), path: &str, manner: Manner) {
        let unordered = manner == Manner::Policy || self.facts.is_unordered(registry_path(path));
        let scalars =
            |items: &[Json]| items.iter().all(|item| !item.is_object() && !item.is_array());
        if unordered && scalars(declared) && scalars(live) {
            return self.set((declared, live), path, manner);
        }
        let mut rest: Vec<&Json> = live.iter().collect();
        let mut pairs: Vec<(usize, &Json, Option<&Json>)> = Vec::new();
        for (index, item) in declared.iter().enumerate() {
            let at = if unordered {
                rest.iter().position(|live| self.is_same((item, live), path, manner))
            } else {
                (!rest.is_empty()).then_some(0)
            };
            pairs.push((index, item, at.map(|at| rest.remove(at))));
        }
        for (index, item, live) in pairs {
            let path = pointer(path, &index.to_string());
            let live = live.or_else(|| {
                let at = rest.iter().position(|live| name(item) == name(live))?;
                Some(rest.remove(at))
            });
            match live {
                Some(live) => self.value((item, live), &path, manner),
                None if is_known(item) => self.differ(&path, Some(item), None),
                None => self.found.left_out += 1,
            }
        }
        for (index, live) in rest.into_iter().enumerate() {
            let path = pointer(path, &(declared.len() + index).to_string());
            self.differ(&path, None, Some(live));
        }
    }

    /// Lists of plain values in any order differ as a whole: no item has a place.
    fn set(&mut self, (declared, live): (&[Json], &[Json]), path: &str, manner: Manner) {
        if !declared.iter().all(is_known) {
            self.found.left_out += 1;
            return;
        }
        let texts = |items: &[Json]| -> BTreeSet<Option<String>> {
            items.iter().map(|item| text(item, manner)).collect()
        };
        if texts(declared) != texts(live) {
            let list = |items: &[Json]| Json::Array(items.to_vec());
            self.differ(path, Some(&list(declared)), Some(&list(live)));
        }
    }

    fn tags(&mut self, declared: &Json, live: &Json, path: &str) {
        if !is_known(declared) {
            self.found.left_out += 1;
            return;
        }
        let (wanted, there) = (tags_of(declared), tags_of(live));
        let names: BTreeSet<&String> = wanted.keys().chain(there.keys()).collect();
        for name in names {
            let (wanted, there) = (wanted.get(name), there.get(name));
            let handed_on = wanted.is_none() && there == self.stack_tags.get(name);
            if wanted != there && !handed_on && !name.starts_with("aws:") {
                let json = |value: &String| Json::from(value.as_str());
                let (wanted, there) = (wanted.map(json), there.map(json));
                self.differ(&pointer(path, name), wanted.as_ref(), there.as_ref());
            }
        }
    }

    fn is_same(&self, (declared, live): (&Json, &Json), path: &str, manner: Manner) -> bool {
        let mut probe =
            Walk { facts: self.facts, stack_tags: self.stack_tags, found: Compared::default() };
        probe.value((declared, live), &pointer(path, "0"), manner);
        probe.found.differences.is_empty()
    }

    fn differ(&mut self, path: &str, declared: Option<&Json>, live: Option<&Json>) {
        self.found.differences.push(Difference {
            path: path.to_owned(),
            expected: declared.map(short_form),
            actual: live.map(short_form),
        });
    }
}

/// As the registry writes paths: `A/0/B`.
fn registry_path(path: &str) -> &str {
    path.trim_start_matches('/')
}

/// A service may take a document as an object and give it back as text, or the other way round.
fn parsed(value: &Json, other: &Json) -> Json {
    match value {
        Json::String(text) if other.is_object() || other.is_array() => {
            serde_json::from_str(text).unwrap_or_else(|_| value.clone())
        }
        Json::Null
        | Json::Bool(_)
        | Json::Number(_)
        | Json::String(_)
        | Json::Array(_)
        | Json::Object(_) => value.clone(),
    }
}

/// What a service does not keep: `[]`, `{}`.
fn is_empty(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(members) => members.is_empty(),
        Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    }
}

/// CloudFormation treats `true` and `"true"`, `30` and `"30"` alike.
fn same_scalar(declared: &Json, live: &Json, manner: Manner) -> bool {
    let number = |value: &Json| text(value, manner)?.parse::<f64>().ok();
    let near = |one: f64, other: f64| (one - other).abs() < f64::EPSILON;
    match (text(declared, manner), text(live, manner)) {
        (Some(one), Some(other)) if one == other => true,
        _ => {
            matches!((number(declared), number(live)), (Some(one), Some(other)) if near(one, other))
        }
    }
}

/// The text of a plain value. A policy may name an account by its number or by the ARN of its root.
fn text(value: &Json, manner: Manner) -> Option<String> {
    let text = match value {
        Json::String(text) => text.clone(),
        Json::Bool(flag) => flag.to_string(),
        Json::Number(number) => number.to_string(),
        Json::Null | Json::Array(_) | Json::Object(_) => return None,
    };
    let root = || {
        let (_, rest) = text.strip_prefix("arn:")?.split_once(":iam::")?;
        rest.strip_suffix(":root").map(str::to_owned)
    };
    let root = if manner == Manner::Policy { root() } else { None };
    Some(root.unwrap_or(text))
}

/// What tells an item from the others of its list, where it has that.
fn name(item: &Json) -> Option<&Json> {
    ["Sid", "Key", "Id", "Name"].iter().find_map(|name| item.get(name))
}

/// Tags, be they a list of `Key` and `Value` or a map.
fn tags_of(value: &Json) -> BTreeMap<String, String> {
    let text = |value: &Json| text(value, Manner::Declared).unwrap_or_default();
    match value {
        Json::Object(map) => map.iter().map(|(key, value)| (key.clone(), text(value))).collect(),
        Json::Array(items) => items
            .iter()
            .filter_map(|item| {
                Some((item.get("Key")?.as_str()?.to_owned(), text(item.get("Value")?)))
            })
            .collect(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => BTreeMap::new(),
    }
}
