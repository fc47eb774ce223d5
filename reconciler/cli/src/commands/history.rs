//! `reconcile history`: the last runs, or one of them with its steps.

use reconcile_core::problem::Problem;
use reconcile_engine::state::record::RunRecord;
use reconcile_engine::state::{history, lease};

use super::{Context, Failure};
use crate::args::HistoryArgs;
use crate::exit::Exit;
use crate::target;
use crate::views::history as view;
use crate::workspace::{Selector, Workspace};

pub(super) async fn run(context: &Context, args: &HistoryArgs) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let selector = Selector::new(&context.global)?;
    let world = workspace.world(context.global.environment.as_deref())?;
    let commit = workspace.git()?.commit;
    let session = target::connect(&workspace, &world.environment, &context.global, commit).await?;
    let failed =
        |error: &dyn std::fmt::Display| Problem::whole(format!("failed to read the runs: {error}"));
    let running = lease::holder(&session).await.map_err(|error| failed(&error))?;
    let running = running.as_ref().map(|holder| holder.run.as_str());
    if let Some(name) = &args.run {
        let record = history::find(&session, name).await.map_err(Problem::whole)?;
        let takes = |address: &_| selector.takes(address);
        let shown = view::one(&record, &takes, (running, context.view()));
        return Ok(context.result(&shown, Exit::Good));
    }
    let fits = |run: &RunRecord| {
        selector.is_everything() || run.units.iter().any(|unit| selector.takes(&unit.address))
    };
    let found = history::search(&session, args.last, &fits).await;
    let found = found.map_err(|error| failed(&error))?;
    let exit = if found.remarks.is_empty() { Exit::Good } else { Exit::Error };
    Ok(context.result(&view::list(&found, running, context.view()), exit))
}
