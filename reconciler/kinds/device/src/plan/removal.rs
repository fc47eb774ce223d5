//! The decision about a terminal that is revoked, or that `desired/` does not declare any more.
//!
//! The registry comes first: a certificate that the CA revoked is let in until somebody refuses it.

use reconcile_core::verdict::{Action, Verdict};
use reconcile_engine::kind::PlanContext;

use super::card::{differences, is_revoked, publish, revoked as revoked_card, wanted};
use super::work::Work;
use super::{Draft, Terminal, settlement};
use crate::spec::RawReason;
use crate::state::State;
use crate::step::{Revocation, Step};

/// Decides about a terminal that git says is revoked.
pub(super) fn revoked(terminal: &Terminal<'_>, reason: RawReason) -> Draft {
    let (state, now) = (terminal.state, terminal.context.now);
    let mut work = Work::default();
    let card = revoked_card(&wanted(terminal).0);
    let fields = differences(state.records.entry.as_ref(), &card, now);
    if !fields.is_empty() {
        work.because(Action::Update, format!("git says that it is revoked ({reason})"));
        work.fields.extend(fields);
        work.steps.push(publish(state, card, None));
    }
    take_back(state, reason, now, &mut work);
    work.decide(state)
}

/// Decides about a terminal whose file was removed, and about certificates of a name that was never declared.
pub(super) fn gone(state: &State, context: &PlanContext<'_>) -> Draft {
    let records = &state.records;
    let is_ours = records.entry.is_some() || !records.journal.attempts.is_empty();
    let consents = context.environment.allow_delete.contains(context.address);
    let mut work = Work::default();
    if !is_ours && !consents {
        return undeclared(state, context);
    }
    if let Some(entry) = &records.entry {
        let Some(card) = &entry.says else {
            return Draft::of(Verdict::Blocked {
                why: "it left `desired/`, and its registration cannot be read".to_owned(),
                unblock: format!(
                    "look at registry/{}.json in the bucket `{}`, and delete it if it is nobody's",
                    state.terminal, state.places.registry
                ),
                change: None,
            });
        };
        let fields = differences(records.entry.as_ref(), &revoked_card(card), context.now);
        if !fields.is_empty() {
            work.steps.push(publish(state, revoked_card(card), None));
        } else if records.journal.open().is_none() && live(state, context.now).is_empty() {
            work.steps.push(Step::Forget {
                bucket: state.places.registry.clone(),
                terminal: state.terminal.clone(),
                etag: entry.etag.clone(),
            });
        }
        work.fields.extend(fields);
        work.because(Action::Delete, "`desired/` does not declare it any more");
    }
    take_back(state, RawReason::CessationOfOperation, context.now, &mut work);
    work.decide_as(Action::Delete, state)
}

/// Certificates that somebody else had the CA issue, for a name that nobody declares.
fn undeclared(state: &State, context: &PlanContext<'_>) -> Draft {
    let mut work = Work::default();
    for (authority, serial) in live(state, context.now) {
        let terminal = state.terminal.clone();
        let reason = super::work::OF_A_STRANGER;
        work.revoke(Revocation { terminal, authority, serial, reason }, false);
    }
    let environment = &context.environment.name;
    let (name, address) = (&state.terminal, context.address);
    work.found(
        format!("the CA issued a certificate for `{name}`, which `desired/` does not declare"),
        format!(
            "find out who did (CloudTrail, `IssueCertificate`); declare the terminal, or have the certificate revoked: add `allow: {{ delete: [{address}] }}` to desired/environments/{environment}.yaml"
        ),
    );
    work.decide(state)
}

/// Revokes every certificate that could still open a connection; one of which nobody knows first.
fn take_back(state: &State, reason: RawReason, now: jiff::Timestamp, work: &mut Work) {
    if let Some(open) = state.records.journal.open() {
        settlement::look_up(state, open, work);
        work.loses(&format!("what attempt {} led to", open.number), true);
    }
    for (authority, serial) in live(state, now) {
        work.because(Action::Update, format!("its certificate {serial} is not revoked"));
        let terminal = state.terminal.clone();
        work.revoke(Revocation { terminal, authority, serial, reason }, true);
    }
}

/// The certificates that could open a connection, with their CAs.
fn live(state: &State, now: jiff::Timestamp) -> Vec<(String, device_registry::Serial)> {
    let journal = &state.records.journal;
    let ours = journal
        .held()
        .filter(|held| held.issued.not_after > now && !is_revoked(state, *held))
        .map(|held| (held.attempt.authority.clone(), held.issued.serial.clone()));
    let others = state
        .inventory
        .strangers(journal, now)
        .map(|entry| (entry.authority().to_owned(), entry.serial.clone()));
    ours.chain(others).collect()
}
