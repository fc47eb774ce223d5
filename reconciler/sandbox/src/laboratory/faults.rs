//! When the faults of a plan strike. Counts and draws; does not know what a fault does.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::plan::{Fault, FaultPlan, Rule};
use crate::log::is_write;
use crate::wire::Asked;

/// A plan that is being carried out.
#[derive(Debug, Default)]
pub(super) struct Faults {
    seed: u64,
    rules: Vec<Carried>,
    /// How often each operation was called on each resource.
    occurrences: BTreeMap<String, u64>,
}

/// A rule, with what it has counted.
#[derive(Debug)]
struct Carried {
    rule: Rule,
    matched: u64,
    struck: u64,
}

impl Faults {
    pub(super) fn new(plan: FaultPlan) -> Self {
        let FaultPlan { seed, rules } = plan;
        let carried = |rule| Carried { rule, matched: 0, struck: 0 };
        Self { seed, rules: rules.into_iter().map(carried).collect(), occurrences: BTreeMap::new() }
    }

    pub(super) fn looks_back(&self) -> bool {
        self.rules.iter().any(|carried| carried.rule.fault == Fault::StaleRead)
    }

    /// The fault of the first rule that applies. Every rule counts the call, whichever strikes.
    pub(super) fn strike(&mut self, asked: &Asked) -> Option<Fault> {
        let subject = format!("{}|{}", asked.name(), asked.resource.as_deref().unwrap_or_default());
        let occurrence = self.occurrences.entry(subject.clone()).or_default();
        *occurrence += 1;
        let mut struck = None;
        for (number, carried) in self.rules.iter_mut().enumerate() {
            let draw = || draw(&format!("{}|{number}|{subject}|{occurrence}", self.seed));
            if carried.applies(asked, draw) && struck.is_none() {
                carried.struck += 1;
                struck = Some(carried.rule.fault);
            }
        }
        struck
    }
}

impl Carried {
    fn applies(&mut self, asked: &Asked, draw: impl FnOnce() -> f64) -> bool {
        let Rule { fault, operation, calls, from, rate, times } = &self.rule;
        if operation.as_ref().is_some_and(|pattern| !pattern.matches(asked)) {
            return false;
        }
        if *fault == Fault::StaleRead && (asked.service == "s3" || is_write(&asked.operation)) {
            return false;
        }
        self.matched += 1;
        (calls.is_empty() || calls.contains(&self.matched))
            && from.is_none_or(|from| self.matched >= from)
            && times.is_none_or(|times| self.struck < times)
            && rate.is_none_or(|rate| draw() < rate)
    }
}

/// A number from 0 up to 1 that follows from `text`.
fn draw(text: &str) -> f64 {
    let digest = Sha256::digest(text.as_bytes());
    let bits = digest.iter().take(4).fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte));
    f64::from(bits) / (f64::from(u32::MAX) + 1.0)
}
