//! Looks at terminals, with as few calls as an honest answer takes.
//!
//! | look | calls |
//! |---|---|
//! | any | one `ListObjectsV2` for each 1,000 registrations; for each CA, one of its reports and one `GetObject` of the newest |
//! | where the ledger does not vouch for a terminal | registration and journal |
//! | certificates that the ledger or the journal does not know | `GetCertificate` |
//! | `drift`, `--detect` | besides, for each CA whose newest report is older than half an hour: a report |
//!
//! The ledger vouches for a terminal as long as its registration has the tag that was noted and the CA's report shows no
//! other certificate.
//!
//! A CA is asked as long as git declares a terminal that has it: nothing else says which CAs are the terminals'.

mod gone;
mod one;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;
use reconcile_core::address::Address;
use reconcile_core::input::Inputs;
use reconcile_core::observation::Observation;
use reconcile_engine::events::Event;
use reconcile_engine::kind::{Look, Seen};
use reconcile_engine::state::ledger::Note;

use crate::journal::Journal;
use crate::kind::DeviceKind;
use crate::report::Report;
use crate::reports::Source;
use crate::spec::{Settings, Spec};
use crate::state::{Inventory, Places, Records, State};

pub(crate) use one::one;

/// How many terminals are looked at together.
const TOGETHER: usize = 64;

/// The folder of registrations.
const REGISTRY: &str = "registry/";

/// What every terminal's look may rely on.
struct Sight {
    places: Arc<Places>,
    /// The tags of registrations, by terminal.
    etags: BTreeMap<String, String>,
    /// The newest reports that there are.
    reports: Vec<Arc<Report>>,
}

pub(crate) async fn all(kind: &DeviceKind, look: &Look<'_, Spec>) -> Seen<State> {
    let inputs = look.published.seen_from(look.environment.target.region());
    let Some(places) = places(look, inputs) else {
        // Where nothing can be registered yet, nothing is.
        let declared = look.declared.keys().map(|address| (address.clone(), Observation::Absent));
        return Seen { declared: declared.collect(), gone: Ok(Vec::new()) };
    };
    look.events.tell(&Event::Phase { what: "reading terminals".to_owned() });
    let sight = match sight(kind, look, places, inputs).await {
        Ok(sight) => sight,
        Err(why) => return unreadable(look, &why),
    };
    kind.places.get_or_init(|| Arc::clone(&sight.places));
    let mut seen = Vec::with_capacity(look.declared.len());
    let terminals: Vec<(&Address, &Spec)> =
        look.declared.iter().map(|(address, spec)| (address, *spec)).collect();
    for together in terminals.chunks(TOGETHER) {
        let mut looks = Vec::new();
        for (address, spec) in together {
            let note = look.notes.get(address).filter(|_| !look.focus.on(address).full);
            let note = note.and_then(Note::read);
            looks.push(declared(kind, spec, note, (&sight, inputs)));
        }
        let addresses = together.iter().map(|(address, _)| (*address).clone());
        seen.extend(addresses.zip(join_all(looks).await));
    }
    let gone = gone::all(kind, look, &sight).await;
    Seen { declared: BTreeMap::from_iter(seen), gone }
}

/// Where terminals are registered; none as long as nobody knows.
fn places(look: &Look<'_, Spec>, inputs: Inputs<'_>) -> Option<Places> {
    let settings = Settings::of(look.environment).ok().flatten()?;
    resolved(&settings, inputs)
}

/// Where the settings say that everything is, if that is known.
fn resolved(settings: &Settings, inputs: Inputs<'_>) -> Option<Places> {
    let known = |text| inputs.resolve(text).known().map(str::to_owned);
    Some(Places { registry: known(&settings.registry)?, reports: known(&settings.audit_reports)? })
}

fn unreadable(look: &Look<'_, Spec>, why: &str) -> Seen<State> {
    let declared = look.declared.keys();
    let declared = declared.map(|at| (at.clone(), Observation::Unreadable(why.to_owned())));
    Seen { declared: declared.collect(), gone: Err(why.to_owned()) }
}

