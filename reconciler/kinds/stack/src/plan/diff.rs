//! What changes between the deployed template and the declared one, property by property, and what that
//! does to each resource.
//!
//! Prediction, not truth: CloudFormation's own change set is compared with it before anything is
//! executed. Where it cannot be known, more is predicted rather than less.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_cfn::Template;
use reconcile_cfn::intrinsics::{Reference, references, short_form};
use reconcile_cfn::registry::{self, Replacement, ResourceType};
use reconcile_core::verdict::{Effect, FieldChange};
use serde_json::Value as Json;

use super::evaluate::{Evaluated, EvaluatedResource};

/// A template and what it means with its parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct Side<'a> {
    /// As it is written.
    pub written: &'a Template,
    /// As far as it can be evaluated.
    pub evaluated: &'a Evaluated,
}

/// What changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Differences {
    /// Property by property.
    pub fields: Vec<FieldChange>,
    /// Resource by resource, by logical ID.
    pub resources: BTreeMap<String, ResourceChange>,
}

/// What happens to one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResourceChange {
    /// Its type; the old one where it changes.
    pub type_name: String,
    /// The strongest of its properties' effects.
    pub effect: Effect,
    /// What becomes of it when it leaves the stack.
    pub deletion_policy: String,
    /// What becomes of the old one when it is replaced.
    pub update_replace_policy: String,
}

/// Compares the deployed side with the declared one.
pub(super) fn diff(old: Side<'_>, new: Side<'_>) -> Differences {
    let mut differ = Differ { old, new, out: Differences::default() };
    let ids: BTreeSet<_> =
        old.evaluated.resources.keys().chain(new.evaluated.resources.keys()).collect();
    for id in ids {
        differ.resource(id);
    }
    differ.cascade();
    differ.outputs();
    differ.out
}

/// Every resource of a template that is not deployed yet.
pub(super) fn creation(new: &Evaluated) -> Differences {
    let mut out = Differences::default();
    for (id, resource) in &new.resources {
        out.fields.push(FieldChange {
            path: format!("Resources/{id}"),
            before: None,
            after: Some(resource.type_name.clone()),
            effect: Effect::Create,
        });
        out.note(id, resource, Effect::Create);
    }
    out
}

impl Differences {
    fn note(&mut self, id: &str, resource: &EvaluatedResource, effect: Effect) {
        let entry = self.resources.entry(id.to_owned()).or_insert_with(|| ResourceChange {
            type_name: resource.type_name.clone(),
            effect,
            deletion_policy: resource.deletion_policy.clone(),
            update_replace_policy: resource.update_replace_policy.clone(),
        });
        entry.effect = entry.effect.max(effect);
    }
}

struct Differ<'a> {
    old: Side<'a>,
    new: Side<'a>,
    out: Differences,
}

impl Differ<'_> {
    fn resource(&mut self, id: &str) {
        let old = self.old.evaluated.resources.get(id);
        let new = self.new.evaluated.resources.get(id);
        let path = format!("Resources/{id}");
        let whole = |resource: &EvaluatedResource| Some(resource.type_name.clone());
        match (old, new) {
            (Some(old), Some(new)) if old.type_name == new.type_name => {
                self.properties(id, old, new);
            }
            (Some(old), Some(new)) => {
                self.field(path + "/Type", whole(old), whole(new), Effect::Replace);
                self.out.note(id, old, Effect::Replace);
            }
            (Some(old), None) => {
                self.field(path, whole(old), None, Effect::Delete);
                self.out.note(id, old, Effect::Delete);
            }
            (None, Some(new)) => {
                self.field(path, None, whole(new), Effect::Create);
                self.out.note(id, new, Effect::Create);
            }
            (None, None) => {}
        }
    }

    fn properties(&mut self, id: &str, old: &EvaluatedResource, new: &EvaluatedResource) {
        let registered = registry::resource_type(&new.type_name);
        let mut leaves = Vec::new();
        let comparison = Comparison { registered: registered.as_ref() };
        comparison.compare(&old.properties, &new.properties, "", &mut leaves);
        for path in leaves {
            let effect = effect_of(registered.as_ref(), &path);
            let before = at(&old.properties, &path).map(short_form);
            let after = at(&new.properties, &path).map(short_form);
            let (before, after) = self.as_written_where_that_differs(id, &path, before, after);
            self.field(format!("Resources/{id}/Properties/{path}"), before, after, effect);
            self.out.note(id, new, effect);
        }
        let attributes = [
            ("Metadata", &old.metadata, &new.metadata, Effect::InPlace),
            (
                "DeletionPolicy",
                &Json::from(old.deletion_policy.as_str()),
                &Json::from(new.deletion_policy.as_str()),
                Effect::Record,
            ),
            (
                "UpdateReplacePolicy",
                &Json::from(old.update_replace_policy.as_str()),
                &Json::from(new.update_replace_policy.as_str()),
                Effect::Record,
            ),
        ];
        for (name, before, after, effect) in attributes {
            if before != after {
                let show = |value: &Json| (!value.is_null()).then(|| short_form(value));
                self.field(format!("Resources/{id}/{name}"), show(before), show(after), effect);
                self.out.note(id, new, effect);
            }
        }
    }

    /// What refers to a resource that is replaced, or to an attribute of one that changes, may change too.
    fn cascade(&mut self) {
        let new = self.new.evaluated;
        let mut queue: Vec<String> = self
            .out
            .resources
            .iter()
            .filter(|(_, change)| {
                change.effect >= Effect::InPlace && change.effect != Effect::Delete
            })
            .map(|(id, _)| id.clone())
            .collect();
        while let Some(source) = queue.pop() {
            let Some(cause) = self.out.resources.get(&source).map(|change| change.effect) else {
                continue;
            };
            for (id, resource) in new.resources.iter().filter(|(id, _)| **id != source) {
                let known = self.out.resources.get(id).map(|change| change.effect);
                if known
                    .is_some_and(|effect| effect >= Effect::MayReplace || effect == Effect::Create)
                {
                    continue;
                }
                let affected = affected(&source, cause, resource);
                let Some((path, effect)) = affected else { continue };
                if known.is_none_or(|known| known < effect) {
                    let value = at(&resource.properties, &path).map(short_form);
                    let field = format!("Resources/{id}/Properties/{path}");
                    self.field(
                        field,
                        value.clone(),
                        value.map(|value| format!("{value} (of the new {source})")),
                        effect,
                    );
                    self.out.note(id, resource, effect);
                    queue.push(id.clone());
                }
            }
        }
    }

    fn outputs(&mut self) {
        let (old, new) = (&self.old.evaluated.outputs, &self.new.evaluated.outputs);
        let names: BTreeSet<_> = old.keys().chain(new.keys()).cloned().collect();
        for name in names {
            let (old, new) = (old.get(&name), new.get(&name));
            let parts = [
                ("Value", old.map(|output| &output.value), new.map(|output| &output.value)),
                (
                    "Export",
                    old.and_then(|output| output.export.as_ref()),
                    new.and_then(|output| output.export.as_ref()),
                ),
            ];
            for (part, before, after) in parts {
                if before != after {
                    let path = format!("Outputs/{name}/{part}");
                    self.field(path, before.map(short_form), after.map(short_form), Effect::Record);
                }
            }
        }
    }

    /// A person recognises what is written: where that differs, it is shown instead of what it means.
    fn as_written_where_that_differs(
        &self,
        id: &str,
        path: &str,
        before: Option<String>,
        after: Option<String>,
    ) -> (Option<String>, Option<String>) {
        let written = |template: &Template| {
            let resource = template.resource(id)?;
            let mut value = resource.body.get("Properties")?;
            for part in path.split('/') {
                value = step(value, part)?;
            }
            Some(short_form(value))
        };
        match (written(self.old.written), written(self.new.written)) {
            (Some(old), Some(new)) if old != new => (Some(old), Some(new)),
            _ => (before, after),
        }
    }

    fn field(
        &mut self,
        path: String,
        before: Option<String>,
        after: Option<String>,
        effect: Effect,
    ) {
        self.out.fields.push(FieldChange { path, before, after, effect });
    }
}

