//! What this repository itself declares.

use std::process::Command;

use reconcile_core::report::Status;
use reconcile_engine::load::{Files as _, WorkTree};
use reconcile_tests::account::Account;
use reconcile_tests::binary::reconcile;
use reconcile_tests::functions::this_repository;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::{Repository, root};

fn environments() -> Vec<String> {
    let files = WorkTree::new(root()).expect("the repository is there");
    let paths = files.list("desired/environments").expect("it is listed").into_iter();
    let names = paths.filter_map(|path| {
        Some(path.strip_prefix("desired/environments/")?.strip_suffix(".yaml")?.to_owned())
    });
    names.collect()
}

#[test]
fn is_right_in_every_environment() {
    let (account, repository) = (Account::new(), Repository::of_work_tree());
    assert!(environments().len() > 1, "{:?}", environments());
    for environment in environments() {
        let operator = Operator::new(&account, &repository).environment(&environment);
        let problems = operator.interpret().err().unwrap_or_default();
        assert!(problems.is_empty(), "{environment}: {problems:?}");
    }
}

#[test]
fn applies_and_is_then_in_sync() {
    let (account, repository) = (Account::new(), Repository::of_work_tree());
    let operator = Operator::new(&account, &repository).environment("sandbox");
    let operator = operator.work_tree(this_repository());
    let report = account.process(operator.apply()).expect("nobody else applies");
    assert_eq!(report.status(), Status::Applied, "{:?}", report.outcomes);
    let drift = account.process(operator.drift());
    assert_eq!(drift.status(), Status::InSync, "{:?}", drift.plan().units());
    let writes = account.writes();
    let again = account.process(operator.apply()).expect("nobody else applies");
    assert_eq!((again.status(), account.writes()), (Status::InSync, writes));
}

#[test]
fn is_neither_planned_nor_absent_without_credentials() {
    let run = |arguments: &[&str]| {
        let mut command = Command::new(reconcile());
        command.args(arguments).args(["-e", "production", "--no-progress"]);
        // Nothing of the machine's credentials, and no looking for an instance's.
        command.env_clear().env("AWS_EC2_METADATA_DISABLED", "true").current_dir(root());
        let output = command.output().expect("the program runs");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout), text(&output.stderr))
    };
    for command in ["plan", "drift", "status"] {
        let (code, shown, told) = run(&[command]);
        assert_eq!((code, &*shown), (Some(1), ""), "{command}: {told}");
        assert!(told.starts_with("error: failed to ask AWS who is calling"), "{told}");
        assert!(told.contains("sign in, for example with `aws sso login`"), "{told}");
    }
    let (code, shown, _) = run(&["plan", "--output", "json"]);
    let shown: serde_json::Value = serde_json::from_str(&shown).expect("it is JSON");
    assert_eq!((code, &shown["status"], &shown["units"]), (Some(1), &"error".into(), &().into()));
    // What needs no AWS does not ask for it.
    let (code, shown, told) = run(&["validate"]);
    assert_eq!(code, Some(0), "{told}");
    assert!(shown.starts_with("Valid: "), "{shown}");
}

#[test]
fn comes_with_the_schemas_that_the_program_prints() {
    let files = WorkTree::new(root()).expect("the repository is there");
    let schemas = files.list("desired/.schemas").expect("it is listed");
    assert!(schemas.len() > 2, "{schemas:?}");
    for path in schemas {
        let name = path.trim_start_matches("desired/.schemas/").trim_end_matches(".schema.json");
        let printed = Command::new(reconcile()).args(["schema", name]).output().expect("it runs");
        assert!(printed.status.success(), "{printed:?}");
        let kept = files.read(&path).expect("it is read").unwrap_or_default();
        assert!(
            printed.stdout.trim_ascii_end() == kept.trim_ascii_end(),
            "`{path}` is not current: run `cargo reconcile schema --write`"
        );
    }
}
