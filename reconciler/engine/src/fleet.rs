//! All units of one kind in one environment, with the kind's types out of sight.
//!
//! The engine works on [`Fleet`]s; [`Registered`] makes one out of any [`Kind`].

use std::any::Any;
use std::collections::BTreeMap;
use std::marker::PhantomData;
use std::num::NonZero;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;

use async_trait::async_trait;
use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::input::{Outputs, Value};
use reconcile_core::observation::Observation;
use reconcile_core::outcome::Outcome;
use reconcile_core::plan::Planned;
use reconcile_core::status::UnitStatus;
use reconcile_core::verdict::{Change, Verdict};

use crate::aws::session::Session;
use crate::events::{Events, UnitEvents};
use crate::kind::{
    Decision, Declared, Focus, Kind, Links, Look, PlanContext, Seen, SeenUnit, StepError, Unit,
    Wanted,
};
use crate::load::KindInfo;
use crate::load::document::Document;
use crate::load::scope::Scope;
use crate::state::ledger::Note;

/// How often a unit is looked at and planned again before it is given up: recovery takes a round,
/// and so does what follows it.
const MAX_ROUNDS: usize = 6;

/// Fewer documents than these are not worth a thread.
const MIN_SHARE: usize = 200;

/// A kind, to the code that does not know which.
pub trait AnyKind: Send + Sync {
    /// What loading needs to know.
    fn info(&self) -> KindInfo;
    /// Makes the fleet of what is declared; what is wrong goes to `scope`.
    fn interpret(&self, documents: &[&Document], scope: &mut Scope<'_>) -> Box<dyn Fleet>;
}

/// The units of a kind.
#[async_trait]
pub trait Fleet: Any + Send + Sync {
    /// The kind, as files spell it.
    fn word(&self) -> &'static str;
    /// The kind, as addresses spell it.
    fn plural(&self) -> &'static str;
    /// Whether the ledger may help to look at them.
    fn is_noted(&self) -> bool;
    /// How the declared units hang together with others.
    fn links(&self) -> BTreeMap<Address, Arc<Links>>;
    /// Looks at all units; afterwards they can be planned.
    async fn observe(&mut self, session: &Session, look: &FleetLook<'_>);
    /// Units that are ours without being declared, in the order in which they may be deleted.
    fn gone(&self) -> Result<Vec<Address>, String>;
    /// Decides about one unit from what was observed.
    fn plan(&self, context: &PlanContext<'_>) -> Planned;
    /// Decides about one unit as if AWS showed what another revision's fleet of the kind declares.
    fn compare(&self, before: Option<Before<'_>>, context: &PlanContext<'_>) -> Planned;
    /// Looks at what was planned for all of its units together, and may hold changes back.
    fn review(&self, planned: &mut [(&Address, &mut Verdict)], environment: &Environment);
    /// What runs, as far as it was observed.
    fn status(&self) -> Vec<UnitStatus>;
    /// What every unit publishes as it was observed.
    fn published(&self) -> Vec<(Address, BTreeMap<String, Value>)>;
    /// What the ledger should keep of what was observed.
    fn notes(&self) -> BTreeMap<Address, Option<Note>>;
    /// Looks at one unit again, decides again, and does what it takes.
    async fn carry_out(&self, task: &Task<'_>) -> Done;
}

/// A unit of another revision's fleet.
#[derive(Clone, Copy)]
pub struct Before<'a> {
    /// That fleet.
    pub fleet: &'a dyn Fleet,
    /// The unit, and what planning knew then.
    pub context: PlanContext<'a>,
}

/// What a look at a fleet is for.
#[derive(Debug)]
pub struct FleetLook<'a> {
    /// What the ledger says.
    pub notes: &'a BTreeMap<Address, Note>,
    /// What units of the kinds before this one publish now.
    pub published: &'a Outputs,
    /// How hard to look, and at what.
    pub focus: Focus<'a>,
    /// Who is told.
    pub events: &'a Events,
}

/// One unit's turn in an apply.
#[derive(Debug)]
pub struct Task<'a> {
    /// What planning may know.
    pub context: PlanContext<'a>,
    /// What the reader of the plan saw, where a change was planned.
    pub approved: Option<&'a Change>,
    /// Who is told.
    pub events: UnitEvents,
}

/// The end of one unit's turn.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// How it ended.
    pub outcome: Outcome,
    /// What the unit publishes now.
    pub outputs: BTreeMap<String, Value>,
    /// What the ledger should keep; none: forget the unit.
    pub note: Option<Note>,
    /// What was done, in words.
    pub steps: Vec<String>,
}

/// Makes a [`Kind`] an [`AnyKind`].
pub struct Registered<K>(PhantomData<fn() -> K>);

impl<K> Registered<K> {
    /// The one value.
    pub const NEW: Self = Self(PhantomData);
}

impl<K: Kind> AnyKind for Registered<K> {
    fn info(&self) -> KindInfo {
        KindInfo::of::<K>()
    }

