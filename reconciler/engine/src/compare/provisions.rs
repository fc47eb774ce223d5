//! Names that a unit provides no more and another one needs: AWS does not let them go.

use std::collections::BTreeSet;

use reconcile_core::address::Address;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::verdict::Verdict;

use super::Comparison;
use crate::kind::Links;
use crate::plan::World;

/// Holds back every unit that takes away what others need.
pub(super) fn hold_back(units: &mut [PlannedUnit], comparison: &Comparison<'_>) {
    for unit in units {
        let origin = comparison.origins.get(&unit.address).unwrap_or(&unit.address);
        let Some(links) = comparison.base.links.get(origin) else { continue };
        for name in taken_away(links, comparison.head) {
            let users = users(comparison.head, links, name);
            let mut former = self::users(comparison.base, links, name);
            former.remove(origin);
            let verdict = &mut unit.planned.verdict;
            if !users.is_empty() && !matches!(verdict, Verdict::Blocked { .. }) {
                let users = listed(&users);
                *verdict = Verdict::Blocked {
                    why: format!("it exports `{name}` no more, which {users} imports"),
                    unblock: format!(
                        "have {users} import it no more first: an export that is in use cannot be taken away"
                    ),
                    change: verdict.change().cloned(),
                };
            } else if !former.is_empty() {
                let users = listed(&former);
                unit.planned.coverage.notes.push(format!(
                    "the export `{name}` goes only once {users} was applied, which still imports it"
                ));
            }
        }
    }
}

/// What a unit provided that nobody provides now.
fn taken_away<'a>(links: &'a Links, head: &'a World) -> impl Iterator<Item = &'a String> {
    links.provides.iter().filter(|name| {
        let mut others = head.links.values().filter(|other| other.region == links.region);
        !others.any(|other| other.provides.contains(*name))
    })
}

/// The units of a revision that take a name from a unit's region.
fn users(world: &World, links: &Links, name: &str) -> BTreeSet<Address> {
    let of_region = world.links.iter().filter(|(_, other)| other.region == links.region);
    of_region.filter(|(_, other)| other.needs.contains(name)).map(|(at, _)| at.clone()).collect()
}

fn listed(users: &BTreeSet<Address>) -> String {
    users.iter().map(|user| format!("`{user}`")).collect::<Vec<_>>().join(" and ")
}
