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
use reconcile_guard::{Breach, Judgement};

use crate::args::Global;
use crate::kinds::KINDS;
use crate::{git, rules, target};

/// What is deployed: a change of anything else changes nothing in AWS.
pub(crate) const DEPLOYED: [&str; 6] =
    ["desired", "infra", "lambda", "Cargo.toml", "Cargo.lock", ".cargo"];

/// A repository with a `desired/` in it.
pub(crate) struct Workspace {
    pub(crate) root: PathBuf,
    pub(crate) files: Box<dyn Files>,
    /// The commit that the files are of; none as they are on disk.
    commit: Option<String>,
}

/// Addresses that a command is about.
pub(crate) struct Selector {
    only: Option<GlobSet>,
    exclude: GlobSet,
}

impl Workspace {
    /// Finds the repository: the folder that was named, or the nearest one above with `desired/`. Its files are as they are on
    /// disk, or as the revision that was named has them.
    pub(crate) fn find(global: &Global) -> Result<Self, Problem> {
        let io = |error: std::io::Error| {
            Problem::whole(format!("failed to find the repository: {error}"))
        };
        let root = match &global.root {
            Some(root) => root.clone(),
            None => nearest(&std::env::current_dir().map_err(io)?)?,
        };
        if let Some(written) = &global.revision {
            let revision = git::Revision::named(&root, written)?;
            let commit = Some(revision.commit.clone());
            return Ok(Self { root, files: Box::new(revision), commit });
        }
        let files = Box::new(WorkTree::new(&root).map_err(io)?);
        Ok(Self { root, files, commit: None })
    }

    /// What is declared for one environment: the one named, or the default.
    pub(crate) fn world(&self, environment: Option<&str>) -> Result<World, Vec<Problem>> {
        let (world, _) = self.one_world(environment, None)?;
        Ok(world)
    }

    /// What is declared for one environment, and keeps the rules as far as a command is about it.
    pub(crate) fn lawful_world(
        &self,
        environment: Option<&str>,
        selector: &Selector,
    ) -> Result<(World, Judgement), Vec<Problem>> {
        self.one_world(environment, Some(selector))
    }

    fn one_world(
        &self,
        environment: Option<&str>,
        judging: Option<&Selector>,
    ) -> Result<(World, Judgement), Vec<Problem>> {
        let pick = |desired: &'_ Desired| Ok(vec![desired.environment(environment)?.clone()]);
        let (mut worlds, judgement) = self.worlds(pick, judging)?;
        let world = worlds.pop();
        let world = world.ok_or_else(|| vec![Problem::whole("no environment is declared")])?;
        Ok((world, judgement))
    }

    /// An environment, whatever is wrong elsewhere, and even if nothing is declared yet.
    pub(crate) fn environment(&self, name: Option<&str>) -> Result<Environment, Vec<Problem>> {
        let Loaded { desired, problems } =
            load::load_what_can_be_read(self.files.as_ref(), &infos());
        match desired.environment(name) {
            Ok(environment) => Ok(environment.clone()),
            // Its file may be among those that cannot be read.
            Err(problem) if problems.is_empty() => Err(vec![problem]),
            Err(_) => Err(load::in_order(problems)),
        }
    }

    /// The units of one kind in an environment, with the kind's own types.
    pub(crate) fn units_of<K: Kind>(
        &self,
        environment: Option<&str>,
    ) -> Result<Vec<Unit<K::Spec>>, Vec<Problem>> {
        // Everything that is wrong is told, not only what is wrong with this kind.
        self.world(environment)?;
        let desired = load::load(self.files.as_ref(), &infos())?;
        let environment = desired.environment(environment).map_err(|problem| vec![problem])?;
        let named = Named::new(self.files.as_ref());
        let mut scope = Scope::new(environment, &named);
        let documents: Vec<_> = desired.documents(K::WORD, environment).collect();
        Ok(fleet::interpret::<K>(&documents, &mut scope))
    }

    /// What is declared for every environment.
    pub(crate) fn every_world(&self) -> Result<Vec<World>, Vec<Problem>> {
        let (worlds, _) = self.worlds(|desired| Ok(all(desired)), None)?;
        Ok(worlds)
    }

    /// What is declared for every environment, and keeps the rules.
    pub(crate) fn every_lawful_world(
        &self,
        selector: &Selector,
    ) -> Result<(Vec<World>, Judgement), Vec<Problem>> {
        self.worlds(|desired| Ok(all(desired)), Some(selector))
    }

