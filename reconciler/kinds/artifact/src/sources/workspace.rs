//! The cargo workspace of a repository: its crates by name, and what they share.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::digest::Digest;
use reconcile_core::problem::did_you_mean;
use reconcile_engine::load::Files;
use toml::{Table, Value};

use super::lock::Needs;
use super::manifest::{Manifest, inside};
use super::{SourceError, toml};

/// The manifest at the root.
const ROOT: &str = "Cargo.toml";

/// The profiles that every workspace has.
const BUILT_IN: [&str; 2] = ["dev", "release"];

/// The workspace at the root of a repository.
pub(super) struct Workspace<'a> {
    files: &'a dyn Files,
    root: Table,
    members: Vec<Member>,
}

/// A crate of the workspace.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Member {
    /// From the root of the repository.
    pub(super) folder: String,
    pub(super) manifest: Manifest,
}

impl<'a> Workspace<'a> {
    pub(super) fn read(files: &'a dyn Files) -> Result<Self, SourceError> {
        let broken =
            |what: &str| SourceError::Broken { path: ROOT.to_owned(), what: what.to_owned() };
        let root = toml(files, ROOT)?.ok_or_else(|| broken("does not exist"))?;
        let listed = root.get("workspace").and_then(|workspace| workspace.get("members"));
        let listed = listed.and_then(Value::as_array).ok_or_else(|| broken("has no workspace"))?;
        let mut members = Vec::new();
        for pattern in listed.iter().filter_map(Value::as_str) {
            for folder in folders(files, pattern)? {
                members.push(Member::read(files, folder)?);
            }
        }
        Ok(Self { files, root, members })
    }

    /// The crate of a name.
    pub(super) fn named(&self, name: &str) -> Result<Member, SourceError> {
        let found = self.members.iter().find(|member| member.manifest.name() == name);
        found.cloned().ok_or_else(|| {
            let names = self.members.iter().map(|member| member.manifest.name());
            SourceError::NoCrate { name: name.to_owned(), hint: did_you_mean(name, names) }
        })
    }

    /// A crate and those of the repository that it is compiled with, by folder.
    pub(super) fn needed_by(&self, krate: &Member) -> Result<Vec<Member>, SourceError> {
        let mut found = BTreeMap::new();
        let mut next = vec![krate.clone()];
        while let Some(member) = next.pop() {
            if found.contains_key(&member.folder) {
                continue;
            }
            for (name, dependency) in member.manifest.dependencies() {
                let (base, dependency) = if Manifest::is_inherited(dependency) {
                    ("", self.inherited(name))
                } else {
                    (member.folder.as_str(), Some(dependency))
                };
                let path = dependency.and_then(|table| table.get("path")).and_then(Value::as_str);
                if let Some(folder) = path.and_then(|path| inside(base, path)) {
                    next.push(Member::read(self.files, folder)?);
                }
            }
            found.insert(member.folder.clone(), member);
        }
        Ok(found.into_values().collect())
    }

    /// A profile with those that it inherits from.
    pub(super) fn profile(&self, name: &str) -> Result<BTreeMap<String, Value>, SourceError> {
        let profiles = self.root.get("profile").and_then(Value::as_table);
        let mut chain = BTreeMap::new();
        let mut next = Some(name);
        while let Some(current) = next.filter(|current| !chain.contains_key(*current)) {
            let written = profiles.and_then(|profiles| profiles.get(current));
            if written.is_none() && !BUILT_IN.contains(&current) {
                let known = profiles.iter().flat_map(|table| table.keys()).map(String::as_str);
                let hint = did_you_mean(current, known.chain(BUILT_IN));
                return Err(SourceError::NoProfile { name: current.to_owned(), hint });
            }
            let written = written.cloned().unwrap_or_else(|| Value::Table(Table::new()));
            let inherits = profiles.and_then(|table| table.get(current)?.get("inherits")?.as_str());
            chain.insert(current.to_owned(), written);
            next = inherits;
        }
        Ok(chain)
    }

