//! Compares what two revisions declare: planning is told that AWS is as the revision before says.
//!
//! So what a plan says of a difference (in place, replaced, data at risk, consent missing) is said here too, by
//! the same code. What only AWS knows has no value here: a unit that stays publishes its references themselves
//! (`${stacks.kms.KeyArn}`), and one that changes publishes what is pending.

mod properties;
mod provisions;
mod renames;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use reconcile_core::address::Address;
use reconcile_core::check::{BrokenRule, CheckedPlan};
use reconcile_core::comparison::Rename;
use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::input::{Outputs, Value};
use reconcile_core::plan::{Plan, Planned, PlannedUnit};
use reconcile_core::redaction::{Veil, redact};
use reconcile_core::text::Reference;
use reconcile_core::verdict::Verdict;

pub use properties::{Properties, by_property, leaving};

use crate::fleet::Before;
use crate::kind::{Links, PlanContext, Selection};
use crate::plan::World;

/// What differs between two revisions of one environment.
#[derive(Debug)]
pub struct Differences {
    /// As a plan.
    pub plan: CheckedPlan,
    /// Units that are declared under another name now.
    pub renames: Vec<Rename>,
}

/// Compares two revisions of an environment. Needs no AWS.
pub fn compare(
    (base, head): (&World, &World),
    now: Timestamp,
    selection: Selection<'_>,
) -> Result<Differences, BrokenRule> {
    let comparison = Comparison {
        base,
        head,
        now,
        published: published(base, now),
        origins: origins(base, head),
    };
    let mut units = comparison.units();
    provisions::hold_back(&mut units, &comparison);
    let mut renames = renames::find(&mut units, &comparison);
    head.review(&mut units);
    for unit in &mut units {
        redact(&unit.address, &mut unit.planned.verdict, Veil::default());
    }
    units.retain(|unit| selection(&unit.address));
    renames.retain(|rename| selection(&rename.from) || selection(&rename.to));
    Ok(Differences { plan: CheckedPlan::new(Plan::new(units))?, renames })
}

/// Two revisions, and which unit of the one is which of the other.
struct Comparison<'a> {
    base: &'a World,
    head: &'a World,
    now: Timestamp,
    /// What the revision before publishes.
    published: Outputs,
    /// The units that are in both: their addresses before, by their addresses now.
    origins: BTreeMap<Address, Address>,
}

impl Comparison<'_> {
    fn units(&self) -> Vec<PlannedUnit> {
        let mut outputs = Outputs::default();
        let mut units = Vec::new();
        for address in self.head.graph.order() {
            let Some(links) = self.head.links.get(&address) else { continue };
            let planned = self.planned(&address, self.origins.get(&address), &outputs, links);
            let Some((kind, mut planned)) = planned else { continue };
            if planned.verdict == Verdict::InSync {
                planned.outputs = by_reference(&address, planned.outputs);
            }
            outputs.publish(address.clone(), planned.outputs.clone());
            let after = self.head.graph.before(&address);
            units.push(PlannedUnit { address, kind, after, planned });
        }
        let mut after: BTreeSet<Address> = units
            .iter()
            .filter(|unit| unit.planned.verdict != Verdict::InSync)
            .map(|unit| unit.address.clone())
            .collect();
        for origin in self.gone() {
            let Some(links) = self.base.links.get(&origin) else { continue };
            let address = self.address_of_gone(&origin, links);
            let planned = self.planned(&address, Some(&origin), &outputs, links);
            let Some((kind, planned)) = planned else { continue };
            let unit =
                PlannedUnit { address, kind, after: after.iter().cloned().collect(), planned };
            after.insert(unit.address.clone());
            units.push(unit);
        }
        units
    }

    fn planned(
        &self,
        address: &Address,
        origin: Option<&Address>,
        outputs: &Outputs,
        links: &Links,
    ) -> Option<(&'static str, Planned)> {
        let (base, head, now) = (self.base, self.head, self.now);
        let fleet = head.fleet_of(address)?;
        let unread = Address::new(address.kind(), address.name());
        if origin.is_none() && base.broken.contains(&unread) {
            return Some((fleet.word(), unreadable(address, links)));
        }
        let before = origin.and_then(|origin| {
            let region = &base.links.get(origin)?.region;
            let inputs = self.published.seen_from(region);
            let context = PlanContext {
                address: origin,
                environment: &base.environment,
                inputs,
                now,
                veil: Veil::default(),
            };
            Some(Before { fleet: base.fleet_of(origin)?, context })
        });
        let inputs = outputs.seen_from(&links.region);
        let veil = Veil::default();
        let context = PlanContext { address, environment: &head.environment, inputs, now, veil };
        Some((fleet.word(), fleet.compare(before, &context)))
    }

    /// The units that are declared no more, those first that others needed least.
    fn gone(&self) -> Vec<Address> {
        let kept: BTreeSet<_> = self.origins.values().collect();
        let mut gone = self.base.graph.order();
        gone.retain(|address| !kept.contains(address));
        gone.reverse();
        gone
    }

    /// Its own, or with its region where a unit of that name is in another one now.
    fn address_of_gone(&self, origin: &Address, links: &Links) -> Address {
        if self.head.links.contains_key(origin) {
            origin.clone().with_part(&links.region)
        } else {
            origin.clone()
        }
    }
}

