//! Looks at artifacts, with as few calls as an honest answer takes.
//!
//! | look | calls |
//! |---|---|
//! | any, per signing profile | `GetSigningProfile` |
//! | any, per function | `GetFunctionConfiguration` |
//! | where the ledger does not vouch for a package | two objects of records; where there is no record, one `HeadObject` and all pages of `ListSigningJobs` |
//! | `drift`, `--detect`, `--full`, and a unit's turn in an apply | besides, per package: `DescribeSigningJob` and two `HeadObject`; per function: `GetFunctionCodeSigningConfig` |

mod function;
mod package;

use std::collections::BTreeMap;

use futures::future::join_all;
use reconcile_core::address::Address;
use reconcile_core::input::Inputs;
use reconcile_core::observation::Observation;
use reconcile_engine::events::Event;
use reconcile_engine::kind::{Look, Seen, Wanted};
use reconcile_engine::state::ledger;
use tokio::sync::Mutex;

use crate::kind::ArtifactKind;
use crate::note::Note;
use crate::spec::Spec;
use crate::state::{Profile, State};

/// What a look at one unit may rely on.
struct Sight<'a> {
    inputs: Inputs<'a>,
    /// What the ledger says; nothing in a deep look.
    note: Option<Note>,
    /// Whether everything that vouches for something else is looked at, too.
    deep: bool,
    /// Profiles that were asked for in this look, by name.
    profiles: &'a Mutex<BTreeMap<String, Profile>>,
}

pub(crate) async fn all(kind: &ArtifactKind, look: &Look<'_, Spec>) -> Seen<State> {
    if !look.declared.is_empty() {
        look.events.tell(&Event::Phase { what: "reading artifacts".to_owned() });
    }
    let inputs = look.published.seen_from(look.environment.target.region());
    let profiles = Mutex::default();
    let observations = look.declared.iter().map(|(address, spec)| {
        let depth = look.focus.on(address);
        let note =
            look.notes.get(address).filter(|_| !depth.full).and_then(ledger::Note::read::<Note>);
        let sight = Sight { inputs, note, deep: depth.full || depth.detect, profiles: &profiles };
        async move { (address.clone(), see(kind, spec, &sight).await) }
    });
    let declared: BTreeMap<Address, _> = join_all(observations).await.into_iter().collect();
    // What a package leaves behind stays: it says who signed what ran.
    Seen { declared, gone: Ok(Vec::new()) }
}

pub(crate) async fn one(
    kind: &ArtifactKind,
    wanted: &Wanted<'_, Spec>,
    inputs: Inputs<'_>,
) -> Observation<State> {
    match wanted {
        Wanted::Declared(spec) => {
            let sight = Sight { inputs, note: None, deep: true, profiles: &Mutex::default() };
            see(kind, spec, &sight).await
        }
        Wanted::Gone => Observation::Absent,
    }
}

async fn see(kind: &ArtifactKind, spec: &Spec, sight: &Sight<'_>) -> Observation<State> {
    let seen = match spec {
        Spec::Package(package) => package::see(kind, package, sight).await,
        Spec::Function(function) => function::see(kind, function, sight).await,
    };
    match seen {
        Ok(Some(state)) => Observation::Present(state),
        Ok(None) => Observation::Absent,
        Err(why) => Observation::Unreadable(why),
    }
}
