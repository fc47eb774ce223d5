//! `reconcile sandbox serve`: the embedded AWS, for other programs.

mod shown;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use reconcile_core::problem::Problem;
use reconcile_sandbox::{Door, Sandbox};
use tokio::signal::unix::{SignalKind, signal};

use super::{Context, Failure};
use crate::args::{Output, ServeArgs};
use crate::exit::Exit;
use crate::target::open_sandbox_by;
use crate::workspace::Workspace;
use shown::{Doors, Served};

/// The region that is proposed where no environment of the sandbox says one.
const REGION: &str = "us-east-1";

/// How often to look for APIs and domains that others deploy meanwhile.
const LOOK: Duration = Duration::from_secs(1);

/// Being stopped is how it ends well.
pub(super) async fn run(
    context: &Context,
    workspace: &Workspace,
    args: ServeArgs,
) -> Result<Exit, Failure> {
    // Not the clock of a run, which stands still while the machine sleeps: this may go on for days.
    let clock = SharedTimeSource::new(SystemTimeSource::new());
    let sandbox = open_sandbox_by(workspace, clock)?;
    let variables = variables(&sandbox, &region(context, workspace));
    let (address, tls_address) = args.addresses();
    let occupied = |address| {
        move |error| {
            Problem::whole(format!("failed to listen at {address}: {error}"))
                .hint("another port: `--port 4700`, or any free one: `--port 0`")
        }
    };
    let door = Door::open(sandbox.clone(), address).await.map_err(occupied(address))?;
    let door = door.and_tls(tls_address).await.map_err(occupied(tls_address))?;
    let doors = Doors {
        plain: door.address(),
        tls: door.tls_address().unwrap_or(tls_address),
        authority: write_authority(workspace, &sandbox)?,
    };
    let stopped = stopped()?;
    if !args.host.is_loopback() {
        context.console.talk("warning: whoever reaches this address may change the sandbox");
    }
    let served = doors.served(&sandbox)?;
    let shown = match context.global.output {
        Output::Json => doors.as_json(&variables, &served),
        Output::Text | Output::Markdown => doors.as_shell(&variables, &served),
    };
    let exit = context.result(&shown, Exit::Good);
    let told = served.into_iter().collect();
    tokio::select! {
        () = tell_of_more(context, &sandbox, &doors, told) => {}
        () = door.serve(stopped) => {}
    }
    Ok(exit)
}

/// Writes down which authority issues the certificates of custom domain names, for their clients.
fn write_authority(workspace: &Workspace, sandbox: &Sandbox) -> Result<PathBuf, Problem> {
    let pem = sandbox.server_authority().map_err(|error| Problem::whole(error.to_string()))?;
    let path = workspace.sandbox_directory().join("server-authority.pem");
    std::fs::write(&path, pem).map_err(|error| {
        Problem::whole(format!("failed to write `{}`: {error}", path.display()))
    })?;
    Ok(path)
}

/// Goes on telling of APIs and domains that are deployed meanwhile.
async fn tell_of_more(
    context: &Context,
    sandbox: &Sandbox,
    doors: &Doors,
    mut told: BTreeSet<Served>,
) {
    loop {
        tokio::time::sleep(LOOK).await;
        // What is wrong with the state is told to whoever calls.
        for served in doors.served(sandbox).unwrap_or_default() {
            if told.insert(served.clone()) {
                context.console.talk(&doors.line(&served));
            }
        }
    }
}

/// Done at Ctrl-C and at termination.
fn stopped() -> Result<impl Future<Output = ()>, Problem> {
    let failed = |error| Problem::whole(format!("failed to listen for signals: {error}"));
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

/// The region of the environment that is the sandbox. Files that cannot be read are not this command's.
fn region(context: &Context, workspace: &Workspace) -> String {
    let named = context.global.environment.as_deref();
    let worlds = workspace.every_world().unwrap_or_default();
    let sandboxes = worlds.iter().map(|world| &world.environment);
    let mut sandboxes = sandboxes.filter(|environment| environment.target.is_sandbox());
    let found = sandboxes.clone().find(|environment| Some(environment.name.as_str()) == named);
    found
        .or_else(|| sandboxes.next())
        .map_or_else(|| REGION.to_owned(), |environment| environment.target.region().to_owned())
}

/// What other programs are to be told beside the endpoint.
fn variables(sandbox: &Sandbox, region: &str) -> [(&'static str, String); 4] {
    let credentials = sandbox.credentials();
    [
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id().to_owned()),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key().to_owned()),
        ("AWS_REGION", region.to_owned()),
        // What programs made with boto3 read.
        ("AWS_DEFAULT_REGION", region.to_owned()),
    ]
}
