//! `reconcile status`: what runs now, from one look at AWS.

use super::{Context, Failure};
use crate::exit::Exit;
use crate::target;
use crate::views::status;
use crate::workspace::Workspace;
use reconcile_engine::kind::Depth;
use reconcile_engine::state::ledger::Ledger;

pub(super) async fn run(context: &Context) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let mut world = workspace.world(context.global.environment.as_deref())?;
    let commit = workspace.git()?.commit;
    let session = target::connect(&workspace, &world.environment, &context.global, commit).await?;
    let ledger = Ledger::load(&session, &world.noted_kinds()).await;
    let progress = context.progress();
    world.observe(&session, &ledger, Depth::default(), &progress.events()).await;
    drop(progress);
    let shown = status::render(&world.status(), context.global.output.into());
    Ok(context.result(&shown, Exit::Good))
}
