//! `reconcile sandbox demo`, as whoever has just cloned the repository would run it.

use std::path::Path;
use std::process::{Command, Output};

use reconcile_tests::binary::{built, reconcile};
use reconcile_tests::functions::this_repository;

fn demo(root: &Path) -> Output {
    // It is beside the program, where the demo looks for it.
    assert!(built("terminal").is_file());
    let mut demo = Command::new(reconcile());
    demo.args(["sandbox", "demo"]).current_dir(root).output().expect("the program runs")
}

#[test]
fn every_claim_holds() {
    let output = demo(this_repository());
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}\n{}", String::from_utf8_lossy(&output.stderr));
    let claims = told.lines().filter(|line| line.trim_start().starts_with('✓')).count();
    let end = told.lines().last().unwrap_or_default();
    assert!(end.starts_with(&format!("All {claims} claims hold.")), "{told}");
}

#[test]
fn the_first_claim_that_does_not_hold_ends_it() {
    let root = tempfile::tempdir().expect("a folder");
    std::fs::create_dir(root.path().join("desired")).expect("is made");
    let output = demo(root.path());
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{told}");
    assert!(told.contains("this does not hold: the functions are built"), "{told}");
}
