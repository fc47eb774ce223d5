//! What is too much for one run, though it is right for each terminal.

use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::verdict::{Change, Effect, Verdict};

use super::NEW_CERTIFICATE;
use crate::spec::Settings;

/// Holds back certificates beyond the budget of a run, and revocations in bulk without consent.
pub fn review(planned: &mut [(&Address, &mut Verdict)], environment: &Environment) {
    let Ok(Some(settings)) = Settings::of(environment) else { return };
    revocations(planned, &settings, environment);
    issuances(planned, &settings, environment);
}

/// More terminals than both numbers say lose their certificates only with consent for each of them.
fn revocations(
    planned: &mut [(&Address, &mut Verdict)],
    settings: &Settings,
    environment: &Environment,
) {
    let terminals = planned.len();
    let consents = |address: &Address| environment.allow_delete.contains(address);
    let is_counted = |address: &Address, verdict: &Verdict| {
        carried_out(verdict).is_some_and(revokes) && !consents(address)
    };
    let count = planned.iter().filter(|(address, verdict)| is_counted(address, verdict)).count();
    let (few, percent) = (settings.revocation.without_consent, settings.revocation.percent);
    let is_few = count <= usize::try_from(few).unwrap_or(usize::MAX)
        || count * 100 <= terminals.saturating_mul(usize::try_from(percent).unwrap_or(usize::MAX));
    if is_few {
        return;
    }
    for (address, verdict) in planned.iter_mut() {
        if is_counted(address, verdict) {
            hold_back(
                verdict,
                format!(
                    "{count} of {terminals} terminals would lose their certificates in one run: more than {few}, and more than {percent}%"
                ),
                format!(
                    "if that is meant, add `allow: {{ delete: [{address}] }}` to desired/environments/{}.yaml, for each of them",
                    environment.name
                ),
            );
        }
    }
}

fn issuances(
    planned: &mut [(&Address, &mut Verdict)],
    settings: &Settings,
    environment: &Environment,
) {
    let per_run = settings.issuance.per_run;
    let issuing =
        planned.iter_mut().filter(|(_, verdict)| carried_out(verdict).is_some_and(issues));
    for (_, verdict) in issuing.skip(usize::try_from(per_run).unwrap_or(usize::MAX)) {
        hold_back(
            verdict,
            format!("a run issues {per_run} certificates, and others come before it"),
            format!(
                "run again, or raise `devices.issuance.perRun` in desired/environments/{}.yaml",
                environment.name
            ),
        );
    }
}

fn hold_back(verdict: &mut Verdict, why: String, unblock: String) {
    let change = carried_out(verdict).cloned();
    *verdict = Verdict::Blocked { why, unblock, change };
}

fn carried_out(verdict: &Verdict) -> Option<&Change> {
    match verdict {
        Verdict::Change(change) => Some(change),
        Verdict::InSync | Verdict::Blocked { .. } | Verdict::Unknown { .. } => None,
    }
}

fn revokes(change: &Change) -> bool {
    change.fields.iter().any(|field| field.effect == Effect::Delete)
}

fn issues(change: &Change) -> bool {
    change.fields.iter().any(|field| field.path == NEW_CERTIFICATE)
}
