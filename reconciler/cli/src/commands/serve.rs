//! `reconcile sandbox serve`: the embedded AWS, for other programs.

use std::net::SocketAddr;

use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use reconcile_core::problem::Problem;
use reconcile_sandbox::{Door, Sandbox};
use serde_json::{Map, Value, json};
use tokio::signal::unix::{SignalKind, signal};

use super::{Context, Failure};
use crate::args::{Output, ServeArgs};
use crate::exit::Exit;
use crate::target::open_sandbox_by;
use crate::workspace::Workspace;

/// The region that is proposed where no environment of the sandbox says one.
const REGION: &str = "us-east-1";

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
    let address = SocketAddr::new(args.host, args.port);
    let door = Door::open(sandbox, address).await.map_err(|error| {
        Problem::whole(format!("failed to listen at {address}: {error}"))
            .hint("another port: `--port 4600`, or any free one: `--port 0`")
    })?;
    let stopped = stopped()?;
    let endpoint = format!("http://{}", door.address());
    if !args.host.is_loopback() {
        context.console.talk("warning: whoever reaches this address may change the sandbox");
    }
    let shown = match context.global.output {
        Output::Json => as_json(&endpoint, &variables),
        Output::Text | Output::Markdown => as_shell(&endpoint, &variables),
    };
    let exit = context.result(&shown, Exit::Good);
    door.serve(stopped).await;
    Ok(exit)
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

fn as_shell(endpoint: &str, variables: &[(&str, String)]) -> String {
    let exports: Vec<_> =
        variables.iter().map(|(name, value)| format!("export {name}={value}")).collect();
    let exports = exports.join("\n");
    format!(
        "# The sandbox answers until Ctrl-C. In another shell:\n\
         export AWS_ENDPOINT_URL={endpoint}\n\
         {exports}\n\
         unset AWS_PROFILE AWS_SESSION_TOKEN"
    )
}

fn as_json(endpoint: &str, variables: &[(&str, String)]) -> String {
    let mut environment = Map::new();
    environment.insert("AWS_ENDPOINT_URL".to_owned(), endpoint.into());
    for (name, value) in variables {
        environment.insert((*name).to_owned(), Value::from(value.clone()));
    }
    json!({ "formatVersion": "1.0", "endpoint": endpoint, "environment": environment }).to_string()
}
