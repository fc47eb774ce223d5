//! `reconcile import function`: an existing function, as the artifact that it runs.

use std::collections::BTreeMap;

use clap::Args;
use reconcile_core::address::Address;
use reconcile_core::problem::Problem;
use reconcile_engine::kind::{Depth, Focus};
use reconcile_engine::load::scope::Named;
use reconcile_engine::load::{self, Loaded};
use reconcile_engine::plan::World;
use reconcile_engine::state::ledger::Ledger;
use reconcile_kind_artifact::ArtifactKind;
use reconcile_kind_artifact::import::{self, Found, Naming};
use reconcile_kind_artifact::state::State;

use super::super::Failure;
use super::{Evidence, Place, Proposal};
use crate::kinds::KINDS;
use crate::views::edit::Step;
use crate::workspace::infos;

/// Arguments of `import function`.
#[derive(Debug, Args)]
pub(crate) struct FunctionArgs {
    /// The function's name or ARN.
    #[arg(value_name = "FUNCTION")]
    function: String,
    /// What its artifact is called under `desired/artifacts/`; otherwise as in AWS.
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
    /// The crate that it is compiled from; otherwise the one of the artifact's name.
    #[arg(long = "crate", value_name = "CRATE")]
    krate: Option<String>,
    /// The bucket of its packages, or a reference to it; otherwise the one that its signed package was put into.
    #[arg(long, value_name = "BUCKET")]
    bucket: Option<String>,
    /// The signing profile, or a reference to it; otherwise the one that signed what runs.
    #[arg(long, value_name = "PROFILE")]
    signing_profile: Option<String>,
    /// Write over files that are there.
    #[arg(long)]
    force: bool,
}

pub(super) async fn propose(place: &Place<'_>, args: &FunctionArgs) -> Result<Proposal, Failure> {
    let FunctionArgs { function, name, krate, bucket, signing_profile, force } = args;
    let found = import::find(place.session, function).await?;
    let name = name.clone().unwrap_or_else(|| found.name.to_ascii_lowercase());
    let address: Address = format!("artifacts/{name}")
        .parse()
        .map_err(|error| Problem::whole(format!("{error}")).hint("give it a name with `--name`"))?;
    let world = declared(place).await;
    if let Some(obstacle) = claimed(&world, &found, &address) {
        return Err(Failure::Refused(obstacle));
    }
    let references = references(&world);
    let naming = Naming {
        name: &name,
        krate: krate.as_deref().unwrap_or(&name),
        bucket: bucket.as_deref(),
        signing_profile: signing_profile.as_deref(),
        environment: &place.session.environment,
        references: &references,
    };
    if let Some(obstacle) = found.obstacle(&naming) {
        return Err(Failure::Refused(obstacle));
    }
    Ok(Proposal {
        files: vec![(format!("desired/artifacts/{name}.yaml"), found.declared(&naming))],
        open: None,
        consequences: consequences(&world, &address),
        notes: Vec::new(),
        evidence: Evidence::Plan,
        force: *force,
        address,
    })
}

/// What is declared already, as far as it can be understood, with what its stacks publish and its functions are.
async fn declared(place: &Place<'_>) -> World {
    let Loaded { desired, problems: _ } =
        load::load_what_can_be_read(place.workspace.files.as_ref(), &infos());
    let named = Named::new(place.workspace.files.as_ref());
    let environment = &place.session.environment;
    let (mut world, _) = World::interpret_what_can_be(&desired, environment, &KINDS, &named);
    let ledger = Ledger::load(place.session, &world.noted_kinds()).await;
    let focus = Focus { depth: Depth::default(), selection: &|_| true };
    let progress = place.context.progress();
    world.observe(place.session, &ledger, focus, &progress.events()).await;
    world
}

/// Whether another artifact has this function already.
fn claimed(world: &World, found: &Found, address: &Address) -> Option<Problem> {
    let seen = world.seen_of::<ArtifactKind>();
    let mut functions = seen.iter().filter(|(_, seen)| match seen.state() {
        Some(State::Function(function)) => function.arn == found.function.arn,
        Some(State::Package(_)) | None => false,
    });
    let (unit, _) = functions.find(|(unit, _)| unit.address.name() != address.name())?;
    let (name, owner) = (&found.name, unit.address.name());
    Some(
        Problem::whole(format!("`{name}` is the code of `artifacts/{owner}` already"))
            .hint(format!("import it under that name: `--name {owner}`")),
    )
}

/// Values that exactly one output of one declared stack has, and how a file refers to each.
fn references(world: &World) -> BTreeMap<String, String> {
    let mut references: BTreeMap<String, Option<String>> = BTreeMap::new();
    let published = world.published();
    let of_stacks = published.iter().filter(|(address, _)| address.kind() == "stacks");
    for (address, outputs) in of_stacks {
        for (output, value) in outputs {
            let Some(value) = value.known() else { continue };
            let reference = format!("${{stacks.{}.{output}}}", address.name());
            references
                .entry(value.to_owned())
                .and_modify(|other| *other = None)
                .or_insert(Some(reference));
        }
    }
    references.into_iter().filter_map(|(value, only)| Some((value, only?))).collect()
}

/// What a person has to do besides, as long as no stack takes the package.
fn consequences(world: &World, address: &Address) -> Vec<Step> {
    let mut declared = world.units().flat_map(|(_, links)| &links.references);
    if declared.any(|(reference, _)| reference.address == *address) {
        return Vec::new();
    }
    let outputs = ["bucket", "key", "version"];
    let lines = outputs.map(|output| format!("${{artifacts.{}.{output}}}", address.name()));
    vec![Step::new(
        "No stack takes the package. If a stack makes the function, give these to its parameters, or its next update puts the old code back:",
        &lines.join("\n"),
    )]
}
