//! `reconcile`: a declarative GitOps reconciler for AWS.
//!
//! Expected flow: [`args`] says what is asked, [`workspace`] finds the repository and reads `desired/`,
//! [`target`] connects to AWS or the sandbox, a command of [`commands`] does it, [`views`] write it down.

mod args;
mod commands;
mod console;
mod examples;
mod exit;
mod git;
mod kinds;
mod progress;
mod publish;
mod rules;
mod target;
mod unapplied;
mod views;
mod workspace;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser as _;

use args::{Cli, Settings};
use console::Console;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return exit::of_usage(&error),
    };
    let settings = Settings::of(&cli);
    let console = Arc::new(Console::new(settings.console));
    start_log(&cli);
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            console.talk(&format!("error: failed to start: {error}"));
            return exit::Exit::Error.into();
        }
    };
    runtime.block_on(commands::run(cli, console)).into()
}

/// Diagnostics for whoever debugs: on stderr, and only when asked for.
fn start_log(cli: &Cli) {
    let Some(filter) = cli.global.log_filter() else { return };
    let subscriber = tracing_subscriber::fmt()
        .with_env_filter(tracing_subscriber::EnvFilter::new(filter))
        .with_writer(std::io::stderr)
        .finish();
    // It fails only if there is one already, which there is not.
    let _ = tracing::subscriber::set_global_default(subscriber);
}
