//! Units that are declared under another name: found by what their files say, as git finds renamed files.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::address::Address;
use reconcile_core::comparison::Rename;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::verdict::{Action, Verdict};

use super::Comparison;
use crate::kind::Links;

/// Two files are one if so much of them is the same; git's own limit is a half, of files that say more.
const ALIKE: f64 = 0.6;

/// Finds the renames, and says so where the units are decided about.
pub(super) fn find(units: &mut [PlannedUnit], comparison: &Comparison<'_>) -> Vec<Rename> {
    let mut renames: Vec<Rename> = comparison
        .origins
        .iter()
        .filter(|(now, before)| now != before)
        .map(|(now, before)| Rename { from: before.clone(), to: now.clone(), is_kept: true })
        .collect();
    let (mut new, mut gone) = (sides(units, Action::Create), sides(units, Action::Delete));
    let mut pairs: Vec<_> = new
        .iter()
        .flat_map(|now| gone.iter().map(move |before| (before, now)))
        .filter(|(before, now)| before.kind() == now.kind() && before.part() == now.part())
        .filter_map(|(before, now)| {
            let base = comparison.base.links.get(before)?;
            let likeness = likeness((before, base), (now, comparison.head.links.get(now)?));
            (likeness >= ALIKE).then(|| (likeness, before.clone(), now.clone()))
        })
        .collect();
    pairs.sort_by(|left, right| {
        right.0.total_cmp(&left.0).then_with(|| (&left.1, &left.2).cmp(&(&right.1, &right.2)))
    });
    for (_, before, now) in pairs {
        if gone.contains(&before) && new.contains(&now) {
            gone.remove(&before);
            new.remove(&now);
            renames.push(Rename { from: before, to: now, is_kept: false });
        }
    }
    for rename in &renames {
        tell(units, rename);
    }
    renames
}

/// The units that are made or removed, whether that is held back or not.
fn sides(units: &[PlannedUnit], action: Action) -> BTreeSet<Address> {
    let is = |unit: &&PlannedUnit| {
        unit.planned.verdict.change().is_some_and(|change| change.action == action)
    };
    units.iter().filter(is).map(|unit| unit.address.clone()).collect()
}

fn tell(units: &mut [PlannedUnit], Rename { from, to, is_kept }: &Rename) {
    for unit in units {
        if *is_kept {
            if unit.address == *to {
                let note = format!("it was `{from}`, and keeps its name in AWS");
                unit.planned.coverage.notes.push(note);
            }
            continue;
        }
        if let Verdict::Change(change) = &mut unit.planned.verdict {
            if unit.address == *to {
                change.reason = format!("`{from}` has another name now: AWS makes a new one");
            } else if unit.address == *from {
                change.reason = format!("its name is `{to}` now: AWS deletes the one of this name");
            }
        }
    }
}

/// From 0 to 1: how many lines two files share. The names themselves make no difference.
fn likeness((before, base): (&Address, &Links), (now, head): (&Address, &Links)) -> f64 {
    let (old, new) =
        (lines(&base.place.file.text, before.name()), lines(&head.place.file.text, now.name()));
    let shared: usize =
        old.iter().map(|(line, count)| new.get(line).map_or(0, |other| *count.min(other))).sum();
    let all: usize = old.values().chain(new.values()).sum();
    // Files are small: no count of lines is beyond what a float holds.
    #[expect(clippy::cast_precision_loss, reason = "files are small")]
    let likeness = 2.0 * shared as f64 / all.max(1) as f64;
    likeness
}

/// The lines that say something, counted, with a mark in place of the unit's name.
fn lines(text: &str, name: &str) -> BTreeMap<String, usize> {
    let mut lines = BTreeMap::new();
    let said = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#') && !line.starts_with("kind:"));
    for line in said.filter(|line| !line.starts_with("name:")) {
        *lines.entry(line.replace(name, "\u{0}")).or_default() += 1;
    }
    lines
}
