//! The kind, as the engine takes it.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use reconcile_core::address::Address;
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

use crate::aws::{Bucket, Lambda, Signer};
use crate::build::Workshop;
use crate::note::Note;
use crate::port::builds::Builds;
use crate::port::functions::ChangesFunctions;
use crate::port::objects::WritesObjects;
use crate::port::signing::Signs;
use crate::spec::{self, RawArtifact, Spec};
use crate::state::State;
use crate::step::Step;
use crate::{deliver, observe, plan};

/// Lambda packages and the functions that run them.
pub struct ArtifactKind {
    pub(crate) objects: Arc<dyn WritesObjects>,
    pub(crate) signing: Arc<dyn Signs>,
    pub(crate) functions: Arc<dyn ChangesFunctions>,
    pub(crate) builds: Arc<dyn Builds>,
    pub(crate) session: Session,
}

impl ArtifactKind {
    pub(crate) fn now(&self) -> jiff::Timestamp {
        self.session.now()
    }
}

#[async_trait]
impl Kind for ArtifactKind {
    const WORD: &'static str = "Artifact";
    const PLURAL: &'static str = "artifacts";
    // What a package leaves behind says who signed what ran.
    const NOTES_HELP_WITH_GONE: bool = false;

    type Raw = RawArtifact;
    type Spec = Spec;
    type State = State;
    type Step = Step;

    fn interpret(raw: RawArtifact, document: &Document, scope: &mut Scope<'_>) -> Vec<Unit<Spec>> {
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
        Note::of(state)
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
            signing: Arc::new(Signer::new(session)),
            functions: Arc::new(Lambda::new(session)),
            builds: Arc::new(Workshop::new(session.work_tree.clone())),
            session: session.clone(),
        }
    }

    async fn observe(&self, look: &Look<'_, Spec>) -> Seen<State> {
        observe::all(self, look).await
    }

    async fn observe_one(
        &self,
        _: &Address,
        wanted: &Wanted<'_, Spec>,
        inputs: Inputs<'_>,
    ) -> Observation<State> {
        observe::one(self, wanted, inputs).await
    }

    async fn carry_out(&self, step: &Step, events: &UnitEvents) -> Result<(), StepError> {
        deliver::carry_out(self, step, events).await
    }
}
