//! `reconcile device add`: a terminal's signing request, into git.

use std::path::PathBuf;

use clap::Args;
use reconcile_core::problem::Problem;

use super::super::Failure;
use super::draft::{Draft, Values};
use super::request;
use super::terminals::{Terminal, Terminals};
use crate::args::Global;
use crate::views::edit::{Edit, FileChange};
use crate::workspace::Workspace;

/// Arguments of `device add`.
#[derive(Debug, Args)]
pub(crate) struct AddArgs {
    /// The terminal.
    name: String,
    /// The signing request, in PEM.
    #[arg(long, value_name = "FILE")]
    csr: PathBuf,
    /// The clinic, for a terminal that is not declared yet.
    #[arg(long)]
    clinic: Option<String>,
    #[command(flatten)]
    values: Values,
}

pub(super) fn run(workspace: &Workspace, global: &Global, args: &AddArgs) -> Result<Edit, Failure> {
    let AddArgs { name, csr, .. } = args;
    let terminals = Terminals::read(workspace)?;
    let Place { declared, file, request: path } = place(args, &terminals, global)?;
    let pem = request::read(name, csr)?.pem();
    let before = workspace
        .files
        .read(&path)
        .map_err(|error| Problem::whole(format!("`{path}` cannot be read: {error}")))?
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
    if before.as_deref() == Some(pem.as_str()) {
        let summary = format!("`{path}` is this signing request already.");
        return Ok(Edit { summary, changes: Vec::new(), next: Vec::new() });
    }
    let (verb, what) = if before.is_some() {
        (
            "Replace the key of",
            "it gets a certificate for its new key; the old one ends with the overlap",
        )
    } else {
        ("Enrol", "it gets its certificate")
    };
    let next = vec![
        super::committing(&[&file, &path], &format!("{verb} {name}")),
        super::applying(name, global, &format!("Once that is applied, {what}:")),
    ];
    let request = FileChange { path, before, after: pem };
    let changes: Vec<_> = declared.into_iter().chain([request]).collect();
    super::write(workspace, &changes)?;
    let summary = format!("The signing request of `{name}` is right, and in its place.");
    Ok(Edit { summary, changes, next })
}

/// Where things go.
struct Place {
    /// The terminal's file, if it is new.
    declared: Option<FileChange>,
    /// The path of the terminal's file.
    file: String,
    /// The path of the request.
    request: String,
}

fn place(args: &AddArgs, terminals: &Terminals, global: &Global) -> Result<Place, Failure> {
    let AddArgs { name, clinic, values, .. } = args;
    match (terminals.find(name), clinic) {
        (Some(terminal), clinic) => {
            values.agree_with(terminal, clinic.as_deref().unwrap_or(&terminal.clinic))?;
            let (file, request) = (terminal.path().to_owned(), request_of(terminal)?);
            Ok(Place { declared: None, file, request })
        }
        (None, Some(clinic)) => {
            let draft = Draft::new((clinic, name), values, terminals, global)?;
            let Draft { path, text, request } = draft;
            let declared = FileChange { path: path.clone(), before: None, after: text };
            Ok(Place { declared: Some(declared), file: path, request })
        }
        (None, None) => {
            let problem = terminals.undeclared(name);
            let declare = || "declare it in the same go: add `--clinic CLINIC`".to_owned();
            let hint = problem.hint.clone().unwrap_or_else(declare);
            Err(problem.hint(hint).into())
        }
    }
}

fn request_of(terminal: &Terminal) -> Result<String, Failure> {
    if terminal.file.text("state") == Some("revoked") {
        let problem = Problem::at(
            terminal.file.place("state"),
            format!("`{}` is revoked, which is final", terminal.name),
        );
        return Err(Failure::Refused(problem.hint("enrol it anew, under another name")));
    }
    terminal.request_path().ok_or_else(|| {
        let message = format!("`{}` does not say where its signing request is", terminal.name);
        let hint = format!("add `csr: {}.csr.pem`", terminal.name);
        Problem::at(terminal.file.place("csr"), message).hint(hint).into()
    })
}
