//! A decision in the making: what a kind's planning puts together, before the digests are added.

use std::collections::BTreeMap;

use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::input::Value;
use reconcile_core::plan::Planned;
use reconcile_core::verdict::{Change, Verdict};

use crate::kind::Decision;

/// A decision without its digests. Knows no kind: `Step` is the kind's own.
#[derive(Debug)]
pub struct Draft<Step> {
    /// For people and for the engine.
    pub verdict: Verdict,
    /// What carries it out, in order.
    pub steps: Vec<Step>,
    /// What others may refer to, by name.
    pub outputs: BTreeMap<String, Value>,
    /// How much was seen.
    pub coverage: Coverage,
}

impl<Step> Draft<Step> {
    /// A verdict, and nothing beside it.
    pub fn of(verdict: Verdict) -> Self {
        Self { verdict, steps: Vec::new(), outputs: BTreeMap::new(), coverage: Coverage::default() }
    }

    /// A change, and what carries it out.
    pub fn change(change: Change, steps: Vec<Step>) -> Self {
        Self { steps, ..Self::of(Verdict::Change(change)) }
    }

    /// Nothing can be decided, because something could not be read.
    pub fn unreadable(why: &str) -> Self {
        let coverage = Coverage { unreadable: 1, ..Coverage::default() };
        Self { coverage, ..Self::of(Verdict::Unknown { why: why.to_owned() }) }
    }

    /// The same, publishing these outputs.
    #[must_use]
    pub fn publishing(self, outputs: BTreeMap<String, Value>) -> Self {
        Self { outputs, ..self }
    }

    /// The decision, given the digests of what was declared and of what was seen.
    pub fn decided(self, desired: Digest, observed: Digest) -> Decision<Step> {
        let Self { verdict, steps, outputs, coverage } = self;
        Decision { planned: Planned { verdict, outputs, desired, observed, coverage }, steps }
    }
}
