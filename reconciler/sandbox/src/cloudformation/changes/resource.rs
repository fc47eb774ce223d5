//! The change of one resource.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::detail::{Detail, Evaluation};
use super::preview::Fate;
use super::{Basis, Survey};
use crate::cloudformation::diff::{self, PropertyChange};
use crate::cloudformation::drift;
use crate::cloudformation::stack::StackResource;
use crate::cloudformation::tags;
use crate::cloudformation::template::{Definition, Policies};
use crate::cloudformation::veil::Shown;

/// A resource before and after, and what it may refer to.
pub(super) struct Comparison<'a> {
    pub(super) survey: &'a Survey<'a>,
    pub(super) existing: &'a StackResource,
    pub(super) definition: &'a Definition,
    pub(super) properties: &'a Map<String, Value>,
    pub(super) fates: &'a BTreeMap<String, Fate>,
}

/// A new resource, with its properties as they may be shown.
pub(super) fn addition(
    id: &str,
    definition: &Definition,
    properties: &Map<String, Value>,
) -> Value {
    json!({
        "Action": "Add",
        "LogicalResourceId": id,
        "ResourceType": definition.type_name,
        "Scope": [],
        "Details": [],
        "AfterContext": context(properties, &definition.policies),
    })
}

/// A resource that the new template leaves out, with its properties as they may be shown.
pub(super) fn removal(existing: &StackResource, properties: &Map<String, Value>) -> Value {
    json!({
        "Action": "Remove",
        "PolicyAction": policy_word(existing.deletion_policy()),
        "LogicalResourceId": existing.logical_id,
        "PhysicalResourceId": existing.physical_id,
        "ResourceType": existing.type_name,
        "Scope": [],
        "Details": [],
        "BeforeContext": context(properties, &existing.policies),
    })
}

