//! The built program from outside. That there is a test here makes `cargo test` build it, which the
//! tests of the whole run.

use std::io;
use std::process::{Command, Output};

fn reconcile(arguments: &[&str]) -> io::Result<Output> {
    Command::new(env!("CARGO_BIN_EXE_reconcile")).args(arguments).output()
}

#[test]
fn tells_its_version() {
    let output = reconcile(&["--version"]).unwrap();
    assert!(output.status.success());
    let version = format!("reconcile {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(String::from_utf8_lossy(&output.stdout), version);
}

#[test]
fn a_wrong_command_line_ends_with_64() {
    let output = reconcile(&["--no-such-option"]).unwrap();
    assert_eq!(output.status.code(), Some(64));
    assert!(output.stdout.is_empty(), "stdout is for results");
}

#[test]
fn every_command_explains_itself_with_examples() {
    let commands = [
        "plan",
        "apply",
        "drift",
        "validate",
        "build",
        "status",
        "history",
        "import",
        "graph",
        "device",
        "schema",
        "completions",
        "man",
        "sandbox",
    ];
    for command in commands {
        let output = reconcile(&[command, "--help"]).unwrap();
        let help = String::from_utf8_lossy(&output.stdout);
        let example = format!("Examples:\n  reconcile {command}");
        assert!(help.contains(&example), "{command}: {help}");
        assert!(help.lines().all(|line| line.len() <= 100), "{command}: {help}");
    }
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_reconcile"))
        .arg("man")
        .arg(folder.path())
        .env_clear()
        .env("USER", "somebody")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    let mut pages: Vec<String> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    pages.sort();
    for page in ["reconcile.1", "reconcile-apply.1", "reconcile-device-revoke.1"] {
        assert!(pages.iter().any(|name| name == page), "{pages:?}");
    }
    let page = std::fs::read_to_string(folder.path().join("reconcile-apply.1")).unwrap();
    assert!(page.contains("Apply only if the plan has this digest"), "{page}");
    assert!(!page.contains("somebody"), "{page}");
}

#[test]
fn that_nothing_is_wrong_is_saved_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let environment = "kind: Environment\nname: test\ntarget: sandbox\nstateBucket: state\n";
    std::fs::create_dir_all(folder.path().join("desired/environments")).unwrap();
    std::fs::write(folder.path().join("desired/environments/test.yaml"), environment).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_reconcile"));
    command.current_dir(folder.path()).env_clear().arg("validate");
    command.args(["--save", "said.json", "--save", "said.sarif", "--github-output", "outputs"]);
    assert!(command.output().unwrap().status.success());
    let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(read("said.json").contains(r#""status":"valid""#));
    assert!(read("said.sarif").contains(r#""results": []"#));
    assert_eq!(read("outputs"), "status=valid\n");
}
