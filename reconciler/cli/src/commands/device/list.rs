//! `reconcile device list` and `device show`: what terminals are, from one look at AWS.

use std::time::Duration;

use clap::{Args, ValueEnum};
use jiff::{SignedDuration, Timestamp};
use reconcile_core::problem::{Problem, did_you_mean};

use super::super::{Context, Failure};
use super::look;
use crate::args::parse_time;
use crate::exit::Exit;
use crate::views::terminals::{self, Terminal};
use crate::workspace::Workspace;

/// Arguments of `device list`.
#[derive(Debug, Args)]
pub(crate) struct ListArgs {
    /// Only those of this clinic.
    #[arg(long)]
    clinic: Option<String>,
    /// Only those that git declares so.
    #[arg(long, value_enum)]
    state: Option<Standing>,
    /// Only those whose newest certificate ends within this time, such as 30d.
    #[arg(long, value_name = "TIME", value_parser = parse_time)]
    expiring: Option<Duration>,
}

/// What a terminal may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Standing {
    /// It is let in.
    Enrolled,
    /// It is not let in for now.
    Suspended,
    /// It is never let in again.
    Revoked,
}

pub(super) async fn run(
    context: &Context,
    workspace: &Workspace,
    args: &ListArgs,
) -> Result<Exit, Failure> {
    let sight = look::at_all(context, workspace).await?;
    let now = sight.session.now();
    let all = sight.terminals.into_iter().map(|(terminal, _)| terminal);
    let chosen: Vec<_> = all.filter(|terminal| args.takes(terminal, now)).collect();
    let shown = terminals::list(&chosen, context.view());
    Ok(context.result(&shown, Exit::Good))
}

pub(super) async fn show(
    context: &Context,
    workspace: &Workspace,
    name: &str,
) -> Result<Exit, Failure> {
    let sight = look::at_all(context, workspace).await?;
    let (terminal, _) = named(name, &sight.terminals)?;
    let shown = terminals::show(terminal, context.global.output.into());
    Ok(context.result(&shown, Exit::Good))
}

/// The terminal of this name.
pub(super) fn named<'a, T>(
    name: &str,
    terminals: &'a [(Terminal, T)],
) -> Result<&'a (Terminal, T), Problem> {
    terminals.iter().find(|(terminal, _)| terminal.name == name).ok_or_else(|| {
        let known = terminals.iter().map(|(terminal, _)| terminal.name.as_str());
        let hint = did_you_mean(name, known);
        let message = format!("no terminal `{name}` is declared in this environment");
        Problem { hint, ..Problem::whole(message) }
    })
}

impl ListArgs {
    fn takes(&self, terminal: &Terminal, now: Timestamp) -> bool {
        let Self { clinic, state, expiring } = self;
        let is_of = clinic.as_ref().is_none_or(|clinic| *clinic == terminal.clinic);
        let is_so = state.is_none_or(|state| state.word() == terminal.declared);
        let ends = |within: Duration| {
            let within = SignedDuration::try_from(within).unwrap_or(SignedDuration::MAX);
            let horizon = now.saturating_add(within).unwrap_or(Timestamp::MAX);
            terminal.newest().is_some_and(|certificate| certificate.not_after <= horizon)
        };
        is_of && is_so && expiring.is_none_or(ends)
    }
}

impl Standing {
    fn word(self) -> &'static str {
        match self {
            Self::Enrolled => "enrolled",
            Self::Suspended => "suspended",
            Self::Revoked => "revoked",
        }
    }
}
