//! `reconcile device`: what an operator does with terminals.
//!
//! Every change is one of files: AWS follows when it is committed and applied. `list`, `show` and `export` look at AWS;
//! the others do not call it at all.

mod add;
pub(super) mod draft;
mod enrolment;
mod export;
mod list;
mod look;
mod new;
pub(super) mod request;
mod state;
pub(super) mod terminals;

pub(super) use self::look::terminal;

use clap::Subcommand;
use reconcile_core::problem::Problem;

use self::add::AddArgs;
use self::export::ExportArgs;
use self::list::ListArgs;
use self::new::NewArgs;
use self::state::{Goal, RevokeArgs};
use super::{Context, Failure};
use crate::args::Global;
use crate::exit::Exit;
use crate::views::edit::{self, FileChange, Step};
use crate::workspace::Workspace;

/// What can be done with terminals.
#[derive(Debug, Subcommand)]
pub(crate) enum DeviceCommand {
    /// Declare a terminal, and print how it makes its key and signing request.
    New(NewArgs),
    /// Take a terminal's signing request (CSR) into git, once it is found right.
    Add(AddArgs),
    /// Shut a terminal out for the time being.
    Suspend {
        /// The terminal.
        name: String,
    },
    /// Let a suspended terminal in again.
    Resume {
        /// The terminal.
        name: String,
    },
    /// Shut a terminal out for ever: its certificates are revoked.
    Revoke(RevokeArgs),
    /// Show the terminals: state, certificate, expiry.
    List(ListArgs),
    /// Show all that is known of a terminal.
    Show {
        /// The terminal.
        name: String,
    },
    /// Write a terminal's certificate and its chain.
    Export(ExportArgs),
}

pub(super) async fn run(context: &Context, command: DeviceCommand) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let edit = match command {
        DeviceCommand::New(args) => new::run(&workspace, &context.global, &args)?,
        DeviceCommand::Add(args) => add::run(&workspace, &context.global, &args)?,
        DeviceCommand::Suspend { name } => {
            state::run(&workspace, &context.global, &name, Goal::Suspended)?
        }
        DeviceCommand::Resume { name } => {
            state::run(&workspace, &context.global, &name, Goal::Enrolled)?
        }
        DeviceCommand::Revoke(args) => {
            let goal = Goal::Revoked { reason: args.reason };
            state::run(&workspace, &context.global, &args.name, goal)?
        }
        DeviceCommand::List(args) => return list::run(context, &workspace, &args).await,
        DeviceCommand::Show { name } => return list::show(context, &workspace, &name).await,
        DeviceCommand::Export(args) => return export::run(context, &workspace, &args).await,
    };
    Ok(context.result(&edit::render(&edit, context.view()), Exit::Good))
}

/// Writes what was changed, each file as it is to stand.
pub(super) fn write(workspace: &Workspace, changes: &[FileChange]) -> Result<(), Problem> {
    for FileChange { path, before: _, after } in changes {
        let file = workspace.root.join(path);
        let folder = file.parent().map_or(Ok(()), std::fs::create_dir_all);
        folder
            .and_then(|()| std::fs::write(&file, after))
            .map_err(|error| Problem::whole(format!("failed to write `{path}`: {error}")))?;
    }
    Ok(())
}

/// How files are committed.
pub(super) fn committing(paths: &[&str], subject: &str) -> Step {
    Step::new("Commit it:", &format!("git add {}\ngit commit -m \"{subject}\"", paths.join(" ")))
}

/// How what is committed about one terminal is applied.
fn applying(name: &str, global: &Global, what: &str) -> Step {
    let environment = global.environment.as_deref();
    let environment = environment.map_or_else(String::new, |name| format!(" -e {name}"));
    Step::new(what, &format!("reconcile apply --only devices/{name}{environment}"))
}
