//! The built program.

use std::path::{Path, PathBuf};

/// Where `reconcile` is: beside the test that runs, where `cargo test --workspace` builds it for the
/// command line's own tests.
pub fn reconcile() -> PathBuf {
    let test = std::env::current_exe().expect("a test has a file");
    let profile = test.ancestors().nth(2).unwrap_or_else(|| Path::new("."));
    let binary = profile.join(format!("reconcile{}", std::env::consts::EXE_SUFFIX));
    assert!(
        binary.is_file(),
        "`{}` is not built: run `cargo test --workspace`, or `cargo build` first",
        binary.display()
    );
    binary
}
