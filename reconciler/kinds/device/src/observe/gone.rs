//! Finds what `desired/` does not declare: terminals that are still registered, and certificates that a CA issued for others.

use std::collections::BTreeSet;

use futures::future::join_all;
use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::observation::Observation;
use reconcile_engine::kind::{Look, Wanted};

use super::{Sight, TOGETHER, address_of, one};
use crate::kind::DeviceKind;
use crate::spec::Spec;
use crate::state::State;

/// What is ours, or of our CAs, and not declared.
pub(super) async fn all(
    kind: &DeviceKind,
    look: &Look<'_, Spec>,
    sight: &Sight,
) -> Result<Vec<(Address, State)>, String> {
    let registered = sight.etags.keys().map(String::as_str);
    let now = kind.now();
    let issued = sight.reports.iter().flat_map(|report| {
        let live = report
            .by_name
            .iter()
            .filter(|(_, entries)| entries.iter().any(|entry| entry.is_live(now)));
        live.map(|(name, _)| name.as_str())
    });
    let declared: BTreeSet<&str> = look.declared.values().map(|spec| spec.name.as_str()).collect();
    let names: BTreeSet<&str> =
        registered.chain(issued).filter(|name| !declared.contains(name)).collect();
    let inputs = look.published.seen_from(look.environment.target.region());
    let names: Vec<&str> = names.into_iter().collect();
    let mut gone = Vec::new();
    for together in names.chunks(TOGETHER) {
        let addresses: Vec<Address> = together
            .iter()
            .map(|name| address_of(name).unwrap_or_else(|| unspeakable(name)))
            .collect();
        let looks = addresses.iter().map(|address| one(kind, address, &Wanted::Gone, inputs));
        for (address, seen) in addresses.iter().zip(join_all(looks).await) {
            match seen {
                Observation::Present(state) => gone.push((address.clone(), state)),
                Observation::Absent => {}
                Observation::Unreadable(why) => return Err(why),
            }
        }
    }
    Ok(gone)
}

/// What the addresses begin with of subjects that no address could be made of.
pub(super) const UNSPEAKABLE: &str = "subject-";

/// The address of a subject that no address could be made of.
pub(super) fn unspeakable(subject: &str) -> Address {
    Address::new("devices", &format!("{UNSPEAKABLE}{}", Digest::of(subject).short()))
}