    fn interpret(&self, documents: &[&Document], scope: &mut Scope<'_>) -> Box<dyn Fleet> {
        let units = interpret::<K>(documents, scope).into_iter();
        let units = units.map(|unit| (unit.address.clone(), unit)).collect();
        Box::new(FleetOf::<K> { units, ready: None })
    }
}

/// The units that documents of one kind declare; what is wrong goes to `scope`.
///
/// Documents do not know one another, so many of them are shared out among the processors: of ten thousand terminals,
/// the signatures of their requests take longer than all the rest.
pub fn interpret<K: Kind>(documents: &[&Document], scope: &mut Scope<'_>) -> Vec<Unit<K::Spec>> {
    let processors = thread::available_parallelism().map_or(1, NonZero::get);
    let share = documents.len().div_ceil(processors).max(MIN_SHARE);
    let shares = thread::scope(|threads| {
        let shares = documents.chunks(share).map(|share| {
            let mut own = scope.beside();
            threads.spawn(move || (interpret_each::<K>(share, &mut own), own))
        });
        // All are begun before one is waited for.
        let shares: Vec<_> = shares.collect();
        let ended =
            shares.into_iter().map(|share| share.join().unwrap_or_else(|it| resume_unwind(it)));
        ended.collect::<Vec<_>>()
    });
    let mut units = Vec::with_capacity(documents.len());
    for (interpreted, own) in shares {
        units.extend(interpreted);
        scope.take(own);
    }
    K::check(&units, scope);
    units
}

fn interpret_each<K: Kind>(documents: &[&Document], scope: &mut Scope<'_>) -> Vec<Unit<K::Spec>> {
    let mut units = Vec::new();
    for document in documents {
        match document.read::<K::Raw>() {
            Ok(raw) => units.extend(K::interpret(raw, document, scope)),
            Err(problem) => scope.problem(problem),
        }
    }
    units
}

/// The declared units of a fleet with what was seen of them, if the fleet is of the kind `K`.
pub(crate) fn seen_of<K: Kind>(fleet: &dyn Fleet) -> Option<Vec<SeenUnit<'_, K>>> {
    let fleet = (fleet as &dyn Any).downcast_ref::<FleetOf<K>>()?;
    Some(fleet.units.values().map(|unit| (unit, fleet.seen(&unit.address))).collect())
}

/// The units of a kind whose types are known.
struct FleetOf<K: Kind> {
    units: BTreeMap<Address, Unit<K::Spec>>,
    ready: Option<Ready<K>>,
}

/// A kind that looked.
struct Ready<K: Kind> {
    kind: K,
    seen: Seen<K::State>,
}

impl<K: Kind> FleetOf<K> {
    fn wanted(&self, address: &Address) -> Wanted<'_, K::Spec> {
        self.units.get(address).map_or(Wanted::Gone, |unit| Wanted::Declared(&unit.spec))
    }

    fn seen(&self, address: &Address) -> Observation<K::State> {
        let Some(ready) = &self.ready else {
            return Observation::Unreadable("it was not looked at".to_owned());
        };
        if let Some(seen) = ready.seen.declared.get(address) {
            return seen.clone();
        }
        let gone = ready.seen.gone.iter().flatten().find(|(gone, _)| gone == address);
        gone.map_or(Observation::Absent, |(_, state)| Observation::Present(state.clone()))
    }

    fn note(&self, address: &Address, seen: &Observation<K::State>) -> Option<Note> {
        K::note(&self.units.get(address)?.spec, seen.state()?)
    }

    fn look<'a>(&'a self, environment: &'a Environment, look: &FleetLook<'a>) -> Look<'a, K::Spec> {
        let declared =
            self.units.iter().map(|(address, unit)| (address.clone(), &unit.spec)).collect();
        let FleetLook { notes, published, focus, events } = *look;
        Look { environment, declared, notes, published, focus, events }
    }

    async fn rounds(
        &self,
        ready: &Ready<K>,
        task: &Task<'_>,
        done: &mut Vec<String>,
    ) -> Result<Settled<K>, Outcome> {
        let address = task.context.address;
        let wanted = self.wanted(address);
        for _ in 0..MAX_ROUNDS {
            let seen = ready.kind.observe_one(address, &wanted, task.context.inputs).await;
            let Decision { planned, steps } = K::plan(&wanted, &seen, &task.context);
            match &planned.verdict {
                Verdict::InSync => return Ok(Settled { seen, planned }),
                Verdict::Change(change) => refuse_growth(change, task.approved)?,
                Verdict::Blocked { why, unblock, change: _ } => {
                    return Err(Outcome::Refused { why: why.clone(), unblock: unblock.clone() });
                }
                Verdict::Unknown { why } => return Err(Outcome::Failed { why: why.clone() }),
            }
            if steps.is_empty() {
                let why = "it needs values that are not known yet".to_owned();
                return Err(Outcome::Skipped { why });
            }
            for step in &steps {
                ready.kind.carry_out(step, &task.events).await.map_err(|error| match error {
                    StepError::Refused { why, unblock } => Outcome::Refused { why, unblock },
                    StepError::Failed(why) => Outcome::Failed { why },
                })?;
                done.push(step.to_string());
            }
        }
        Err(Outcome::Failed {
            why: format!("it still differs after {MAX_ROUNDS} rounds of changes"),
        })
    }
}

