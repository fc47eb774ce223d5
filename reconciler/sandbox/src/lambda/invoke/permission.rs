//! Whether a function's policy lets a service invoke it.

use serde_json::Value;

use crate::lambda::name::FunctionName;
use crate::lambda::policy;
use crate::wildcard::matches;
use crate::world::{ACCOUNT, World};

/// A service that invokes a function, and on whose behalf.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Invoker<'a> {
    /// `apigateway.amazonaws.com`
    pub(crate) service: &'a str,
    /// The ARN of what makes the service invoke it.
    pub(crate) source_arn: &'a str,
}

/// Whether some statement of the function's policy allows it. `function` may have a qualifier, and the
/// policy is that qualifier's.
pub(crate) fn permits(world: &World, region: &str, function: &str, invoker: Invoker<'_>) -> bool {
    let function = FunctionName::parse(function);
    let statements = policy::statements(world, region, &function);
    statements.iter().any(|statement| allows(statement, invoker))
}

fn allows(statement: &Value, invoker: Invoker<'_>) -> bool {
    let principal = &statement["Principal"];
    let is_principal = *principal == "*" || principal["Service"] == invoker.service;
    let action = statement["Action"].as_str().unwrap_or_default();
    let is_action = matches(action, "lambda:InvokeFunction");
    let conditions = statement["Condition"].as_object();
    let mut conditions = conditions.into_iter().flat_map(|all| all.values());
    is_principal
        && is_action
        && conditions.all(|keys| {
            let mut keys = keys.as_object().into_iter().flatten();
            keys.all(|(key, value)| holds(key, value.as_str().unwrap_or_default(), invoker))
        })
}

/// Whether a condition holds. One about something that a service does not tell does not.
fn holds(key: &str, value: &str, invoker: Invoker<'_>) -> bool {
    match key {
        "AWS:SourceArn" => matches(value, invoker.source_arn),
        "AWS:SourceAccount" => value == ACCOUNT,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SOURCE: &str = "arn:aws:execute-api:eu-west-1:000000000000:abc/$default/GET/pets";

    fn is_allowed(statement: &Value) -> bool {
        allows(statement, Invoker { service: "apigateway.amazonaws.com", source_arn: SOURCE })
    }

    fn statement(source_arn: &str) -> Value {
        json!({
            "Principal": { "Service": "apigateway.amazonaws.com" },
            "Action": "lambda:InvokeFunction",
            "Condition": { "ArnLike": { "AWS:SourceArn": source_arn } },
        })
    }

    #[test]
    fn the_source_is_compared_with_its_pattern() {
        let api = "arn:aws:execute-api:eu-west-1:000000000000:abc";
        for (pattern, allowed) in [
            ("/*/*", true),
            ("/*", true),
            ("/*/GET/pets", true),
            ("/$default/???/pets", true),
            ("/*/POST/pets", false),
            ("/dev/*", false),
            ("", false),
        ] {
            assert_eq!(is_allowed(&statement(&format!("{api}{pattern}"))), allowed, "{pattern}");
        }
    }

    #[test]
    fn who_asks_for_what_counts_as_well() {
        let allowed = statement("*");
        assert!(is_allowed(&allowed));
        for (pointer, value) in [
            ("/Principal", json!({ "Service": "s3.amazonaws.com" })),
            ("/Action", json!("lambda:GetFunction")),
            ("/Condition", json!({ "StringEquals": { "AWS:SourceAccount": "111122223333" } })),
            ("/Condition", json!({ "StringEquals": { "aws:PrincipalOrgID": "o-1" } })),
        ] {
            let mut other = allowed.clone();
            *other.pointer_mut(pointer).expect("is there") = value;
            assert!(!is_allowed(&other), "{other}");
        }
        assert!(is_allowed(&json!({ "Principal": "*", "Action": "lambda:*" })));
    }
}
