//! Rules between parameters that cannot be rules.

use super::names::walk;
use super::{Template, TemplateError, pointer};
use crate::intrinsics::{PSEUDO_PARAMETERS, call};
use serde_json::Value;

/// What a rule may call. CloudFormation refuses `Fn::If`, although the User Guide lists it.
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

/// Returns a fault for each rule without assertions, and for what a rule cannot say.
pub(super) fn faults(template: &Template) -> Vec<TemplateError> {
    let parameters: Vec<_> = template.parameters().map(|parameter| parameter.name).collect();
    let mut faults = Vec::new();
    for (name, rule) in template.section("Rules").into_iter().flatten() {
        let at = pointer("/Rules", name);
        let mut note = |at: &str, fault: String| {
            faults.push(template.nearest_position(at).error(fault));
        };
        let assertions = rule.get("Assertions").and_then(Value::as_array);
        let Some(assertions) = assertions.filter(|assertions| !assertions.is_empty()) else {
            note(&at, format!("the rule `{name}` has no list of `Assertions`"));
            continue;
        };
        for (index, assertion) in assertions.iter().enumerate() {
            let at = pointer(&pointer(&at, "Assertions"), &index.to_string());
            if assertion.get("Assert").is_none() {
                note(&at, "an assertion has no `Assert`".to_owned());
            }
        }
        walk(&at, rule, &mut |at, value| match call(value) {
            Some(("Ref", Value::String(name)))
                if !parameters.contains(&name.as_str())
                    && !PSEUDO_PARAMETERS.contains(&name.as_str()) =>
            {
                note(at, format!("`{name}` is not a parameter, and rules know nothing else"));
            }
            Some((function, _)) if !FUNCTIONS.contains(&function) => {
                note(at, format!("a rule cannot call `{function}`"));
            }
            Some(_) | None => {}
        });
    }
    faults
}
