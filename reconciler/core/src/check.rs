//! A second opinion on a plan, by code that did not write it, before anything is carried out.

use std::ptr;
use std::sync::Arc;

use crate::plan::{Plan, PlannedUnit};
use crate::verdict::{Action, Change, DangerLevel, Verdict};

/// A plan that breaks none of the rules of this module. It is shared by all who have it: a plan never changes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedPlan(Arc<Plan>);

/// A rule that a plan breaks. It is our own bug, never the user's mistake.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the plan breaks the rule `{rule}` at `{address}`: this is a bug in reconcile, nothing was changed"
)]
pub struct BrokenRule {
    /// The rule's name.
    pub rule: &'static str,
    /// The unit.
    pub address: String,
}

type Rule = fn(&Plan, &PlannedUnit) -> bool;

/// What holds for every unit of every plan.
const RULES: [(&str, Rule); 5] = [
    ("an address occurs once", |plan, unit| {
        plan.unit(&unit.address).is_some_and(|found| ptr::eq(found, unit))
    }),
    ("dependencies come first", dependencies_first),
    ("data and identity are destroyed only with consent", |_, unit| {
        carried_out(unit).is_none_or(|change| {
            change.dangers.iter().all(|danger| danger.level < DangerLevel::High || danger.allowed)
        })
    }),
    ("a replaced or deleted part is named as a danger or as a field", |_, unit| {
        carried_out(unit).is_none_or(|change| {
            change.action != Action::Replace
                || change.fields.iter().any(|field| field.effect.is_destructive())
        })
    }),
    ("a change says why", |_, unit| {
        carried_out(unit).is_none_or(|change| !change.reason.is_empty())
    }),
];

impl CheckedPlan {
    /// Checks every rule for every unit.
    pub fn new(plan: Plan) -> Result<Self, BrokenRule> {
        for unit in plan.units() {
            for (rule, holds) in RULES {
                if !holds(&plan, unit) {
                    return Err(BrokenRule { rule, address: unit.address.to_string() });
                }
            }
        }
        Ok(Self(Arc::new(plan)))
    }

    /// The plan.
    pub fn plan(&self) -> &Plan {
        &self.0
    }
}

fn carried_out(unit: &PlannedUnit) -> Option<&Change> {
    match &unit.planned.verdict {
        Verdict::Change(change) => Some(change),
        Verdict::InSync | Verdict::Blocked { .. } | Verdict::Unknown { .. } => None,
    }
}

fn dependencies_first(plan: &Plan, unit: &PlannedUnit) -> bool {
    let own = plan.position(&unit.address);
    unit.after.iter().all(|dependency| {
        plan.position(dependency).is_none_or(|place| own.is_some_and(|own| place < own))
    })
}
