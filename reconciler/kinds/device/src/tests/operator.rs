//! Someone who runs the program: looks, plans, and gives each terminal its turn, as the engine does.

use std::collections::BTreeMap;
use std::sync::Arc;

use device_registry::Name;
use reconcile_core::address::Address;
use reconcile_core::environment::{Environment, Section, Target};
use reconcile_core::input::Outputs;
use reconcile_core::observation::Observation;
use reconcile_core::problem::{Place, SourceFile};
use reconcile_core::redaction::Veil;
use reconcile_core::text::Text;
use reconcile_core::verdict::Verdict;
use reconcile_engine::aws::session::RunIdentity;
use reconcile_engine::events::Events;
use reconcile_engine::kind::{
    Decision, Depth, Focus, Kind as _, Look, PlanContext, Seen, StepError, Wanted,
};
use reconcile_engine::state::ledger::Note;
use serde_json::{Value as Json, json};

use super::authority::ARN;
use super::aws::{Aws, Faults, REGISTRY, REPORTS};
use crate::DeviceKind;
use crate::csr::SigningRequest;
use crate::kind::Parts;
use crate::spec::{Days, Spec, Standing};
use crate::state::State;

/// As often as the engine tries.
const ROUNDS: usize = 6;

/// The terminal of most tests.
pub(super) const NAME: &str = "clinic-0001-pc01";

/// How a terminal's turn ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum End {
    InSync,
    Applied,
    Blocked(String),
    Failed(String),
}

/// One who has declared terminals, and keeps a ledger.
pub(super) struct Operator {
    pub(super) aws: Aws,
    pub(super) declared: BTreeMap<Address, Spec>,
    pub(super) environment: Arc<Environment>,
    pub(super) ledger: BTreeMap<Address, Note>,
    runs: u32,
}

impl Operator {
    /// Who has declared one terminal.
    pub(super) fn new(aws: &Aws) -> Self {
        let declared = [(address(NAME), spec(NAME, include_str!("../csr/fixtures/p256.csr.pem")))];
        Self {
            aws: aws.clone(),
            declared: declared.into(),
            environment: Arc::new(environment()),
            ledger: BTreeMap::new(),
            runs: 0,
        }
    }

    /// The declared terminal.
    pub(super) fn spec(&mut self) -> &mut Spec {
        self.declared.get_mut(&address(NAME)).unwrap()
    }

    fn kind(&mut self) -> DeviceKind {
        self.runs += 1;
        let aws = Arc::new(self.aws.clone());
        let of_clock = self.aws.clone();
        DeviceKind::new(Parts {
            authorities: Arc::<Aws>::clone(&aws),
            objects: Arc::<Aws>::clone(&aws),
            journals: aws,
            clock: Arc::new(move || of_clock.now()),
            run: Arc::new(RunIdentity::new(self.aws.now(), None, None, self.runs)),
            environment: Arc::clone(&self.environment),
        })
    }

    async fn look(&self, kind: &DeviceKind, focus: Focus<'_>) -> Seen<State> {
        let declared = self.declared.iter().map(|(address, spec)| (address.clone(), spec));
        let look = Look {
            environment: &self.environment,
            declared: declared.collect(),
            notes: &self.ledger,
            published: &Outputs::default(),
            focus,
            events: &Events::unheard(),
        };
        kind.observe(&look).await
    }

    fn decide(&self, address: &Address, seen: &Observation<State>) -> Decision<crate::step::Step> {
        let published = Outputs::default();
        let context = PlanContext {
            address,
            environment: &self.environment,
            inputs: published.seen_from("ap-northeast-1"),
            now: self.aws.now(),
            veil: Veil::default(),
        };
        DeviceKind::plan(&self.wanted(address), seen, &context)
    }

