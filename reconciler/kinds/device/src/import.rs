//! Whether a certificate that is there can be put on record as a terminal's own.
//!
//! The plan records every certificate of the terminal's name and key that the CA's audit report shows, instead of having one
//! issued. So what is declared anew is taken over by an apply; here it is told beforehand whether it will be.
//!
//! Guarantee: nothing is written but the audit report that is asked for.

use device_registry::Serial;
use reconcile_core::observation::Observation;
use reconcile_engine::aws::session::Session;
use reconcile_engine::kind::Kind as _;

use crate::certificate::Authority;
use crate::kind::DeviceKind;
use crate::plan::attempt_of;
use crate::port::authority::Answer;
use crate::report::Entry;
use crate::spec::Spec;
use crate::state::State;

/// The serial numbers of the certificates that an apply will put on record, all of them looked at; or why there is none.
pub async fn adoptable(
    session: &Session,
    spec: &Spec,
    seen: &Observation<State>,
) -> Result<Vec<Serial>, String> {
    let state = match seen {
        Observation::Present(state) => state,
        Observation::Absent => {
            return Err("its CA, or the registry, is not there yet".to_owned());
        }
        Observation::Unreadable(why) => return Err(why.clone()),
    };
    if let Some(why) = &state.inventory.unreadable {
        return Err(format!("the CA's audit report cannot be read: {why}"));
    }
    let kind = DeviceKind::connect(session);
    let mut own = Vec::new();
    for entry in state.inventory.strangers(&state.records.journal, session.now()) {
        if state.inventory.keys.get(&entry.serial) == Some(&spec.request.public_key) {
            look_at(&kind, spec, entry).await?;
            own.push(entry.serial.clone());
        }
    }
    if own.is_empty() { Err(nothing(spec, state)) } else { Ok(own) }
}

/// Looks at a certificate as it is looked at before it is recorded.
async fn look_at(kind: &DeviceKind, spec: &Spec, entry: &Entry) -> Result<(), String> {
    let (authority, arn) = (entry.authority(), &entry.certificate_arn);
    let failed = |error| format!("the certificate {arn} cannot be read: {error}");
    let own = kind.authorities.own_certificate(authority).await.map_err(failed)?;
    let attempt = attempt_of(spec, entry, 1);
    match kind.authorities.certificate(authority, arn).await.map_err(failed)? {
        Answer::Issued(given) => {
            let authority = Authority::read(authority, &own)?;
            authority.check(spec.name.as_str(), &attempt, (arn, &given.pem)).map(drop)
        }
        Answer::InProgress => Err(format!("the CA is still issuing {arn}")),
        Answer::Unknown => Err(format!("the CA does not know {arn}")),
    }
}

/// Why there is nothing to be put on record.
fn nothing(spec: &Spec, state: &State) -> String {
    let name = &spec.name;
    if let Some(held) = state.records.journal.held().next_back() {
        return format!("its certificate {} is on record already", held.issued.serial);
    }
    let entries = &state.inventory.entries;
    if let Some(newest) = entries.last() {
        let serial = &newest.serial;
        return match (newest.revoked_at, state.inventory.keys.get(serial)) {
            (Some(at), _) => format!("its certificate {serial} was revoked at {at}"),
            (None, None) => format!("its certificate {serial} ended at {}", newest.not_after),
            (None, Some(_)) => format!("the CA issued {serial} to `{name}` for another key"),
        };
    }
    match state.inventory.as_of.values().max() {
        Some(as_of) => format!("the CA's audit report of {as_of} shows no certificate of `{name}`"),
        None => "the CA has no audit report yet".to_owned(),
    }
}
