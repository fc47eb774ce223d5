//! One small file a command: what it needs, a call into the library, and what is written.

mod apply;
mod bootstrap;
mod build;
mod demo;
pub(crate) mod device;
mod diff;
mod drift;
mod expect;
mod graph;
mod history;
pub(crate) mod import;
mod man;
mod plan;
pub(crate) mod report;
mod sandbox;
mod schema;
mod serve;
mod status;
mod validate;

use std::sync::Arc;

use clap::CommandFactory as _;
use reconcile_core::problem::Problem;
use reconcile_core::report::Report;

use crate::args::{ApplyArgs, Cli, Command, Global, PlanArgs};
use crate::console::Console;
use crate::exit::Exit;
use crate::progress::{Progress, Style};
use crate::publish::annotations;
use crate::views::{Shown, Subject, View, problems};

/// What a command works with.
pub(crate) struct Context {
    pub(crate) global: Global,
    pub(crate) console: Arc<Console>,
}

/// Why a command has no result.
pub(crate) enum Failure {
    /// Something is wrong with the input, or could not be reached.
    Problems(Vec<Problem>),
    /// A guard said no.
    Refused(Problem),
    /// The plan is not the one that was expected.
    Stale(Problem),
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problems(vec![problem])
    }
}

impl From<Vec<Problem>> for Failure {
    fn from(problems: Vec<Problem>) -> Self {
        Self::Problems(problems)
    }
}

/// Runs what was asked for.
pub(crate) async fn run(cli: Cli, console: Arc<Console>) -> Exit {
    let Cli { global, command, apply, dry_run } = cli;
    let context = Context { global, console };
    if context.global.revision.is_some() && !only_looks(command.as_ref(), dry_run) {
        return of_work_tree(&context);
    }
    let result = match command {
        None if dry_run => {
            let ApplyArgs { look, expect, .. } = apply;
            plan::run(&context, &PlanArgs { look, detailed_exitcode: false, expect }).await
        }
        None => apply::run(&context, &apply).await,
        Some(_) if dry_run || apply.is_given() => {
            return misplaced(&context);
        }
        Some(Command::Plan(args)) => plan::run(&context, &args).await,
        Some(Command::Apply(args)) => apply::run(&context, &args).await,
        Some(Command::Drift) => drift::run(&context).await,
        Some(Command::Diff(args)) => diff::run(&context, &args),
        Some(Command::Validate) => validate::run(&context),
        Some(Command::Build(args)) => build::run(&context, &args).await,
        Some(Command::Status(args)) => status::run(&context, &args).await,
        Some(Command::History(args)) => history::run(&context, &args).await,
        Some(Command::Graph(args)) => graph::run(&context, &args),
        Some(Command::Device(command)) => device::run(&context, command).await,
        Some(Command::Import(command)) => import::run(&context, command).await,
        Some(Command::Report(args)) => report::run(&context, &args).await,
        Some(Command::Schema(args)) => schema::run(&context, &args),
        Some(Command::Bootstrap(args)) => bootstrap::run(&context, &args).await,
        Some(Command::Completions { shell }) => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "reconcile", &mut text);
            Ok(context.result(&String::from_utf8_lossy(&text), Exit::Good))
        }
        Some(Command::Man { folder }) => man::run(&context, &folder),
        Some(Command::Sandbox(command)) => sandbox::run(&context, command).await,
    };
    result.unwrap_or_else(|failure| context.failed(failure))
}

/// Whether a command reads files to look at something, so that it may read those of another revision.
fn only_looks(command: Option<&Command>, dry_run: bool) -> bool {
    use Command::{Drift, Graph, Plan, Report, Status, Validate};
    command.map_or(dry_run, |command| {
        matches!(command, Plan(_) | Drift | Validate | Status(_) | Graph(_) | Report(_))
    })
}

fn of_work_tree(context: &Context) -> Exit {
    context.console.talk(
        "error: `--ref` is for `plan`, `drift`, `validate`, `status`, `graph` and `report`\n\nCheck the revision out for anything that writes: packages are built of the files that are there. `diff` takes revisions of its own.",
    );
    Exit::Usage
}

fn misplaced(context: &Context) -> Exit {
    context.console.talk(
        "error: options of `apply` stand before another command\n\nWrite them behind it: `reconcile apply --yes`.",
    );
    Exit::Usage
}

impl Context {
    fn view(&self) -> View {
        View {
            format: self.global.output.into(),
            width: self.console.width(),
            budget: self.global.publish.markdown_bytes,
        }
    }

    fn progress(&self) -> Progress {
        let style = if self.global.no_progress { Style::Quiet } else { Style::of(&self.console) };
        Progress::start(&self.console, style)
    }

    /// Writes a report to stdout.
    fn report(&self, subject: Subject, report: &Report, exit: Exit) -> Exit {
        self.show(&Shown::Report(subject, report), exit)
    }

    /// Writes a result to stdout, and wherever else it was asked for.
    fn show(&self, shown: &Shown<'_>, exit: Exit) -> Exit {
        let exit = self.result(&self.view().show(shown), exit);
        self.published(self.global.publish.result(self.view(), shown), exit)
    }

    fn published(&self, published: Result<(), Problem>, exit: Exit) -> Exit {
        match published {
            Ok(()) => exit,
            Err(problem) => {
                self.console.talk(&problems::render(&[problem], self.console.width()));
                Exit::Error
            }
        }
    }

    /// Has GitHub show messages beside the lines of files, if a job of its runs this.
    fn annotate(&self, commands: impl FnOnce() -> Vec<String>) {
        if self.global.publish.is_github() {
            for command in commands() {
                self.console.talk(&command);
            }
        }
    }

    /// Writes a result to stdout; a closed pipe is the reader's choice.
    fn result(&self, text: &str, exit: Exit) -> Exit {
        match self.console.result(text) {
            Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
                self.console.talk(&format!("error: failed to write the result: {error}"));
                Exit::Error
            }
            Ok(()) | Err(_) => exit,
        }
    }

    fn failed(&self, failure: Failure) -> Exit {
        let (found, exit) = match failure {
            Failure::Problems(found) => (found, Exit::Error),
            Failure::Refused(problem) => (vec![problem], Exit::Refused),
            Failure::Stale(problem) => (vec![problem], Exit::Stale),
        };
        self.console.talk(&problems::render(&found, self.console.width()));
        self.annotate(|| annotations::of_problems(&found));
        let exit = self.published(self.global.publish.failure(self.view(), &found), exit);
        match self.view().failure(&found) {
            Some(text) => self.result(&text, exit),
            None => exit,
        }
    }
}

impl ApplyArgs {
    /// Whether anything was given where a command follows.
    fn is_given(&self) -> bool {
        self.yes || self.expect.is_some() || self.allow_dirty || self.look.full || self.look.detect
    }
}
