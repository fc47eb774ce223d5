//! Carries a plan out along the graph, as many units at a time as asked for.
//!
//! Expected flow: a unit's turn comes when everything before it ended; it looks again, plans again,
//! refuses what goes past the plan that was shown, does it, and tells.
//!
//! Guarantees: no unit is begun after [`Pace::stopped`] says so, or after one that it needs failed; a unit
//! that was begun is finished. What behaviour a change has is decided in planning, not here.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::stream::{FuturesUnordered, StreamExt};
use reconcile_core::address::Address;
use reconcile_core::input::{Outputs, Value};
use reconcile_core::outcome::Outcome;
use reconcile_core::plan::{Plan, PlannedUnit};
use reconcile_core::verdict::{Action, Verdict};
use tokio::sync::mpsc::UnboundedSender;
use tokio::time::Instant;

use crate::aws::session::Session;
use crate::events::{Event, Events};
use crate::fleet::{Done, Task};
use crate::kind::PlanContext;
use crate::plan::{Prepared, World};
use crate::state::ledger::Note;
use crate::state::record::UnitRecord;

/// How a run goes about it.
pub struct Pace<'a> {
    /// Units at a time.
    pub parallelism: usize,
    /// Whether to begin nothing more: a first Ctrl-C, or a lease that was lost.
    pub stopped: &'a (dyn Fn() -> bool + Sync),
}

/// What an apply leaves behind.
#[derive(Debug, Default)]
pub struct Finished {
    /// The end of every unit of the plan.
    pub outcomes: BTreeMap<Address, Outcome>,
    /// How long each unit's turn took.
    pub took: BTreeMap<Address, Duration>,
    /// What the ledger should keep of those that were changed.
    pub notes: BTreeMap<Address, Option<Note>>,
}

/// Carries out every change of the plan.
pub async fn apply(
    world: &World,
    prepared: Prepared,
    (session, events): (&Session, &Events),
    pace: &Pace<'_>,
    records: UnboundedSender<UnitRecord>,
) -> Finished {
    let Prepared { plan, outputs, notes: _ } = prepared;
    let plan = plan.plan();
    let units = plan.changes().map(|(unit, change)| (unit.address.clone(), change.action));
    events.tell(&Event::ApplyStarted { units: units.collect() });
    let mut run = Run {
        world,
        plan,
        session,
        events,
        planned: outputs.clone(),
        outputs,
        finished: Finished::default(),
        records,
    };
    let mut waiting: Vec<&PlannedUnit> = plan.units().iter().collect();
    let mut running = FuturesUnordered::new();
    loop {
        let mut index = 0;
        // With all hands full nothing is looked for: of ten thousand units, that would take longer than their turns.
        while index < waiting.len() && running.len() < pace.parallelism.max(1) {
            if !run.is_ready(waiting[index]) {
                index += 1;
                continue;
            }
            let unit = waiting[index];
            if let Some(outcome) = run.without_turn(unit, (pace.stopped)()) {
                waiting.remove(index);
                run.finish(unit, Done::without_change(outcome), None);
            } else {
                waiting.remove(index);
                running.push(run.turn(unit));
            }
        }
        let Some((unit, done, took)) = running.next().await else { break };
        run.finish(unit, done, Some(took));
    }
    run.finished
}

/// The outcomes of a plan in which nothing changes.
pub fn without_changes(plan: &Plan) -> BTreeMap<Address, Outcome> {
    let outcome = |unit: &PlannedUnit| match &unit.planned.verdict {
        Verdict::InSync | Verdict::Change(_) => Outcome::Unchanged,
        Verdict::Blocked { why, unblock, change: _ } => {
            Outcome::Refused { why: why.clone(), unblock: unblock.clone() }
        }
        Verdict::Unknown { why } => Outcome::Skipped { why: why.clone() },
    };
    plan.units().iter().map(|unit| (unit.address.clone(), outcome(unit))).collect()
}

struct Run<'a> {
    world: &'a World,
    plan: &'a Plan,
    session: &'a Session,
    events: &'a Events,
    /// What units publish according to the plan.
    planned: Outputs,
    /// What they publish now.
    outputs: Outputs,
    finished: Finished,
    records: UnboundedSender<UnitRecord>,
}

