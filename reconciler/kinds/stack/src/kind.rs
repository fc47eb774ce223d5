//! The kind, as the engine takes it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use async_trait::async_trait;
use reconcile_core::address::Address;
use reconcile_core::input::Inputs;
use reconcile_core::observation::Observation;
use reconcile_core::plan::Planned;
use reconcile_core::status::Running;
use reconcile_engine::aws::session::{RunIdentity, Session};
use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::{
    Decision, Declared, Kind, Look, PlanContext, Seen, StepError, Unit, Wanted,
};
use reconcile_engine::load::document::Document;
use reconcile_engine::load::scope::Scope;
use reconcile_engine::state::ledger;
use reconcile_engine::state::store::{StateStore, StoreError};
use tokio::sync::Mutex;

use crate::aws::{CloudControl, CloudFormation};
use crate::note::Note;
use crate::plan;
use crate::port::Acts;
use crate::port::resources::ChangesResources;
use crate::spec::{self, RawStack, Spec, TemplateFile};
use crate::state::State;
use crate::step::Step;
use crate::watch::Watch;

/// CloudFormation stacks.
pub struct StackKind {
    pub(crate) api: Arc<dyn Acts>,
    pub(crate) resources: Arc<dyn ChangesResources>,
    pub(crate) watch: Watch,
    pub(crate) run: Arc<RunIdentity>,
    bucket: Arc<dyn StateStore>,
    /// Where the stacks are that are ours and not named as declared: region and ARN.
    pub(crate) known: Mutex<BTreeMap<Address, (String, String)>>,
    /// The ledger's notes that were about a stack as it was found, by ARN.
    pub(crate) vouched: Mutex<BTreeMap<String, Note>>,
    /// Stacks whose drift could not be detected in this run, by ARN: why.
    pub(crate) failed_detections: Mutex<BTreeMap<String, String>>,
    /// Stacks whose blind spots this run looks into, by ARN: the resources that drift detection compared.
    pub(crate) examined: Mutex<BTreeMap<String, BTreeSet<String>>>,
}

impl StackKind {
    /// Puts a template that is too large for a request into the state bucket; answers with its URL.
    pub(crate) async fn upload(&self, template: &TemplateFile) -> Result<String, StepError> {
        let key = format!("templates/{}", template.digest);
        match self.bucket.create(&key, template.text.as_bytes().to_vec()).await {
            // The name is the content's digest: what is there is what would be written.
            Ok(_) | Err(StoreError::Lost { .. }) => Ok(self.bucket.url(&key)),
            Err(error) => Err(StepError::Failed(format!("failed to upload the template: {error}"))),
        }
    }
}

#[async_trait]
impl Kind for StackKind {
    const WORD: &'static str = "Stack";
    const PLURAL: &'static str = "stacks";

    type Raw = RawStack;
    type Spec = Spec;
    type State = State;
    type Step = Step;

    fn interpret(raw: RawStack, document: &Document, scope: &mut Scope<'_>) -> Vec<Unit<Spec>> {
        spec::interpret(raw, document, scope)
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

    fn note(spec: &Spec, state: &State) -> Option<ledger::Note> {
        Note::of(spec, state)
    }

    fn status(state: &State) -> Running {
        state.running()
    }

    fn published(state: &State) -> BTreeMap<String, String> {
        state.described.outputs.clone()
    }

    fn connect(session: &Session) -> Self {
        let api: Arc<dyn Acts> = Arc::new(CloudFormation::new(session));
        Self {
            watch: Watch::new(Arc::clone(&api)),
            api,
            resources: Arc::new(CloudControl::new(session)),
            run: Arc::clone(&session.run),
            bucket: Arc::clone(&session.state),
            known: Mutex::default(),
            vouched: Mutex::default(),
            failed_detections: Mutex::default(),
            examined: Mutex::default(),
        }
    }

    async fn observe(&self, look: &Look<'_, Spec>) -> Seen<State> {
        self.look_at_all(look).await
    }

    async fn observe_one(
        &self,
        address: &Address,
        wanted: &Wanted<'_, Spec>,
        _: Inputs<'_>,
    ) -> Observation<State> {
        self.look_at_one(address, wanted).await
    }

    async fn carry_out(&self, step: &Step, events: &UnitEvents) -> Result<(), StepError> {
        self.do_step(step, events).await
    }
}
