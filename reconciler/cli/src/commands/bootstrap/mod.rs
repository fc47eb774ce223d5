//! `reconcile bootstrap`: makes what the program itself needs in an account, which is declared as the stack `bootstrap`.
//!
//! It is an apply of that one unit, with one difference: the state bucket may be among what is made. Then the run's notes are
//! kept in memory, and handed over to the bucket at the end.

mod policy;
mod unit;

use std::sync::Arc;

use reconcile_engine::kind::Depth;
use reconcile_engine::state::provisional::Provisional;
use reconcile_engine::state::store::{StateStore, StoreError};

use super::plan::Connected;
use super::{Context, Failure, apply};
use crate::args::{ApplyArgs, BootstrapArgs, LEASE_WAIT};
use crate::exit::Exit;
use crate::target::StateBucket;
use crate::views::Subject;
use unit::{ADDRESS, Bootstrap};

pub(super) async fn run(context: &Context, args: &BootstrapArgs) -> Result<Exit, Failure> {
    let bootstrap = Bootstrap::declared(context)?;
    if let Some(role) = args.print_policy {
        let text = policy::of(role, &bootstrap)?;
        return Ok(context.result(&text, Exit::Good));
    }
    let global = context.global.about(ADDRESS);
    let context = &Context { global, console: Arc::clone(&context.console) };
    let bucket =
        if bootstrap.makes_state_bucket() { StateBucket::Made } else { StateBucket::Provided };
    let progress = context.progress();
    let mut connected = Connected::open(context, bucket).await?;
    let state = Arc::clone(&connected.session.state);
    let provisional = provisional_for(state.as_ref()).await;
    if let Some(provisional) = &provisional {
        connected.session.state = Arc::clone(provisional) as Arc<dyn StateStore>;
    }
    let look = connected.look(Depth::default(), &progress.events()).await?;
    drop(progress);
    if args.dry_run {
        let report = look.report();
        let exit = Exit::of_plan(report.status(), false);
        let exit = context.report(Subject::Proposal, &report, exit);
        let environment = &report.environment;
        context.console.talk(&format!("Make it with: reconcile bootstrap -e {environment}"));
        return Ok(exit);
    }
    let how = ApplyArgs {
        yes: args.yes,
        allow_dirty: args.allow_dirty,
        parallelism: 1,
        lease_wait: LEASE_WAIT,
        ..ApplyArgs::default()
    };
    let exit = apply::carry_out(context, look, &how).await?;
    if let Some(provisional) = provisional
        && let Err(error) = provisional.hand_over(state.as_ref()).await
    {
        context.console.talk(&format!("warning: the record of this run was not kept: {error}"));
    }
    Ok(exit)
}

/// Where a run keeps its notes that finds no state bucket.
async fn provisional_for(state: &dyn StateStore) -> Option<Arc<Provisional>> {
    let answer = state.get(ADDRESS).await;
    matches!(answer, Err(StoreError::NoBucket { .. })).then(Arc::default)
}
