//! What makes a program for a target on this machine, or what is missing for that.

use std::path::{Path, PathBuf};

use super::toolchain::{Toolchain, answer};

/// What makes a program out of what was compiled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Linker {
    /// This machine's own, or the one that `.cargo/config.toml` names.
    Cargo,
    /// A cross linker of this name.
    Cross(String),
    /// `cargo zigbuild`, for Lambda's C library.
    Zig,
}

impl Linker {
    pub(super) fn find(
        root: &Path,
        toolchain: &Toolchain,
        runs_on_lambda: bool,
    ) -> Result<Self, String> {
        let Toolchain { host, target, rustc: _ } = toolchain;
        let is_there = |program: &str| answer(root, program, &["--version"]).is_ok();
        if host == target && !runs_on_lambda {
            return Ok(Self::Cargo);
        }
        let library = sysroot(root)?.join("lib").join("rustlib").join(target);
        if !library.is_dir() {
            return Err(format!(
                "the standard library for `{target}` is not installed: `rustup target add {target}`"
            ));
        }
        if is_there("cargo-zigbuild") {
            return Ok(Self::Zig);
        }
        if host == target {
            // It may do: whether the C library is not too new is seen at what comes out.
            return Ok(Self::Cargo);
        }
        let cross = format!("{}-linux-gnu-gcc", target.split('-').next().unwrap_or_default());
        if is_there(&cross) {
            return Ok(Self::Cross(cross));
        }
        Err(format!(
            "nothing here links for `{target}`: install Zig and cargo-zigbuild \
             (https://github.com/rust-cross/cargo-zigbuild), or `{cross}`"
        ))
    }
}

/// Where the compiler's own libraries and sources are.
pub(super) fn sysroot(root: &Path) -> Result<PathBuf, String> {
    Ok(PathBuf::from(answer(root, "rustc", &["--print", "sysroot"])?.trim()))
}