/// Which unit was which: the one of the same address, or else of the same name in AWS.
fn origins(base: &World, head: &World) -> BTreeMap<Address, Address> {
    let mut origins: BTreeMap<Address, Address> = BTreeMap::new();
    for (address, links) in &head.links {
        let same = base.links.get(address).filter(|before| before.region == links.region);
        if same.is_some() {
            origins.insert(address.clone(), address.clone());
        }
    }
    let taken: BTreeSet<Address> = origins.values().cloned().collect();
    for (address, links) in head.links.iter().filter(|(address, _)| !taken.contains(address)) {
        let mut left = base.links.iter().filter(|(before, _)| !taken.contains(before));
        let same = left.find(|(before, was)| {
            before.kind() == address.kind()
                && before.part().is_some() == address.part().is_some()
                && (&was.region, &was.physical_name) == (&links.region, &links.physical_name)
        });
        if let Some((before, _)) = same {
            origins.insert(address.clone(), before.clone());
        }
    }
    origins
}

/// What a revision publishes, were it carried out: what is known of it, and references to the rest.
fn published(world: &World, now: Timestamp) -> Outputs {
    let mut outputs = Outputs::default();
    for address in world.graph.order() {
        let (Some(links), Some(fleet)) = (world.links.get(&address), world.fleet_of(&address))
        else {
            continue;
        };
        let inputs = outputs.seen_from(&links.region);
        let environment = &world.environment;
        let veil = Veil::default();
        let context = PlanContext { address: &address, environment, inputs, now, veil };
        let planned = fleet.compare(Some(Before { fleet, context }), &context);
        let known = by_reference(&address, planned.outputs);
        outputs.publish(address, known);
    }
    outputs
}

/// Values with a reference in place of each that is not known.
fn by_reference(address: &Address, outputs: BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let known = |(output, value): (String, Value)| {
        let value = match value {
            Value::Known(text) => text,
            Value::Pending(_) => {
                Reference { address: address.clone(), output: output.clone() }.to_string()
            }
        };
        (output, Value::Known(value))
    };
    outputs.into_iter().map(known).collect()
}

/// Of a unit that the revision before declares, and nobody can read there. What others take from it is no
/// difference of theirs: it publishes references.
fn unreadable(address: &Address, links: &Links) -> Planned {
    let reference = |output: &String| {
        let reference = Reference { address: address.clone(), output: output.clone() };
        (output.clone(), Value::Known(reference.to_string()))
    };
    Planned {
        verdict: Verdict::Unknown {
            why: "the revision before declares it in a file that cannot be understood".to_owned(),
        },
        outputs: links.outputs.iter().map(reference).collect(),
        desired: Digest::of(""),
        observed: Digest::of(""),
        coverage: Coverage { unreadable: 1, ..Coverage::default() },
    }
}