    fn wanted(&self, address: &Address) -> Wanted<'_, Spec> {
        self.declared.get(address).map_or(Wanted::Gone, Wanted::Declared)
    }

    /// What is decided about every terminal.
    pub(super) async fn plan<'a>(
        &mut self,
        focus: impl Into<Focus<'a>>,
    ) -> BTreeMap<Address, Verdict> {
        self.aws.begin(Faults::None);
        let kind = self.kind();
        let seen = self.look(&kind, focus.into()).await;
        self.verdicts(&seen)
    }

    fn verdicts(&self, seen: &Seen<State>) -> BTreeMap<Address, Verdict> {
        let gone = seen.gone.iter().flatten();
        let gone = gone.map(|(at, state)| (at.clone(), Observation::Present(state.clone())));
        let all = seen.declared.clone().into_iter().chain(gone);
        let mut verdicts: BTreeMap<_, _> =
            all.map(|(at, seen)| (at.clone(), self.decide(&at, &seen).planned.verdict)).collect();
        let mut planned: Vec<_> = verdicts.iter_mut().collect();
        DeviceKind::review(&mut planned, &self.environment);
        verdicts
    }

    /// Applies what is declared, while this goes wrong.
    pub(super) async fn apply_in(&mut self, faults: Faults) -> BTreeMap<Address, End> {
        self.aws.begin(faults);
        let kind = self.kind();
        let seen = self.look(&kind, Depth::default().into()).await;
        let mut ends = BTreeMap::new();
        for (address, verdict) in self.verdicts(&seen) {
            let end = match verdict {
                Verdict::InSync => End::InSync,
                Verdict::Blocked { why, .. } => End::Blocked(why),
                Verdict::Unknown { why } => End::Failed(why),
                Verdict::Change(_) => self.turn(&kind, &address).await,
            };
            let settled = seen.declared.get(&address).and_then(Observation::state);
            if let (End::InSync, Some(state), Some(spec)) =
                (&end, settled, self.declared.get(&address))
            {
                self.ledger.insert(address.clone(), DeviceKind::note(spec, state).unwrap());
            }
            ends.insert(address, end);
        }
        ends
    }

    async fn turn(&mut self, kind: &DeviceKind, address: &Address) -> End {
        for _ in 0..ROUNDS {
            let inputs = Outputs::default();
            let inputs = inputs.seen_from("ap-northeast-1");
            let seen = kind.observe_one(address, &self.wanted(address), inputs).await;
            let Decision { planned, steps } = self.decide(address, &seen);
            match planned.verdict {
                Verdict::InSync => {
                    let noted = self.declared.get(address).zip(seen.state());
                    if let Some((spec, state)) = noted {
                        let note = DeviceKind::note(spec, state).unwrap();
                        self.ledger.insert(address.clone(), note);
                    }
                    return End::Applied;
                }
                Verdict::Blocked { why, .. } => return End::Blocked(why),
                Verdict::Unknown { why } => return End::Failed(why),
                Verdict::Change(_) => {}
            }
            for step in &steps {
                match kind.carry_out(step, &Events::unheard().of(address)).await {
                    Ok(()) => {}
                    Err(StepError::Refused { why, .. }) => return End::Blocked(why),
                    Err(StepError::Failed(why)) => return End::Failed(why),
                }
            }
        }
        End::Failed("it still differs".to_owned())
    }

    /// Applies what is declared, and says how the terminal's turn ended.
    pub(super) async fn apply(&mut self) -> End {
        let mut ends = self.apply_in(Faults::None).await;
        ends.remove(&address(NAME)).unwrap_or(End::InSync)
    }

    /// The registration of the terminal.
    pub(super) fn registration(&self) -> Option<Json> {
        self.aws.object(REGISTRY, &format!("registry/{NAME}.json"))
    }

    /// The serial numbers that are let in now.
    pub(super) fn let_in(&self) -> Vec<String> {
        let registration = self.registration().unwrap_or_default();
        let serials = registration["serials"].as_array().cloned().unwrap_or_default();
        let is_good = |allowed: &&Json| {
            allowed["notAfter"].as_str().unwrap().parse::<jiff::Timestamp>().unwrap()
                > self.aws.now()
        };
        let good = serials.iter().filter(is_good);
        good.map(|allowed| allowed["serial"].as_str().unwrap().to_owned()).collect()
    }
}

pub(super) fn address(name: &str) -> Address {
    Address::new("devices", name)
}

/// A terminal that asks for a certificate by this request.
pub(super) fn spec(name: &str, csr: &str) -> Spec {
    let named = |name: &str| Name::try_from(name.to_owned()).unwrap();
    Spec {
        declared_in: format!("desired/devices/clinic-0001/{name}.yaml"),
        name: named(name),
        clinic: named("clinic-0001"),
        prefix: format!("terminals/{name}/").try_into().unwrap(),
        request: Arc::new(SigningRequest::of_terminal(name, csr).unwrap()),
        authority: Text::literal(ARN),
        bucket: Text::literal("clinic-0001-bucket"),
        validity: Days::new(90),
        renew_before: Days::new(30),
        overlap: Days::new(14),
        standing: Standing::Enrolled,
        issue_again: [].into(),
        revoke: [].into(),
    }
}

fn environment() -> Environment {
    let file = SourceFile { path: "test.yaml".to_owned(), text: "devices:".to_owned() };
    let value = json!({ "registry": REGISTRY, "auditReports": REPORTS });
    let section = Section { value, place: Place { file: Arc::new(file), range: 0..7 } };
    Environment {
        regions: [].into(),
        name: "test".to_owned(),
        target: Target::Sandbox { region: "ap-northeast-1".to_owned() },
        state_bucket: "state".to_owned(),
        default: true,
        variables: BTreeMap::new(),
        tags: BTreeMap::new(),
        allow_delete: [].into(),
        sections: BTreeMap::from([("devices".to_owned(), section)]),
    }
}
