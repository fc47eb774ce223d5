//! What came of an attempt that was not finished.
//!
//! Within [`crate::journal::ASKS_WITHIN`] the same request is the same certificate, so it is made again. Later only the
//! CA's audit report can tell, and only one of a time at which the token had run out.

use reconcile_core::verdict::Action;

use super::work::Work;
use crate::journal::{Attempt, Outcome};
use crate::state::State;
use crate::step::{Adoption, Step};

/// Says what the report tells of an attempt, or waits for one that does.
pub(super) fn look_up(state: &State, attempt: &Attempt, work: &mut Work) {
    let terminal = state.terminal.clone();
    let began = format!("the issuance that began at {} was not finished", attempt.opened);
    if !state.inventory.covers(&attempt.authority, attempt.settled_from()) {
        work.because(Action::Recover, began);
        work.steps.push(Step::AwaitReport {
            authority: attempt.authority.clone(),
            bucket: state.places.reports.clone(),
            since: attempt.settled_from(),
        });
        return;
    }
    let is_its = |serial| state.inventory.keys.get(serial) == Some(&attempt.public_key);
    let journal = &state.records.journal;
    let its = state.inventory.entries.iter().find(|entry| {
        // Their clocks may differ by a minute.
        let earliest = attempt.opened.saturating_sub(jiff::SignedDuration::from_mins(1));
        earliest.is_ok_and(|earliest| entry.issued_at >= earliest)
            && !journal.knows(&entry.serial)
            && is_its(&entry.serial)
    });
    work.because(Action::Recover, began);
    work.steps.push(match (its, state.inventory.as_of.get(&attempt.authority)) {
        (Some(entry), _) => Step::Adopt(Box::new(Adoption {
            terminal,
            attempt: attempt.clone(),
            arn: entry.certificate_arn.clone(),
        })),
        (None, as_of) => {
            let outcome = as_of.copied().map(Outcome::Nothing);
            Step::Close { terminal, attempt: Box::new(Attempt { outcome, ..attempt.clone() }) }
        }
    });
}
