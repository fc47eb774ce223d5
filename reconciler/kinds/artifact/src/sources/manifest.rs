//! A crate's `Cargo.toml`, as far as it says what is compiled.

use std::collections::BTreeSet;

use toml::{Table, Value};

/// The tables of dependencies that a build needs; those for development do not reach a binary.
const DEPENDENCIES: [&str; 2] = ["dependencies", "build-dependencies"];

/// What has no effect on a binary.
const WITHOUT_EFFECT: [&str; 6] =
    ["dev-dependencies", "lints", "test", "bench", "example", "badges"];

/// A crate's manifest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Manifest {
    table: Table,
    name: String,
}

impl Manifest {
    /// The manifest of a package; none if it has no name.
    pub(super) fn new(table: Table) -> Option<Self> {
        let name = table.get("package")?.get("name")?.as_str()?.to_owned();
        Some(Self { table, name })
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// What a build reads of it.
    pub(super) fn for_building(&self) -> Table {
        let relevant = |(key, _): &(&String, &Value)| !WITHOUT_EFFECT.contains(&key.as_str());
        let kept = self.table.iter().filter(relevant);
        kept.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    /// The dependencies that a build needs, those of single platforms included.
    pub(super) fn dependencies(&self) -> impl Iterator<Item = (&str, &Value)> {
        let platforms = self.table.get("target").and_then(Value::as_table);
        let platforms = platforms.into_iter().flat_map(Table::values).filter_map(Value::as_table);
        let tables = [&self.table].into_iter().chain(platforms);
        tables
            .flat_map(|table| DEPENDENCIES.iter().filter_map(|key| table.get(*key)?.as_table()))
            .flatten()
            .map(|(name, dependency)| (name.as_str(), dependency))
    }

    /// The names of the packages that it depends on, as the lock file has them. `inherited`
    /// is what the workspace's manifest says of a dependency.
    pub(super) fn needed_packages<'a>(
        &'a self,
        inherited: impl Fn(&str) -> Option<&'a Value>,
    ) -> BTreeSet<&'a str> {
        let package = |(name, dependency): (&'a str, &'a Value)| {
            let written =
                if Self::is_inherited(dependency) { inherited(name) } else { Some(dependency) };
            written.and_then(|table| table.get("package")?.as_str()).unwrap_or(name)
        };
        self.dependencies().map(package).collect()
    }

    /// Whether a dependency is written in the workspace's manifest.
    pub(super) fn is_inherited(dependency: &Value) -> bool {
        dependency.get("workspace").and_then(Value::as_bool) == Some(true)
    }

    /// What can be switched on.
    pub(super) fn features(&self) -> BTreeSet<&str> {
        let declared = self.table.get("features").and_then(Value::as_table);
        let declared = declared.into_iter().flat_map(Table::keys).map(String::as_str);
        let optional = self.dependencies().filter(|(_, dependency)| {
            dependency.get("optional").and_then(Value::as_bool) == Some(true)
        });
        declared.chain(optional.map(|(name, _)| name)).collect()
    }

    /// The binaries that are declared.
    pub(super) fn binaries(&self) -> Vec<&str> {
        let declared = self.table.get("bin").and_then(Value::as_array).into_iter().flatten();
        declared.filter_map(|bin| bin.get("name")?.as_str()).collect()
    }
}

/// A path from a folder, both from the root of the repository; none if it leads out of it.
pub(super) fn inside(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}
