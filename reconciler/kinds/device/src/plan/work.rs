//! A decision in the making: what is to be done, why, and what only a person can decide.

use reconcile_core::coverage::Coverage;
use reconcile_core::verdict::{Action, Change, Danger, DangerLevel, Effect, FieldChange, Verdict};

use super::Draft;
use crate::spec::RawReason;
use crate::state::{Inventory, State};
use crate::step::{Revocation, Step};

/// What is to be done about a terminal.
#[derive(Debug, Default)]
pub(super) struct Work {
    /// Why, what is told first.
    reasons: Vec<(Action, String)>,
    /// What differs.
    pub(super) fields: Vec<FieldChange>,
    dangers: Vec<Danger>,
    /// What is done.
    pub(super) steps: Vec<Step>,
    /// What only a person can decide: why, and what to do about it.
    findings: Vec<(String, String)>,
    /// What is said besides.
    pub(super) notes: Vec<String>,
}

/// Where a decision speaks of a certificate that a terminal loses.
pub(super) const LOST_CERTIFICATE: &str = "certificate/revoked";

/// The reason for which a certificate that somebody else had issued is revoked.
pub(super) const OF_A_STRANGER: RawReason = RawReason::Unspecified;

impl Work {
    /// There is something to do. The first reason is the one that is told.
    pub(super) fn because(&mut self, action: Action, reason: impl Into<String>) {
        self.reasons.push((action, reason.into()));
    }

    /// There is something that only a person can decide.
    pub(super) fn found(&mut self, why: impl Into<String>, unblock: impl Into<String>) {
        self.findings.push((why.into(), unblock.into()));
    }

    /// A certificate is revoked, if that is permitted.
    pub(super) fn revoke(&mut self, revocation: Revocation, allowed: bool) {
        self.loses(revocation.serial.as_str(), allowed);
        if allowed {
            self.steps.push(Step::Revoke(Box::new(revocation)));
        }
    }

    /// A certificate is revoked now or later, whatever its serial number.
    pub(super) fn loses(&mut self, certificate: &str, allowed: bool) {
        self.fields.push(FieldChange {
            path: LOST_CERTIFICATE.to_owned(),
            before: Some(certificate.to_owned()),
            after: None,
            effect: Effect::Delete,
        });
        self.dangers.push(Danger {
            level: DangerLevel::High,
            subject: certificate.to_owned(),
            what: "is revoked: no terminal can use this certificate again".to_owned(),
            allowed,
        });
    }

    /// Whether a certificate is asked for.
    pub(super) fn issues(&self) -> bool {
        self.steps.iter().any(|step| matches!(step, Step::Issue(_)))
    }

    /// Whether anything is to be done.
    pub(super) fn is_idle(&self) -> bool {
        self.reasons.is_empty()
    }

    /// The verdict: what can be done is done first, and then a person is asked.
    pub(super) fn decide(self, state: &State) -> Draft {
        let action = self.reasons.first().map_or(Action::Update, |(action, _)| *action);
        self.decide_as(action, state)
    }

    /// The same, where whatever is done is this.
    pub(super) fn decide_as(self, action: Action, state: &State) -> Draft {
        let Self { reasons, fields, dangers, steps, findings, notes } = self;
        let coverage = coverage(&state.inventory, notes);
        let mut findings = findings.into_iter();
        let draft = match (reasons.into_iter().next(), findings.next()) {
            (Some((_, reason)), _) => {
                // What is not permitted is not done either: it is told once the rest is done.
                let dangers = dangers.into_iter().filter(|danger| danger.allowed).collect();
                Draft::change(Change { action, reason, dangers, fields }, steps)
            }
            (None, Some((why, unblock))) => {
                let is_lost = !dangers.is_empty();
                let change = Change { dangers, fields, ..Change::new(action, why.clone()) };
                let change = is_lost.then_some(change);
                Draft::of(Verdict::Blocked { why, unblock, change })
            }
            (None, None) => Draft::of(Verdict::InSync),
        };
        Draft { coverage, ..draft }
    }
}

fn coverage(inventory: &Inventory, mut notes: Vec<String>) -> Coverage {
    let mut coverage = Coverage { checked: 1, ..Coverage::default() };
    match (&inventory.unreadable, inventory.as_of.values().min()) {
        (Some(why), _) => {
            coverage.unreadable += 1;
            notes.push(format!("the CA's audit report could not be read: {why}"));
        }
        (None, Some(as_of)) => {
            coverage.checked += 1;
            notes.push(format!(
                "compared with the CA's audit report of {}, which shows no alternative names",
                as_of.strftime("%Y-%m-%d %H:%M")
            ));
        }
        (None, None) => notes.push(
            "there is no audit report of the CA: what else it issued is not known; `drift` asks for one"
                .to_owned(),
        ),
    }
    coverage.notes = notes;
    coverage
}
