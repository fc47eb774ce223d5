//! Connects to what an environment says: an AWS account, or the sandbox.

use std::error::Error;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_async::time::SharedTimeSource;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use reconcile_core::environment::Environment;
use reconcile_core::problem::Problem;
use reconcile_engine::aws::clock::{TokioTime, timestamp};
use reconcile_engine::aws::session::{Connect, RunIdentity, Session};
use reconcile_engine::aws::wires::Through;
use reconcile_sandbox::{FaultPlan, Sandbox};

use crate::args::Global;
use crate::workspace::Workspace;

/// Where the state bucket comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum StateBucket {
    /// It was made beforehand; the sandbox provides its own.
    Provided,
    /// A stack makes it, in this run or an earlier one.
    Made,
}

/// Connects, and makes sure that the account is the environment's.
pub(crate) async fn connect(
    workspace: &Workspace,
    environment: &Environment,
    global: &Global,
    commit: Option<String>,
) -> Result<Session, Problem> {
    connect_with(workspace, environment, global, commit, StateBucket::Provided).await
}

/// Connects, where the state bucket may be missing.
pub(crate) async fn connect_with(
    workspace: &Workspace,
    environment: &Environment,
    global: &Global,
    commit: Option<String>,
    bucket: StateBucket,
) -> Result<Session, Problem> {
    let (time_source, through) = if environment.target.is_sandbox() {
        let sandbox = open_sandbox(workspace)?;
        if bucket == StateBucket::Provided {
            let region = environment.target.region();
            let ensured = sandbox.ensure_bucket(&environment.state_bucket, region);
            ensured.map_err(|error| Problem::whole(error.to_string()))?;
        }
        if let Some(path) = &global.sandbox_faults {
            sandbox.set_faults(fault_plan(path)?);
            // As a kill would: nothing is cleaned up.
            sandbox.on_crash(|| std::process::abort());
        }
        let http_client = sandbox.http_client();
        let credentials = sandbox.credentials();
        (sandbox.time_source(), Through::Process { http_client, credentials })
    } else {
        (system_time(), Through::Network { profile: global.profile.clone() })
    };
    let process = std::process::id();
    let run = RunIdentity::new(timestamp(&time_source), commit, global.who(), process)
        .logged_at(global.log_url());
    let environment = Arc::new(environment.clone());
    let work_tree = Some(workspace.root.clone());
    let connect = Connect { environment, run, work_tree, time_source, through };
    let connected = Session::connect(connect).await;
    connected.map_err(|error| Problem::whole(error.to_string()))
}

/// Opens the sandbox of a repository for the time of a command.
pub(crate) fn open_sandbox(workspace: &Workspace) -> Result<Sandbox, Problem> {
    open_sandbox_by(workspace, system_time())
}

/// Opens the sandbox of a repository by a clock.
pub(crate) fn open_sandbox_by(
    workspace: &Workspace,
    clock: SharedTimeSource,
) -> Result<Sandbox, Problem> {
    Sandbox::open(&workspace.sandbox_directory(), clock)
        .map_err(|error| Problem::whole(format!("failed to open the sandbox: {error}")))
}

/// The day, by this machine's clock: what is asked before anything is connected to.
pub(crate) fn today() -> Date {
    now().to_zoned(TimeZone::UTC).date()
}

/// The time, for a command that asks no AWS.
pub(crate) fn now() -> jiff::Timestamp {
    timestamp(&system_time())
}

#[expect(clippy::disallowed_methods, reason = "here the time enters, once")]
fn system_time() -> SharedTimeSource {
    SharedTimeSource::new(TokioTime::starting_at(SystemTime::now()))
}

fn fault_plan(path: &Path) -> Result<FaultPlan, Problem> {
    let failed = |error: &dyn Error| {
        let cause = error.source().map_or_else(String::new, |cause| format!(": {cause}"));
        Problem::whole(format!("failed to use the fault plan `{}`: {error}{cause}", path.display()))
    };
    let text = std::fs::read_to_string(path).map_err(|error| failed(&error))?;
    FaultPlan::parse(&text).map_err(|error| failed(&error))
}
