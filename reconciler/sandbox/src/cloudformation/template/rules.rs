//! The `Rules` section: what must hold between parameters before anything is done.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::blueprint::entries;
use super::functions::scalar;
use super::intrinsics::intrinsic;
use crate::error::AwsError;

/// The functions of a rule (User Guide, "Rules"; `Fn::If` is listed there, and refused by AWS).
const FUNCTIONS: [&str; 11] = [
    "Fn::And",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::Not",
    "Fn::Or",
    "Fn::RefAll",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
    "Ref",
];

/// What rules can ask of the account: the live resources of a parameter's type, and their attributes.
pub(crate) trait Inventory {
    /// The identifiers of all resources of a type.
    fn all(&self, type_name: &str) -> Vec<String>;
    /// An attribute of one of them.
    fn attribute(&self, type_name: &str, identifier: &str, attribute: &str) -> Option<Value>;
}

/// Refuses a section that is not one of rules.
pub(super) fn check_shape(body: &Value) -> Result<(), AwsError> {
    let mut unsupported = Vec::new();
    for (name, rule) in entries(body, "Rules") {
        let assertions = rule.get("Assertions").and_then(Value::as_array);
        let complete = |assertions: &Vec<Value>| {
            assertions.iter().all(|assertion| assertion.get("Assert").is_some())
        };
        if !assertions.is_some_and(complete) {
            return Err(AwsError::validation(format!(
                "Template format error: Rule {name} must contain Assertions, each with an Assert"
            )));
        }
        foreign(rule, &mut unsupported);
    }
    if unsupported.is_empty() {
        return Ok(());
    }
    unsupported.sort_unstable();
    unsupported.dedup();
    Err(AwsError::validation(format!(
        "Template format error: Following functions are not supported in the Rules block of the template: [{}]",
        unsupported.join(", ")
    )))
}

fn foreign<'a>(value: &'a Value, found: &mut Vec<&'a str>) {
    if let Some((function, _)) = intrinsic(value)
        && !FUNCTIONS.contains(&function)
    {
        found.push(function);
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| foreign(item, found)),
        Value::Object(map) => map.values().for_each(|item| foreign(item, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// Evaluates rules over the values of parameters.
pub(crate) struct Rules<'a> {
    /// Values as `Ref` gives them, pseudo parameters included.
    pub(crate) values: BTreeMap<String, Value>,
    pub(crate) declared: &'a Map<String, Value>,
    pub(crate) inventory: &'a dyn Inventory,
}

impl Rules<'_> {
    /// Refuses unless every assertion holds of every rule that applies.
    pub(crate) fn check(&self, body: &Value) -> Result<(), AwsError> {
        for (name, rule) in entries(body, "Rules") {
            let applies = rule.get("RuleCondition").map(|condition| self.holds(name, condition));
            if !applies.transpose()?.unwrap_or(true) {
                continue;
            }
            let assertions = rule.get("Assertions").and_then(Value::as_array);
            for assertion in assertions.into_iter().flatten() {
                if !self.holds(name, assertion.get("Assert").unwrap_or(&Value::Null))? {
                    let description = assertion.get("AssertDescription").and_then(Value::as_str);
                    let description = description.unwrap_or("an assertion does not hold");
                    return Err(AwsError::validation(format!(
                        "Template error: rule {name} failed: {description}"
                    )));
                }
            }
        }
        Ok(())
    }

    fn holds(&self, rule: &str, expression: &Value) -> Result<bool, AwsError> {
        self.value(rule, expression)?.as_bool().ok_or_else(|| malformed(rule))
    }

    fn value(&self, rule: &str, expression: &Value) -> Result<Value, AwsError> {
        if let Value::Array(items) = expression {
            return items.iter().map(|item| self.value(rule, item)).collect();
        }
        let Some((function, arguments)) = intrinsic(expression) else {
            return Ok(expression.clone());
        };
        match function {
            "Ref" => self.reference(arguments),
            "Fn::RefAll" => {
                let type_name = resource_type(arguments.as_str().ok_or_else(|| malformed(rule))?);
                Ok(Value::from_iter(self.inventory.all(&type_name)))
            }
            "Fn::ValueOf" | "Fn::ValueOfAll" => {
                self.attribute(function, arguments).ok_or_else(|| malformed(rule))
            }
            _ => {
                let arguments = self.value(rule, arguments)?;
                let arguments = arguments.as_array().map_or(&[][..], Vec::as_slice);
                compare(function, arguments).map(Value::Bool).ok_or_else(|| malformed(rule))
            }
        }
    }

    fn reference(&self, name: &Value) -> Result<Value, AwsError> {
        let name = name.as_str().unwrap_or_default();
        self.values.get(name).cloned().ok_or_else(|| {
            AwsError::validation(format!(
                "Template format error: Unresolved resource dependencies [{name}] in the Rules block of the template"
            ))
        })
    }

    /// `[parameter, attribute]` of what a parameter names, `[type, attribute]` of all there is.
    fn attribute(&self, function: &str, arguments: &Value) -> Option<Value> {
        let [subject, attribute] = arguments.as_array()?.as_slice() else {
            return None;
        };
        let (subject, attribute) = (subject.as_str()?, attribute.as_str()?);
        let of = |type_name: &str, identifier: &str| {
            let found = self.inventory.attribute(type_name, identifier, attribute);
            found.unwrap_or_else(|| Value::String(String::new()))
        };
        if function == "Fn::ValueOfAll" {
            let type_name = resource_type(subject);
            let all = self.inventory.all(&type_name);
            return Some(all.iter().map(|identifier| of(&type_name, identifier)).collect());
        }
        let type_name = resource_type(self.declared.get(subject)?.get("Type")?.as_str()?);
        let value = self.values.get(subject)?;
        let Some(items) = value.as_array() else {
            return Some(of(&type_name, value.as_str()?));
        };
        let items = items.iter().filter_map(Value::as_str);
        Some(items.map(|item| of(&type_name, item)).collect())
    }
}

