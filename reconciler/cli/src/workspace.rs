//! The repository: where it is, what it declares, and which commit it is at.

use std::path::{Path, PathBuf};
use std::time::Instant;

use globset::{Glob, GlobSet, GlobSetBuilder};
use reconcile_core::address::Address;
use reconcile_core::environment::Environment;
use reconcile_core::problem::Problem;
use reconcile_engine::fleet;
use reconcile_engine::kind::{Kind, Unit};
use reconcile_engine::load::scope::{Named, Scope};
use reconcile_engine::load::{self, Desired, Files, KindInfo, Loaded, WorkTree};
use reconcile_engine::plan::World;

use crate::args::Global;
use crate::git;
use crate::kinds::KINDS;

/// A repository with a `desired/` in it.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) files: WorkTree,
}

/// Addresses that a command is about.
pub(crate) struct Selector {
    only: Option<GlobSet>,
    exclude: GlobSet,
}

impl Workspace {
    /// Finds the repository: the folder that was named, or the nearest one above with `desired/`.
    pub(crate) fn find(global: &Global) -> Result<Self, Problem> {
        let io = |error: std::io::Error| {
            Problem::whole(format!("failed to find the repository: {error}"))
        };
        let root = match &global.root {
            Some(root) => root.clone(),
            None => nearest(&std::env::current_dir().map_err(io)?)?,
        };
        let files = WorkTree::new(&root).map_err(io)?;
        Ok(Self { root, files })
    }

    /// What is declared for one environment: the one named, or the default.
    pub(crate) fn world(&self, environment: Option<&str>) -> Result<World, Vec<Problem>> {
        let mut worlds =
            worlds(&self.files, |desired| Ok(vec![desired.environment(environment)?]))?;
        worlds.pop().ok_or_else(|| vec![Problem::whole("no environment is declared")])
    }

    /// The units of one kind in an environment, with the kind's own types.
    pub(crate) fn units_of<K: Kind>(
        &self,
        environment: Option<&str>,
    ) -> Result<Vec<Unit<K::Spec>>, Vec<Problem>> {
        // Everything that is wrong is told, not only what is wrong with this kind.
        self.world(environment)?;
        let desired = load::load(&self.files, &infos())?;
        let environment = desired.environment(environment).map_err(|problem| vec![problem])?;
        let named = Named::new(&self.files);
        let mut scope = Scope::new(environment, &named);
        let documents: Vec<_> = desired.documents(K::WORD, environment).collect();
        Ok(fleet::interpret::<K>(&documents, &mut scope))
    }

    /// What is declared for every environment.
    pub(crate) fn every_world(&self) -> Result<Vec<World>, Vec<Problem>> {
        every_world(&self.files)
    }

    /// Where the sandbox's state is.
    pub(crate) fn sandbox_directory(&self) -> PathBuf {
        self.root.join(".reconcile").join("sandbox")
    }

    /// The commit, and what is not committed of what is deployed.
    pub(crate) fn git(&self) -> Result<git::WorkTree, Problem> {
        let deployed = ["desired", "infra", "lambda", "Cargo.toml", "Cargo.lock", ".cargo"];
        git::look(&self.root, &deployed).map_err(Problem::whole)
    }
}

impl Selector {
    /// Of `--only` and `--exclude`.
    pub(crate) fn new(global: &Global) -> Result<Self, Problem> {
        let only = (!global.only.is_empty()).then(|| globs(&global.only)).transpose()?;
        Ok(Self { only, exclude: globs(&global.exclude)? })
    }

    /// Whether a command is about this unit.
    pub(crate) fn takes(&self, address: &Address) -> bool {
        let address = address.to_string();
        self.only.as_ref().is_none_or(|only| only.is_match(&address))
            && !self.exclude.is_match(&address)
    }
}

/// What files declare for every environment.
pub(crate) fn every_world(files: &dyn Files) -> Result<Vec<World>, Vec<Problem>> {
    worlds(files, |desired| Ok(desired.environments.values().collect()))
}

/// What can be understood of files, for every environment, and what is wrong with the rest.
pub(crate) fn readable_worlds(files: &dyn Files) -> (Vec<World>, Vec<Problem>) {
    let Loaded { desired, mut problems } = load::load_what_can_be_read(files, &infos());
    let named = Named::new(files);
    let mut worlds = Vec::new();
    for environment in desired.environments.values() {
        let (world, more) = World::interpret_what_can_be(&desired, environment, &KINDS, &named);
        worlds.push(world);
        problems.extend(more);
    }
    (worlds, load::in_order(problems))
}

/// Reads every file and interprets it in these environments. Everything that is wrong is told at
/// once, and a mistake in a file that several environments share is told once.
fn worlds(
    files: &dyn Files,
    pick: impl Fn(&Desired) -> Result<Vec<&Environment>, Problem>,
) -> Result<Vec<World>, Vec<Problem>> {
    let started = Instant::now();
    let Loaded { desired, mut problems } = load::load_what_can_be_read(files, &infos());
    let environments = match pick(&desired) {
        Ok(environments) => environments,
        // Its file may be among those that cannot be read.
        Err(problem) if problems.is_empty() => return Err(vec![problem]),
        Err(_) => Vec::new(),
    };
    let named = Named::new(files);
    let mut worlds = Vec::new();
    for environment in environments {
        match World::interpret(&desired, environment, &KINDS, &named) {
            Ok(world) => worlds.push(world),
            Err(more) => problems.extend(more),
        }
    }
    tracing::debug!(took = ?started.elapsed(), "read desired/");
    if problems.is_empty() { Ok(worlds) } else { Err(load::in_order(problems)) }
}

/// What loading knows of every kind.
pub(crate) fn infos() -> Vec<KindInfo> {
    KINDS.iter().map(|kind| kind.info()).collect()
}

fn nearest(from: &Path) -> Result<PathBuf, Problem> {
    let found = from.ancestors().find(|folder| folder.join("desired").is_dir());
    found.map(Path::to_path_buf).ok_or_else(|| {
        Problem::whole(format!("neither `{}` nor a folder above it has `desired/`", from.display()))
            .hint("go to the repository, or name it with `--root DIR`")
    })
}

fn globs(patterns: &[String]) -> Result<GlobSet, Problem> {
    let mut set = GlobSetBuilder::new();
    for pattern in patterns {
        let glob = Glob::new(pattern).map_err(|error| {
            Problem::whole(format!("`{pattern}` is not a pattern of addresses: {}", error.kind()))
        })?;
        set.add(glob);
    }
    set.build().map_err(|error| Problem::whole(error.to_string()))
}
