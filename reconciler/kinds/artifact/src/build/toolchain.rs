//! What this machine would compile a package with: found by asking, never assumed.

use std::path::{Path, PathBuf};
use std::process::Command;

use reconcile_core::digest::Digest;

use crate::spec::Architecture;

/// A compiler, and what links for the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Toolchain {
    /// What the compiler says of itself.
    pub rustc: String,
    /// What it compiles for, as it calls it.
    pub target: String,
    /// What links.
    pub linker: Linker,
    /// Where the standard library's sources are.
    pub(super) sysroot: PathBuf,
}

/// What makes a program out of what was compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Linker {
    /// This machine's own, or the one that `.cargo/config.toml` names.
    Cargo,
    /// A cross linker of this name.
    Cross(String),
    /// `cargo zigbuild` of this version, for Lambda's C library.
    Zig(String),
}

impl Toolchain {
    /// Of everything that may have an effect on a package.
    pub fn digest(&self) -> Digest {
        Digest::of_json(&(&self.rustc, format!("{:?}", self.linker)))
    }

    /// Asks the compiler that the work tree chooses.
    pub(super) fn find(
        root: &Path,
        architecture: Architecture,
        runs_on_lambda: bool,
    ) -> Result<Self, String> {
        let ask = |program: &str, arguments: &[&str]| answer(root, program, arguments);
        let rustc = ask("rustc", &["-vV"])
            .map_err(|why| format!("{why}: install Rust from https://rustup.rs"))?;
        let host = rustc.lines().find_map(|line| line.strip_prefix("host: "));
        let host = host.ok_or("`rustc -vV` does not say what the host is")?.to_owned();
        let target = architecture.target().map_or_else(|| host.clone(), str::to_owned);
        let sysroot = PathBuf::from(ask("rustc", &["--print", "sysroot"])?.trim());
        if !sysroot.join("lib").join("rustlib").join(&target).join("lib").is_dir() {
            return Err(format!(
                "the standard library for `{target}` is not installed: `rustup target add {target}`"
            ));
        }
        let linker = linker(&ask, (&host, &target), runs_on_lambda)?;
        Ok(Self { rustc, target, linker, sysroot })
    }
}

fn linker(
    ask: &dyn Fn(&str, &[&str]) -> Result<String, String>,
    (host, target): (&str, &str),
    runs_on_lambda: bool,
) -> Result<Linker, String> {
    let zig =
        || ask("cargo-zigbuild", &["--version"]).ok().map(|version| version.trim().to_owned());
    if host == target && !runs_on_lambda {
        return Ok(Linker::Cargo);
    }
    if let Some(version) = zig() {
        return Ok(Linker::Zig(version));
    }
    if host == target {
        // It may do: whether the C library is not too new is seen at what comes out.
        return Ok(Linker::Cargo);
    }
    let cross = format!("{}-linux-gnu-gcc", target.split('-').next().unwrap_or_default());
    if ask(&cross, &["--version"]).is_ok() {
        return Ok(Linker::Cross(cross));
    }
    Err(format!(
        "nothing here links for `{target}`: install cargo-zigbuild (`cargo install cargo-zigbuild`, and Zig), or `{cross}`"
    ))
}

/// What a program writes, or why it writes nothing.
fn answer(root: &Path, program: &str, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new(program).args(arguments).current_dir(root).output();
    let output = output.map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let why = String::from_utf8_lossy(&output.stderr);
    Err(format!("`{program} {}` failed: {}", arguments.join(" "), why.trim()))
}
