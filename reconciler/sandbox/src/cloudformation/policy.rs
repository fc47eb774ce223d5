//! Stack policies: what an update may do to which resource.

use serde_json::{Value, json};

use super::template::scalar;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// The published limit on a policy's size, in bytes.
const MAX_BYTES: usize = 16_384;

/// Refuses an action that the policy denies, or does not allow: once set, the default is to deny.
pub(super) fn check(
    policy: &str,
    action: &str,
    logical_id: &str,
    type_name: &str,
) -> Result<(), String> {
    let subject = Subject { action, logical_id, type_name };
    let policy: Value = serde_json::from_str(policy).unwrap_or_default();
    let statements = statements(&policy);
    let mut applying = statements.iter().enumerate().filter(|(_, one)| subject.is_in(one));
    let denied = applying.find(|(_, statement)| effect(statement) == "Deny");
    if let Some((index, _)) = denied {
        return Err(format!(
            "Action denied by stack policy: Statement [#{}] does not allow [{action}] for resource [{logical_id}]",
            index + 1
        ));
    }
    let mut applying = statements.iter().filter(|one| subject.is_in(one));
    if applying.any(|statement| effect(statement) == "Allow") {
        return Ok(());
    }
    Err(format!(
        "Action denied by stack policy: No statement allows [{action}] for resource [{logical_id}]"
    ))
}

struct Subject<'a> {
    action: &'a str,
    logical_id: &'a str,
    type_name: &'a str,
}

impl Subject<'_> {
    /// Whether a statement speaks of this action on this resource.
    fn is_in(&self, statement: &Value) -> bool {
        self.action_is_in(statement)
            && self.resource_is_in(statement)
            && self.condition_holds(statement)
    }

    fn action_is_in(&self, statement: &Value) -> bool {
        let listed = |patterns: &Value| texts(patterns).iter().any(|one| like(one, self.action));
        match (statement.get("Action"), statement.get("NotAction")) {
            (Some(actions), _) => listed(actions),
            (None, Some(actions)) => !listed(actions),
            (None, None) => false,
        }
    }

    fn resource_is_in(&self, statement: &Value) -> bool {
        let listed = |patterns: &Value| {
            texts(patterns).iter().any(|pattern| {
                pattern == "*"
                    || pattern
                        .strip_prefix("LogicalResourceId/")
                        .is_some_and(|pattern| like(pattern, self.logical_id))
            })
        };
        match (statement.get("Resource"), statement.get("NotResource")) {
            (Some(resources), _) => listed(resources),
            (None, Some(resources)) => !listed(resources),
            (None, None) => true,
        }
    }

    fn condition_holds(&self, statement: &Value) -> bool {
        let Some(Value::Object(operators)) = statement.get("Condition") else {
            return true;
        };
        operators.iter().all(|(operator, keys)| {
            let wanted = keys.get("ResourceType").map(texts).unwrap_or_default();
            match operator.as_str() {
                "StringEquals" => wanted.iter().any(|one| one == self.type_name),
                "StringLike" => wanted.iter().any(|one| like(one, self.type_name)),
                _ => false,
            }
        })
    }
}

fn statements(policy: &Value) -> Vec<Value> {
    match policy.get("Statement") {
        Some(Value::Array(statements)) => statements.clone(),
        Some(statement @ Value::Object(_)) => vec![statement.clone()],
        _ => Vec::new(),
    }
}

fn effect(statement: &Value) -> &str {
    statement.get("Effect").and_then(Value::as_str).unwrap_or_default()
}

fn texts(value: &Value) -> Vec<String> {
    match value.as_array() {
        Some(items) => items.iter().filter_map(scalar).collect(),
        None => scalar(value).into_iter().collect(),
    }
}

/// Whether a text matches a pattern with `*` and `?`.
fn like(pattern: &str, text: &str) -> bool {
    let mut rest = pattern.chars();
    match rest.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = rest.as_str();
            let mut starts = text.char_indices().map(|(at, _)| at).chain([text.len()]);
            starts.any(|at| text.get(at..).is_some_and(|tail| like(rest, tail)))
        }
        Some(first) => {
            let mut tail = text.chars();
            let next = tail.next();
            next.is_some_and(|next| first == '?' || first == next)
                && like(rest.as_str(), tail.as_str())
        }
    }
}

/// Refuses what is not a stack policy.
pub(super) fn validate(policy: &str) -> Result<(), AwsError> {
    let refuse = |why: &str| AwsError::validation(format!("Error validating stack policy: {why}"));
    if policy.len() > MAX_BYTES {
        return Err(refuse("Stack policy is larger than the maximum allowed size"));
    }
    let Ok(parsed) = serde_json::from_str::<Value>(policy) else {
        return Err(refuse("Invalid JSON"));
    };
    let statements = statements(&parsed);
    if statements.is_empty() {
        return Err(refuse("stack policy must contain at least one statement"));
    }
    for statement in &statements {
        if !matches!(effect(statement), "Allow" | "Deny") {
            return Err(refuse("Effect must be Allow or Deny"));
        }
        if statement.get("Principal").is_some_and(|principal| principal != "*") {
            return Err(refuse("Principal must be \"*\""));
        }
        if statement.get("Action").is_none() && statement.get("NotAction").is_none() {
            return Err(refuse("Statement must have an Action or a NotAction"));
        }
    }
    Ok(())
}

/// Answers `SetStackPolicy`.
pub(super) fn set_stack_policy(world: &mut World, call: &Call) -> Answer {
    let id = world.stack_of(call)?.id.clone();
    let policy = call.required("StackPolicyBody")?;
    validate(policy)?;
    if let Some(stack) = world.stacks.get_mut(&id) {
        stack.policy = Some(policy.to_owned());
    }
    Ok(json!({}))
}

/// Answers `GetStackPolicy`.
pub(super) fn get_stack_policy(world: &World, call: &Call) -> Answer {
    Ok(json!({ "StackPolicyBody": world.stack_of(call)?.policy }))
}
