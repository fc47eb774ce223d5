//! Looks at environments, and gathers what is shown of them. Makes no write call.

use std::sync::Arc;

use reconcile_core::digest::Digest;
use reconcile_core::problem::Problem;
use reconcile_engine::kind::{Depth, Links};
use reconcile_engine::plan::World;
use reconcile_engine::state::history;
use reconcile_guard::Judgement;

use super::super::plan::Look;
use super::super::{Context, Failure};
use super::kinds;
use crate::views::survey::{Declared, Exception, ExceptionKind, Place, Sight, Survey, Surveyed};
use crate::workspace::Workspace;

/// How many runs are shown.
const RUNS: usize = 20;

/// Looks at the environments that were named, or at the default one.
///
/// Files that cannot be understood end it. An environment that cannot be reached does not: a page that says so is
/// better than yesterday's.
pub(super) async fn of(
    context: &Context,
    names: &[String],
    depth: Depth,
) -> Result<Survey, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let asked: Vec<_> = match names {
        [] => vec![None],
        names => names.iter().map(|name| Some(name.as_str())).collect(),
    };
    let mut environments = Vec::new();
    for name in asked {
        let name = workspace.world(name)?.environment.name.clone();
        let judgement = workspace.judgement(&name).map_err(said);
        let context = context.for_environment(&name);
        let sight = sight(&context, depth, judgement).await.map_err(sentences);
        environments.push(Surveyed { name, sight: sight.map(Box::new) });
    }
    Ok(Survey { version: env!("CARGO_PKG_VERSION"), environments })
}

async fn sight(
    context: &Context,
    depth: Depth,
    judgement: Result<Judgement, Vec<String>>,
) -> Result<Sight, Failure> {
    let progress = context.progress();
    let look = Look::whatever_is_declared(context, depth, &progress.events()).await?;
    let history = history::search(&look.session, RUNS, &|_| true).await;
    drop(progress);
    let (world, session) = (&look.world, &look.session);
    let target = &world.environment.target;
    let declared = world.units().map(|(address, links)| {
        (address.clone(), Declared { after: world.graph.before(address), ..declared(links) })
    });
    Ok(Sight {
        place: Place {
            account: session.account.clone(),
            region: target.region().to_owned(),
            sandbox: target.is_sandbox(),
            caller: session.arn.clone(),
            at: session.now(),
        },
        running: world.status(),
        declared: declared.collect(),
        compared: kinds::compared(world),
        terminals: kinds::terminals(world),
        signatures: kinds::signatures(world),
        authorities: kinds::authorities(world),
        exceptions: exceptions(world, judgement.as_ref().ok()),
        judgement: judgement.map_err(|why| why.join("; ")),
        history: history.map_err(|error| error.to_string()),
        // Last, so that every call is counted.
        report: look.report(),
        dirty: look.git.dirty,
    })
}

fn declared(links: &Links) -> Declared {
    let file = &links.place.file;
    Declared {
        file: file.path.clone(),
        sha256: Digest::of(&file.text).as_str().to_owned(),
        region: links.region.clone(),
        physical_name: links.physical_name.clone(),
        after: Vec::new(),
    }
}

/// What git accepts, of rules and of drift.
fn exceptions(world: &World, judgement: Option<&Judgement>) -> Vec<Exception> {
    let records = judgement.map(|judgement| &judgement.exceptions).into_iter().flatten();
    let of_rules = records.map(|record| Exception {
        unit: record.unit.clone(),
        kind: ExceptionKind::Rule,
        subject: match &record.resource {
            Some(resource) => format!("{} ({resource})", record.rule),
            None => record.rule.clone(),
        },
        reason: record.reason.clone(),
        until: record.until.clone(),
    });
    of_rules.chain(kinds::exceptions(world)).collect()
}

fn said(problems: Vec<Problem>) -> Vec<String> {
    problems.into_iter().map(|problem| problem.message).collect()
}

fn sentences(failure: Failure) -> Vec<String> {
    said(match failure {
        Failure::Problems(problems) => problems,
        Failure::Refused(problem) | Failure::Stale(problem) => vec![problem],
    })
}

impl Context {
    /// The same, for another environment.
    fn for_environment(&self, name: &str) -> Self {
        Self { global: self.global.in_environment(name), console: Arc::clone(&self.console) }
    }
}