    /// Reads every file and interprets it in these environments. Everything that is wrong is told at
    /// once, and a mistake in a file that several environments share is told once.
    fn worlds(
        &self,
        pick: impl Fn(&Desired) -> Result<Vec<Environment>, Problem>,
        judging: Option<&Selector>,
    ) -> Result<(Vec<World>, Judgement), Vec<Problem>> {
        let started = Instant::now();
        let Loaded { desired, mut problems } =
            load::load_what_can_be_read(self.files.as_ref(), &infos());
        let environments = match pick(&desired) {
            Ok(environments) => environments,
            // Its file may be among those that cannot be read.
            Err(problem) if problems.is_empty() => return Err(vec![problem]),
            Err(_) => Vec::new(),
        };
        let named = Named::new(self.files.as_ref());
        let mut worlds = Vec::new();
        for environment in &environments {
            match World::interpret(&desired, environment, &KINDS, &named) {
                Ok(world) => worlds.push(world),
                Err(more) => problems.extend(more),
            }
        }
        tracing::debug!(took = ?started.elapsed(), "read desired/");
        let mut judgement = Judgement::default();
        if let Some(selector) = judging {
            let environments: Vec<_> = environments.iter().collect();
            match rules::judge(self.files.as_ref(), &desired, &environments, target::today()) {
                Ok(judged) => judgement = judged,
                Err(more) => problems.extend(more),
            }
            let matters = |breach: &&Breach| selector.takes_some_of(&breach.units, &worlds);
            let breaches = judgement.breaches.iter().filter(matters);
            problems.extend(breaches.map(|breach| breach.problem.clone()));
            tracing::debug!(took = ?started.elapsed(), "asked the rules");
        }
        if problems.is_empty() { Ok((worlds, judgement)) } else { Err(load::in_order(problems)) }
    }

    /// What the rules say of what one environment declares, breaches among it.
    pub(crate) fn judgement(&self, environment: &str) -> Result<Judgement, Vec<Problem>> {
        let desired = load::load(self.files.as_ref(), &infos())?;
        let environment =
            desired.environment(Some(environment)).map_err(|problem| vec![problem])?;
        rules::judge(self.files.as_ref(), &desired, &[environment], target::today())
    }

    /// Where the sandbox's state is.
    pub(crate) fn sandbox_directory(&self) -> PathBuf {
        self.root.join(".reconcile").join("sandbox")
    }

    /// The commit, and what is not committed of what is deployed.
    pub(crate) fn git(&self) -> Result<git::WorkTree, Problem> {
        if let Some(commit) = &self.commit {
            return Ok(git::WorkTree { commit: Some(commit.clone()), dirty: Vec::new() });
        }
        git::look(&self.root, &DEPLOYED).map_err(Problem::whole)
    }
}

impl Selector {
    /// Whether a command is about one of these units, given without their parts. Without `--only` and
    /// `--exclude` it is about everything, also about what is no unit's matter.
    fn takes_some_of(&self, units: &[Address], worlds: &[World]) -> bool {
        if self.only.is_none() && self.exclude.is_empty() {
            return true;
        }
        let declared = || worlds.iter().flat_map(World::units).map(|(address, _)| address);
        let same =
            |unit: &Address, of: &Address| (unit.kind(), unit.name()) == (of.kind(), of.name());
        units.iter().any(|unit| declared().any(|of| same(unit, of) && self.takes(of)))
    }

    /// Of `--only` and `--exclude`.
    pub(crate) fn new(global: &Global) -> Result<Self, Problem> {
        let only = (!global.only.is_empty()).then(|| globs(&global.only)).transpose()?;
        Ok(Self { only, exclude: globs(&global.exclude)? })
    }

    /// Whether a command is about all units.
    pub(crate) fn is_everything(&self) -> bool {
        self.only.is_none() && self.exclude.is_empty()
    }

    /// Whether a command is about this unit.
    pub(crate) fn takes(&self, address: &Address) -> bool {
        let address = address.to_string();
        self.only.as_ref().is_none_or(|only| only.is_match(&address))
            && !self.exclude.is_match(&address)
    }
}

fn all(desired: &Desired) -> Vec<Environment> {
    desired.environments.values().cloned().collect()
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
