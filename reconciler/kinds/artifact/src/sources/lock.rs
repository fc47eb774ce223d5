//! The part of `Cargo.lock` that a crate reaches: what other crates of the workspace need does not count.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::digest::Digest;
use reconcile_engine::load::Files;
use serde::{Deserialize, Serialize};

use super::{SourceError, toml};

/// Where it is.
pub(super) const PATH: &str = "Cargo.lock";

/// The lock file.
#[derive(Debug, Deserialize)]
struct Lock {
    #[serde(default)]
    package: Vec<Locked>,
}

/// One package of it.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
struct Locked {
    name: String,
    version: String,
    source: Option<String>,
    checksum: Option<String>,
    #[serde(default)]
    dependencies: Vec<String>,
}

/// What is asked of the lock file: for each crate of the repository, by name, the packages that a build
/// of it needs. The lock file itself does not tell them from those for development.
pub(super) type Needs<'a> = BTreeMap<&'a str, BTreeSet<&'a str>>;

/// The digest of all packages from elsewhere that these crates reach.
pub(super) fn reached(files: &dyn Files, needs: &Needs<'_>) -> Result<Digest, SourceError> {
    let broken = |what: String| SourceError::Broken { path: PATH.to_owned(), what };
    let table = toml(files, PATH)?.ok_or_else(|| broken("does not exist".to_owned()))?;
    let lock: Lock = table.try_into().map_err(|error: toml::de::Error| {
        broken(format!("is not a lock file: {}", error.message()))
    })?;
    let mut seen: BTreeSet<&Locked> = BTreeSet::new();
    let own = |package: &&Locked| package.source.is_none() && needs.contains_key(&*package.name);
    let mut next: Vec<&Locked> = lock.package.iter().filter(own).collect();
    while let Some(package) = next.pop() {
        if !seen.insert(package) {
            continue;
        }
        let needed = needs.get(&*package.name).filter(|_| package.source.is_none());
        for dependency in &package.dependencies {
            let name = dependency.split(' ').next().unwrap_or_default();
            if needed.is_none_or(|needed| needed.contains(name)) {
                next.extend(lock.package.iter().filter(|other| other.is_called(dependency)));
            }
        }
    }
    let foreign = seen.into_iter().filter(|package| package.source.is_some());
    let identity = |one: &Locked| {
        (one.name.clone(), one.version.clone(), one.source.clone(), one.checksum.clone())
    };
    Ok(Digest::of_json(&foreign.map(identity).collect::<Vec<_>>()))
}

impl Locked {
    /// Whether a dependency means it: `name`, with a version and a source where these tell several apart.
    fn is_called(&self, dependency: &str) -> bool {
        let mut parts = dependency.splitn(3, ' ');
        let source =
            |written: &str| self.source.as_deref() == Some(written.trim_matches(['(', ')']));
        parts.next() == Some(&self.name)
            && parts.next().is_none_or(|version| version == self.version)
            && parts.next().is_none_or(source)
    }
}
