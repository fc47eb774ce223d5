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
