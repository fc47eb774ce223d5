//! The kind, as the engine takes it.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU32;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use jiff::Timestamp;
use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::input::Inputs;
use reconcile_core::observation::Observation;
use reconcile_core::plan::Planned;
use reconcile_core::status::Running;
use reconcile_core::verdict::Verdict;
use reconcile_engine::aws::session::{RunIdentity, Session};
use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::{
    Decision, Declared, Kind, Look, PlanContext, Seen, StepError, Unit, Wanted,
};
use reconcile_engine::load::document::Document;
use reconcile_engine::load::kinds::settings_schema;
use reconcile_engine::load::scope::Scope;
use reconcile_engine::state::ledger;
use reconcile_engine::state::store::StateStore;
use schemars::Schema;
use tokio::sync::Mutex;

use crate::aws::{Buckets, PrivateCa};
use crate::certificate::Authority;
use crate::port::authority::Issues;
use crate::port::objects::WritesObjects;
use crate::reports::Reports;
use crate::spec::{self, RawDevice, RawSettings, Settings, Spec};
use crate::state::{Places, State};
use crate::step::Step;
use crate::{deliver, observe, plan};

/// Clinic terminals and their certificates.
pub struct DeviceKind {
    pub(crate) authorities: Arc<dyn Issues>,
    pub(crate) objects: Arc<dyn WritesObjects>,
    pub(crate) journals: Arc<dyn StateStore>,
    pub(crate) clock: Clock,
    pub(crate) run: Arc<RunIdentity>,
    pub(crate) environment: Arc<Environment>,
    /// What the environment says of all terminals.
    pub(crate) settings: Option<Settings>,
    /// The CAs' reports, each read once.
    pub(crate) reports: Reports,
    /// The CAs' own certificates, each read once.
    pub(crate) known: Mutex<BTreeMap<String, Arc<Authority>>>,
    /// Where the last look at all terminals was.
    pub(crate) places: OnceLock<Arc<Places>>,
    /// How many certificates this run asked for.
    pub(crate) issued: AtomicU32,
}

/// What the time is.
pub(crate) type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// What a kind is made of.
pub(crate) struct Parts {
    pub(crate) authorities: Arc<dyn Issues>,
    pub(crate) objects: Arc<dyn WritesObjects>,
    pub(crate) journals: Arc<dyn StateStore>,
    pub(crate) clock: Clock,
    pub(crate) run: Arc<RunIdentity>,
    pub(crate) environment: Arc<Environment>,
}

impl DeviceKind {
    /// Over these parts, nothing looked at yet.
    pub(crate) fn new(parts: Parts) -> Self {
        let Parts { authorities, objects, journals, clock, run, environment } = parts;
        Self {
            authorities,
            objects,
            journals,
            clock,
            run,
            settings: Settings::of(&environment).ok().flatten(),
            environment,
            reports: Reports::default(),
            known: Mutex::default(),
            places: OnceLock::new(),
            issued: AtomicU32::new(0),
        }
    }

    pub(crate) fn now(&self) -> Timestamp {
        (self.clock)()
    }
}

#[async_trait]
impl Kind for DeviceKind {
    const WORD: &'static str = "Device";
    const PLURAL: &'static str = "devices";
    // The registry and the CAs' reports show them.
    const NOTES_HELP_WITH_GONE: bool = false;

    type Raw = RawDevice;
    type Spec = Spec;
    type State = State;
    type Step = Step;

    fn settings() -> Option<Schema> {
        Some(settings_schema::<RawSettings>())
    }

    fn interpret(raw: RawDevice, document: &Document, scope: &mut Scope<'_>) -> Vec<Unit<Spec>> {
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

    fn review(planned: &mut [(&Address, &mut Verdict)], environment: &Environment) {
        plan::review(planned, environment);
    }

    fn compare(
        before: Option<&Declared<'_, Spec>>,
        wanted: &Wanted<'_, Spec>,
        context: &PlanContext<'_>,
    ) -> Planned {
        plan::compare(before, wanted, context)
    }

    fn note(_: &Spec, state: &State) -> Option<ledger::Note> {
        ledger::Note::of(&state.records)
    }

    fn status(state: &State) -> Running {
        state.running()
    }

    fn published(_: &State) -> BTreeMap<String, String> {
        BTreeMap::new()
    }

    fn connect(session: &Session) -> Self {
        let of_session = session.clone();
        Self::new(Parts {
            authorities: Arc::new(PrivateCa::new(session)),
            objects: Arc::new(Buckets::new(session)),
            journals: Arc::clone(&session.state),
            clock: Arc::new(move || of_session.now()),
            run: Arc::clone(&session.run),
            environment: Arc::clone(&session.environment),
        })
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
