//! `reconcile import`: what is there already, declared as it is.
//!
//! A kind finds what runs and writes down how it would be declared; here that is checked as if it stood in git, planned
//! against AWS, and written. AWS itself is not changed: what has to be, such as the tags of ownership, an apply does.

mod device;
mod function;
mod stack;

use std::collections::BTreeSet;

use clap::Subcommand;
use reconcile_core::address::Address;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::problem::Problem;
use reconcile_core::verdict::Verdict;
use reconcile_engine::aws::session::Session;
use reconcile_engine::kind::{Depth, Focus};
use reconcile_engine::load::files::{MemoryFiles, Proposed};
use reconcile_engine::load::scope::Named;
use reconcile_engine::load::{self, Loaded};
use reconcile_engine::plan::World;
use reconcile_engine::state::ledger::Ledger;

use self::device::DeviceArgs;
use self::function::FunctionArgs;
use self::stack::StackArgs;
use super::{Context, Failure};
use crate::exit::Exit;
use crate::kinds::KINDS;
use crate::target;
use crate::views::edit::{self, Edit, FileChange, Step};
use crate::workspace::{Workspace, infos};

/// What can be taken over.
#[derive(Debug, Subcommand)]
pub(crate) enum ImportCommand {
    /// A CloudFormation stack, with its template, parameters, tags, policy and protection.
    Stack(StackArgs),
    /// A Lambda function, as the artifact that it runs, with its bucket, signing profile and architecture.
    Function(FunctionArgs),
    /// A terminal whose certificate a declared CA issued: it is not issued another one.
    Device(DeviceArgs),
}

/// What would declare something that is there.
struct Proposal {
    address: Address,
    /// Its files: path and text.
    files: Vec<(String, String)>,
    /// What a person has to say before the files are right.
    open: Option<Step>,
    /// What follows from applying it, if there is something to apply.
    consequences: Vec<Step>,
    /// What a reader should know besides.
    notes: Vec<String>,
    /// What has to be seen in AWS before it is written.
    evidence: Evidence,
    /// Whether files that say something else may be written over.
    force: bool,
}

/// What has to be seen in AWS before something is declared, beyond what its plan says.
enum Evidence {
    /// Nothing.
    Plan,
    /// That a certificate is put on record, and no other one issued.
    Certificate(device::Certificate),
}

/// What a kind's import works with.
struct Place<'a> {
    context: &'a Context,
    workspace: &'a Workspace,
    session: &'a Session,
}

pub(super) async fn run(context: &Context, command: ImportCommand) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let environment = workspace.environment(context.global.environment.as_deref())?;
    let commit = workspace.git()?.commit;
    let session = target::connect(&workspace, &environment, &context.global, commit).await?;
    let place = Place { context, workspace: &workspace, session: &session };
    let proposal = match command {
        ImportCommand::Stack(args) => stack::propose(&place, &args).await?,
        ImportCommand::Function(args) => function::propose(&place, &args).await?,
        ImportCommand::Device(args) => device::propose(&place, &args)?,
    };
    let changes = proposal.changes(&workspace)?;
    let plan = proposal.plan(&place).await?;
    super::device::write(&workspace, &changes)?;
    let edit = proposal.told(changes, plan.as_deref(), &place);
    Ok(context.result(&edit::render(&edit, context.view()), Exit::Good))
}

impl Proposal {
    /// What is to be written; refuses to write over a file that says something else.
    fn changes(&self, workspace: &Workspace) -> Result<Vec<FileChange>, Failure> {
        let mut changes = Vec::new();
        for (path, after) in &self.files {
            let failed = |error| Problem::whole(format!("failed to read `{path}`: {error}"));
            let before = workspace.files.read(path).map_err(failed)?;
            let before = before.map(|bytes| String::from_utf8_lossy(&bytes).into_owned());
            match &before {
                Some(before) if before == after => continue,
                Some(_) if !self.force => {
                    let message = format!("`{path}` is there and says something else");
                    return Err(Failure::Refused(
                        Problem::whole(message)
                            .hint("give it another name, or write over it with `--force`"),
                    ));
                }
                Some(_) | None => {}
            }
            changes.push(FileChange { path: path.clone(), before, after: after.clone() });
        }
        Ok(changes)
    }

