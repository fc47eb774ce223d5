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

use super::evaluate::{ATTRIBUTES, Evaluated, EvaluatedResource};
use super::leaves::{self, at};
use super::written::{self, Written};

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
        for path in leaves::differing(registered.as_ref(), &old.properties, &new.properties) {
            let mut effect = effect_of(registered.as_ref(), &path);
            if effect == Effect::Replace && self.is_pending(at(&new.properties, &path)) {
                // It may turn out to be the same.
                effect = Effect::MayReplace;
            }
            let before = at(&old.properties, &path).map(short_form);
            let after = at(&new.properties, &path).map(short_form);
            let written = |template: &Template| written::property(template, id, &path);
            let (before, after) = self.as_shown(written, before, after);
            self.field(format!("Resources/{id}/Properties/{path}"), before, after, effect);
            self.out.note(id, new, effect);
        }
        for name in ATTRIBUTES {
            let (before, after) = (old.attributes.get(name), new.attributes.get(name));
            if before != after {
                let effect = if name == "Metadata" { Effect::InPlace } else { Effect::Record };
                let (before, after) = (before.map(short_form), after.map(short_form));
                self.field(format!("Resources/{id}/{name}"), before, after, effect);
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
                    let moved =
                        value.as_ref().map(|value| format!("{value} (of the new {source})"));
                    let written = |template: &Template| written::property(template, id, &path);
                    let (before, after) = self.as_shown(written, value, moved);
                    self.field(format!("Resources/{id}/Properties/{path}"), before, after, effect);
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
                    let (before, after) = (before.map(short_form), after.map(short_form));
                    let written = |template: &Template| match written::output(template, &name) {
                        // What an output means says more than how that is written.
                        Written::Shown(_) | Written::Nothing => Written::Nothing,
                        Written::Hidden => Written::Hidden,
                    };
                    let (before, after) = self.as_shown(written, before, after);
                    let path = format!("Outputs/{name}/{part}");
                    self.field(path, before, after, Effect::Record);
                }
            }
        }
    }

    /// Whether a value waits for a parameter whose value is not known yet.
    fn is_pending(&self, value: Option<&Json>) -> bool {
        let of_parameter = |reference: &Reference| {
            let mut parameters = self.new.written.parameters();
            matches!(reference, Reference::Ref(name) if parameters.any(|one| one.name == name))
        };
        value.is_some_and(|value| references(value).iter().any(of_parameter))
    }

    /// A person recognises what is written: where that differs, it is shown instead of what it means.
    /// What is made of a `NoEcho` parameter is not shown at all.
    fn as_shown(
        &self,
        written: impl Fn(&Template) -> Written,
        before: Option<String>,
        after: Option<String>,
    ) -> (Option<String>, Option<String>) {
        let hide = |shown: Option<String>| shown.map(|_| "(hidden)".to_owned());
        match (written(self.old.written), written(self.new.written)) {
            (Written::Hidden, _) | (_, Written::Hidden) => (hide(before), hide(after)),
            (Written::Shown(old), Written::Shown(new)) if old != new => (Some(old), Some(new)),
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
