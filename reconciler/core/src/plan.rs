//! The plan: verdicts in graph order, immutable once made, with a digest that names it.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::address::Address;
use crate::coverage::Coverage;
use crate::digest::Digest;
use crate::input::Value;
use crate::verdict::{Action, Change, Danger, DangerLevel, Verdict};

/// What planning one unit gives.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// The decision.
    pub verdict: Verdict,
    /// What the unit publishes, now or once the verdict was carried out.
    pub outputs: BTreeMap<String, Value>,
    /// The digest of what git declares, inputs resolved.
    pub desired: Digest,
    /// The digest of what AWS showed.
    pub observed: Digest,
    /// How much of it was seen.
    pub coverage: Coverage,
}

/// One unit of a plan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedUnit {
    /// Its name.
    pub address: Address,
    /// The kind's word, as files spell it: `Stack`.
    pub kind: &'static str,
    /// The units that come first.
    pub after: Vec<Address>,
    /// The decision and its basis.
    pub planned: Planned,
}

/// All verdicts of one run, dependencies first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    units: Vec<PlannedUnit>,
    places: BTreeMap<Address, usize>,
    digest: Digest,
}

/// Units counted by what happens to them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    reason = "each field is the count of the verdict, action or outcome it is named after"
)]
pub struct Summary {
    pub create: u64,
    pub update: u64,
    pub replace: u64,
    pub delete: u64,
    pub revert: u64,
    pub recover: u64,
    pub follow: u64,
    pub in_sync: u64,
    pub blocked: u64,
    pub unknown: u64,
    pub failed: u64,
}

impl Plan {
    /// A plan of these units, which are in graph order.
    ///
    /// The digest covers, for every unit that is not in sync, what is wanted, what was seen and what is
    /// done: an unrelated merge does not change it, and neither does the commit.
    pub fn new(units: Vec<PlannedUnit>) -> Self {
        let basis: Vec<_> = units
            .iter()
            .filter(|unit| unit.planned.verdict != Verdict::InSync)
            .map(|unit| {
                let Planned { verdict, desired, observed, outputs: _, coverage: _ } = &unit.planned;
                let action = verdict.change().map(|change| change.action);
                (&unit.address, desired, observed, verdict.word(), action)
            })
            .collect();
        let digest = Digest::of_json(&basis);
        let places =
            units.iter().enumerate().map(|(place, unit)| (unit.address.clone(), place)).collect();
        Self { units, places, digest }
    }

    /// The units, dependencies first.
    pub fn units(&self) -> &[PlannedUnit] {
        &self.units
    }

    /// One unit.
    pub fn unit(&self, address: &Address) -> Option<&PlannedUnit> {
        self.position(address).and_then(|place| self.units.get(place))
    }

    /// The place of a unit in the order.
    pub fn position(&self, address: &Address) -> Option<usize> {
        self.places.get(address).copied()
    }

    /// The name of the plan.
    pub fn digest(&self) -> &Digest {
        &self.digest
    }

    /// Units with a change that can be carried out.
    pub fn changes(&self) -> impl Iterator<Item = (&PlannedUnit, &Change)> {
        self.units.iter().filter_map(|unit| match &unit.planned.verdict {
            Verdict::Change(change) => Some((unit, change)),
            Verdict::InSync | Verdict::Blocked { .. } | Verdict::Unknown { .. } => None,
        })
    }

    /// What is lost or interrupted, over all units, the worst first.
    pub fn dangers(&self) -> Vec<(&PlannedUnit, &Danger)> {
        let changes =
            self.units.iter().filter_map(|unit| Some((unit, unit.planned.verdict.change()?)));
        let mut dangers: Vec<_> = changes
            .flat_map(|(unit, change)| change.dangers.iter().map(move |danger| (unit, danger)))
            .filter(|(_, danger)| danger.level > DangerLevel::None)
            .collect();
        dangers.sort_by_key(|(_, danger)| Reverse(danger.level));
        dangers
    }

    /// Units counted by verdict.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for unit in &self.units {
            match &unit.planned.verdict {
                Verdict::InSync => summary.in_sync += 1,
                Verdict::Change(change) => *summary.of_action(change.action) += 1,
                Verdict::Blocked { .. } => summary.blocked += 1,
                Verdict::Unknown { .. } => summary.unknown += 1,
            }
        }
        summary
    }

    /// How much was seen, over all units; what is to be said of several of them is said once.
    pub fn coverage(&self) -> Coverage {
        let mut coverage = Coverage::default();
        let mut said: BTreeMap<&str, Vec<&Address>> = BTreeMap::new();
        for unit in &self.units {
            let of_unit = &unit.planned.coverage;
            coverage.add_counts(of_unit);
            for note in &of_unit.notes {
                said.entry(note).or_default().push(&unit.address);
            }
        }
        let sentence = |(note, of): (&str, Vec<&Address>)| match of.as_slice() {
            [one] => format!("{one}: {note}"),
            several => format!("{} units: {note}", several.len()),
        };
        coverage.notes = said.into_iter().map(sentence).collect();
        coverage
    }
}

impl Summary {
    /// The count of one action.
    pub fn of_action(&mut self, action: Action) -> &mut u64 {
        match action {
            Action::Create => &mut self.create,
            Action::Update => &mut self.update,
            Action::Replace => &mut self.replace,
            Action::Delete => &mut self.delete,
            Action::Revert => &mut self.revert,
            Action::Recover => &mut self.recover,
            Action::Follow => &mut self.follow,
        }
    }

    /// Adds the units of another count.
    pub fn add(&mut self, other: &Self) {
        let Self { create, update, replace, delete, revert, recover, follow, .. } = other;
        let Self { in_sync, blocked, unknown, failed, .. } = other;
        self.create += create;
        self.update += update;
        self.replace += replace;
        self.delete += delete;
        self.revert += revert;
        self.recover += recover;
        self.follow += follow;
        self.in_sync += in_sync;
        self.blocked += blocked;
        self.unknown += unknown;
        self.failed += failed;
    }

    /// Changes that were planned or made.
    pub fn changes(&self) -> u64 {
        let made = self.create + self.update + self.replace + self.delete;
        made + self.revert + self.recover + self.follow
    }
}
