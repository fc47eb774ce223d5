//! One detail of a resource's change: which value, why, and whether it replaces the resource.

use std::collections::BTreeMap;

use reconcile_cfn::registry::Replacement;
use serde_json::{Map, Value, json};

use super::Survey;
use super::preview::{Fate, KNOWN_AFTER_APPLY};
use crate::cloudformation::diff::{PropertyChange, pointer};
use crate::cloudformation::template::{Definition, intrinsic, mentioned, scalar, split_attribute};
use crate::cloudformation::veil::{self, Shown};

const DIRECT: &str = "DirectModification";
const PARAMETER: &str = "ParameterReference";

/// Whether the new value is certain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evaluation {
    Static,
    Dynamic,
}

/// A property that was changed behind CloudFormation's back.
struct Drift {
    deployed: Option<Value>,
}

/// A detail, before it takes the API's shape.
pub(super) struct Detail {
    pub(super) attribute: &'static str,
    pub(super) requires_recreation: &'static str,
    pub(super) evaluation: Evaluation,
    path: Vec<String>,
    before: Option<Value>,
    after: Option<Value>,
    source: &'static str,
    cause: Option<String>,
    /// Where what lives is not what was deployed.
    drift: Option<Drift>,
}

impl Detail {
    /// A changed property.
    pub(super) fn of_property(change: &PropertyChange, type_name: &str) -> Self {
        let requires_recreation = match change.replacement(type_name) {
            Replacement::Never => "Never",
            Replacement::Conditional => "Conditionally",
            Replacement::Always => "Always",
        };
        let after = change.after.clone();
        Self {
            attribute: "Properties",
            requires_recreation,
            evaluation: if is_uncertain(after.as_ref()) {
                Evaluation::Dynamic
            } else {
                Evaluation::Static
            },
            path: change.path.clone(),
            before: change.before.clone(),
            after,
            source: DIRECT,
            cause: None,
            drift: None,
        }
    }

    /// The stack's tags, which reach every resource that can be tagged.
    pub(super) fn of_tags(
        before: &BTreeMap<String, String>,
        after: &BTreeMap<String, String>,
    ) -> Self {
        Self::of_attribute("Tags", json!(before), json!(after))
    }

    /// An attribute beside `Properties`.
    pub(super) fn of_attribute(attribute: &'static str, before: Value, after: Value) -> Self {
        Self {
            attribute,
            requires_recreation: "Never",
            evaluation: Evaluation::Static,
            path: Vec::new(),
            before: Some(before).filter(|value| !value.is_null()),
            after: Some(after).filter(|value| !value.is_null()),
            source: DIRECT,
            cause: None,
            drift: None,
        }
    }

    /// Finds what caused the change: a parameter, another resource, or the template's author.
    pub(super) fn blame(
        &mut self,
        survey: &Survey<'_>,
        definition: &Definition,
        fates: &BTreeMap<String, Fate>,
        logical_id: &str,
    ) {
        let Some(name) = self.path.first() else {
            return;
        };
        if self.evaluation == Evaluation::Dynamic {
            let expression = definition.properties.get(name).unwrap_or(&Value::Null);
            if let Some((source, cause)) = culprit(expression, fates) {
                self.source = source;
                self.cause = Some(cause);
            }
            return;
        }
        let written = survey
            .body
            .get("Resources")
            .and_then(|resources| resources.get(logical_id)?.get("Properties")?.get(name));
        let before = &survey.stack.deployment.parameters;
        let after = &survey.deployment.parameters;
        let parameters = written.map(mentioned).unwrap_or_default();
        let mut changed = parameters.into_iter().filter(|name| {
            after.contains_key(name)
                && before.contains_key(name)
                && before.get(name) != after.get(name)
        });
        if let Some(parameter) = changed.next() {
            self.source = PARAMETER;
            self.cause = Some(parameter);
        }
    }

