//! What a kind is to the engine: how it is written, observed, planned and carried out.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::input::{Inputs, Outputs};
use reconcile_core::observation::Observation;
use reconcile_core::plan::Planned;
use reconcile_core::problem::Place;
use reconcile_core::redaction::Veil;
use reconcile_core::status::Running;
use reconcile_core::text::Reference;
use reconcile_core::verdict::Verdict;
use schemars::{JsonSchema, Schema};
use serde::de::DeserializeOwned;

use crate::aws::session::Session;
use crate::events::UnitEvents;
use crate::load::document::Document;
use crate::load::scope::Scope;
use crate::state::ledger::Note;

/// A kind of unit: one folder of `reconciler/kinds/` and one line of the command line's registry.
///
/// Expected flow: [`Kind::interpret`] every document, [`Kind::observe`] all units at once,
/// [`Kind::plan`] each, [`Kind::review`] all together; then, in an apply and per unit, observe again, plan again, and
/// [`Kind::carry_out`] the steps, until the plan says `InSync`.
#[async_trait]
pub trait Kind: Send + Sync + Sized + 'static {
    /// As files spell it in `kind:`.
    const WORD: &'static str;
    /// As addresses and folders spell it.
    const PLURAL: &'static str;

    /// Whether the ledger helps to look for units that are declared no more.
    const NOTES_HELP_WITH_GONE: bool = true;

    /// The schema of what an environment says of the kind as a whole, in a section named by the plural; none if
    /// there is nothing to say. [`settings_schema`](crate::load::kinds::settings_schema) makes it of a type.
    fn settings() -> Option<Schema> {
        None
    }

    /// A file as it is written.
    type Raw: DeserializeOwned + JsonSchema;
    /// A unit as it is meant.
    type Spec: Send + Sync;
    /// A unit as AWS shows it.
    type State: Clone + Send + Sync;
    /// One thing to do, with nothing left to choose; displayed in the run record.
    type Step: fmt::Display + Send + Sync;

    /// Says what a file means in an environment; what is wrong goes to `scope`.
    fn interpret(
        raw: Self::Raw,
        document: &Document,
        scope: &mut Scope<'_>,
    ) -> Vec<Unit<Self::Spec>>;

    /// Finds what is wrong between units of the kind that are each right by themselves.
    fn check(units: &[Unit<Self::Spec>], scope: &mut Scope<'_>);

    /// Decides about one unit. Pure and total.
    fn plan(
        wanted: &Wanted<'_, Self::Spec>,
        seen: &Observation<Self::State>,
        context: &PlanContext<'_>,
    ) -> Decision<Self::Step>;

    /// Decides about one unit as if AWS showed what another revision declares of it, and nothing else were
    /// known. Pure, total, and offline: what [`Kind::plan`] would say of the difference.
    fn compare(
        before: Option<&Declared<'_, Self::Spec>>,
        wanted: &Wanted<'_, Self::Spec>,
        context: &PlanContext<'_>,
    ) -> Planned;

    /// Holds back what is right for each unit and too much for all together. Pure; it only ever makes a change
    /// a blocked one.
    fn review(_planned: &mut [(&Address, &mut Verdict)], _environment: &Environment) {}

    /// What the ledger keeps of a unit that is in sync, so that the next look costs less.
    fn note(spec: &Self::Spec, state: &Self::State) -> Option<Note>;

    /// Says in a line what runs.
    fn status(state: &Self::State) -> Running;

    /// What a unit publishes as AWS shows it now, for looking at the units that refer to it.
    fn published(state: &Self::State) -> BTreeMap<String, String>;

    /// Takes what it needs of the session: clients, clock, identity of the run.
    fn connect(session: &Session) -> Self;

    /// Looks at all units at once, and for those that the environment owns without declaring them.
    async fn observe(&self, look: &Look<'_, Self::Spec>) -> Seen<Self::State>;

    /// Looks at one unit again, believing nothing that the ledger says; `inputs` is what other units
    /// publish now.
    async fn observe_one(
        &self,
        address: &Address,
        wanted: &Wanted<'_, Self::Spec>,
        inputs: Inputs<'_>,
    ) -> Observation<Self::State>;

    /// Does one step. Idempotent: a step that was done before is found done.
    async fn carry_out(&self, step: &Self::Step, events: &UnitEvents) -> Result<(), StepError>;
}

/// One declared unit.
#[derive(Debug, Clone)]
pub struct Unit<Spec> {
    /// Its name.
    pub address: Address,
    /// What is declared.
    pub spec: Spec,
    /// The edges and names that the engine reads.
    pub links: Arc<Links>,
}

/// A declared unit of a kind, with what was seen of it.
pub type SeenUnit<'a, K> = (&'a Unit<<K as Kind>::Spec>, Observation<<K as Kind>::State>);

