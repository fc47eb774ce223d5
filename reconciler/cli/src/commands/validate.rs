//! `reconcile validate`: everything that can be known without asking AWS.

use reconcile_core::problem::Problem;
use reconcile_engine::load;

use super::{Context, Failure};
use crate::exit::Exit;
use crate::workspace::Workspace;

pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let desired = workspace.load()?;
    let only = context.global.environment.as_deref();
    let environments: Vec<_> = match only {
        Some(_) => vec![desired.environment(only)?],
        None => desired.environments.values().collect(),
    };
    let mut problems: Vec<Problem> = Vec::new();
    let mut units = 0;
    for environment in &environments {
        match workspace.world(&desired, environment) {
            Ok(world) => units += world.units().count(),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        // Environments share files: the same mistake is told once.
        return Err(load::in_order(problems).into());
    }
    let files = desired.documents.len() + desired.environments.len();
    let names: Vec<_> = environments.iter().map(|environment| environment.name.as_str()).collect();
    let text = match context.global.output {
        crate::args::Output::Json => serde_json::json!({
            "formatVersion": "1.0", "status": "valid", "files": files, "units": units,
            "environments": names, "errors": [],
        })
        .to_string(),
        crate::args::Output::Text | crate::args::Output::Markdown => {
            format!("Valid: {files} files, {units} units in {}.", names.join(", "))
        }
    };
    Ok(context.result(&text, Exit::Good))
}
