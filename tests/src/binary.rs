//! The built programs.

use std::path::{Path, PathBuf};

/// Where `reconcile` is.
pub fn reconcile() -> PathBuf {
    built("reconcile")
}

/// Where a program of this workspace is: beside the test that runs, where `cargo test --workspace` builds it for
/// its own tests.
pub fn built(name: &str) -> PathBuf {
    let test = std::env::current_exe().expect("a test has a file");
    let profile = test.ancestors().nth(2).unwrap_or_else(|| Path::new("."));
    let binary = profile.join(format!("{name}{}", std::env::consts::EXE_SUFFIX));
    assert!(
        binary.is_file(),
        "`{}` is not built: run `cargo test --workspace`, or `cargo build` first",
        binary.display()
    );
    binary
}