impl Comparison<'_> {
    /// The change, if there is one, and what it does to those that refer to the resource.
    pub(super) fn change(&self) -> (Option<Value>, Fate) {
        let live = self.survey.world.live(self.existing);
        let actual = match (self.survey.basis, live) {
            (Basis::LastDeployment, _) => None,
            (Basis::Actual, None) => return (Some(self.recreation()), Fate::Renewed),
            (Basis::Actual, Some(live)) => {
                Some(drift::baseline(self.existing, self.properties, live))
            }
        };
        let before = actual.as_ref().unwrap_or(&self.existing.properties);
        let details = self.details(&diff::properties(before, self.properties), actual.is_some());
        if details.is_empty() {
            let accepted = actual.is_some()
                && !diff::properties(&self.existing.properties, self.properties).is_empty();
            let change = accepted.then(|| self.answer("SyncWithActual", details, before));
            return (change, Fate::Unchanged);
        }
        let fate = match replacement(&details) {
            "False" => Fate::Modified,
            _ => Fate::Renewed,
        };
        (Some(self.answer("Modify", details, before)), fate)
    }

    /// All details: properties, the stack's tags, and the attributes beside `Properties`.
    fn details(&self, changes: &[PropertyChange], from_actual: bool) -> Vec<Detail> {
        let mut details: Vec<Detail> = changes
            .iter()
            .map(|change| {
                let mut detail = Detail::of_property(change, &self.existing.type_name);
                detail.blame(self.survey, self.definition, self.fates, &self.existing.logical_id);
                if from_actual {
                    detail.compare_with_deployed(&self.existing.properties);
                }
                detail
            })
            .collect();
        let stack_tags = &self.survey.deployment.tags;
        if tags::property(&self.existing.type_name).is_some()
            && self.existing.stack_tags != *stack_tags
        {
            details.push(Detail::of_tags(&self.existing.stack_tags, stack_tags));
        }
        let before = attributes(&self.existing.policies);
        let after = attributes(&self.definition.policies);
        for ((name, before), (_, after)) in before.into_iter().zip(after) {
            if before != after {
                details.push(Detail::of_attribute(name, before, after));
            }
        }
        details
    }

    /// A drift-aware change set creates again what was deleted behind CloudFormation's back.
    fn recreation(&self) -> Value {
        let Shown { after, deployed, .. } = self.shown(&Map::new());
        let mut change = addition(&self.existing.logical_id, self.definition, &after);
        change["PhysicalResourceId"] = json!(self.existing.physical_id);
        change["ResourceDriftStatus"] = json!("DELETED");
        change["PreviousDeploymentContext"] = json!(context(&deployed, &self.existing.policies));
        change
    }

    fn shown(&self, before: &Map<String, Value>) -> Shown {
        let (id, veils) = (&self.existing.logical_id, &self.survey.veils);
        Shown {
            before: veils.before.over(id, before),
            after: veils.after.over(id, self.properties),
            deployed: veils.before.over(id, &self.existing.properties),
        }
    }

    fn answer(&self, action: &str, mut details: Vec<Detail>, before: &Map<String, Value>) -> Value {
        let shown = self.shown(before);
        for detail in &mut details {
            detail.hide(&shown);
        }
        let replacement = replacement(&details);
        let policy = policy_word(self.existing.policies.update_replace.as_deref());
        let scope: std::collections::BTreeSet<_> =
            details.iter().map(|detail| detail.attribute).collect();
        let mut change = json!({
            "Action": action,
            "LogicalResourceId": self.existing.logical_id,
            "PhysicalResourceId": self.existing.physical_id,
            "ResourceType": self.existing.type_name,
            "Replacement": replacement,
            "PolicyAction": (replacement != "False").then(|| format!("ReplaceAnd{policy}")),
            "Scope": scope,
            "Details": details.iter().flat_map(Detail::answers).collect::<Vec<_>>(),
            "BeforeContext": context(&shown.before, &self.existing.policies),
            "AfterContext": context(&shown.after, &self.definition.policies),
        });
        if self.survey.basis == Basis::Actual {
            let deployed = &self.existing.properties;
            change["ResourceDriftStatus"] = json!(self.drift_status(before, deployed));
            change["PreviousDeploymentContext"] =
                json!(context(&shown.deployed, &self.existing.policies));
        }
        change
    }

    fn drift_status(
        &self,
        actual: &Map<String, Value>,
        deployed: &Map<String, Value>,
    ) -> &'static str {
        if !drift::is_supported(&self.existing.type_name) {
            return "UNSUPPORTED";
        }
        let drifted = diff::properties(deployed, actual);
        // A property that the deployment did not set is new in the template, not drift.
        let drifted = drifted
            .iter()
            .any(|change| change.path.first().is_some_and(|name| deployed.contains_key(name)));
        if drifted { "MODIFIED" } else { "IN_SYNC" }
    }
}

/// Whether the details replace the resource.
fn replacement(details: &[Detail]) -> &'static str {
    let always = |detail: &&Detail| detail.requires_recreation == "Always";
    let certain = |detail: &Detail| detail.evaluation == Evaluation::Static;
    if details.iter().filter(always).any(certain) {
        "True"
    } else if details.iter().any(|detail| detail.requires_recreation != "Never") {
        "Conditional"
    } else {
        "False"
    }
}

fn policy_word(policy: Option<&str>) -> &'static str {
    match policy {
        Some("Retain" | "RetainExceptOnCreate") => "Retain",
        Some("Snapshot") => "Snapshot",
        _ => "Delete",
    }
}

/// The attributes beside `Properties`, always in the same order.
fn attributes(policies: &Policies) -> [(&'static str, Value); 5] {
    [
        ("CreationPolicy", policies.creation.clone()),
        ("DeletionPolicy", json!(policies.deletion)),
        ("Metadata", policies.metadata.clone()),
        ("UpdatePolicy", policies.update.clone()),
        ("UpdateReplacePolicy", json!(policies.update_replace)),
    ]
}

/// A resource as the JSON text that `BeforeContext` and `AfterContext` hold.
fn context(properties: &Map<String, Value>, policies: &Policies) -> String {
    let mut context = Map::new();
    context.insert("Properties".to_owned(), Value::Object(properties.clone()));
    for (name, value) in attributes(policies) {
        if !value.is_null() {
            context.insert(name.to_owned(), value);
        }
    }
    Value::Object(context).to_string()
}
