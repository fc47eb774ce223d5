//! What AWS and our records show of the terminals of an environment.

use reconcile_core::observation::Observation;
use reconcile_engine::aws::session::Session;
use reconcile_engine::kind::{Depth, Unit};
use reconcile_engine::state::ledger::Ledger;
use reconcile_kind_device::DeviceKind;
use reconcile_kind_device::spec::{Spec, Standing};
use reconcile_kind_device::state::State;

use super::super::{Context, Failure};
use crate::target;
use crate::views::terminals::{Certificate, Terminal};
use crate::workspace::Workspace;

/// A look at all terminals.
pub(super) struct Sight {
    /// The session that looked.
    pub(super) session: Session,
    /// Each terminal, with where it is registered.
    pub(super) terminals: Vec<(Terminal, Option<String>)>,
}

/// Looks at the terminals of the environment that was named, or of the default one.
pub(super) async fn at_all(context: &Context, workspace: &Workspace) -> Result<Sight, Failure> {
    let mut world = workspace.world(context.global.environment.as_deref())?;
    let commit = workspace.git()?.commit;
    let session = target::connect(workspace, &world.environment, &context.global, commit).await?;
    let ledger = Ledger::load(&session, &world.noted_kinds()).await;
    let progress = context.progress();
    world.observe(&session, &ledger, Depth::default(), &progress.events()).await;
    drop(progress);
    let seen = world.seen_of::<DeviceKind>().into_iter();
    let terminals = seen.map(|(unit, seen)| {
        let registry = seen.state().map(|state| state.places.registry.clone());
        (terminal(unit, &seen), registry)
    });
    let terminals = terminals.collect();
    Ok(Sight { session, terminals })
}

/// A terminal, as it was declared and seen.
pub(in crate::commands) fn terminal(unit: &Unit<Spec>, seen: &Observation<State>) -> Terminal {
    let Spec { name, clinic, standing, .. } = &unit.spec;
    let declared = match standing {
        Standing::Enrolled => "enrolled",
        Standing::Suspended => "suspended",
        Standing::Revoked(_) => "revoked",
    };
    let unreadable = match seen {
        Observation::Unreadable(why) => Some(why.clone()),
        Observation::Absent | Observation::Present(_) => None,
    };
    let records = seen.state().map(|state| &state.records);
    let card = records.and_then(|records| records.entry.as_ref()?.says.as_ref());
    let held = records.map(|records| records.journal.held()).into_iter().flatten();
    let mut certificates: Vec<_> = held
        .map(|held| Certificate {
            serial: held.issued.serial.to_string(),
            issued: held.attempt.opened,
            not_after: held.issued.not_after,
            revoked: held.issued.revoked,
            commit: held.attempt.commit.clone(),
            arn: held.issued.arn.clone(),
        })
        .collect();
    certificates.reverse();
    let allowed = card.map(|card| card.serials.iter().map(|allowed| allowed.serial.to_string()));
    Terminal {
        name: name.to_string(),
        clinic: clinic.to_string(),
        declared,
        registered: card.map(|card| registered(card.state)),
        unreadable,
        allowed: allowed.into_iter().flatten().collect(),
        certificates,
    }
}

fn registered(state: device_registry::State) -> &'static str {
    match state {
        device_registry::State::Enrolled => "enrolled",
        device_registry::State::Suspended => "suspended",
        device_registry::State::Revoked => "revoked",
    }
}