/// How a unit hangs together with others.
#[derive(Debug, Clone)]
pub struct Links {
    /// Where it is declared.
    pub place: Place,
    /// The region it lives in.
    pub region: String,
    /// What it is called in AWS.
    pub physical_name: String,
    /// What it refers to, and where.
    pub references: Vec<(Reference, Place)>,
    /// `dependsOn`, and where.
    pub depends_on: Vec<(Address, Place)>,
    /// The names that others may refer to.
    pub outputs: BTreeSet<String>,
    /// Names that it publishes within its region other than by reference (a template's exports).
    pub provides: BTreeSet<String>,
    /// Names that it takes from its region other than by reference (a template's imports).
    pub needs: BTreeSet<String>,
}

impl Links {
    /// Whether one of these units is named by a reference or by `dependsOn`.
    pub(crate) fn lead_to(&self, units: &BTreeSet<Address>) -> bool {
        self.references.iter().any(|(reference, _)| units.contains(&reference.address))
            || self.depends_on.iter().any(|(address, _)| units.contains(address))
    }
}

/// What a unit should be.
#[derive(Debug, Clone, Copy)]
pub enum Wanted<'a, Spec> {
    /// `desired/` declares it.
    Declared(&'a Spec),
    /// It is ours, and `desired/` does not declare it any more.
    Gone,
}

/// A unit as another revision declares it.
#[derive(Debug, Clone, Copy)]
pub struct Declared<'a, Spec> {
    /// What it should have been.
    pub spec: &'a Spec,
    /// What planning knew then.
    pub context: PlanContext<'a>,
}

/// What planning may know besides the unit and what was seen of it.
#[derive(Debug, Clone, Copy)]
pub struct PlanContext<'a> {
    /// The unit.
    pub address: &'a Address,
    /// Where.
    pub environment: &'a Environment,
    /// What other units publish.
    pub inputs: Inputs<'a>,
    /// When.
    pub now: Timestamp,
    /// What hides values that must not be shown.
    pub veil: Veil<'a>,
}

/// A verdict with the steps that carry it out.
#[derive(Debug)]
pub struct Decision<Step> {
    /// For people and for the engine.
    pub planned: Planned,
    /// For [`Kind::carry_out`], in order; empty unless the verdict is a change.
    pub steps: Vec<Step>,
}

/// How hard to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Depth {
    /// Believe nothing that the ledger says.
    pub full: bool,
    /// Ask AWS for a fresh drift detection first.
    pub detect: bool,
}

/// Which units a command is about.
pub type Selection<'a> = &'a (dyn Fn(&Address) -> bool + Sync);

/// How hard to look, and at which units: the others are only looked at because these may depend on them.
#[derive(Clone, Copy)]
pub struct Focus<'a> {
    /// How hard to look at those that are selected.
    pub depth: Depth,
    /// Which those are.
    pub selection: Selection<'a>,
}

impl Focus<'_> {
    /// How hard to look at a unit.
    pub fn on(&self, address: &Address) -> Depth {
        if (self.selection)(address) { self.depth } else { Depth::default() }
    }
}

impl From<Depth> for Focus<'_> {
    /// At all units alike.
    fn from(depth: Depth) -> Self {
        Self { depth, selection: &|_| true }
    }
}

impl fmt::Debug for Focus<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Focus").field("depth", &self.depth).finish_non_exhaustive()
    }
}

/// What a look is for.
#[derive(Debug)]
pub struct Look<'a, Spec> {
    /// Where.
    pub environment: &'a Environment,
    /// What is declared.
    pub declared: BTreeMap<Address, &'a Spec>,
    /// What the ledger says of units: a cache, never the truth.
    pub notes: &'a BTreeMap<Address, Note>,
    /// What the units publish now whose kinds were looked at before this one.
    pub published: &'a Outputs,
    /// How hard to look, and at what.
    pub focus: Focus<'a>,
    /// The drift detection that [`Depth::detect`] asks for reports here, unit by unit.
    pub events: &'a crate::events::Events,
}

/// The answer to a look.
#[derive(Debug, Clone)]
pub struct Seen<State> {
    /// Declared units.
    pub declared: BTreeMap<Address, Observation<State>>,
    /// Units that the environment owns without declaring them, in the order in which they may be
    /// deleted; or why they could not be listed.
    pub gone: Result<Vec<(Address, State)>, String>,
}

/// A step that could not be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StepError {
    /// What AWS computed goes further than what git permits or a reader saw. Nothing was changed.
    #[error("{why}")]
    Refused {
        /// Why.
        why: String,
        /// What a person does about it.
        unblock: String,
    },
    /// AWS refused it, or it failed.
    #[error("{0}")]
    Failed(String),
}
