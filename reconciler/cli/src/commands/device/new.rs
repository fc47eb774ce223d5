//! `reconcile device new`: a terminal's file, and what is done on the terminal next.

use clap::Args;

use super::super::Failure;
use super::draft::{Draft, Values};
use super::enrolment;
use super::terminals::Terminals;
use crate::args::Global;
use crate::views::edit::{Edit, FileChange};
use crate::workspace::Workspace;

/// Arguments of `device new`.
#[derive(Debug, Args)]
pub(crate) struct NewArgs {
    /// The clinic that the terminal stands in.
    clinic: String,
    /// The terminal's name, which is its certificate's common name.
    name: String,
    #[command(flatten)]
    values: Values,
}

pub(super) fn run(workspace: &Workspace, global: &Global, args: &NewArgs) -> Result<Edit, Failure> {
    let NewArgs { clinic, name, values } = args;
    let terminals = Terminals::read(workspace)?;
    let steps = enrolment::steps(name);
    if let Some(terminal) = terminals.find(name) {
        values.agree_with(terminal, clinic)?;
        let summary = format!("`{name}` is declared already, in {}.", terminal.path());
        return Ok(Edit { summary, changes: Vec::new(), next: steps });
    }
    let Draft { path, text, request: _ } = Draft::new((clinic, name), values, &terminals, global)?;
    let changes = vec![FileChange { path, before: None, after: text }];
    super::write(workspace, &changes)?;
    let summary = format!(
        "`{name}` of `{clinic}` is declared. It is committed together with its signing request, which it has to make first."
    );
    Ok(Edit { summary, changes, next: steps })
}
