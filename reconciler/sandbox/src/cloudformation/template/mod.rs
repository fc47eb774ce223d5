//! The template language as CloudFormation evaluates it: from text to a [`Blueprint`].
//!
//! Knows nothing of stacks in the world or of operations; what exists enters through
//! [`Resources`] and [`Scope`].

mod blueprint;
pub(super) mod capabilities;
mod conditions;
mod functions;
mod intrinsics;
pub(super) mod parameters;
pub(super) mod rules;
mod scope;
mod validate;

use std::collections::BTreeMap;

use reconcile_cfn::template::Template;
use serde_json::{Map, Value};

pub(super) use blueprint::{Blueprint, Definition, Policies, entries};
pub(super) use functions::scalar;
pub(super) use intrinsics::{Evaluator, Known, Resources, intrinsic, split_attribute};
pub(super) use scope::{Owner, Scope};
pub(super) use validate::mentioned;

use crate::error::AwsError;

/// Reads a template's text and refuses what is no template.
pub(super) fn read(text: &str) -> Result<Value, AwsError> {
    let template = Template::parse(text)
        .map_err(|error| AwsError::validation(format!("Template format error: {error}")))?;
    validate::check(&template.body)?;
    Ok(template.body)
}

/// Refuses values of parameters that a template's rules do not allow.
pub(super) fn check_rules(
    body: &Value,
    region: &str,
    values: &BTreeMap<String, String>,
    inventory: &dyn rules::Inventory,
) -> Result<(), AwsError> {
    let declared = declared(body);
    let owner = Owner { region, stack_name: "", stack_id: "", notification_arns: &[] };
    let values = Scope::of(owner, parameters::typed(&declared, values)).parameters;
    rules::Rules { values, declared: &declared, inventory }.check(body)
}

/// The declared parameters of a body.
pub(super) fn declared(body: &Value) -> Map<String, Value> {
    body.get("Parameters").and_then(Value::as_object).cloned().unwrap_or_default()
}

/// Works parameters, mappings, conditions and exports into a body.
pub(super) fn reduce(
    body: &Value,
    owner: Owner<'_>,
    values: &BTreeMap<String, String>,
    exports: BTreeMap<String, String>,
) -> Result<Blueprint, AwsError> {
    let mut scope = Scope::of(owner, parameters::typed(&declared(body), values));
    scope.exports = exports;
    scope.mappings = body.get("Mappings").cloned().unwrap_or_default();
    let section = body.get("Conditions").and_then(Value::as_object);
    scope.conditions = conditions::evaluate(section, &scope)?;
    Blueprint::reduce(body, &scope)
}
