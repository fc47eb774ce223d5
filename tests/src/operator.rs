//! Someone who runs the program: the same way from files to a report as the command line's.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::SharedHttpClient;
use reconcile_core::address::Address;
use reconcile_core::problem::Problem;
use reconcile_core::report::Report;
use reconcile_engine::apply::{self, ApplyError, Options};
use reconcile_engine::aws::clock::timestamp;
use reconcile_engine::aws::session::{Connect, ConnectError, RunIdentity, Session};
use reconcile_engine::aws::wires::Through;
use reconcile_engine::events::Events;
use reconcile_engine::fleet::{AnyKind, Registered};
use reconcile_engine::kind::{Depth, Focus};
use reconcile_engine::load::scope::Named;
use reconcile_engine::load::{self, KindInfo};
use reconcile_engine::plan::{Prepared, World};
use reconcile_engine::state::ledger::Ledger;
use reconcile_kind_artifact::ArtifactKind;
use reconcile_kind_device::DeviceKind;
use reconcile_kind_stack::StackKind;
use reconcile_kind_truststore::TruststoreKind;

use crate::account::{Account, REGION};
use crate::door::Denying;
use crate::repository::Repository;

/// The kinds, as the command line registers them.
pub const KINDS: [&dyn AnyKind; 4] = [
    &Registered::<StackKind>::NEW,
    &Registered::<ArtifactKind>::NEW,
    &Registered::<TruststoreKind>::NEW,
    &Registered::<DeviceKind>::NEW,
];

/// The commit that every run is of.
pub const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// A look that asks for a fresh drift detection.
pub const DETECTING: Depth = Depth { full: false, detect: true };

/// Processes that were begun: what tells apart two runs of the same moment.
static PROCESSES: AtomicU32 = AtomicU32::new(1);

/// One who applies a repository's environment to an account.
#[derive(Debug, Clone)]
pub struct Operator {
    account: Account,
    repository: Repository,
    environment: String,
    actor: String,
    patience: Duration,
    denied: Arc<[&'static str]>,
    work_tree: Option<PathBuf>,
}

/// Everything that a command has after it looked.
#[derive(Debug)]
pub struct Look {
    /// What was planned.
    pub prepared: Prepared,
    /// Through what.
    pub session: Session,
    world: Declared,
    ledger: Ledger,
}

/// Why a run has no report.
#[derive(Debug)]
pub enum RunError {
    /// AWS did not say who calls.
    Connect(ConnectError),
    /// The apply was not begun.
    Apply(ApplyError),
}

/// A world that can be shown, which is of no interest in a failure.
struct Declared(World);

impl std::fmt::Debug for Declared {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("World")
    }
}

impl Operator {
    /// Of the environment `test`.
    pub fn new(account: &Account, repository: &Repository) -> Self {
        Self {
            account: account.clone(),
            repository: repository.clone(),
            environment: "test".to_owned(),
            actor: "alice".to_owned(),
            patience: Duration::from_secs(90),
            denied: Arc::new([]),
            work_tree: None,
        }
    }

    /// Of another environment.
    #[must_use]
    pub fn environment(self, name: &str) -> Self {
        Self { environment: name.to_owned(), ..self }
    }

    /// Under another name.
    #[must_use]
    pub fn actor(self, name: &str) -> Self {
        Self { actor: name.to_owned(), ..self }
    }

