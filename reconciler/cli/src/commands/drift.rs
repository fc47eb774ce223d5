//! `reconcile drift`: what was changed outside git, freshly asked for.

use reconcile_engine::kind::Depth;

use super::plan::Look;
use super::{Context, Failure};
use crate::exit::Exit;
use crate::publish::annotations;
use crate::views::Subject;

pub(super) async fn run(context: &Context) -> Result<Exit, Failure> {
    let progress = context.progress();
    let depth = Depth { full: true, detect: true };
    let look = Look::whatever_is_declared(context, depth, &progress.events()).await?;
    drop(progress);
    let report = look.report();
    let exit = Exit::of_drift(report.status());
    context.annotate(|| annotations::of_report(&report, |address| look.line(address)));
    Ok(context.report(Subject::Drift, &report, exit))
}
