//! The kind, as the engine takes it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::input::Inputs;
use reconcile_core::observation::Observation;
use reconcile_core::plan::Planned;
use reconcile_core::status::Running;
use reconcile_engine::aws::session::Session;
use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::{
    Decision, Declared, Kind, Look, PlanContext, Seen, StepError, Unit, Wanted,
};
use reconcile_engine::load::document::Document;
use reconcile_engine::load::scope::Scope;
use reconcile_engine::state::ledger;
use serde::{Deserialize, Serialize};

use crate::aws::{Bucket, PrivateCa};
use crate::port::authorities::ReadsAuthorities;
use crate::port::objects::WritesObjects;
use crate::spec::{self, RawTruststore, Spec};
use crate::state::State;
use crate::step::Step;
use crate::{deliver, observe, plan};

/// Truststores of API domains.
pub struct TruststoreKind {
    pub(crate) objects: Arc<dyn WritesObjects>,
    pub(crate) authorities: Arc<dyn ReadsAuthorities>,
    /// What the ledger said when this run began: whether an object is another one since then. It decides
    /// between two ways to the same end, and nothing is taken to be there because of it.
    notes: Mutex<BTreeMap<Address, Note>>,
}

/// What the ledger keeps of a truststore that was found in sync.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Note {
    digest: Digest,
}

impl TruststoreKind {
    pub(crate) fn remember(&self, address: &Address, note: Option<Note>) {
        let mut notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(note) = note {
            notes.insert(address.clone(), note);
        }
    }

    pub(crate) fn remembered(&self, address: &Address) -> Option<Digest> {
        let notes = self.notes.lock().unwrap_or_else(PoisonError::into_inner);
        notes.get(address).map(|note| note.digest.clone())
    }
}

#[async_trait]
impl Kind for TruststoreKind {
    const WORD: &'static str = "Truststore";
    const PLURAL: &'static str = "truststores";
    // A domain may pin what was left behind; its bucket's stack says when it goes.
    const NOTES_HELP_WITH_GONE: bool = false;

    type Raw = RawTruststore;
    type Spec = Spec;
    type State = State;
    type Step = Step;

    fn interpret(
        raw: RawTruststore,
        document: &Document,
        scope: &mut Scope<'_>,
    ) -> Vec<Unit<Spec>> {
        spec::interpret(&raw, document, scope)
    }

    fn check(units: &[Unit<Spec>], scope: &mut Scope<'_>) {
        spec::check(units, scope);
    }

    fn plan(
        wanted: &Wanted<'_, Spec>,
        seen: &Observation<State>,
        context: &PlanContext<'_>,
    ) -> Decision<Step> {
        plan::plan(wanted, seen, context)
    }

    fn compare(
        before: Option<&Declared<'_, Spec>>,
        wanted: &Wanted<'_, Spec>,
        context: &PlanContext<'_>,
    ) -> Planned {
        plan::compare(before, wanted, context)
    }

    fn note(_: &Spec, state: &State) -> Option<ledger::Note> {
        let digest = state.object.as_ref()?.digest.clone();
        ledger::Note::of(&Note { digest })
    }

    fn status(state: &State) -> Running {
        state.running()
    }

    fn published(state: &State) -> BTreeMap<String, String> {
        plan::published(state)
    }

    fn connect(session: &Session) -> Self {
        Self {
            objects: Arc::new(Bucket::new(session)),
            authorities: Arc::new(PrivateCa::new(session)),
            notes: Mutex::default(),
        }
    }

    async fn observe(&self, look: &Look<'_, Spec>) -> Seen<State> {
        observe::all(self, look).await
    }

    async fn observe_one(
        &self,
        address: &Address,
        wanted: &Wanted<'_, Spec>,
        inputs: Inputs<'_>,
    ) -> Observation<State> {
        observe::one(self, address, wanted, inputs).await
    }

    async fn carry_out(&self, step: &Step, events: &UnitEvents) -> Result<(), StepError> {
        deliver::carry_out(self, step, events).await
    }
}
