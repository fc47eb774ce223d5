//! The decisions about an artifact's units: pure and total.

mod function;
pub mod keys;
mod package;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::input::Value;
use reconcile_core::observation::Observation;
use reconcile_core::plan::Planned;
use reconcile_core::verdict::{Change, Verdict};
use reconcile_engine::kind::{Decision, PlanContext, Wanted};

use crate::spec::Spec;
use crate::state::State;
use crate::step::Step;

/// A signature that ends within this time is made anew: weeks of failing runs fit between that and the
/// day on which nothing can be deployed any more.
const RENEWED_BEFORE: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A signature that ends within this time is spoken of.
const SPOKEN_OF_BEFORE: SignedDuration = SignedDuration::from_hours(30 * 24);

/// The time up to which a signature has to last in order not to be made anew.
pub(crate) fn renewal_horizon(now: Timestamp) -> Timestamp {
    now.saturating_add(RENEWED_BEFORE).unwrap_or(Timestamp::MAX)
}

/// What a unit publishes as it was seen.
pub(crate) fn published(state: &State) -> BTreeMap<String, String> {
    match state {
        State::Package(seen) => seen.record.as_ref().map(package::published).unwrap_or_default(),
        State::Function(_) => BTreeMap::new(),
    }
}

/// Decides about one unit.
pub fn plan(
    wanted: &Wanted<'_, Spec>,
    seen: &Observation<State>,
    context: &PlanContext<'_>,
) -> Decision<Step> {
    let draft = match (wanted, seen) {
        (_, Observation::Unreadable(why)) => Draft::unknown(why),
        // What a package left behind is history: nothing that git does not declare any more is deleted.
        (Wanted::Gone, _) => Draft::of(Verdict::InSync),
        (Wanted::Declared(Spec::Package(package)), Observation::Absent) => {
            package::absent(package, context)
        }
        (Wanted::Declared(Spec::Package(package)), Observation::Present(State::Package(seen))) => {
            package::present(package, seen, context)
        }
        (Wanted::Declared(Spec::Function(function)), Observation::Absent) => {
            function::absent(function, context)
        }
        (
            Wanted::Declared(Spec::Function(function)),
            Observation::Present(State::Function(seen)),
        ) => function::present(function, seen, context),
        (Wanted::Declared(_), Observation::Present(_)) => {
            Draft::unknown("it was looked at as another unit of its file")
        }
    };
    let desired = match wanted {
        Wanted::Declared(Spec::Package(package)) => package::desired(package, context),
        Wanted::Declared(Spec::Function(function)) => function::desired(function, context),
        Wanted::Gone => Digest::of("gone"),
    };
    let observed = match seen {
        Observation::Absent => Digest::of("absent"),
        Observation::Present(state) => state.digest(),
        Observation::Unreadable(why) => Digest::of(why),
    };
    let Draft { verdict, steps, outputs, coverage } = draft;
    Decision { planned: Planned { verdict, outputs, desired, observed, coverage }, steps }
}

/// A decision without its digests.
#[derive(Debug)]
struct Draft {
    verdict: Verdict,
    steps: Vec<Step>,
    outputs: BTreeMap<String, Value>,
    coverage: Coverage,
}

impl Draft {
    fn of(verdict: Verdict) -> Self {
        Self { verdict, steps: Vec::new(), outputs: BTreeMap::new(), coverage: Coverage::default() }
    }

    fn change(change: Change, steps: Vec<Step>) -> Self {
        Self { steps, ..Self::of(Verdict::Change(change)) }
    }

    fn unknown(why: &str) -> Self {
        let coverage = Coverage { unreadable: 1, ..Coverage::default() };
        Self { coverage, ..Self::of(Verdict::Unknown { why: why.to_owned() }) }
    }

    fn publishing(self, outputs: BTreeMap<String, Value>) -> Self {
        Self { outputs, ..self }
    }
}