    /// What the manifest at the root says of these crates, and of no other.
    pub(super) fn shared(&self, members: &[Member]) -> Digest {
        let workspace = self.root.get("workspace");
        let of_workspace = |key: &str| workspace.and_then(|table| table.get(key));
        let inherited: BTreeSet<&str> = members
            .iter()
            .flat_map(|member| member.manifest.dependencies())
            .filter(|(_, dependency)| Manifest::is_inherited(dependency))
            .map(|(name, _)| name)
            .collect();
        let dependencies: BTreeMap<_, _> =
            inherited.into_iter().map(|name| (name, self.inherited(name))).collect();
        Digest::of_json(&(
            dependencies,
            of_workspace("package"),
            of_workspace("resolver"),
            self.root.get("patch"),
            self.root.get("replace"),
        ))
    }

    /// The packages that a build of each of these crates needs.
    pub(super) fn needs<'m>(&'m self, members: &'m [Member]) -> Needs<'m> {
        let needed = |member: &'m Member| {
            let packages = member.manifest.needed_packages(|name| self.inherited(name));
            (member.manifest.name(), packages)
        };
        members.iter().map(needed).collect()
    }

    fn inherited(&self, name: &str) -> Option<&Value> {
        self.root.get("workspace")?.get("dependencies")?.get(name)
    }
}

impl Member {
    fn read(files: &dyn Files, folder: String) -> Result<Self, SourceError> {
        let path = manifest_path(&folder);
        let missing =
            || SourceError::Broken { path: path.clone(), what: "does not exist".to_owned() };
        let table = toml(files, &path)?.ok_or_else(missing)?;
        let manifest = Manifest::new(table).ok_or_else(|| SourceError::Broken {
            path: path.clone(),
            what: "has no package name".to_owned(),
        })?;
        Ok(Self { folder, manifest })
    }

    pub(super) fn manifest_path(&self) -> String {
        manifest_path(&self.folder)
    }

    /// The one binary of the crate, found as cargo finds it.
    pub(super) fn binary(&self, files: &dyn Files) -> Result<String, SourceError> {
        let name = self.manifest.name();
        let mut found: BTreeSet<String> =
            self.manifest.binaries().into_iter().map(str::to_owned).collect();
        let unreadable = |error: std::io::Error| SourceError::Broken {
            path: self.folder.clone(),
            what: format!("cannot be listed: {error}"),
        };
        let sources = format!("{}/src", self.folder);
        for path in files.list(&sources).map_err(unreadable)? {
            let path = path.strip_prefix(&sources).unwrap_or_default();
            if path == "/main.rs" {
                found.insert(name.to_owned());
            } else if let Some(binary) = path.strip_prefix("/bin/") {
                let binary = binary.trim_end_matches("/main.rs").trim_end_matches(".rs");
                found.extend((!binary.contains('/')).then(|| binary.to_owned()));
            }
        }
        match (found.len(), found.pop_first()) {
            (1, Some(binary)) => Ok(binary),
            (_, None) => Err(SourceError::NoBinary { name: name.to_owned() }),
            (_, Some(first)) => Err(SourceError::ManyBinaries {
                name: name.to_owned(),
                found: [first].into_iter().chain(found).collect(),
            }),
        }
    }
}

fn manifest_path(folder: &str) -> String {
    format!("{folder}/{ROOT}")
}

/// The folders that an entry of `members` names: one, or with `*` at its end all below it.
fn folders(files: &dyn Files, pattern: &str) -> Result<Vec<String>, SourceError> {
    let pattern = pattern.trim_start_matches("./").trim_end_matches('/');
    let Some(parent) = pattern.strip_suffix("/*") else { return Ok(vec![pattern.to_owned()]) };
    let listed = files.list(parent).map_err(|error| SourceError::Broken {
        path: parent.to_owned(),
        what: format!("cannot be listed: {error}"),
    })?;
    let folder = |path: &String| {
        let folder = path.strip_suffix("/Cargo.toml")?;
        let name = folder.strip_prefix(parent)?.strip_prefix('/')?;
        (!name.contains('/')).then(|| folder.to_owned())
    };
    Ok(listed.iter().filter_map(folder).collect())
}
