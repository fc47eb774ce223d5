//! Observes an environment and plans all of its units, in graph order.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reconcile_core::address::Address;
use reconcile_core::check::{BrokenRule, CheckedPlan};
use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::environment::Environment;
use reconcile_core::input::{Outputs, Value};
use reconcile_core::plan::{Plan, Planned, PlannedUnit};
use reconcile_core::problem::Problem;
use reconcile_core::redaction::{Key, Veil, redact};
use reconcile_core::status::UnitStatus;
use reconcile_core::verdict::Verdict;

use crate::aws::session::Session;
use crate::events::Events;
use crate::fleet::{self, AnyKind, Fleet, FleetLook};
use crate::graph::Graph;
use crate::kind::{Focus, Kind, Links, PlanContext, SeenUnit, Selection};
use crate::load::Desired;
use crate::load::files::MemoryFiles;
use crate::load::scope::{Named, Scope};
use crate::state::ledger::Ledger;

/// Everything that `desired/` declares for one environment, checked, in a graph.
pub struct World {
    /// Where.
    pub environment: Arc<Environment>,
    pub(crate) fleets: Vec<Box<dyn Fleet>>,
    pub(crate) links: BTreeMap<Address, Arc<Links>>,
    /// Units that exist, and whose files cannot be understood.
    pub(crate) broken: BTreeSet<Address>,
    /// Who comes before whom.
    pub graph: Graph,
    /// What values are hidden with, by kind, as far as that was read.
    keys: BTreeMap<String, Key>,
}

/// A plan with what an apply needs besides it.
#[derive(Debug)]
pub struct Prepared {
    /// The plan.
    pub plan: CheckedPlan,
    /// What each unit publishes, as far as it is known.
    pub outputs: Outputs,
    /// What a reader should know besides, one sentence each.
    pub notes: Vec<String>,
}

impl World {
    /// Interprets every document of an environment. All that is wrong is returned at once.
    pub fn interpret(
        desired: &Desired,
        environment: &Environment,
        kinds: &[&dyn AnyKind],
        files: &Named<'_>,
    ) -> Result<Self, Vec<Problem>> {
        let (world, problems) = Self::interpret_what_can_be(desired, environment, kinds, files);
        if problems.is_empty() { Ok(world) } else { Err(problems) }
    }

    /// Interprets what can be of an environment's documents, and tells what is wrong with the rest. Where the
    /// units cannot be brought into an order, they stand side by side.
    pub fn interpret_what_can_be(
        desired: &Desired,
        environment: &Environment,
        kinds: &[&dyn AnyKind],
        files: &Named<'_>,
    ) -> (Self, Vec<Problem>) {
        let mut scope = Scope::new(environment, files);
        let mut fleets = Vec::new();
        let mut links: BTreeMap<Address, Arc<Links>> = BTreeMap::new();
        let mut broken = desired.broken.clone();
        for kind in kinds {
            let info = kind.info();
            let documents: Vec<_> = desired.documents(info.word, environment).collect();
            let fleet = kind.interpret(&documents, &mut scope);
            let mut found = fleet.links();
            let understood: BTreeSet<&str> = found.keys().map(Address::name).collect();
            let names = documents.iter().map(|document| document.name.as_str());
            broken.extend(
                names.filter(|name| !understood.contains(name)).map(|name| info.address(name)),
            );
            links.append(&mut found);
            fleets.push(fleet);
        }
        // A unit whose file cannot be understood exists: to refer to it is no second mistake.
        for unit in links.values_mut().filter(|links| links.lead_to(&broken)) {
            let unit = Arc::make_mut(unit);
            unit.references.retain(|(reference, _)| !broken.contains(&reference.address));
            unit.depends_on.retain(|(address, _)| !broken.contains(address));
        }
        let mut problems = scope.into_problems();
        let graph = Graph::new(&links).unwrap_or_else(|more| {
            problems.extend(more);
            Graph::without_edges(links.keys())
        });
        let environment = Arc::new(environment.clone());
        (Self { environment, fleets, links, broken, graph, keys: BTreeMap::new() }, problems)
    }

    /// An environment in which nothing is declared.
    pub fn empty(environment: &Environment, kinds: &[&dyn AnyKind]) -> Self {
        let nothing = MemoryFiles::default();
        let named = Named::new(&nothing);
        Self::interpret_what_can_be(&Desired::default(), environment, kinds, &named).0
    }

    /// The declared units.
    pub fn units(&self) -> impl Iterator<Item = (&Address, &Links)> {
        self.links.iter().map(|(address, links)| (address, links.as_ref()))
    }

