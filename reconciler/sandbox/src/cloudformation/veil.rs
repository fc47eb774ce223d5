//! Values that come from `NoEcho` parameters, which nothing shows.

use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::stack::{Deployment, Stack};
use super::template::parameters::MASK;
use super::template::{self, intrinsic, mentioned};

/// What hides the secrets of one deployment: its template as it is written, and its secret parameters.
pub(super) struct Veil<'a> {
    body: &'a Value,
    secrets: &'a BTreeSet<String>,
}

/// The properties of one resource as they may be shown.
pub(super) struct Shown {
    /// What the new ones are compared with.
    pub(super) before: Map<String, Value>,
    pub(super) after: Map<String, Value>,
    /// Those of the last deployment.
    pub(super) deployed: Map<String, Value>,
}

impl<'a> Veil<'a> {
    pub(super) fn of(deployment: &'a Deployment, body: &'a Value) -> Self {
        Self { body, secrets: &deployment.no_echo }
    }

    /// A resource's properties as they may be shown.
    pub(super) fn over(
        &self,
        logical_id: &str,
        properties: &Map<String, Value>,
    ) -> Map<String, Value> {
        let written =
            self.body.get("Resources").and_then(|all| all.get(logical_id)?.get("Properties"));
        let Some(written) = written.filter(|_| !self.secrets.is_empty()) else {
            return properties.clone();
        };
        let shown = properties.iter().map(|(name, value)| {
            let shown = written.get(name).map_or_else(|| value.clone(), |it| self.value(value, it));
            (name.clone(), shown)
        });
        shown.collect()
    }

    /// Walks down a value and the expression that it came from.
    fn value(&self, value: &Value, written: &Value) -> Value {
        if !self.hides(written) {
            return value.clone();
        }
        match (value, written) {
            _ if intrinsic(written).is_some() => json!(MASK),
            (Value::Object(members), Value::Object(_)) => {
                let shown = members.iter().map(|(name, value)| {
                    (name.clone(), self.value(value, written.get(name).unwrap_or(&Value::Null)))
                });
                Value::Object(shown.collect())
            }
            (Value::Array(items), Value::Array(all)) if items.len() == all.len() => {
                items.iter().zip(all).map(|(item, written)| self.value(item, written)).collect()
            }
            // The two have come apart: rather too little is shown than too much.
            _ => json!(MASK),
        }
    }

    fn hides(&self, written: &Value) -> bool {
        !mentioned(written).is_disjoint(self.secrets)
    }
}

/// The properties of a stack's resource as they may be shown, be they of the present deployment or of the
/// one that an update is leaving.
pub(super) fn deployed(
    stack: &Stack,
    logical_id: &str,
    properties: &Map<String, Value>,
) -> Map<String, Value> {
    let last = stack.last_good.as_ref().map(|good| &good.deployment);
    let mut shown = properties.clone();
    for deployment in [Some(&stack.deployment), last].into_iter().flatten() {
        if !deployment.no_echo.is_empty() {
            let body = template::read(&deployment.template).unwrap_or_default();
            shown = Veil::of(deployment, &body).over(logical_id, &shown);
        }
    }
    shown
}

/// The value at a path; what hides more than that, if something does.
pub(super) fn at(properties: &Map<String, Value>, path: &[String]) -> Option<Value> {
    let (first, rest) = path.split_first()?;
    let mut value = properties.get(first)?;
    for part in rest {
        value = match value {
            Value::Array(items) => items.get(part.parse::<usize>().ok()?)?,
            Value::Object(members) => members.get(part)?,
            Value::String(text) if text == MASK => return Some(value.clone()),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
        };
    }
    Some(value.clone())
}
