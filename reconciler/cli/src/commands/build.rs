//! `reconcile build`: makes packages out of the work tree, without asking AWS.

use std::fmt::Write as _;
use std::time::Instant;

use reconcile_core::address::Address;
use reconcile_core::outcome::Outcome;
use reconcile_core::problem::{Problem, did_you_mean};
use reconcile_core::verdict::Action;
use reconcile_engine::events::{Event, Events};
use reconcile_kind_artifact::ArtifactKind;
use reconcile_kind_artifact::build::Workshop;
use reconcile_kind_artifact::port::builds::{Builds as _, Packed};
use reconcile_kind_artifact::spec::{Package, Spec};
use reconcile_kind_artifact::step::Recipe;
use serde_json::json;

use super::{Context, Failure};
use crate::args::{BuildArgs, Output};
use crate::exit::Exit;
use crate::workspace::Workspace;

pub(super) async fn run(context: &Context, args: &BuildArgs) -> Result<Exit, Failure> {
    let workspace = Workspace::find(&context.global)?;
    let units = workspace.units_of::<ArtifactKind>(context.global.environment.as_deref())?;
    let packages = units.into_iter().filter_map(|unit| match unit.spec {
        Spec::Package(package) => Some((unit.address, *package)),
        Spec::Function(_) => None,
    });
    let chosen = chosen(packages.collect(), &args.names)?;
    let workshop = Workshop::new(Some(workspace.root.clone()));
    let progress = context.progress();
    let mut built = Vec::new();
    for (address, package) in &chosen {
        let packed = build(&workshop, (address, package), &progress.events()).await?;
        built.push((package, packed));
    }
    drop(progress);
    let text = match context.global.output {
        Output::Json => json(&built),
        Output::Text | Output::Markdown => text(&built, &workspace),
    };
    Ok(context.result(text.trim_end(), Exit::Good))
}

/// The packages that were named, or all of them.
fn chosen(
    packages: Vec<(Address, Package)>,
    names: &[String],
) -> Result<Vec<(Address, Package)>, Problem> {
    for name in names {
        if !packages.iter().any(|(address, _)| is_called(address, name)) {
            let known = packages.iter().map(|(address, _)| address.name());
            let hint = did_you_mean(name, known);
            let message = format!("no artifact `{name}` is declared in this environment");
            return Err(Problem { hint, ..Problem::whole(message) });
        }
    }
    let is_chosen =
        |address: &Address| names.is_empty() || names.iter().any(|name| is_called(address, name));
    Ok(packages.into_iter().filter(|(address, _)| is_chosen(address)).collect())
}

fn is_called(address: &Address, name: &str) -> bool {
    address.name() == name || address.to_string() == name
}

async fn build(
    workshop: &Workshop,
    (address, package): (&Address, &Package),
    events: &Events,
) -> Result<Packed, Problem> {
    let toolchain = workshop.toolchain(package).await.map_err(Problem::whole)?;
    let recipe = Recipe::of(package, package.parts(&toolchain));
    if let Some(packed) = workshop.built(&recipe).await.map_err(Problem::whole)? {
        return Ok(packed);
    }
    let started = Instant::now();
    events.tell(&Event::UnitStarted { address: address.clone(), action: Action::Create });
    let unit = events.of(address);
    let packed = workshop.build(&recipe, &|what| unit.step(what)).await;
    let outcome = match &packed {
        Ok(_) => Outcome::Applied,
        Err(why) => Outcome::Failed { why: why.clone() },
    };
    let took = started.elapsed();
    events.tell(&Event::UnitFinished { address: address.clone(), outcome, took });
    packed.map_err(Problem::whole)
}

fn text(built: &[(&Package, Packed)], workspace: &Workspace) -> String {
    let root = workspace.root.canonicalize().unwrap_or_default();
    let mut text = String::new();
    for (package, Packed { built, file }) in built {
        let file = file.strip_prefix(&root).unwrap_or(file).display();
        let (name, architecture) = (&package.name, package.architecture);
        // Writing to a String cannot fail.
        let _ = writeln!(
            text,
            "{name}  {architecture}  {} bytes\n  sha256  {}\n  file    {file}",
            built.size, built.sha256
        );
    }
    if text.is_empty() { "No artifact is declared in this environment.".to_owned() } else { text }
}

fn json(built: &[(&Package, Packed)]) -> String {
    let packages: Vec<_> = built
        .iter()
        .map(|(package, Packed { built, file })| {
            json!({
                "name": package.name,
                "architecture": package.architecture.word(),
                "sha256": built.sha256,
                "size": built.size,
                "path": file,
            })
        })
        .collect();
    json!({ "formatVersion": "1.0", "packages": packages }).to_string()
}
