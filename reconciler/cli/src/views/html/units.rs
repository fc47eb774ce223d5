//! The units that are no terminals, with what differs in each and since when.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::RangeInclusive;

use reconcile_core::address::Address;
use reconcile_core::coverage::Coverage;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::status::Running;
use reconcile_core::verdict::{Action, Change, Danger, DangerLevel, Effect, FieldChange, Verdict};
use serde::Serialize;

use super::super::survey::{Declared, Sight, Since};
use super::super::{sentences, visible};

/// Fields of one unit that are shown; the others are counted.
const FIELDS: RangeInclusive<usize> = 3..=40;

/// Fields of all units together, as far as each has the fewest: what keeps a page of thousands within a few megabytes.
const ALL_FIELDS: usize = 6_000;

/// Characters of one value that are shown.
const CHARACTERS: usize = 400;

/// One unit.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Unit<'a> {
    address: String,
    kind: &'static str,
    verdict: &'static str,
    action: Option<Action>,
    reason: &'a str,
    unblock: Option<&'a str>,
    danger: DangerLevel,
    dangers: &'a [Danger],
    fields: Vec<Field<'a>>,
    more_fields: usize,
    coverage: &'a Coverage,
    running: Option<&'a Running>,
    declared: Option<&'a Declared>,
    /// The places in the list of the units that come directly before it.
    after: Vec<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drift: Option<Since<'a>>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Field<'a> {
    path: Cow<'a, str>,
    before: Option<Cow<'a, str>>,
    after: Option<Cow<'a, str>>,
    effect: Effect,
}

/// The units, dependencies first. Terminals have a list of their own, as long as git declares them.
pub(super) fn units(sight: &Sight) -> Vec<Unit<'_>> {
    let terminals = terminal_addresses(sight);
    let planned = sight.report.plan().units().iter();
    let planned: Vec<_> = planned.filter(|unit| !terminals.contains(&unit.address)).collect();
    let places = places(&planned);
    let running: BTreeMap<_, _> = sight.running.iter().map(|unit| (&unit.address, unit)).collect();
    let running = |unit: &PlannedUnit| running.get(&unit.address)?.running.as_ref();
    let changing = planned.iter().filter(|unit| unit.planned.verdict.change().is_some()).count();
    let limit = (ALL_FIELDS / changing.max(1)).clamp(*FIELDS.start(), *FIELDS.end());
    planned.iter().map(|unit| written(unit, running(unit), (sight, &places), limit)).collect()
}

/// The declared terminals.
pub(super) fn terminal_addresses(sight: &Sight) -> BTreeSet<&Address> {
    sight.terminals.iter().map(|enrolment| &enrolment.address).collect()
}

/// Where each unit stands in a list.
pub(super) fn places<'a>(units: &[&'a PlannedUnit]) -> BTreeMap<&'a Address, usize> {
    units.iter().enumerate().map(|(place, unit)| (&unit.address, place)).collect()
}

fn written<'a>(
    unit: &'a PlannedUnit,
    running: Option<&'a Running>,
    (sight, places): (&'a Sight, &BTreeMap<&Address, usize>),
    limit: usize,
) -> Unit<'a> {
    let verdict = &unit.planned.verdict;
    let change = verdict.change();
    let declared = sight.declared.get(&unit.address);
    let unblock = match verdict {
        Verdict::Blocked { unblock, why: _, change: _ } => Some(unblock.as_str()),
        Verdict::InSync | Verdict::Change(_) | Verdict::Unknown { .. } => None,
    };
    let fields = change.map_or(&[][..], |change| &change.fields);
    let after = declared.map_or(&[][..], |declared| &declared.after).iter();
    Unit {
        address: unit.address.to_string(),
        kind: unit.kind,
        verdict: verdict.word(),
        action: change.map(|change| change.action),
        reason: sentences::reason(verdict),
        unblock,
        danger: change.map(Change::danger).unwrap_or_default(),
        dangers: change.map_or(&[], |change| &change.dangers),
        fields: fields.iter().take(limit).map(field).collect(),
        more_fields: fields.len().saturating_sub(limit),
        coverage: &unit.planned.coverage,
        running,
        declared,
        after: after.filter_map(|before| places.get(before).copied()).collect(),
        drift: sentences::is_drift(verdict).then(|| sight.drifted_since(&unit.address)),
    }
}

fn field(field: &FieldChange) -> Field<'_> {
    let FieldChange { path, before, after, effect } = field;
    Field {
        path: visible::text(path),
        before: before.as_deref().map(shortened),
        after: after.as_deref().map(shortened),
        effect: *effect,
    }
}

/// The value, or its beginning.
fn shortened(value: &str) -> Cow<'_, str> {
    match value.char_indices().nth(CHARACTERS) {
        Some((end, _)) => Cow::Owned(format!("{}…", visible::text(&value[..end]))),
        None => visible::text(value),
    }
}
