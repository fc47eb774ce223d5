//! `reconcile sandbox serve`: the embedded AWS, for other programs.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use reconcile_core::problem::Problem;
use reconcile_sandbox::{Door, LiveApi, Sandbox};
use serde_json::{Map, Value, json};
use tokio::signal::unix::{SignalKind, signal};

use super::{Context, Failure};
use crate::args::{Output, ServeArgs};
use crate::exit::Exit;
use crate::target::open_sandbox_by;
use crate::workspace::Workspace;

/// The region that is proposed where no environment of the sandbox says one.
const REGION: &str = "us-east-1";

/// How often to look for APIs that others deploy meanwhile.
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
    let address = SocketAddr::new(args.host, args.port);
    let door = Door::open(sandbox.clone(), address).await.map_err(|error| {
        Problem::whole(format!("failed to listen at {address}: {error}"))
            .hint("another port: `--port 4600`, or any free one: `--port 0`")
    })?;
    let stopped = stopped()?;
    let endpoint = format!("http://{}", door.address());
    if !args.host.is_loopback() {
        context.console.talk("warning: whoever reaches this address may change the sandbox");
    }
    let apis = apis(&sandbox, door.address())?;
    let shown = match context.global.output {
        Output::Json => as_json(&endpoint, &variables, &apis),
        Output::Text | Output::Markdown => as_shell(&endpoint, &variables, &apis),
    };
    let exit = context.result(&shown, Exit::Good);
    let told = apis.into_iter().collect();
    tokio::select! {
        () = tell_of_apis(context, &sandbox, door.address(), told) => {}
        () = door.serve(stopped) => {}
    }
    Ok(exit)
}

/// An HTTP API's name, and where it answers.
type Served = (String, String);

/// Where the sandbox's HTTP APIs answer.
fn apis(sandbox: &Sandbox, door: SocketAddr) -> Result<Vec<Served>, Problem> {
    let live = sandbox.http_apis().map_err(|error| Problem::whole(error.to_string()))?;
    let urls = |api: &LiveApi| -> Vec<Served> {
        api.urls(door.port()).map(|url| (api.name.clone(), url)).collect()
    };
    Ok(live.iter().flat_map(urls).collect())
}

/// Goes on telling of APIs that are deployed meanwhile.
async fn tell_of_apis(
    context: &Context,
    sandbox: &Sandbox,
    door: SocketAddr,
    mut told: BTreeSet<Served>,
) {
    loop {
        tokio::time::sleep(LOOK).await;
        // What is wrong with the state is told to whoever calls.
        for served in apis(sandbox, door).unwrap_or_default() {
            if told.insert(served.clone()) {
                let (name, url) = served;
                context.console.talk(&format!("the API `{name}` answers at {url}"));
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

fn as_shell(endpoint: &str, variables: &[(&str, String)], apis: &[Served]) -> String {
    let exports = variables.iter().map(|(name, value)| format!("export {name}={value}"));
    let unset = "unset AWS_PROFILE AWS_SESSION_TOKEN".to_owned();
    let apis = apis.iter().map(|(name, url)| format!("# The API `{name}` answers at {url}"));
    let lines: Vec<_> = exports.chain([unset]).chain(apis).collect();
    format!(
        "# The sandbox answers until Ctrl-C. In another shell:\n\
         export AWS_ENDPOINT_URL={endpoint}\n\
         {}",
        lines.join("\n")
    )
}

fn as_json(endpoint: &str, variables: &[(&str, String)], apis: &[Served]) -> String {
    let mut environment = Map::new();
    environment.insert("AWS_ENDPOINT_URL".to_owned(), endpoint.into());
    for (name, value) in variables {
        environment.insert((*name).to_owned(), Value::from(value.clone()));
    }
    let apis: Vec<_> = apis.iter().map(|(name, url)| json!({ "name": name, "url": url })).collect();
    json!({
        "formatVersion": "1.0",
        "endpoint": endpoint,
        "environment": environment,
        "apis": apis,
    })
    .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn apis() -> Vec<Served> {
        vec![("health".to_owned(), "http://a.execute-api.eu-west-1.localhost:4599/".to_owned())]
    }

    #[test]
    fn a_shell_reads_what_is_shown() {
        let variables = [("AWS_REGION", "eu-west-1".to_owned())];
        insta::assert_snapshot!(as_shell("http://127.0.0.1:4599", &variables, &apis()), @"
        # The sandbox answers until Ctrl-C. In another shell:
        export AWS_ENDPOINT_URL=http://127.0.0.1:4599
        export AWS_REGION=eu-west-1
        unset AWS_PROFILE AWS_SESSION_TOKEN
        # The API `health` answers at http://a.execute-api.eu-west-1.localhost:4599/
        ");
    }

    #[test]
    fn a_program_finds_the_apis_by_name() {
        let shown: Value = serde_json::from_str(&as_json("http://127.0.0.1:4599", &[], &apis()))
            .unwrap_or_default();
        assert_eq!(shown["apis"][0]["name"], "health");
        assert_eq!(shown["apis"][0]["url"], "http://a.execute-api.eu-west-1.localhost:4599/");
    }
}