impl<'a> Run<'a> {
    fn is_ready(&self, unit: &PlannedUnit) -> bool {
        unit.after.iter().all(|before| {
            self.finished.outcomes.contains_key(before) || self.plan.unit(before).is_none()
        })
    }

    /// The end of a unit that needs no turn, or may not have one.
    fn without_turn(&self, unit: &PlannedUnit, stopped: bool) -> Option<Outcome> {
        match &unit.planned.verdict {
            Verdict::InSync if !self.inputs_moved(unit) => return Some(Outcome::Unchanged),
            Verdict::Blocked { why, unblock, change: _ } => {
                return Some(Outcome::Refused { why: why.clone(), unblock: unblock.clone() });
            }
            Verdict::Unknown { why } => return Some(Outcome::Skipped { why: why.clone() }),
            Verdict::InSync | Verdict::Change(_) => {}
        }
        if stopped {
            return Some(Outcome::Skipped { why: "the run was stopped".to_owned() });
        }
        let bad = unit.after.iter().find(|before| self.holds_back(before))?;
        Some(Outcome::Skipped { why: format!("`{bad}` did not end well") })
    }

    /// Whether what depends on a unit has to wait for another run. A unit that a guard held back
    /// still publishes what it did before.
    fn holds_back(&self, before: &Address) -> bool {
        match self.finished.outcomes.get(before) {
            None | Some(Outcome::Unchanged | Outcome::Applied) => false,
            Some(Outcome::Failed { .. } | Outcome::Skipped { .. }) => true,
            Some(Outcome::Refused { .. }) => self.outputs.of(before).is_none_or(|outputs| {
                outputs.values().any(|value| matches!(value, Value::Pending(_)))
            }),
        }
    }

    /// Whether something that an unchanged unit reads turned out otherwise than planned.
    fn inputs_moved(&self, unit: &PlannedUnit) -> bool {
        unit.after.iter().any(|before| self.outputs.of(before) != self.planned.of(before))
    }

    fn turn(
        &self,
        unit: &'a PlannedUnit,
    ) -> impl Future<Output = (&'a PlannedUnit, Done, Duration)> + use<'a> {
        let (world, session, events) = (self.world, self.session, self.events);
        let outputs = self.outputs.only(&unit.after);
        async move {
            let started = Instant::now();
            let address = &unit.address;
            let approved = unit.planned.verdict.change();
            let action = approved.map_or(Action::Update, |change| change.action);
            events.tell(&Event::UnitStarted { address: address.clone(), action });
            let environment = &*world.environment;
            let region = world
                .links
                .get(address)
                .map_or_else(|| environment.target.region(), |links| &links.region);
            let inputs = outputs.seen_from(region);
            let (now, veil) = (session.now(), world.veil(address));
            let context = PlanContext { address, environment, inputs, now, veil };
            let task = Task { context, approved, events: events.of(address) };
            let done = match world.fleet_of(address) {
                Some(fleet) => fleet.carry_out(&task).await,
                None => Done::without_change(Outcome::Skipped { why: "no kind has it".to_owned() }),
            };
            (unit, done, started.elapsed())
        }
    }

    fn finish(&mut self, unit: &PlannedUnit, done: Done, took: Option<Duration>) {
        let Done { outcome, outputs, note, steps } = done;
        let address = unit.address.clone();
        if let Some(took) = took {
            let (address, outcome) = (address.clone(), outcome.clone());
            let action = unit.planned.verdict.change().map(|change| change.action);
            let record = UnitRecord {
                address: address.clone(),
                action,
                outcome: outcome.clone(),
                steps,
                took_ms: u64::try_from(took.as_millis()).ok(),
            };
            if self.records.send(record).is_err() {
                tracing::warn!(%address, "the run record ended before the run");
            }
            self.finished.took.insert(address.clone(), took);
            self.events.tell(&Event::UnitFinished { address, outcome, took });
        }
        if outcome.is_good() && took.is_some() {
            self.outputs.publish(address.clone(), outputs);
            self.finished.notes.insert(address.clone(), note);
        }
        self.finished.outcomes.insert(address, outcome);
    }
}
