//! Looks at one terminal, believing nothing that the ledger says.

use std::sync::Arc;

use device_registry::{Name, Registration, Serial};
use reconcile_core::address::Address;
use reconcile_core::input::Inputs;
use reconcile_core::observation::Observation;
use reconcile_engine::kind::Wanted;

use super::{gone, inventory};
use crate::certificate;
use crate::journal::Journal;
use crate::kind::DeviceKind;
use crate::port::authority::Answer;
use crate::report::{Entry, authority_of};
use crate::reports::Source;
use crate::spec::Spec;
use crate::state::{Card, Entered, Inventory, Places, Records, State};

/// The terminal as it is now.
pub(crate) async fn one(
    kind: &DeviceKind,
    address: &Address,
    wanted: &Wanted<'_, Spec>,
    inputs: Inputs<'_>,
) -> Observation<State> {
    let seen = match wanted {
        Wanted::Declared(spec) => declared(kind, spec, inputs).await,
        Wanted::Gone => gone(kind, address.name()).await,
    };
    match seen {
        Ok(Some(state)) => Observation::Present(state),
        Ok(None) => Observation::Absent,
        Err(why) => Observation::Unreadable(why),
    }
}

async fn declared(
    kind: &DeviceKind,
    spec: &Spec,
    inputs: Inputs<'_>,
) -> Result<Option<State>, String> {
    let known = inputs.resolve(&spec.authority).known().map(str::to_owned);
    let (Some(authority), Some(places)) = (known, kind.places(inputs)?) else { return Ok(None) };
    let name = spec.name.as_str();
    let records = records(kind, &places, name).await?;
    let journal = Some(&records.journal);
    let mut inventory = inventory(kind, &places, (name, &authority, journal)).await;
    look_at_strangers(kind, &authority, (&records, &mut inventory)).await?;
    Ok(Some(State { terminal: name.to_owned(), places, records, inventory }))
}

/// A terminal that nobody declares: what is on record of it, and what all CAs that are known say of it.
async fn gone(kind: &DeviceKind, name: &str) -> Result<Option<State>, String> {
    let Some(places) = kind.places.get().cloned() else { return Ok(None) };
    let subject = kind.subject(name, &places).await;
    let name = subject.as_deref().unwrap_or(name);
    let records = records(kind, &places, name).await?;
    let journal = Some(&records.journal);
    let mut inventory = inventory(kind, &places, (name, "", journal)).await;
    for authority in kind.known_authorities().await {
        if inventory.as_of.contains_key(&authority) {
            continue;
        }
        let source = Source { authority: &authority, bucket: &places.reports };
        // One that cannot be read is told at the terminals that are declared.
        if let Ok(Some(report)) = kind.newest_report(source).await {
            inventory.as_of.insert(authority, report.as_of);
            inventory.entries.extend(report.of(name).iter().cloned());
        }
    }
    look_at_strangers(kind, "", (&records, &mut inventory)).await?;
    let is_nothing = records == Records::default() && inventory.entries.is_empty();
    Ok((!is_nothing).then(|| State { terminal: name.to_owned(), places, records, inventory }))
}

/// Registration and journal of a terminal.
pub(super) async fn records(
    kind: &DeviceKind,
    places: &Places,
    name: &str,
) -> Result<Records, String> {
    // What is no name is in neither.
    let Ok(terminal) = Name::try_from(name.to_owned()) else { return Ok(Records::default()) };
    let key = device_registry::key(&terminal);
    let read = kind.objects.read(&places.registry, &key);
    let (object, journal) = futures::join!(read, kind.journal(name));
    let object = object.map_err(|error| format!("its registration could not be read: {error}"))?;
    let (journal, _) = journal?;
    let entry = object.map(|object| {
        let says = Registration::from_json(&object.bytes).ok().map(Card::of);
        Entered { etag: object.etag, says }
    });
    Ok(Records { entry, journal })
}

