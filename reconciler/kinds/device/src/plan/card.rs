//! What the registration of a terminal should say.

use device_registry::{AllowedSerial, State as Registered};
use jiff::Timestamp;
use reconcile_core::verdict::{Effect, FieldChange};

use super::Terminal;
use crate::journal::Held;
use crate::spec::Standing;
use crate::state::{Card, Entered, State, settled};
use crate::step::{Publication, Step};

/// As the registry spells a state.
pub fn word(state: Registered) -> &'static str {
    match state {
        Registered::Enrolled => "enrolled",
        Registered::Suspended => "suspended",
        Registered::Revoked => "revoked",
    }
}

/// Whether a certificate was revoked: by us, unless the CA knows better, or by somebody else.
pub(super) fn is_revoked(state: &State, held: Held<'_>) -> bool {
    let Some(entry) = state.inventory.entry(&held.issued.serial) else {
        return held.issued.revoked.is_some();
    };
    match held.issued.revoked {
        Some(ours) => {
            entry.revoked_at.is_some()
                || !state.inventory.covers(&held.attempt.authority, settled(ours))
        }
        None => entry.revoked_at.is_some(),
    }
}

/// Whether somebody else revoked a certificate.
pub(super) fn is_revoked_by_others(state: &State, held: Held<'_>) -> bool {
    held.issued.revoked.is_none() && is_revoked(state, held)
}

/// What the registration of an enrolled or suspended terminal should say, and the ARN of its newest certificate.
pub(super) fn wanted(terminal: &Terminal<'_>) -> (Card, Option<String>) {
    let Terminal { spec, state, context, bucket, .. } = terminal;
    let good = |held: &Held<'_>| !is_revoked(state, *held) && held.issued.not_after > context.now;
    let held: Vec<_> = state.records.journal.held().filter(good).collect();
    let newest = held.last();
    let until = |one: &Held<'_>| match newest {
        Some(newest) if newest.issued.serial != one.issued.serial => {
            one.issued.not_after.min(spec.overlap.after(newest.attempt.opened))
        }
        Some(_) | None => one.issued.not_after,
    };
    let allowed = held
        .iter()
        .map(|held| AllowedSerial { serial: held.issued.serial.clone(), not_after: until(held) });
    let card = Card {
        terminal: spec.name.clone(),
        clinic: spec.clinic.clone(),
        bucket: bucket.clone(),
        prefix: spec.prefix.clone(),
        state: match spec.standing {
            Standing::Enrolled => Registered::Enrolled,
            Standing::Suspended => Registered::Suspended,
            Standing::Revoked(_) => Registered::Revoked,
        },
        serials: allowed.filter(|allowed| allowed.not_after > context.now).collect(),
        certificate: newest.map(|held| held.issued.pem.clone()),
    };
    (card, newest.map(|held| held.issued.arn.clone()))
}

/// The same terminal, revoked.
pub(super) fn revoked(card: &Card) -> Card {
    Card { state: Registered::Revoked, serials: Vec::new(), certificate: None, ..card.clone() }
}

/// Puts a registration in place of the one that was seen.
pub(super) fn publish(state: &State, card: Card, certificate: Option<String>) -> Step {
    Step::Publish(Box::new(Publication {
        bucket: state.places.registry.clone(),
        card,
        certificate,
        over: state.records.entry.as_ref().map(|entry| entry.etag.clone()),
    }))
}

/// In what a registration differs from what it should say. A certificate whose time is over is let in by nobody,
/// whether it is on record or not.
pub(super) fn differences(
    entered: Option<&Entered>,
    wanted: &Card,
    now: Timestamp,
) -> Vec<FieldChange> {
    let seen = entered.and_then(|entered| entered.says.as_ref());
    let Card { terminal, clinic, bucket, prefix, state, serials, certificate } = wanted;
    let field = |path: &str, before: Option<String>, after: String| {
        let differs = before.as_ref() != Some(&after);
        let effect = if seen.is_none() { Effect::Create } else { Effect::InPlace };
        let path = format!("registry/{path}");
        differs.then_some(FieldChange { path, before, after: Some(after), effect })
    };
    let digest = |card: &Card| card.certificate.as_ref().map(|digest| digest.short().to_owned());
    let certificate = certificate.as_ref().map(|digest| digest.short().to_owned());
    let listed = |serials: &[AllowedSerial]| {
        let live = serials.iter().filter(|allowed| allowed.not_after > now);
        let mut live: Vec<_> =
            live.map(|allowed| format!("{} until {}", allowed.serial, allowed.not_after)).collect();
        live.sort();
        live.join(", ")
    };
    let fields = [
        field("terminal", seen.map(|card| card.terminal.to_string()), terminal.to_string()),
        field("clinic", seen.map(|card| card.clinic.to_string()), clinic.to_string()),
        field("bucket", seen.map(|card| card.bucket.to_string()), bucket.to_string()),
        field("prefix", seen.map(|card| card.prefix.to_string()), prefix.to_string()),
        field("state", seen.map(|card| word(card.state).to_owned()), word(*state).to_owned()),
        field("serials", seen.map(|card| listed(&card.serials)), listed(serials)),
        field(
            "certificate",
            seen.map(|card| digest(card).unwrap_or_default()),
            certificate.unwrap_or_default(),
        ),
    ];
    fields.into_iter().flatten().collect()
}
