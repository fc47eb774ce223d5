//! `reconcile status`: what runs now, from one look at AWS; who applies, and what was applied last.

use reconcile_core::address::Address;
use reconcile_core::problem::Problem;
use reconcile_core::status::UnitStatus;
use reconcile_core::verdict::Verdict;
use reconcile_engine::aws::session::Session;
use reconcile_engine::kind::Depth;
use reconcile_engine::state::history;
use reconcile_engine::state::lease::{self, Holder};
use reconcile_engine::state::ledger::Ledger;
use reconcile_engine::state::record::RunRecord;
use reconcile_engine::state::store::StoreError;

use super::{Context, Failure};
use crate::args::StatusArgs;
use crate::exit::Exit;
use crate::views::status::{self, Picture};
use crate::workspace::{DEPLOYED, Selector, Workspace};
use crate::{target, unapplied};

pub(super) async fn run(context: &Context, args: &StatusArgs) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let selector = Selector::new(&context.global)?;
    let mut world = workspace.world(context.global.environment.as_deref())?;
    let commit = workspace.git()?.commit;
    let session =
        target::connect(&workspace, &world.environment, &context.global, commit.clone()).await?;
    let ledger = Ledger::load(&session, &world.noted_kinds()).await;
    let progress = context.progress();
    world.observe(&session, &ledger, Depth::default(), &progress.events()).await;
    drop(progress);
    let selection = |address: &Address| selector.takes(address);
    let prepared = world.plan(&session, &selection);
    let plan = prepared.map_err(|error| Problem::whole(error.to_string()))?.plan;
    let verdicts = || plan.plan().units().iter().map(|unit| &unit.planned.verdict);
    let is_unknown = |verdict: &&Verdict| matches!(verdict, Verdict::Unknown { .. });
    let unknown = verdicts().filter(is_unknown).count() as u64;
    let differing = verdicts().filter(|verdict| **verdict != Verdict::InSync).count() as u64;
    let units = world.status().into_iter().filter(|unit| selector.takes(&unit.address));
    let units: Vec<UnitStatus> = units.collect();
    let (runs, remarks) = match Runs::read(&session).await {
        Ok(runs) => runs,
        // Where there is no bucket, there was no run.
        Err(StoreError::NoBucket { .. }) => <(Runs, Vec<String>)>::default(),
        Err(error) => (Runs::default(), vec![format!("runs could not be read: {error}")]),
    };
    let Runs { holder, current, last, whole } = runs;
    let applied = whole.as_ref().and_then(|whole| whole.commit.as_deref());
    let unapplied = applied.map(|applied| {
        unapplied::since(&workspace.root, args.branch.as_deref(), applied, &DEPLOYED)
    });
    let picture = Picture {
        environment: &world.environment.name,
        commit: commit.as_deref(),
        units: &units,
        differing: differing - unknown,
        unknown,
        holder,
        current,
        last,
        whole,
        unapplied,
        remarks,
    };
    let is_whole = unknown == 0 && picture.remarks.is_empty();
    let exit = if is_whole { Exit::Good } else { Exit::Error };
    Ok(context.result(&status::render(&picture, context.view()), exit))
}

/// The runs that matter now.
#[derive(Default)]
struct Runs {
    holder: Option<Holder>,
    current: Option<RunRecord>,
    last: Option<RunRecord>,
    whole: Option<RunRecord>,
}

impl Runs {
    async fn read(session: &Session) -> Result<(Self, Vec<String>), StoreError> {
        let holder = lease::holder(session).await?;
        let mut latest = history::search(session, 1, &|_| true).await?;
        let last = latest.runs.pop();
        let mut remarks = latest.remarks;
        let whole = match &last {
            Some(last) if last.is_whole() => Some(last.clone()),
            None => None,
            Some(_) => {
                let mut found = history::search(session, 1, &RunRecord::is_whole).await?;
                remarks = found.remarks;
                found.runs.pop()
            }
        };
        let current = match (&holder, &last) {
            (Some(holder), Some(last)) if last.run == holder.run => Some(last.clone()),
            (Some(holder), _) => history::find(session, &holder.run).await.ok(),
            (None, _) => None,
        };
        Ok((Self { holder, current, last, whole }, remarks))
    }
}