    /// What an apply would do then about each unit of the file; none as long as a person has to say something first.
    async fn plan(&self, place: &Place<'_>) -> Result<Option<Vec<PlannedUnit>>, Failure> {
        let proposed = self.files.iter().fold(MemoryFiles::default(), |files, (path, text)| {
            files.with(path.clone(), text.as_bytes().to_vec())
        });
        let files = Proposed::new(place.workspace.files.as_ref(), proposed);
        let Loaded { desired, mut problems } = load::load_what_can_be_read(&files, &infos());
        let environment = &place.session.environment;
        let world = World::interpret(&desired, environment, &KINDS, &Named::new(&files));
        let mut world = match world {
            Ok(world) if problems.is_empty() => world,
            Ok(_) => return self.unless_open(problems),
            Err(more) => {
                problems.extend(more);
                return self.unless_open(problems);
            }
        };
        let own = (self.address.kind(), self.address.name());
        let selection = |address: &Address| (address.kind(), address.name()) == own;
        // Only a fresh audit report shows every certificate; a stack's drift is no matter of taking it over.
        let detect = matches!(self.evidence, Evidence::Certificate(_));
        let depth = Depth { full: true, detect };
        let progress = place.context.progress();
        let ledger = Ledger::load(place.session, &world.noted_kinds()).await;
        let focus = Focus { depth, selection: &selection };
        world.observe(place.session, &ledger, focus, &progress.events()).await;
        drop(progress);
        if let Evidence::Certificate(certificate) = &self.evidence {
            device::check(certificate, &self.address, (&world, place.session)).await?;
        }
        let prepared = world.plan(place.session, &selection);
        let prepared = prepared.map_err(|error| Problem::whole(error.to_string()))?;
        Ok(Some(prepared.plan.plan().units().to_vec()))
    }

    /// Mistakes of the proposed files are right as long as a person has to fill something in; others never are.
    fn unless_open(&self, problems: Vec<Problem>) -> Result<Option<Vec<PlannedUnit>>, Failure> {
        let own: BTreeSet<&str> = self.files.iter().map(|(path, _)| path.as_str()).collect();
        let is_own = |problem: &Problem| {
            problem.place.as_ref().is_some_and(|place| own.contains(place.file.path.as_str()))
        };
        if self.open.is_some() && problems.iter().all(is_own) {
            return Ok(None);
        }
        Err(Failure::Problems(load::in_order(problems)))
    }

    /// What was written, and what a person does next.
    fn told(
        &self,
        changes: Vec<FileChange>,
        plan: Option<&[PlannedUnit]>,
        place: &Place<'_>,
    ) -> Edit {
        let address = &self.address;
        let mut summary = if changes.is_empty() {
            format!("`{address}` is declared as it is in AWS already.")
        } else {
            format!("`{address}` is declared as it is in AWS.")
        };
        for note in &self.notes {
            summary = format!("{summary} Note: {note}.");
        }
        let mut next: Vec<Step> = self.open.clone().into_iter().collect();
        let has_work = |unit: &&PlannedUnit| unit.planned.verdict != Verdict::InSync;
        let work: Vec<_> = plan.unwrap_or_default().iter().filter(has_work).collect();
        let is_in_sync = plan.is_some() && work.is_empty();
        if is_in_sync {
            next.push(Step::new("Nothing differs:", "the plan has nothing to do"));
        } else if plan.is_some() {
            let is_all = self.consequences.is_empty();
            next.extend(work.into_iter().filter_map(|unit| outlook(unit, is_all)));
            next.extend(self.consequences.iter().cloned());
        }
        if !changes.is_empty() {
            let paths: Vec<&str> = changes.iter().map(|change| change.path.as_str()).collect();
            next.push(super::device::committing(&paths, &format!("Import {address}")));
        }
        if !is_in_sync {
            let environment = &place.session.environment.name;
            let units = plan.unwrap_or_default().iter().map(|unit| unit.address.to_string());
            let units: Vec<_> = units.collect();
            let only = if units.is_empty() { address.to_string() } else { units.join(" --only ") };
            let line = format!("reconcile apply --only {only} -e {environment}");
            next.push(Step::new("Apply it, so that it is known as ours:", &line));
        }
        Edit { summary, changes, next }
    }
}

/// What an apply will do about a unit of what was imported, if anything, and whether that is all.
fn outlook(unit: &PlannedUnit, is_all: bool) -> Option<Step> {
    let address = &unit.address;
    Some(match &unit.planned.verdict {
        Verdict::InSync => return None,
        Verdict::Change(change) => {
            let fields = change.fields.iter().map(|field| {
                let from = field.before.as_deref().unwrap_or("-");
                let to = field.after.as_deref().unwrap_or("-");
                format!("{}: {from} → {to}", field.path)
            });
            let lines: Vec<String> = fields.collect();
            let lines = if lines.is_empty() { change.reason.clone() } else { lines.join("\n") };
            let action = &change.action;
            let no_more = if is_all { ", and no more" } else { "" };
            let what = format!("An apply will do this to `{address}`{no_more} ({action}):");
            Step::new(what, &lines)
        }
        Verdict::Blocked { why, unblock, change: _ } => {
            Step::new(format!("`{address}` is held back: {why}."), unblock)
        }
        Verdict::Unknown { why } => {
            Step::new(format!("What an apply will do to `{address}` is not known:"), why)
        }
    })
}