/// The property of `resource` that a change of `source` moves the most, with the effect.
fn affected(source: &str, cause: Effect, resource: &EvaluatedResource) -> Option<(String, Effect)> {
    let replaced = cause.is_destructive();
    let registered = registry::resource_type(&resource.type_name);
    let Json::Object(properties) = &resource.properties else { return None };
    let moved = properties.iter().filter(|(_, value)| {
        references(value).iter().any(|reference| match reference {
            Reference::Ref(name) => replaced && name == source,
            Reference::GetAtt { resource, .. } => resource == source,
            Reference::Import(_) | Reference::Condition(_) | Reference::Mapping(_) => false,
        })
    });
    moved
        .filter_map(|(name, _)| match effect_of(registered.as_ref(), name) {
            Effect::Replace | Effect::MayReplace => Some((name.clone(), Effect::MayReplace)),
            Effect::Record | Effect::Create | Effect::InPlace | Effect::Delete => {
                // An attribute of a resource that is changed where it is keeps its value as a rule.
                replaced.then(|| (name.clone(), Effect::InPlace))
            }
        })
        .max_by_key(|(_, effect)| *effect)
}

fn effect_of(registered: Option<&ResourceType>, path: &str) -> Effect {
    // A type that the registry digest does not have may do anything.
    let replacement =
        registered.map_or(Replacement::Conditional, |registered| registered.replaces(path));
    match replacement {
        Replacement::Never => Effect::InPlace,
        Replacement::Conditional => Effect::MayReplace,
        Replacement::Always => Effect::Replace,
    }
}

fn at<'a>(value: &'a Json, path: &str) -> Option<&'a Json> {
    path.split('/').try_fold(value, step)
}

fn step<'a>(value: &'a Json, part: &str) -> Option<&'a Json> {
    match value {
        Json::Object(map) => map.get(part),
        Json::Array(items) => items.get(part.parse::<usize>().ok()?),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => None,
    }
}

/// Finds the paths of the leaves that differ.
struct Comparison<'a> {
    registered: Option<&'a ResourceType>,
}

impl Comparison<'_> {
    fn compare(&self, old: &Json, new: &Json, path: &str, leaves: &mut Vec<String>) {
        let below = |part: &str| {
            if path.is_empty() { part.to_owned() } else { format!("{path}/{part}") }
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
    reconcile_cfn::intrinsics::call(value).is_some()
}

/// CloudFormation treats `true` and `"true"`, `30` and `"30"` alike.
fn same_scalar(old: &Json, new: &Json) -> bool {
    let text = |value: &Json| match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    };
    old == new || text(old).is_some_and(|old| text(new) == Some(old))
}

fn same_members(old: &[Json], new: &[Json]) -> bool {
    let sorted = |items: &[Json]| {
        let mut items: Vec<_> = items.iter().map(ToString::to_string).collect();
        items.sort();
        items
    };
    sorted(old) == sorted(new)
}