    /// The kinds, as addresses spell them, whose notes the ledger is read for.
    pub fn noted_kinds(&self) -> Vec<&'static str> {
        let noted = self.fleets.iter().filter(|fleet| fleet.is_noted());
        noted.map(|fleet| fleet.plural()).collect()
    }

    /// What runs, as far as it was observed.
    pub fn status(&self) -> Vec<UnitStatus> {
        self.fleets.iter().flat_map(|fleet| fleet.status()).collect()
    }

    /// What units publish as they are now, as far as they were observed.
    pub fn published(&self) -> Vec<(Address, BTreeMap<String, Value>)> {
        self.fleets.iter().flat_map(|fleet| fleet.published()).collect()
    }

    /// The declared units of one kind with what was seen of them, in the kind's own types.
    pub fn seen_of<K: Kind>(&self) -> Vec<SeenUnit<'_, K>> {
        let mut fleets = self.fleets.iter();
        fleets.find_map(|fleet| fleet::seen_of::<K>(fleet.as_ref())).unwrap_or_default()
    }

    /// Looks at every unit, kind by kind: where something is may be what a unit of an earlier kind
    /// publishes. Units out of focus are looked at as lightly as can be. Makes no write call.
    pub async fn observe<'a>(
        &mut self,
        session: &Session,
        ledger: &Ledger,
        focus: impl Into<Focus<'a>>,
        events: &Events,
    ) {
        let focus = focus.into();
        ledger.keys().clone_into(&mut self.keys);
        let mut published = Outputs::default();
        for fleet in &mut self.fleets {
            let look = FleetLook { notes: ledger.notes(), published: &published, focus, events };
            fleet.observe(session, &look).await;
            for (address, outputs) in fleet.published() {
                published.publish(address, outputs);
            }
        }
    }

    /// Plans every unit that is selected, from what was observed. Pure, but for the clock's one reading.
    pub fn plan(
        &self,
        session: &Session,
        selection: Selection<'_>,
    ) -> Result<Prepared, BrokenRule> {
        let now = session.now();
        let mut outputs = Outputs::default();
        let order = self.graph.order();
        let mut units = Vec::with_capacity(order.len());
        let mut left_out = 0_usize;
        for address in order {
            let Some(links) = self.links.get(&address) else { continue };
            let planned = self.plan_one(&address, &outputs, &links.region, now);
            let Some((kind, planned)) = planned else { continue };
            outputs.publish(address.clone(), planned.outputs.clone());
            if selection(&address) {
                let after = self.graph.before(&address);
                units.push(PlannedUnit { address, kind, after, planned });
            } else {
                left_out += 1;
            }
        }
        self.plan_gone(&mut units, &outputs, selection, now);
        self.review(&mut units);
        for unit in &mut units {
            redact(&unit.address, &mut unit.planned.verdict, self.veil(&unit.address));
        }
        let mut notes = Vec::new();
        if left_out > 0 {
            notes.push(match left_out {
                1 => "1 unit was left out: nothing is said of it".to_owned(),
                more => format!("{more} units were left out: nothing is said of them"),
            });
        }
        Ok(Prepared { plan: CheckedPlan::new(Plan::new(units))?, outputs, notes })
    }

    /// What hides values of a unit.
    pub(crate) fn veil(&self, address: &Address) -> Veil<'_> {
        Veil::new(self.keys.get(address.kind()))
    }

    pub(crate) fn fleet_of(&self, address: &Address) -> Option<&dyn Fleet> {
        self.fleets.iter().find(|fleet| fleet.plural() == address.kind()).map(AsRef::as_ref)
    }

    /// Lets every kind look at the verdicts on all of its units.
    pub(crate) fn review(&self, units: &mut [PlannedUnit]) {
        for fleet in &self.fleets {
            let of_kind = units.iter_mut().filter(|unit| unit.address.kind() == fleet.plural());
            let mut planned: Vec<_> =
                of_kind.map(|unit| (&unit.address, &mut unit.planned.verdict)).collect();
            fleet.review(&mut planned, &self.environment);
        }
    }

    fn plan_one(
        &self,
        address: &Address,
        outputs: &Outputs,
        region: &str,
        now: jiff::Timestamp,
    ) -> Option<(&'static str, Planned)> {
        let fleet = self.fleet_of(address)?;
        let environment = &self.environment;
        let inputs = outputs.seen_from(region);
        let context = PlanContext { address, environment, inputs, now, veil: self.veil(address) };
        Some((fleet.word(), fleet.plan(&context)))
    }

    /// Plans what is owned and not declared: after everything else, each after the one before it.
    fn plan_gone(
        &self,
        units: &mut Vec<PlannedUnit>,
        outputs: &Outputs,
        selection: Selection<'_>,
        now: jiff::Timestamp,
    ) {
        let mut after: BTreeSet<Address> = units
            .iter()
            .filter(|unit| unit.planned.verdict != Verdict::InSync)
            .map(|unit| unit.address.clone())
            .collect();
        for fleet in &self.fleets {
            match fleet.gone() {
                Err(why) => units.push(unlisted(fleet.as_ref(), &why)),
                Ok(gone) => {
                    for address in gone.into_iter().filter(|address| selection(address)) {
                        let region =
                            address.part().unwrap_or_else(|| self.environment.target.region());
                        let planned = self.plan_one(&address, outputs, region, now);
                        let Some((kind, planned)) = planned else { continue };
                        let unit = PlannedUnit {
                            address: address.clone(),
                            kind,
                            after: after.iter().cloned().collect(),
                            planned,
                        };
                        after.insert(address);
                        units.push(unit);
                    }
                }
            }
        }
    }
}

/// A listing that failed is an error, never an absence: it stands in the plan as a unit that is unknown.
fn unlisted(fleet: &dyn Fleet, why: &str) -> PlannedUnit {
    PlannedUnit {
        address: Address::new(fleet.plural(), "undeclared"),
        kind: fleet.word(),
        after: Vec::new(),
        planned: Planned {
            verdict: Verdict::Unknown {
                why: format!("what is owned but not declared could not be listed: {why}"),
            },
            outputs: BTreeMap::new(),
            desired: Digest::of(""),
            observed: Digest::of(""),
            coverage: Coverage { unreadable: 1, ..Coverage::default() },
        },
    }
}
