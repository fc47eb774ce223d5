//! Lets cargo compile a binary that does not tell where it was compiled.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde::Deserialize;

use super::TARGET;
use super::linker::{Linker, sysroot};
use super::toolchain::{Toolchain, answer};
use crate::step::Recipe;

/// The oldest C library that Lambda's `provided.al2023` has: that of Amazon Linux 2023.
pub(super) const LAMBDA_GLIBC: (u32, u32) = (2, 34);

/// What separates flags in `CARGO_ENCODED_RUSTFLAGS`.
const SEPARATOR: &str = "\u{1f}";

/// Settings of whoever runs this that would make another binary of the same sources.
const FOREIGN_SETTINGS: [&str; 6] = [
    "RUSTFLAGS",
    "CARGO_BUILD_RUSTFLAGS",
    "CARGO_BUILD_TARGET",
    "CARGO_BUILD_TARGET_DIR",
    "CARGO_INCREMENTAL",
    "RUSTC_WRAPPER",
];

/// Compiles; answers with the binary's path.
pub(super) fn compile(
    root: &Path,
    recipe: &Recipe,
    toolchain: &Toolchain,
    say: &dyn Fn(&str),
) -> Result<PathBuf, String> {
    say(&format!("compiling `{}`", recipe.krate));
    let mut child = command(root, recipe, toolchain)?
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| format!("`cargo` cannot be run: {error}"))?;
    let mut told = String::new();
    for line in child.stderr.take().into_iter().flat_map(|stderr| BufReader::new(stderr).lines()) {
        let line = line.map_err(|error| format!("what cargo says cannot be read: {error}"))?;
        if let Some(what) = progress(&line) {
            say(&what);
        }
        told.push_str(&line);
        told.push('\n');
    }
    let status = child.wait().map_err(|error| format!("cargo cannot be waited for: {error}"))?;
    if !status.success() {
        return Err(format!("cargo could not build `{}`:\n{}", recipe.krate, told.trim_end()));
    }
    // The profile `dev` is the only one whose folder has another name.
    let folder = if recipe.profile == "dev" { "debug" } else { &recipe.profile };
    Ok(root.join(TARGET).join(&toolchain.target).join(folder).join(&recipe.binary))
}

fn command(root: &Path, recipe: &Recipe, toolchain: &Toolchain) -> Result<Command, String> {
    let target = &toolchain.target;
    let linker = Linker::find(root, toolchain, recipe.runs_on_lambda)?;
    let mut command = Command::new("cargo");
    command.current_dir(root);
    let (build, for_target) = match &linker {
        Linker::Zig => ("zigbuild", format!("{target}.{}.{}", LAMBDA_GLIBC.0, LAMBDA_GLIBC.1)),
        Linker::Cargo | Linker::Cross(_) => ("build", target.clone()),
    };
    command.args([build, "--locked", "--color", "never", "--target", &for_target]);
    command.args(["--profile", &recipe.profile, "--package", &recipe.krate]);
    command.args(["--bin", &recipe.binary]);
    if !recipe.features.is_empty() {
        command.args(["--features", &recipe.features.join(",")]);
    }
    for name in FOREIGN_SETTINGS {
        command.env_remove(name);
    }
    if let Linker::Cross(cross) = &linker
        && recipe.config.linker(target).is_none()
    {
        let name = target.to_uppercase().replace('-', "_");
        command.env(format!("CARGO_TARGET_{name}_LINKER"), cross);
    }
    command.env("CARGO_TARGET_DIR", root.join(TARGET));
    command.env("CARGO_ENCODED_RUSTFLAGS", flags(root, recipe, toolchain)?.join(SEPARATOR));
    Ok(command)
}

/// The repository's flags, and names instead of this machine's folders wherever a program would keep them.
fn flags(root: &Path, recipe: &Recipe, toolchain: &Toolchain) -> Result<Vec<String>, String> {
    let mut flags = recipe.config.flags(&toolchain.target);
    let mut folders =
        vec![(sysroot(root)?, "/rust".to_owned()), (root.to_owned(), "/workspace".to_owned())];
    let foreign = foreign_sources(root, &toolchain.target)?.into_iter().enumerate();
    folders.extend(foreign.map(|(number, folder)| (folder, format!("/cargo/{number}"))));
    for (folder, name) in folders {
        flags.push(format!("--remap-path-prefix={}={name}", folder.display()));
    }
    Ok(flags)
}

/// The folders that cargo keeps other people's crates in, as far as this workspace has any from there.
fn foreign_sources(root: &Path, target: &str) -> Result<BTreeSet<PathBuf>, String> {
    let arguments = ["--locked", "--format-version", "1", "--filter-platform", target];
    let metadata = answer(root, "cargo", &[&["metadata"], &arguments[..]].concat())?;
    let metadata: Metadata = serde_json::from_str(&metadata)
        .map_err(|error| format!("what `cargo metadata` says cannot be read: {error}"))?;
    // A folder of a registry or of checkouts holds one folder a crate, and that its manifest.
    let foreign = metadata.packages.into_iter().filter(|package| package.source.is_some());
    let folder = |package: Package| package.manifest_path.ancestors().nth(2).map(Path::to_owned);
    Ok(foreign.filter_map(folder).collect())
}

/// What `cargo metadata` says, as far as it is of use here.
#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    source: Option<String>,
    manifest_path: PathBuf,
}

/// What is worth a line of progress: `   Compiling serde v1.0.0`.
fn progress(line: &str) -> Option<String> {
    let (what, rest) = line.trim_start().split_once(' ')?;
    let word = match what {
        "Compiling" => "compiling",
        "Downloading" => "downloading",
        "Blocking" => "waiting for",
        _ => return None,
    };
    // The path of a crate of this workspace says nothing that its name does not.
    let rest = rest.split(" (").next().unwrap_or(rest);
    Some(format!("{word} {}", rest.trim_start_matches("waiting for ")))
}
