//! The `Conditions` section: which parts of the template apply.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::functions::scalar;
use super::intrinsics::{Evaluator, Unborn};
use super::scope::Scope;
use crate::error::AwsError;

/// How deep conditions may refer to each other before they count as circular.
const MAX_DEPTH: usize = 64;

/// Evaluates every condition of the section.
pub(super) fn evaluate(
    section: Option<&Map<String, Value>>,
    scope: &Scope,
) -> Result<BTreeMap<String, bool>, AwsError> {
    let Some(section) = section else {
        return Ok(BTreeMap::new());
    };
    let judge = Judge { section, scope };
    section.keys().map(|name| Ok((name.clone(), judge.named(name, 0)?))).collect()
}

struct Judge<'a> {
    section: &'a Map<String, Value>,
    scope: &'a Scope,
}

impl Judge<'_> {
    fn named(&self, name: &str, depth: usize) -> Result<bool, AwsError> {
        let Some(condition) = self.section.get(name) else {
            return Err(AwsError::validation(format!(
                "Template format error: Unresolved condition dependency {name} in the Conditions block of the template"
            )));
        };
        if depth > MAX_DEPTH {
            return Err(AwsError::validation(format!(
                "Template format error: Circular dependency between conditions: [{name}]"
            )));
        }
        self.holds(condition, depth + 1)
    }

    fn holds(&self, condition: &Value, depth: usize) -> Result<bool, AwsError> {
        let single = condition.as_object().filter(|map| map.len() == 1);
        let Some((function, arguments)) = single.and_then(|map| map.iter().next()) else {
            return Err(malformed());
        };
        let operands = arguments.as_array().map_or(&[][..], Vec::as_slice);
        match (function.as_str(), operands) {
            ("Condition", _) => self.named(arguments.as_str().ok_or_else(malformed)?, depth),
            ("Fn::Not", [operand]) => Ok(!self.holds(operand, depth)?),
            ("Fn::And", [_, ..]) => self.all(operands, depth, true),
            ("Fn::Or", [_, ..]) => Ok(!self.all(operands, depth, false)?),
            ("Fn::Equals", [left, right]) => self.equal(left, right),
            _ => Err(malformed()),
        }
    }

    /// Whether every operand is `wanted`.
    fn all(&self, operands: &[Value], depth: usize, wanted: bool) -> Result<bool, AwsError> {
        for operand in operands {
            if self.holds(operand, depth)? != wanted {
                return Ok(false);
            }
        }
        Ok(true)
    }

    fn equal(&self, left: &Value, right: &Value) -> Result<bool, AwsError> {
        let evaluator = Evaluator { scope: self.scope, resources: &Unborn };
        let (left, right) = (evaluator.value(left)?, evaluator.value(right)?);
        Ok(match (scalar(&left), scalar(&right)) {
            (Some(left), Some(right)) => left == right,
            _ => left == right,
        })
    }
}

fn malformed() -> AwsError {
    AwsError::validation(
        "Template format error: Conditions can only be boolean operations on parameters and other conditions",
    )
}
