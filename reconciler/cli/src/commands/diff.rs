//! `reconcile diff`: what differs between two revisions, without AWS.

use std::collections::BTreeMap;

use reconcile_core::address::Address;
use reconcile_core::calls::Calls;
use reconcile_core::comparison::{Compared, Comparison, Revision};
use reconcile_core::problem::{Place, Problem};
use reconcile_core::report::Report;
use reconcile_engine::compare::{self, Differences};
use reconcile_engine::load::{Files, WorkTree};
use reconcile_engine::plan::World;

use super::{Context, Failure};
use crate::args::DiffArgs;
use crate::exit::Exit;
use crate::git::{self, Range, Side};
use crate::kinds::KINDS;
use crate::publish::annotations;
use crate::target;
use crate::views::Shown;
use crate::workspace::{Selector, Workspace, readable_worlds};

pub(super) fn run(context: &Context, args: &DiffArgs) -> Result<Exit, Failure> {
    let (comparison, lines) = compare(context, &args.revisions)?;
    let exit = Exit::of_plan(comparison.status(), args.detailed_exitcode);
    for Compared { report, renames: _ } in &comparison.environments {
        context.annotate(|| annotations::of_report(report, |address| lines.get(address).cloned()));
    }
    Ok(context.show(&Shown::Comparison(&comparison), exit))
}

/// The first line that differs in each unit's file, or else the one that names it.
type Lines = BTreeMap<Address, annotations::Line>;

fn compare(context: &Context, revisions: &str) -> Result<(Comparison, Lines), Failure> {
    let workspace = Workspace::find(&context.global)?;
    let selector = Selector::new(&context.global)?;
    let Range { base, head } = Range::find(&workspace.root, revisions)?;
    let (base_files, base) = read(&workspace, &base)?;
    let (head_files, head) = read(&workspace, &head)?;
    let (worlds, problems) = readable_worlds(head_files.as_ref());
    if !problems.is_empty() {
        return Err(problems.into());
    }
    let (before, unread) = readable_worlds(base_files.as_ref());
    let named = context.global.environment.as_deref();
    let mut environments = Vec::new();
    let mut lines = Lines::new();
    for world in worlds.iter().filter(|world| named.is_none_or(|name| is(world, name))) {
        let before = before.iter().find(|before| is(before, &world.environment.name));
        let compared = compare_one(before, world, &selector)?;
        lines.extend(world.units().map(|(address, links)| {
            let before = before.and_then(|before| before.units().find(|(at, _)| *at == address));
            (address.clone(), line(before.map(|(_, links)| &links.place), &links.place))
        }));
        environments.push(Compared {
            report: Report { commit: head.commit.clone(), ..compared.report },
            ..compared
        });
    }
    let left = before.iter().filter(|before| {
        let name = &before.environment.name;
        named.is_none_or(|named| named == name) && !worlds.iter().any(|world| is(world, name))
    });
    environments.extend(left.map(departed).collect::<Result<Vec<_>, _>>()?);
    match named {
        Some(name) if environments.is_empty() => {
            Err(Problem::whole(format!("neither revision has an environment `{name}`")).into())
        }
        Some(_) | None => Ok((Comparison { base, head, environments, unread }, lines)),
    }
}

fn is(world: &World, name: &str) -> bool {
    world.environment.name == name
}

/// The first line of a unit's file that differs, or else the one that names the unit.
fn line(before: Option<&Place>, now: &Place) -> annotations::Line {
    let (named, _) = now.line_column();
    let line = before.filter(|before| before.file.text != now.file.text).and_then(|before| {
        let mut lines = before.file.text.lines();
        now.file.text.lines().position(|line| lines.next() != Some(line))
    });
    annotations::Line { path: now.file.path.clone(), line: line.map_or(named, |line| line + 1) }
}

/// The files of one side, and what it is called.
fn read(workspace: &Workspace, side: &Side) -> Result<(Box<dyn Files>, Revision), Problem> {
    match side {
        Side::WorkTree => {
            let revision = Revision { name: "work tree".to_owned(), commit: None };
            let failed = |error| Problem::whole(format!("failed to read the files: {error}"));
            Ok((Box::new(WorkTree::new(&workspace.root).map_err(failed)?), revision))
        }
        Side::Commit { id, written } => {
            let files = git::Revision::read(&workspace.root, *id)?;
            let revision = Revision { name: written.clone(), commit: Some(files.commit.clone()) };
            Ok((Box::new(files), revision))
        }
    }
}

fn compare_one(
    before: Option<&World>,
    world: &World,
    selector: &Selector,
) -> Result<Compared, Problem> {
    let nothing = World::empty(&world.environment, &KINDS);
    let base = before.unwrap_or(&nothing);
    let selection = |address: &_| selector.takes(address);
    let differences = compare::compare((base, world), target::now(), &selection);
    let differences = differences.map_err(|error| Problem::whole(error.to_string()))?;
    let notes = before.is_none().then(|| "the environment is new".to_owned());
    Ok(compared(&world.environment.name, differences, notes))
}

/// Of an environment that is declared no more.
fn departed(before: &World) -> Result<Compared, Problem> {
    let nothing = World::empty(&before.environment, &KINDS);
    let differences = compare::compare((&nothing, &nothing), target::now(), &|_| true);
    let differences = differences.map_err(|error| Problem::whole(error.to_string()))?;
    let note = "the environment is declared no more: what is in it stays as it is, and nobody looks after it";
    Ok(compared(&before.environment.name, differences, Some(note.to_owned())))
}

fn compared(environment: &str, differences: Differences, notes: Option<String>) -> Compared {
    let Differences { plan, renames } = differences;
    let report = Report {
        environment: environment.to_owned(),
        commit: None,
        plan,
        outcomes: None,
        took: BTreeMap::new(),
        calls: Calls::default(),
        notes: notes.into_iter().collect(),
    };
    Compared { report, renames }
}
