//! A clinic's terminal, as small as it can be: for tests, and for whoever writes the real one.
//!
//! [`identity`] is who it is, [`wire`] is how it talks, [`api`] is whom it asks; [`upload`], [`download`] and
//! [`renewal`] are what it does. The README says what a Windows terminal does otherwise.

mod api;
mod args;
mod download;
mod home;
mod identity;
mod renewal;
mod upload;
mod wire;

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;
use serde_json::{Value, json};

use api::{Api, with_query};
use args::{Cli, Command};
use home::Home;

type Failure = Box<dyn Error>;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Cli { home, command } = Cli::parse();
    let told = match run(command, &Home::new(home)).await {
        Ok(answer) => writeln!(std::io::stdout(), "{answer}").map(|()| ExitCode::SUCCESS),
        Err(failure) => tell(&*failure).map(|()| ExitCode::FAILURE),
    };
    told.unwrap_or(ExitCode::FAILURE)
}

async fn run(command: Command, home: &Home) -> Result<Value, Failure> {
    Ok(match command {
        Command::New { name } => {
            identity::create(home, &name)?;
            json!({ "name": name, "request": home.path(Home::REQUEST) })
        }
        Command::Install { certificate } => {
            let kept = identity::keep(home, &std::fs::read_to_string(certificate)?)?;
            json!({ "serial": kept.serial })
        }
        Command::Renew(api) => renewal::renew(&Api::connect(api, home)?, home).await?,
        Command::Me(api) => Api::connect(api, home)?.get("/v1/me").await?,
        Command::List { prefix, api } => list(&Api::connect(api, home)?, &prefix).await?,
        Command::Upload { file, path, api } => {
            upload::upload(&Api::connect(api, home)?, home, (&file, &path)).await?
        }
        Command::Download { path, file, sha256, api } => {
            download::download(&Api::connect(api, home)?, (&path, &file), sha256).await?
        }
    })
}

/// All objects, page by page.
async fn list(api: &Api, prefix: &str) -> Result<Value, Failure> {
    let (mut objects, mut after) = (Vec::new(), String::new());
    loop {
        let query = [("prefix", prefix), ("after", &after)];
        let mut page: Value = api.get(&with_query("/v1/objects", &query)).await?;
        if let Some(Value::Array(more)) = page.get_mut("objects") {
            objects.append(more);
        }
        match page.get("next").and_then(Value::as_str) {
            Some(next) => next.clone_into(&mut after),
            None => return Ok(json!({ "objects": objects })),
        }
    }
}

/// Tells of a failure and its causes.
fn tell(failure: &dyn Error) -> std::io::Result<()> {
    let mut line = format!("error: {failure}");
    let mut cause = failure.source();
    while let Some(source) = cause {
        line = format!("{line}: {source}");
        cause = source.source();
    }
    writeln!(std::io::stderr(), "{line}")
}
