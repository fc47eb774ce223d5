//! `reconcile sandbox`: the embedded AWS, from outside.

use reconcile_core::address::Address;
use reconcile_core::problem::Problem;
use reconcile_sandbox::{Sandbox, TamperRequest};
use serde_json::Value;

use super::{Context, Failure, demo, serve};
use crate::args::{ClockCommand, SandboxCommand};
use crate::exit::Exit;
use crate::target::open_sandbox;
use crate::workspace::Workspace;

pub(super) async fn run(context: &Context, command: SandboxCommand) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let failed = |error: &dyn std::fmt::Display| Problem::whole(error.to_string());
    let text = match command {
        SandboxCommand::Reset => {
            let directory = workspace.sandbox_directory();
            Sandbox::reset(&directory).map_err(|error| failed(&error))?;
            "The sandbox is empty.".to_owned()
        }
        SandboxCommand::Tamper { address, logical_id, pointer, value } => {
            let (region, stack_name) = stack_of(context, &workspace, &address)?;
            // Text that is not JSON is meant as it stands: `Suspended` rather than `"Suspended"`.
            let value = serde_json::from_str(&value).unwrap_or(Value::String(value));
            let done = format!("Changed {pointer} of {logical_id} in {address} behind git's back.");
            let request = TamperRequest { region, stack_name, logical_id, pointer, value };
            open_sandbox(&workspace)?.tamper(request).map_err(|error| failed(&error))?;
            done
        }
        SandboxCommand::Demo => return demo::run(context, &workspace).await,
        SandboxCommand::Serve(args) => return serve::run(context, &workspace, args).await,
        SandboxCommand::Clock(ClockCommand::Advance { by }) => {
            open_sandbox(&workspace)?.advance_clock(by).map_err(|error| failed(&error))?;
            format!("The sandbox's clock went forward by {by:?}.")
        }
    };
    Ok(context.result(&text, Exit::Good))
}

/// The region and the name of a declared stack.
fn stack_of(
    context: &Context,
    workspace: &Workspace,
    address: &Address,
) -> Result<(String, String), Failure> {
    let world = workspace.world(context.global.environment.as_deref())?;
    let environment = &world.environment;
    if !environment.target.is_sandbox() {
        let message = format!("the environment `{}` is not the sandbox", environment.name);
        return Err(Problem::whole(message).into());
    }
    let found = world.units().find(|(unit, _)| *unit == address);
    let Some((_, links)) = found else {
        let names: Vec<_> = world.units().map(|(unit, _)| unit.to_string()).collect();
        let message = format!("`{address}` is not declared in `{}`", environment.name);
        return Err(Problem::whole(message).hint(format!("there are {}", names.join(", "))).into());
    };
    Ok((links.region.clone(), links.physical_name.clone()))
}