/// A unit that is as git says.
struct Settled<K: Kind> {
    seen: Observation<K::State>,
    planned: Planned,
}

#[async_trait]
impl<K: Kind> Fleet for FleetOf<K> {
    fn word(&self) -> &'static str {
        K::WORD
    }

    fn plural(&self) -> &'static str {
        K::PLURAL
    }

    fn is_noted(&self) -> bool {
        K::NOTES_HELP_WITH_GONE || !self.units.is_empty()
    }

    fn links(&self) -> BTreeMap<Address, Arc<Links>> {
        self.units
            .iter()
            .map(|(address, unit)| (address.clone(), Arc::clone(&unit.links)))
            .collect()
    }

    async fn observe(&mut self, session: &Session, look: &FleetLook<'_>) {
        let kind = K::connect(session);
        let seen = kind.observe(&self.look(&session.environment, look)).await;
        self.ready = Some(Ready { kind, seen });
    }

    fn gone(&self) -> Result<Vec<Address>, String> {
        let Some(ready) = &self.ready else { return Ok(Vec::new()) };
        let gone = ready.seen.gone.as_ref().map_err(Clone::clone)?;
        Ok(gone.iter().map(|(address, _)| address.clone()).collect())
    }

    fn plan(&self, context: &PlanContext<'_>) -> Planned {
        let address = context.address;
        K::plan(&self.wanted(address), &self.seen(address), context).planned
    }

    fn compare(&self, before: Option<Before<'_>>, context: &PlanContext<'_>) -> Planned {
        let before = before.and_then(|Before { fleet, context }| {
            let fleet = (fleet as &dyn Any).downcast_ref::<Self>()?;
            Some(Declared { spec: &fleet.units.get(context.address)?.spec, context })
        });
        K::compare(before.as_ref(), &self.wanted(context.address), context)
    }

    fn review(&self, planned: &mut [(&Address, &mut Verdict)], environment: &Environment) {
        K::review(planned, environment);
    }

    fn status(&self) -> Vec<UnitStatus> {
        let Some(ready) = &self.ready else { return Vec::new() };
        let declared = ready.seen.declared.iter().map(|(address, seen)| UnitStatus {
            address: address.clone(),
            running: seen.state().map(K::status),
            unreadable: match seen {
                Observation::Unreadable(why) => Some(why.clone()),
                Observation::Absent | Observation::Present(_) => None,
            },
            declared: true,
        });
        let gone = ready.seen.gone.iter().flatten().map(|(address, state)| UnitStatus {
            address: address.clone(),
            running: Some(K::status(state)),
            unreadable: None,
            declared: false,
        });
        declared.chain(gone).collect()
    }

    fn published(&self) -> Vec<(Address, BTreeMap<String, Value>)> {
        let Some(ready) = &self.ready else { return Vec::new() };
        let known = |(name, text)| (name, Value::Known(text));
        let states = ready.seen.declared.iter().filter_map(|(at, seen)| Some((at, seen.state()?)));
        states
            .map(|(at, state)| (at.clone(), K::published(state).into_iter().map(known).collect()))
            .collect()
    }

    fn notes(&self) -> BTreeMap<Address, Option<Note>> {
        let Some(ready) = &self.ready else { return BTreeMap::new() };
        let seen = ready.seen.declared.iter();
        seen.map(|(address, seen)| (address.clone(), self.note(address, seen))).collect()
    }

    async fn carry_out(&self, task: &Task<'_>) -> Done {
        let address = task.context.address;
        let Some(ready) = &self.ready else {
            let why = "it was not looked at".to_owned();
            return Done::without_change(Outcome::Skipped { why });
        };
        let mut steps = Vec::new();
        match self.rounds(ready, task, &mut steps).await {
            Ok(Settled { seen, planned }) => Done {
                outcome: if steps.is_empty() { Outcome::Unchanged } else { Outcome::Applied },
                outputs: planned.outputs,
                note: self.note(address, &seen),
                steps,
            },
            Err(outcome) => Done { steps, ..Done::without_change(outcome) },
        }
    }
}

impl Done {
    /// An end that says nothing about the unit's state.
    pub fn without_change(outcome: Outcome) -> Self {
        Self { outcome, outputs: BTreeMap::new(), note: None, steps: Vec::new() }
    }
}

/// Refuses what would destroy more than the plan that was shown.
fn refuse_growth(change: &Change, approved: Option<&Change>) -> Result<(), Outcome> {
    let nothing = Change::new(change.action, "");
    let beyond = match approved {
        Some(approved) => change.beyond(approved),
        None => change.beyond(&nothing),
    };
    match beyond {
        None => Ok(()),
        Some(more) => Err(Outcome::Refused {
            why: format!("AWS changed since the plan was made: {more}"),
            unblock: "plan again and look at the difference".to_owned(),
        }),
    }
}
