//! The decisions about an artifact's units: pure and total.

mod function;
pub mod keys;
mod offline;
mod package;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use reconcile_core::digest::Digest;
use reconcile_core::observation::Observation;
use reconcile_core::verdict::Verdict;
use reconcile_engine::draft;
use reconcile_engine::kind::{Decision, PlanContext, Wanted};

pub(crate) use offline::compare;

use crate::spec::Spec;
use crate::state::State;
use crate::step::Step;

type Draft = draft::Draft<Step>;

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
        (_, Observation::Unreadable(why)) => Draft::unreadable(why),
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
            Draft::unreadable("it was looked at as another unit of its file")
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
    draft.decided(desired, observed)
}
