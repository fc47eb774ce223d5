//! What a package is compiled from, known without compiling: read from a repository's files, so it is
//! the same in a work tree, in memory and at any commit.
//!
//! Covered: the sources of the crate and of the workspace's crates that it needs, the part of `Cargo.lock`
//! that it reaches, its cargo profile, and the settings in `.cargo/config.toml`. Not covered, because it is
//! not in git: the compiler; see [`crate::build`]. What a crate reads from elsewhere is found after a build.

mod config;
mod lock;
mod manifest;
mod tree;
mod workspace;

#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::digest::Digest;
use reconcile_core::problem::did_you_mean;
use reconcile_engine::load::Files;

pub use config::CargoConfig;
use workspace::{Member, Workspace};

/// What is to be compiled, as a file of `desired/` says it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The name of a package of the workspace.
    pub krate: &'a str,
    /// The cargo profile.
    pub profile: &'a str,
    /// The crate's features that are switched on besides its default ones.
    pub features: &'a [String],
}

/// Everything in git that a package is compiled from.
#[derive(Debug, Clone)]
pub struct Sources {
    /// The binary that becomes the package's `bootstrap`.
    pub binary: String,
    /// Digests by what they are of: a crate's folder, `Cargo.lock`, `profile.lambda`.
    pub parts: BTreeMap<String, Digest>,
    /// The files that the digests cover, from the root of the repository.
    pub files: BTreeSet<String>,
    /// What `.cargo/config.toml` says.
    pub config: CargoConfig,
}

/// Why there is nothing to compile.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// The workspace has no such crate.
    #[error("the workspace has no crate `{name}`")]
    NoCrate {
        /// As it was written.
        name: String,
        /// What was probably meant.
        hint: Option<String>,
    },
    /// The crate is a library.
    #[error("the crate `{name}` has no binary: a function is the program `bootstrap`")]
    NoBinary {
        /// The crate.
        name: String,
    },
    /// The crate has several binaries.
    #[error("the crate `{name}` has several binaries ({})", found.join(", "))]
    ManyBinaries {
        /// The crate.
        name: String,
        /// Its binaries.
        found: Vec<String>,
    },
    /// `Cargo.toml` has no such profile.
    #[error("`Cargo.toml` has no profile `{name}`")]
    NoProfile {
        /// As it was written.
        name: String,
        /// What was probably meant.
        hint: Option<String>,
    },
    /// The crate has no such feature.
    #[error("the crate has no feature `{name}`")]
    NoFeature {
        /// As it was written.
        name: String,
        /// Its place in the list.
        index: usize,
        /// What was probably meant.
        hint: Option<String>,
    },
    /// A file of cargo's is missing or not understood.
    #[error("`{path}` {what}")]
    Broken {
        /// From the root of the repository.
        path: String,
        /// What is wrong with it.
        what: String,
    },
}

impl Sources {
    /// Reads what a package is compiled from.
    pub fn read(files: &dyn Files, asked: &Asked<'_>) -> Result<Self, SourceError> {
        let workspace = Workspace::read(files)?;
        let krate = workspace.named(asked.krate)?;
        let binary = krate.binary(files)?;
        check_features(&krate, asked.features)?;
        let members = workspace.needed_by(&krate)?;
        let mut parts = BTreeMap::new();
        let mut covered = BTreeSet::new();
        for member in &members {
            let tree = tree::of_crate(files, &member.folder)?;
            let manifest = member.manifest.for_building();
            parts.insert(member.folder.clone(), Digest::of_json(&(&tree, manifest)));
            covered.extend(tree.into_keys());
            covered.insert(member.manifest_path());
        }
        parts.insert(lock::PATH.to_owned(), lock::reached(files, &workspace.needs(&members))?);
        let profile = workspace.profile(asked.profile)?;
        parts.insert(format!("profile.{}", asked.profile), Digest::of_json(&profile));
        parts.insert("workspace".to_owned(), workspace.shared(&members));
        let config = CargoConfig::read(files)?;
        if let Some(digest) = config.digest() {
            parts.insert(config::PATH.to_owned(), digest);
        }
        if !asked.features.is_empty() {
            parts.insert("features".to_owned(), Digest::of_json(&asked.features));
        }
        Ok(Self { binary, parts, files: covered, config })
    }
}

fn check_features(krate: &Member, features: &[String]) -> Result<(), SourceError> {
    let known = krate.manifest.features();
    let unknown = features.iter().enumerate().find(|(_, name)| !known.contains(name.as_str()));
    unknown.map_or(Ok(()), |(index, name)| {
        let hint = did_you_mean(name, known.iter().copied());
        Err(SourceError::NoFeature { name: name.clone(), index, hint })
    })
}

/// A file of cargo's, or none if there is none.
fn toml(files: &dyn Files, path: &str) -> Result<Option<toml::Table>, SourceError> {
    let broken = |what: String| SourceError::Broken { path: path.to_owned(), what };
    let Some(bytes) =
        files.read(path).map_err(|error| broken(format!("cannot be read: {error}")))?
    else {
        return Ok(None);
    };
    let text = String::from_utf8(bytes).map_err(|_| broken("is not UTF-8".to_owned()))?;
    let table = text
        .parse()
        .map_err(|error: toml::de::Error| broken(format!("is not TOML: {}", error.message())))?;
    Ok(Some(table))
}
