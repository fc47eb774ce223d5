//! `reconcile validate`: everything that can be known without asking AWS.

use super::{Context, Failure};
use crate::exit::Exit;
use crate::workspace::Workspace;

pub(super) fn run(context: &Context) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let worlds = match context.global.environment.as_deref() {
        Some(named) => vec![workspace.world(Some(named))?],
        None => workspace.every_world()?,
    };
    let units: usize = worlds.iter().map(|world| world.units().count()).sum();
    let names: Vec<_> = worlds.iter().map(|world| world.environment.name.as_str()).collect();
    let text = match context.global.output {
        crate::args::Output::Json => serde_json::json!({
            "formatVersion": "1.0", "status": "valid", "units": units,
            "environments": names, "errors": [],
        })
        .to_string(),
        crate::args::Output::Text | crate::args::Output::Markdown => {
            format!("Valid: {units} units in {}.", names.join(", "))
        }
    };
    Ok(context.result(&text, Exit::Good))
}
