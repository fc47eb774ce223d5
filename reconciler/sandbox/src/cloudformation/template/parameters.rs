//! The `Parameters` section: which values a stack is given, and whether they are allowed.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;
use serde_json::{Map, Value, json};

use super::functions::scalar;
use crate::error::AwsError;

/// What AWS shows instead of the value of a `NoEcho` parameter.
pub(crate) const MASK: &str = "****";

/// The published limit on a parameter's value, in bytes.
const MAX_VALUE: usize = 4096;

/// One parameter as a caller gives it.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    pub(crate) key: String,
    pub(crate) value: Option<String>,
    pub(crate) use_previous: bool,
}

/// The values of all declared parameters, as text: given, previous or default.
pub(crate) fn settle(
    declared: &Map<String, Value>,
    given: &[Given],
    previous: &BTreeMap<String, String>,
) -> Result<BTreeMap<String, String>, AwsError> {
    let unknown: Vec<_> = given
        .iter()
        .map(|parameter| parameter.key.as_str())
        .filter(|key| !declared.contains_key(*key))
        .collect();
    if !unknown.is_empty() {
        return Err(AwsError::validation(format!(
            "Parameters: [{}] do not exist in the template",
            unknown.join(", ")
        )));
    }
    let mut values = BTreeMap::new();
    let mut missing = Vec::new();
    for (name, declaration) in declared {
        let wanted = given.iter().find(|parameter| parameter.key == *name);
        let value = match wanted {
            Some(parameter) if parameter.use_previous => previous.get(name).cloned(),
            Some(parameter) => parameter.value.clone(),
            None => declaration.get("Default").and_then(scalar),
        };
        match value {
            Some(value) if value.len() > MAX_VALUE => {
                return Err(AwsError::validation(format!(
                    "Parameter '{name}' must contain at most {MAX_VALUE} bytes"
                )));
            }
            Some(value) => {
                check(name, declaration, &value)?;
                values.insert(name.clone(), value);
            }
            None => missing.push(name.as_str()),
        }
    }
    if missing.is_empty() {
        return Ok(values);
    }
    Err(AwsError::validation(format!("Parameters: [{}] must have values", missing.join(", "))))
}

/// The values as `Ref` gives them: lists for list types, text for all others.
pub(crate) fn typed(
    declared: &Map<String, Value>,
    values: &BTreeMap<String, String>,
) -> BTreeMap<String, Value> {
    values
        .iter()
        .map(|(name, text)| {
            let list = declared.get(name).is_some_and(is_list);
            let value = if list {
                json!(text.split(',').map(str::trim).collect::<Vec<_>>())
            } else {
                json!(text)
            };
            (name.clone(), value)
        })
        .collect()
}

/// The parameters whose values must not be shown.
pub(crate) fn no_echo_names(declared: &Map<String, Value>) -> BTreeSet<String> {
    let hidden = declared.iter().filter(|(_, declaration)| no_echo(declaration));
    hidden.map(|(name, _)| name.clone()).collect()
}

/// Whether the value must not be shown.
pub(crate) fn no_echo(declaration: &Value) -> bool {
    declaration.get("NoEcho").and_then(scalar).is_some_and(|text| text.eq_ignore_ascii_case("true"))
}

fn is_list(declaration: &Value) -> bool {
    let kind = declaration.get("Type").and_then(Value::as_str).unwrap_or_default();
    kind == "CommaDelimitedList" || kind.contains("List<")
}

fn check(name: &str, declaration: &Value, value: &str) -> Result<(), AwsError> {
    let items: Vec<&str> =
        if is_list(declaration) { value.split(',').map(str::trim).collect() } else { vec![value] };
    for item in items {
        if let Some(complaint) = complaint(declaration, item) {
            let complaint = match declaration.get("ConstraintDescription").and_then(Value::as_str) {
                Some(description) => format!("failed to satisfy constraint: {description}"),
                None => complaint,
            };
            return Err(AwsError::validation(format!("Parameter '{name}' {complaint}")));
        }
    }
    Ok(())
}

/// What is wrong with one item, in CloudFormation's words.
fn complaint(declaration: &Value, item: &str) -> Option<String> {
    if let Some(allowed) = declaration.get("AllowedValues").and_then(Value::as_array) {
        let allowed: Vec<_> = allowed.iter().filter_map(scalar).collect();
        if !allowed.iter().any(|value| value == item) {
            return Some(format!("must be one of AllowedValues [{}]", allowed.join(", ")));
        }
    }
    let pattern = declaration.get("AllowedPattern").and_then(Value::as_str);
    if let Some(pattern) = pattern
        && Regex::new(&format!("^(?:{pattern})$")).is_ok_and(|regex| !regex.is_match(item))
    {
        return Some(format!("must match pattern {pattern}"));
    }
    let limit = |key: &str| declaration.get(key).and_then(scalar)?.parse::<f64>().ok();
    let length = item.chars().count();
    #[expect(clippy::cast_precision_loss, reason = "a parameter has at most 4,096 bytes")]
    let length = length as f64;
    if let Some(least) = limit("MinLength").filter(|least| length < *least) {
        return Some(format!("must contain at least {least} characters"));
    }
    if let Some(most) = limit("MaxLength").filter(|most| length > *most) {
        return Some(format!("must contain at most {most} characters"));
    }
    let kind = declaration.get("Type").and_then(Value::as_str).unwrap_or_default();
    if !matches!(kind, "Number" | "List<Number>") {
        return None;
    }
    let Ok(number) = item.parse::<f64>() else {
        return Some("must be a number".to_owned());
    };
    if let Some(least) = limit("MinValue").filter(|least| number < *least) {
        return Some(format!("must be a number not less than {least}"));
    }
    let most = limit("MaxValue").filter(|most| number > *most)?;
    Some(format!("must be a number not greater than {most}"))
}