    /// Marks the detail as drift if what lives is not what was deployed.
    pub(super) fn compare_with_deployed(&mut self, deployed: &Map<String, Value>) {
        let value = veil::at(deployed, &self.path);
        if value != self.before {
            if value == self.after {
                // Drift alone: the template's author did not change anything here.
                self.source = "NoModification";
            }
            self.drift = Some(Drift { deployed: value });
        }
    }

    /// Leaves of the values only what may be shown, once all is compared.
    pub(super) fn hide(&mut self, shown: &Shown) {
        if self.path.is_empty() {
            return;
        }
        let hide = |value: &mut Option<Value>, properties| {
            if value.is_some() {
                *value = veil::at(properties, &self.path);
            }
        };
        hide(&mut self.before, &shown.before);
        hide(&mut self.after, &shown.after);
        if let Some(Drift { deployed }) = &mut self.drift {
            hide(deployed, &shown.deployed);
        }
    }

    /// The detail in the API's shape. A changed parameter is told twice: as what certainly changes the
    /// value, and as a change of the template that may come of it.
    pub(super) fn answers(&self) -> Vec<Value> {
        let evaluation = match self.evaluation {
            Evaluation::Static => "Static",
            Evaluation::Dynamic => "Dynamic",
        };
        let answer = |evaluation: &str, source: &str, cause: Option<&String>| {
            json!({
                "Target": self.target(),
                "Evaluation": evaluation,
                "ChangeSource": source,
                "CausingEntity": cause,
            })
        };
        let mut answers = vec![answer(evaluation, self.source, self.cause.as_ref())];
        if self.source == PARAMETER {
            answers.push(answer("Dynamic", DIRECT, None));
        }
        answers
    }

    /// The detail in the API's shape, property values included.
    fn target(&self) -> Value {
        let pointer = pointer(&self.path);
        let change = match (&self.before, &self.after) {
            (None, _) => "Add",
            (Some(_), None) => "Remove",
            (Some(_), Some(_)) => "Modify",
        };
        let mut target = json!({
            "Attribute": self.attribute,
            "Name": self.path.first(),
            "RequiresRecreation": self.requires_recreation,
            "Path": format!("/{}{pointer}", self.attribute),
            "BeforeValue": self.before.as_ref().map(shown),
            "AfterValue": self.after.as_ref().map(shown),
            "AttributeChangeType": change,
        });
        if let Some(Drift { deployed }) = &self.drift {
            target["BeforeValueFrom"] = json!("ACTUAL_STATE");
            target["AfterValueFrom"] = json!("TEMPLATE");
            target["Drift"] = json!({
                "PreviousValue": deployed.as_ref().map(shown),
                "ActualValue": self.before.as_ref().map(shown),
            });
        }
        target
    }
}

fn is_uncertain(value: Option<&Value>) -> bool {
    value.is_some_and(|value| value.to_string().contains(KNOWN_AFTER_APPLY))
}

fn shown(value: &Value) -> String {
    scalar(value).unwrap_or_else(|| value.to_string())
}

/// The first reference in an expression to a resource that changes.
fn culprit(expression: &Value, fates: &BTreeMap<String, Fate>) -> Option<(&'static str, String)> {
    let changes = |id: &str| !matches!(fates.get(id), None | Some(Fate::Unchanged));
    match (intrinsic(expression), expression) {
        (Some(("Ref", Value::String(id))), _) => {
            changes(id).then(|| ("ResourceReference", id.clone()))
        }
        (Some(("Fn::GetAtt", arguments)), _) => {
            let (id, attribute) = split_attribute(arguments)?;
            changes(&id).then(|| ("ResourceAttribute", format!("{id}.{attribute}")))
        }
        (Some((_, arguments)), _) => culprit(arguments, fates),
        (None, Value::Array(items)) => items.iter().find_map(|item| culprit(item, fates)),
        (None, Value::Object(map)) => map.values().find_map(|item| culprit(item, fates)),
        (None, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => None,
    }
}