    /// Who waits this long for another run.
    #[must_use]
    pub fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Who may not call these operations of CloudFormation.
    #[must_use]
    pub fn denied(self, operations: &'static [&'static str]) -> Self {
        Self { denied: operations.into(), ..self }
    }

    /// Who has the repository in a folder, and can build what it declares.
    #[must_use]
    pub fn work_tree(self, root: &std::path::Path) -> Self {
        Self { work_tree: Some(root.to_owned()), ..self }
    }

    /// Reads, connects, looks and plans.
    pub async fn look(&self, depth: Depth) -> Look {
        self.try_look(depth).await.expect("AWS says who calls")
    }

    /// Looks and applies, where anything may go wrong.
    pub async fn run(&self, depth: Depth) -> Result<Report, RunError> {
        let look = self.try_look(depth).await.map_err(RunError::Connect)?;
        self.carry_out(look).await.map_err(RunError::Apply)
    }

    /// Looks for drift, where anything may go wrong.
    pub async fn try_drift(&self) -> Result<Report, RunError> {
        let look = self.try_look(Depth { full: true, detect: true }).await;
        Ok(look.map_err(RunError::Connect)?.report())
    }

    async fn try_look(&self, focus: impl Into<Focus<'_>>) -> Result<Look, ConnectError> {
        let focus = focus.into();
        let mut world = self.interpret().expect("what is declared is right");
        let session = self.connect(&world).await?;
        let ledger = Ledger::load(&session, &world.noted_kinds()).await;
        world.observe(&session, &ledger, focus, &Events::unheard()).await;
        let prepared = world.plan(&session, focus.selection).expect("the plan keeps the rules");
        Ok(Look { prepared, session, world: Declared(world), ledger })
    }

    /// What is declared, or what is wrong with it.
    pub fn interpret(&self) -> Result<World, Vec<Problem>> {
        let files = self.repository.files();
        let infos: Vec<KindInfo> = KINDS.iter().map(|kind| kind.info()).collect();
        let desired = load::load(&files, &infos)?;
        let environment =
            desired.environment(Some(&self.environment)).map_err(|problem| vec![problem])?;
        World::interpret(&desired, environment, &KINDS, &Named::new(&files))
    }

    /// `reconcile plan`
    pub async fn plan(&self) -> Report {
        self.look(Depth::default()).await.report()
    }

    /// `reconcile drift`
    pub async fn drift(&self) -> Report {
        self.look(Depth { full: true, detect: true }).await.report()
    }

    /// `reconcile drift --only ADDRESS`
    pub async fn drift_of(&self, only: &str) -> Report {
        let selection = |address: &Address| address.to_string() == only;
        let depth = Depth { full: true, detect: true };
        let look = self.try_look(Focus { depth, selection: &selection }).await;
        look.expect("AWS says who calls").report()
    }

    /// `reconcile apply`
    pub async fn apply(&self) -> Result<Report, ApplyError> {
        self.carry_out(self.look(Depth::default()).await).await
    }

    /// `reconcile apply --detect`
    pub async fn apply_detecting(&self) -> Result<Report, ApplyError> {
        self.carry_out(self.look(DETECTING).await).await
    }

    /// Applies a plan that was made.
    pub async fn carry_out(&self, look: Look) -> Result<Report, ApplyError> {
        let Look { prepared, session, world: Declared(world), mut ledger } = look;
        let options = Options {
            parallelism: 10,
            patience: self.patience,
            learn_from: 0,
            uncommitted: 0,
            stopped: &|| false,
        };
        let with = (&session, &mut ledger, &Events::unheard());
        apply::apply(&world, prepared, with, &options).await
    }

    async fn connect(&self, world: &World) -> Result<Session, ConnectError> {
        let sandbox = &self.account.sandbox;
        let environment = Arc::clone(&world.environment);
        sandbox.ensure_bucket(&environment.state_bucket, REGION).expect("there is a bucket");
        let time_source = sandbox.time_source();
        let process = PROCESSES.fetch_add(1, Ordering::Relaxed);
        let (commit, actor) = (Some(COMMIT.to_owned()), Some(self.actor.clone()));
        let run = RunIdentity::new(timestamp(&time_source), commit, actor, process);
        let inner = sandbox.http_client();
        let http_client =
            SharedHttpClient::new(Denying { inner, operations: Arc::clone(&self.denied) });
        let through = Through::Process { http_client, credentials: sandbox.credentials() };
        let work_tree = self.work_tree.clone();
        let connect = Connect { environment, run, work_tree, time_source, through };
        Session::connect(connect).await
    }
}

impl Look {
    /// The plan as a report.
    pub fn report(&self) -> Report {
        let mut notes = self.prepared.notes.clone();
        notes.extend(self.ledger.remarks().iter().cloned());
        Report {
            environment: self.session.environment.name.clone(),
            commit: self.session.run.commit.clone(),
            plan: self.prepared.plan.clone(),
            outcomes: None,
            took: BTreeMap::new(),
            calls: self.session.calls(),
            notes,
        }
    }
}
