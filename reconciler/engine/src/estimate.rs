//! How long a run is going to take, as far as earlier runs tell. An estimate, and never a promise.

use std::collections::BTreeMap;
use std::time::Duration;

use reconcile_core::address::Address;
use reconcile_core::plan::Plan;
use reconcile_core::verdict::{Action, Verdict};

/// How long something took when it was done to a unit the last time.
pub type Known = BTreeMap<(Address, Action), Duration>;

/// What a run is expected to take.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Estimate {
    /// The units to which the same was done before.
    pub units: BTreeMap<Address, Duration>,
    /// All of it; none if nothing like one of its changes was ever done.
    pub whole: Option<Duration>,
}

impl Estimate {
    /// Of a plan that is carried out with as many units at a time.
    pub fn of(plan: &Plan, known: &Known, parallelism: usize) -> Self {
        let changes = plan.changes().filter_map(|(unit, change)| {
            let took = known.get(&(unit.address.clone(), change.action))?;
            Some((unit.address.clone(), *took))
        });
        Self { units: changes.collect(), whole: whole(plan, known, parallelism) }
    }
}

/// Until the last unit is done, if each begins as soon as those before it ended and there is room.
fn whole(plan: &Plan, known: &Known, parallelism: usize) -> Option<Duration> {
    let mut lanes = vec![Duration::ZERO; parallelism.max(1)];
    let mut ends: BTreeMap<&Address, Duration> = BTreeMap::new();
    for unit in plan.units() {
        let before = unit.after.iter().filter_map(|address| ends.get(address));
        let ready = before.max().copied().unwrap_or_default();
        let mut end = ready;
        if let Verdict::Change(change) = &unit.planned.verdict {
            let took = typical(known, &unit.address, change.action)?;
            let lane = lanes.iter_mut().min()?;
            *lane = ready.max(*lane) + took;
            end = *lane;
        }
        ends.insert(&unit.address, end);
    }
    ends.into_values().max().filter(|whole| !whole.is_zero())
}

/// What it took the last time, or else what the same takes as a rule for units of the kind.
fn typical(known: &Known, address: &Address, action: Action) -> Option<Duration> {
    if let Some(took) = known.get(&(address.clone(), action)) {
        return Some(*took);
    }
    let same =
        known.iter().filter(|((unit, of), _)| unit.kind() == address.kind() && *of == action);
    let mut times: Vec<_> = same.map(|(_, took)| *took).collect();
    times.sort();
    times.get(times.len() / 2).copied()
}

#[cfg(test)]
mod tests {
    use reconcile_core::coverage::Coverage;
    use reconcile_core::digest::Digest;
    use reconcile_core::plan::{Planned, PlannedUnit};
    use reconcile_core::verdict::Change;

    use super::*;

    fn address(name: &str) -> Address {
        Address::new("toys", name)
    }

    /// A unit after others; it is updated, or nothing is done to it.
    fn unit(name: &str, after: &[&str], is_changed: bool) -> PlannedUnit {
        let change = || Verdict::Change(Change::new(Action::Update, "it differs"));
        PlannedUnit {
            address: address(name),
            kind: "Toy",
            after: after.iter().map(|name| address(name)).collect(),
            planned: Planned {
                verdict: if is_changed { change() } else { Verdict::InSync },
                outputs: BTreeMap::new(),
                desired: Digest::of(name),
                observed: Digest::of(name),
                coverage: Coverage::default(),
            },
        }
    }

    #[track_caller]
    fn check(units: &[PlannedUnit], known: &[(&str, u64)], parallelism: usize, whole: Option<u64>) {
        let known = known.iter().map(|(name, seconds)| {
            ((address(name), Action::Update), Duration::from_secs(*seconds))
        });
        let estimate = Estimate::of(&Plan::new(units.to_vec()), &known.collect(), parallelism);
        assert_eq!(estimate.whole, whole.map(Duration::from_secs));
    }

    #[test]
    fn what_waits_for_others_takes_as_long_as_they_do() {
        let chain = [unit("a", &[], true), unit("b", &["a"], false), unit("c", &["b"], true)];
        check(&chain, &[("a", 40), ("c", 30)], 10, Some(70));
        let beside = [unit("a", &[], true), unit("b", &[], true), unit("c", &[], true)];
        check(&beside, &[("a", 40), ("b", 20), ("c", 10)], 10, Some(40));
        check(&beside, &[("a", 40), ("b", 20), ("c", 10)], 1, Some(70));
    }

    #[test]
    fn what_is_new_takes_as_long_as_others_of_its_kind() {
        let units = [unit("a", &[], true), unit("b", &["a"], true)];
        check(&units, &[("a", 40), ("x", 60), ("y", 50)], 10, Some(90));
        check(&units, &[], 10, None);
        check(&[unit("a", &[], false)], &[], 10, None);
    }
}
