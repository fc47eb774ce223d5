//! Many stacks or terminals in a sandbox on disk, deployed in virtual time.
//!
//! The limiter keeps to AWS's quotas in the sandbox, too: deploying a thousand stacks takes minutes of real
//! time. Under tokio's paused clock they pass at once.

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_async::time::SharedTimeSource;
use jiff::{SignedDuration, Timestamp};
use reconcile_core::problem::Problem;
use reconcile_core::report::Status;
use reconcile_engine::apply::{self, Options};
use reconcile_engine::aws::clock::{TokioTime, timestamp};
use reconcile_engine::aws::session::{Connect, RunIdentity, Session};
use reconcile_engine::aws::wires::Through;
use reconcile_engine::events::Events;
use reconcile_engine::kind::Depth;
use reconcile_engine::load::{self, WorkTree, scope::Named};
use reconcile_engine::plan::World;
use reconcile_engine::state::ledger::Ledger;
use reconcile_sandbox::Sandbox;
use reconcile_tests::account::{Account, REGION};
use reconcile_tests::clock::Clock;
use reconcile_tests::operator::KINDS;
use reconcile_tests::repository::Repository;
use reconcile_tests::terminals::clinic;

use crate::tools::reconcile::{ENVIRONMENT, Reconcile, through_the_network};
use crate::units::Unit;

/// How long before the measurement they are deployed: nothing is due again by then.
const AGE: SignedDuration = SignedDuration::from_hours(24);

/// What is laid out.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Units {
    /// So many stacks.
    Stacks(usize),
    /// So many stacks that some other tool made, without a word about who owns them.
    Plain(usize),
    /// So many terminals.
    Terminals(usize),
}

/// Declares units in a folder, and deploys them to its sandbox. In the end the environment leads to the same account
/// through the network.
pub(crate) fn lay_out(folder: &Path, units: Units) -> Result<(), Box<dyn Error>> {
    match units {
        Units::Plain(count) => return plain(folder, count),
        Units::Stacks(count) => Reconcile::declare_in(folder, &Unit::many(count))?,
        Units::Terminals(count) => terminals(count).write_to(folder),
    }
    let environment = folder.join(format!("desired/environments/{ENVIRONMENT}.yaml"));
    let text = fs::read_to_string(&environment)?;
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    runtime.enable_time().start_paused(true).build()?.block_on(deploy(folder))?;
    Ok(fs::write(environment, through_the_network(&text))?)
}

/// As many terminals of one clinic.
pub(crate) fn terminals(count: usize) -> Repository {
    let budget = format!("  issuance: {{ perRun: {count} }}\n");
    let clinic = clinic().append("desired/environments/test.yaml", &budget);
    let name = |number| format!("clinic-0001-pc{number:05}");
    (0..count).fold(clinic, |clinic, number| clinic.terminal(&name(number), ""))
}

fn plain(folder: &Path, count: usize) -> Result<(), Box<dyn Error>> {
    fs::create_dir_all(folder)?;
    let clock = Clock::new();
    let directory = folder.join(".reconcile").join("sandbox");
    let sandbox = Sandbox::open(&directory, SharedTimeSource::new(clock.clone()))?;
    // What `bootstrap` makes in an account.
    sandbox.ensure_bucket(&format!("state-{ENVIRONMENT}"), REGION)?;
    let account = Account { sandbox, clock };
    account.process(async {
        let client = account.cloudformation();
        for unit in Unit::many(count) {
            let stack = client.create_stack().stack_name(&unit.name);
            stack.template_body(unit.template()).send().await?;
        }
        Ok::<_, Box<dyn Error>>(())
    })
}

async fn deploy(folder: &Path) -> Result<(), Box<dyn Error>> {
    let mut world = world(folder).map_err(|problems| format!("{problems:?}"))?;
    let begin = SystemTime::from(Timestamp::now() - AGE);
    let time = SharedTimeSource::new(TokioTime::starting_at(begin));
    let sandbox = Sandbox::open(&folder.join(".reconcile").join("sandbox"), time)?;
    let environment = Arc::clone(&world.environment);
    sandbox.ensure_bucket(&environment.state_bucket, environment.target.region())?;
    let time_source = sandbox.time_source();
    let run = RunIdentity::new(timestamp(&time_source), None, None, std::process::id());
    let through =
        Through::Process { http_client: sandbox.http_client(), credentials: sandbox.credentials() };
    let session =
        Session::connect(Connect { environment, run, work_tree: None, time_source, through })
            .await?;
    let mut ledger = Ledger::load(&session, &world.noted_kinds()).await;
    let events = Events::unheard();
    world.observe(&session, &ledger, Depth::default(), &events).await;
    let prepared = world.plan(&session, &|_| true)?;
    let options = Options {
        parallelism: 10,
        patience: Duration::from_secs(90),
        learn_from: 0,
        uncommitted: 0,
        stopped: &|| false,
    };
    let report = apply::apply(&world, prepared, (&session, &mut ledger, &events), &options).await?;
    let status = report.status();
    if status == Status::Applied {
        return Ok(());
    }
    Err(format!("they were not deployed: {status:?}").into())
}

fn world(folder: &Path) -> Result<World, Vec<Problem>> {
    let files = WorkTree::new(folder)
        .map_err(|error| vec![Problem::whole(format!("failed to open the folder: {error}"))])?;
    let infos: Vec<_> = KINDS.iter().map(|kind| kind.info()).collect();
    let desired = load::load(&files, &infos)?;
    let environment = desired.environment(None).map_err(|problem| vec![problem])?;
    World::interpret(&desired, environment, &KINDS, &Named::new(&files))
}
