//! `reconcile plan`: what would be changed.

use std::collections::BTreeMap;

use reconcile_core::address::Address;
use reconcile_core::report::Report;
use reconcile_engine::aws::session::Session;
use reconcile_engine::events::Events;
use reconcile_engine::kind::{Depth, Focus};
use reconcile_engine::plan::{Prepared, World};
use reconcile_engine::state::ledger::Ledger;
use reconcile_guard::ExceptionRecord;

use super::{Context, Failure};
use crate::args::{LookArgs, PlanArgs};
use crate::exit::Exit;
use crate::target::StateBucket;

use crate::publish::annotations;
use crate::views::Subject;
use crate::workspace::{Selector, Workspace};
use crate::{git, target};
use reconcile_core::problem::Problem;

pub(super) async fn run(context: &Context, args: &PlanArgs) -> Result<Exit, Failure> {
    let progress = context.progress();
    let look = Look::begin(context, depth(args.look), &progress.events()).await?;
    drop(progress);
    let mut report = look.report();
    let exit = match super::expect::deviation(report.plan(), args.expect.as_deref())? {
        Some(deviation) => {
            report.notes.push(deviation);
            Exit::Stale
        }
        None => Exit::of_plan(report.status(), args.detailed_exitcode),
    };
    context.annotate(|| annotations::of_report(&report, |address| look.line(address)));
    Ok(context.report(Subject::Plan, &report, exit))
}

/// What is declared, and a session to where it is declared for.
pub(super) struct Connected {
    pub(super) session: Session,
    world: World,
    git: git::WorkTree,
    selector: Selector,
    /// What a reader should know besides, one sentence each.
    notes: Vec<String>,
}

impl Connected {
    /// Reads what is declared and keeps the rules, and connects.
    pub(super) async fn open(context: &Context, bucket: StateBucket) -> Result<Self, Failure> {
        let workspace = Workspace::find(&context.global)?;
        let selector = Selector::new(&context.global)?;
        let environment = context.global.environment.as_deref();
        let (world, judgement) = workspace.lawful_world(environment, &selector)?;
        let connected = Self::to(context, &workspace, world, bucket).await?;
        let exceptions = judgement.exceptions.iter().map(ExceptionRecord::sentence);
        Ok(Self { notes: exceptions.collect(), ..connected })
    }

    /// The same of what is declared, whichever rules that breaks.
    async fn whatever_is_declared(context: &Context) -> Result<Self, Failure> {
        let workspace = Workspace::find(&context.global)?;
        let world = workspace.world(context.global.environment.as_deref())?;
        Self::to(context, &workspace, world, StateBucket::Provided).await
    }

    async fn to(
        context: &Context,
        workspace: &Workspace,
        world: World,
        bucket: StateBucket,
    ) -> Result<Self, Failure> {
        let Context { global, .. } = context;
        let selector = Selector::new(global)?;
        let git = workspace.git()?;
        let commit = git.commit.clone();
        let session =
            target::connect_with(workspace, &world.environment, global, commit, bucket).await?;
        Ok(Self { session, world, git, selector, notes: Vec::new() })
    }

    /// Observes and plans. Makes no write call.
    pub(super) async fn look(self, depth: Depth, events: &Events) -> Result<Look, Failure> {
        let Self { session, mut world, git, selector, notes } = self;
        let ledger = Ledger::load(&session, &world.noted_kinds()).await;
        let selection = |address: &Address| selector.takes(address);
        let focus = Focus { depth, selection: &selection };
        world.observe(&session, &ledger, focus, events).await;
        let mut prepared =
            world.plan(&session, &selection).map_err(|error| Problem::whole(error.to_string()))?;
        prepared.notes.extend(notes);
        Ok(Look { world, session, ledger, prepared, git })
    }
}

/// Everything that a command has after it looked at an environment.
pub(super) struct Look {
    pub(super) world: World,
    pub(super) session: Session,
    pub(super) ledger: Ledger,
    pub(super) prepared: Prepared,
    pub(super) git: git::WorkTree,
}

impl Look {
    /// Reads what keeps the rules, connects, observes and plans. Makes no write call.
    pub(super) async fn begin(
        context: &Context,
        depth: Depth,
        events: &Events,
    ) -> Result<Self, Failure> {
        Connected::open(context, StateBucket::Provided).await?.look(depth, events).await
    }

    /// The same of what is declared, whichever rules that breaks: what runs is looked at all the same.
    pub(super) async fn whatever_is_declared(
        context: &Context,
        depth: Depth,
        events: &Events,
    ) -> Result<Self, Failure> {
        Connected::whatever_is_declared(context).await?.look(depth, events).await
    }

    /// Where a unit is declared.
    pub(super) fn line(&self, address: &Address) -> Option<annotations::Line> {
        let (_, links) = self.world.units().find(|(unit, _)| *unit == address)?;
        let (line, _) = links.place.line_column();
        Some(annotations::Line { path: links.place.file.path.clone(), line })
    }

    /// The plan as a report.
    pub(super) fn report(&self) -> Report {
        let mut notes = self.prepared.notes.clone();
        notes.extend(self.ledger.remarks().iter().cloned());
        Report {
            environment: self.world.environment.name.clone(),
            commit: self.git.commit.clone(),
            plan: self.prepared.plan.clone(),
            outcomes: None,
            took: BTreeMap::new(),
            calls: self.session.calls(),
            notes,
        }
    }
}

pub(super) fn depth(args: LookArgs) -> Depth {
    Depth { full: args.full, detect: args.detect }
}
