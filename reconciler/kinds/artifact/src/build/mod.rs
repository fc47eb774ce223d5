//! Builds packages on this machine: the same bytes from the same sources, in whatever folder.
//!
//! Expected flow: [`Workshop::new`] over a work tree; [`Builds::toolchain`] says what it would compile with,
//! [`Builds::build`] compiles, checks and packs.
//!
//! Guarantees: the compiler sees no path of this machine, the zip holds no time and no owner; a package
//! appears under its name complete or not at all; sources that changed meanwhile, or that are read from
//! outside of what the artifact's digest covers, fail the build.
//!
//! Assumptions: the crates' own build scripts are reproducible. Cargo finds them in its cache, or may load them.

mod binary;
mod cargo;
mod dependencies;
mod linker;
mod toolchain;
mod zip;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reconcile_core::digest::Digest;
use reconcile_engine::load::WorkTree;
use sha2::{Digest as _, Sha256};
use tokio::sync::Mutex;
use tokio::sync::mpsc;
use tokio::task::spawn_blocking;

pub use toolchain::Toolchain;

use crate::port::builds::{Builds, Packed, Tell};
use crate::sources::{Asked, Sources};
use crate::spec::{Architecture, Package};
use crate::state::Built;
use crate::step::Recipe;

/// Where everything is that is built here, from the root of the work tree.
const TARGET: &str = "target/lambda";

/// The SHA-256 of bytes in base64, as S3 and Lambda write it.
pub fn base64_sha256(bytes: &[u8]) -> String {
    STANDARD.encode(Sha256::digest(bytes))
}

/// Compiles and packs in a work tree.
#[derive(Debug)]
pub struct Workshop {
    root: Option<PathBuf>,
    toolchains: Mutex<BTreeMap<&'static str, Arc<Toolchain>>>,
    /// Cargo builds one at a time in a target folder: whoever waits should say so.
    bench: Mutex<()>,
}

impl Workshop {
    /// In the work tree at this root, if there is one.
    pub fn new(root: Option<PathBuf>) -> Self {
        Self { root, toolchains: Mutex::default(), bench: Mutex::default() }
    }

    fn root(&self) -> Result<PathBuf, String> {
        let root = self.root.as_deref().ok_or("there is no work tree to build in")?;
        root.canonicalize().map_err(|error| format!("`{}`: {error}", root.display()))
    }

    async fn find(&self, architecture: Architecture) -> Result<Arc<Toolchain>, String> {
        // Held over the search: whoever else asks meanwhile takes what it finds.
        let mut known = self.toolchains.lock().await;
        let name = architecture.target().unwrap_or("host");
        if let Some(toolchain) = known.get(name) {
            return Ok(Arc::clone(toolchain));
        }
        let root = self.root()?;
        let found = spawn_blocking(move || Toolchain::find(&root, architecture));
        let found = Arc::new(found.await.map_err(|error| error.to_string())??);
        known.insert(name, Arc::clone(&found));
        Ok(found)
    }
}

#[async_trait]
impl Builds for Workshop {
    async fn toolchain(&self, package: &Package) -> Result<Toolchain, String> {
        let found = self.find(package.architecture).await?;
        Ok(Toolchain::clone(&found))
    }

    async fn built(&self, recipe: &Recipe) -> Result<Option<Packed>, String> {
        let file = package_file(&self.root()?, recipe);
        match fs::read(&file) {
            Ok(zip) => Ok(Some(packed(file, &zip))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(format!("`{}` cannot be read: {error}", file.display())),
        }
    }

    async fn build(&self, recipe: &Recipe, tell: Tell<'_>) -> Result<Packed, String> {
        let toolchain = self.find(recipe.architecture).await?;
        if self.bench.try_lock().is_err() {
            tell("waiting for another build");
        }
        let turn = self.bench.lock().await;
        let (root, recipe) = (self.root()?, recipe.clone());
        let (said, mut heard) = mpsc::unbounded_channel::<String>();
        // Nobody hears what is said after the build was given up.
        let say = move |line: &str| drop(said.send(line.to_owned()));
        let mut work = spawn_blocking(move || build(&root, &recipe, &toolchain, &say));
        let built = loop {
            tokio::select! {
                // What was said before the end is heard before it.
                biased;
                Some(line) = heard.recv() => tell(&line),
                built = &mut work => break built,
            }
        };
        drop(turn);
        built.map_err(|error| error.to_string())?
    }
}

fn build(
    root: &Path,
    recipe: &Recipe,
    toolchain: &Toolchain,
    say: &dyn Fn(&str),
) -> Result<Packed, String> {
    let at = |why: String| format!("{}: {why}", recipe.declared_in);
    let compiled = cargo::compile(root, recipe, toolchain, say).map_err(at)?;
    dependencies::check(root, recipe, &compiled).map_err(at)?;
    unchanged(root, recipe).map_err(at)?;
    let program = read(&compiled).map_err(at)?;
    binary::check(&program, recipe).map_err(at)?;
    say("packing");
    let zip = zip::pack(&program).map_err(at)?;
    let file = package_file(root, recipe);
    write_whole(&file, &zip).map_err(|error| at(format!("`{}`: {error}", file.display())))?;
    Ok(packed(file, &zip))
}

/// Refuses what was compiled of other sources than those that the package is named after.
fn unchanged(root: &Path, recipe: &Recipe) -> Result<(), String> {
    let files = WorkTree::new(root).map_err(|error| format!("`{}`: {error}", root.display()))?;
    let Recipe { krate, profile, features, .. } = recipe;
    let now = Sources::read(&files, &Asked { krate, profile, features });
    let now = now.map_err(|error| error.to_string())?;
    match now.parts.iter().find(|(name, digest)| recipe.parts.get(*name) != Some(digest)) {
        Some((name, _)) => Err(format!("`{name}` changed while it was built: begin again")),
        None => Ok(()),
    }
}

/// Named after what it is made of, since its bytes are not known before.
fn package_file(root: &Path, recipe: &Recipe) -> PathBuf {
    let name = format!("{}-{}.zip", recipe.name, recipe.inputs().short());
    root.join(TARGET).join("packages").join(name)
}

fn packed(file: PathBuf, zip: &[u8]) -> Packed {
    Packed { built: Built { sha256: Digest::of(zip), size: zip.len() as u64 }, file }
}

fn read(file: &Path) -> Result<Vec<u8>, String> {
    fs::read(file).map_err(|error| format!("`{}` cannot be read: {error}", file.display()))
}

/// Writes beside, then renames: what has the name is complete.
fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(file.parent().unwrap_or(file))?;
    let beside = file.with_extension(format!("{}.part", std::process::id()));
    fs::write(&beside, bytes)?;
    fs::rename(&beside, file)
}