/// Learns the keys of certificates that no record knows: those that the CA's report shows, and those that are let in
/// without being on record.
pub(super) async fn look_at_strangers(
    kind: &DeviceKind,
    authority: &str,
    (records, inventory): (&Records, &mut Inventory),
) -> Result<(), String> {
    let now = kind.now();
    let shown: Vec<(Serial, String)> = inventory
        .strangers(&records.journal, now)
        .map(|entry| (entry.serial.clone(), entry.certificate_arn.clone()))
        .collect();
    for (serial, arn) in shown {
        if let Some(pem) = given(kind, &arn).await? {
            inventory.keys.insert(serial, certificate::key_of(&pem)?);
        }
    }
    let card = records.entry.as_ref().and_then(|entry| entry.says.as_ref());
    let registered = card.into_iter().flat_map(|card| &card.serials);
    for allowed in registered.filter(|allowed| allowed.not_after > now) {
        let serial = &allowed.serial;
        if records.journal.knows(serial)
            || inventory.entry(serial).is_some()
            || authority.is_empty()
        {
            continue;
        }
        // As AWS writes a serial number in an ARN: sixteen bytes.
        let certificate_arn = format!("{authority}/certificate/{:0>32}", serial.as_str());
        if let Some(pem) = given(kind, &certificate_arn).await? {
            inventory.keys.insert(serial.clone(), certificate::key_of(&pem)?);
            let (issued_at, not_after) = certificate::times_of(&pem)?;
            inventory.entries.push(Arc::new(Entry {
                certificate_arn,
                serial: serial.clone(),
                subject: String::new(),
                not_after,
                issued_at,
                revoked_at: None,
                template_arn: String::new(),
            }));
        }
    }
    Ok(())
}

/// A certificate, if its CA has it.
async fn given(kind: &DeviceKind, arn: &str) -> Result<Option<String>, String> {
    match kind.authorities.certificate(authority_of(arn), arn).await {
        Ok(Answer::Issued(given)) => Ok(Some(given.pem)),
        Ok(Answer::InProgress | Answer::Unknown) => Ok(None),
        Err(error) => Err(format!("the certificate {arn} could not be read: {error}")),
    }
}

impl DeviceKind {
    /// Where everything is: what is published now, as long as that is where all terminals were looked for.
    fn places(&self, inputs: Inputs<'_>) -> Result<Option<Arc<Places>>, String> {
        let Some(settings) = &self.settings else { return Ok(None) };
        let now = super::resolved(settings, inputs);
        match (self.places.get(), &now) {
            (Some(before), Some(now)) if **before != *now => {
                Err("the registry is another one than all terminals were looked for in: run again"
                    .to_owned())
            }
            _ => Ok(now.map(Arc::new)),
        }
    }

    /// The subject that has this address because no address could be made of it.
    async fn subject(&self, address: &str, places: &Places) -> Option<String> {
        if !address.starts_with(gone::UNSPEAKABLE) {
            return None;
        }
        for authority in self.known_authorities().await {
            let source = Source { authority: &authority, bucket: &places.reports };
            let report = self.newest_report(source).await.ok().flatten()?;
            let found =
                report.by_name.keys().find(|name| gone::unspeakable(name).name() == address);
            if found.is_some() {
                return found.cloned();
            }
        }
        None
    }

    /// The journal of a terminal, with its tag; an empty one if there is none.
    pub(crate) async fn journal(
        &self,
        terminal: &str,
    ) -> Result<(Journal, Option<String>), String> {
        let key = Journal::key(&self.environment.name, terminal);
        let stored = self.journals.get(&key).await;
        let Some(stored) = stored.map_err(|error| error.to_string())? else {
            return Ok((Journal::default(), None));
        };
        let journal = serde_json::from_slice(&stored.body);
        let journal = journal.map_err(|error| format!("`{key}` is malformed: {error}"))?;
        Ok((journal, Some(stored.etag)))
    }
}