async fn sight(
    kind: &DeviceKind,
    look: &Look<'_, Spec>,
    places: Places,
    inputs: Inputs<'_>,
) -> Result<Sight, String> {
    let listed = kind.objects.list(&places.registry, REGISTRY).await;
    let listed = listed.map_err(|error| format!("the registry could not be listed: {error}"))?;
    let etags = listed.into_iter().filter_map(|object| {
        let name = object.key.strip_prefix(REGISTRY)?.strip_suffix(".json")?;
        Some((name.to_owned(), object.etag))
    });
    let etags = etags.collect();
    // By CA, whether one of its terminals asks for a fresh report.
    let mut authorities: BTreeMap<String, bool> = BTreeMap::new();
    for (address, spec) in &look.declared {
        if let Some(authority) = inputs.resolve(&spec.authority).known() {
            *authorities.entry(authority.to_owned()).or_default() |= look.focus.on(address).detect;
        }
    }
    let mut reports = Vec::new();
    for (authority, detect) in authorities {
        let source = Source { authority: &authority, bucket: &places.reports };
        let tell = |what| look.events.tell(&Event::Phase { what });
        if detect && let Err(why) = kind.fresh_report(source, &tell).await {
            kind.remember_failure(source, why).await;
        }
        reports.extend(kind.newest_report(source).await.ok().flatten());
    }
    Ok(Sight { places: Arc::new(places), etags, reports })
}

async fn declared(
    kind: &DeviceKind,
    spec: &Spec,
    note: Option<Records>,
    (sight, inputs): (&Sight, Inputs<'_>),
) -> Observation<State> {
    let name = spec.name.as_str();
    let Some(authority) = inputs.resolve(&spec.authority).known().map(str::to_owned) else {
        return Observation::Absent;
    };
    let known = note.as_ref().map(|note| &note.journal);
    let mut inventory = inventory(kind, &sight.places, (name, &authority, known)).await;
    let etag = sight.etags.get(name);
    let records = match note.filter(|note| vouches(note, etag, &inventory, kind.now())) {
        Some(note) => note,
        None => match one::records(kind, &sight.places, name).await {
            Ok(records) => records,
            Err(why) => return Observation::Unreadable(why),
        },
    };
    if let Err(why) = one::look_at_strangers(kind, &authority, (&records, &mut inventory)).await {
        return Observation::Unreadable(why);
    }
    let (terminal, places) = (name.to_owned(), Arc::clone(&sight.places));
    Observation::Present(State { terminal, places, records, inventory })
}

/// Whether what was noted still holds.
fn vouches(
    note: &Records,
    etag: Option<&String>,
    inventory: &Inventory,
    now: jiff::Timestamp,
) -> bool {
    let noted = note.entry.as_ref().map(|entry| &entry.etag);
    noted.is_some() && noted == etag && inventory.strangers(&note.journal, now).next().is_none()
}

/// What the CAs that have to do with a terminal say of it: the one that git names, and those that its journal names.
async fn inventory(
    kind: &DeviceKind,
    places: &Places,
    (name, authority, journal): (&str, &str, Option<&Journal>),
) -> Inventory {
    let recorded = journal.into_iter().flat_map(|journal| &journal.attempts);
    let recorded = recorded.map(|attempt| attempt.authority.as_str());
    let authorities: BTreeSet<&str> = [authority].into_iter().chain(recorded).collect();
    let mut inventory = Inventory::default();
    for authority in authorities.into_iter().filter(|authority| !authority.is_empty()) {
        match kind.newest_report(Source { authority, bucket: &places.reports }).await {
            Ok(None) => {}
            Ok(Some(report)) => {
                inventory.as_of.insert(authority.to_owned(), report.as_of);
                inventory.entries.extend(report.of(name).iter().cloned());
            }
            Err(why) => inventory.unreadable = Some(why),
        }
    }
    inventory
}

/// The address of a terminal.
fn address_of(name: &str) -> Option<Address> {
    format!("devices/{name}").parse().ok()
}