fn malformed(rule: &str) -> AwsError {
    AwsError::validation(format!(
        "Template format error: rule {rule} must evaluate to true or false"
    ))
}

/// `AWS::EC2::VPC` of the parameter type `List<AWS::EC2::VPC::Id>`.
fn resource_type(parameter_type: &str) -> String {
    let inner = parameter_type.trim_start_matches("List<").trim_end_matches('>');
    inner.rsplit_once("::").map_or(inner, |(type_name, _)| type_name).to_owned()
}

fn compare(function: &str, arguments: &[Value]) -> Option<bool> {
    let texts = |value: &Value| -> Option<Vec<String>> {
        Some(value.as_array()?.iter().filter_map(scalar).collect())
    };
    match (function, arguments) {
        ("Fn::And", [_, ..]) => arguments.iter().map(Value::as_bool).try_fold(true, both),
        ("Fn::Or", [_, ..]) => arguments.iter().map(Value::as_bool).try_fold(false, either),
        ("Fn::Not", [operand]) => operand.as_bool().map(|holds| !holds),
        ("Fn::Equals", [left, right]) => Some(match (scalar(left), scalar(right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        }),
        ("Fn::Contains", [list, item]) => Some(texts(list)?.contains(&scalar(item)?)),
        ("Fn::EachMemberEquals", [list, item]) => {
            let item = scalar(item)?;
            Some(texts(list)?.iter().all(|member| *member == item))
        }
        ("Fn::EachMemberIn", [list, allowed]) => {
            let allowed = texts(allowed)?;
            Some(texts(list)?.iter().all(|member| allowed.contains(member)))
        }
        _ => None,
    }
}

fn both(so_far: bool, next: Option<bool>) -> Option<bool> {
    next.map(|next| so_far && next)
}

fn either(so_far: bool, next: Option<bool>) -> Option<bool> {
    next.map(|next| so_far || next)
}
