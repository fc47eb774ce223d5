//! The compiler of a work tree, found by asking it.

use std::path::Path;
use std::process::Command;

use reconcile_core::digest::Digest;

use crate::spec::Architecture;

/// What a package is compiled with. What links it is found when it is built, so that a machine that only
/// plans needs none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// What the compiler says of itself.
    pub rustc: String,
    /// What runs it, as it calls it.
    pub host: String,
    /// What it compiles for.
    pub target: String,
}

impl Toolchain {
    /// Asks the compiler that the work tree chooses.
    pub(super) fn find(root: &Path, architecture: Architecture) -> Result<Self, String> {
        let rustc = answer(root, "rustc", &["-vV"])
            .map_err(|why| format!("{why}: install Rust from https://rustup.rs"))?;
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or("`rustc -vV` does not say what the host is")?.to_owned();
        let target = architecture.target().unwrap_or(&host).to_owned();
        Ok(Self { rustc, host, target })
    }

    /// Of the compiler.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.rustc)
    }
}

/// What a program writes, or why it writes nothing.
pub(super) fn answer(root: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).current_dir(root).output();
    let output = output.map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{program} {}` failed: {}", arguments.join(" "), why.trim()))
}
