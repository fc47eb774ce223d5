//! Two runs at once: one waits or is refused in words, and nothing is lost.

use std::process::{Command, Stdio};
use std::time::Duration;

use reconcile_core::report::Status;
use reconcile_engine::apply::ApplyError;
use reconcile_tests::account::Account;
use reconcile_tests::binary::reconcile;
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::foundation;

#[test]
fn the_second_waits_for_the_first_and_finds_its_work_done() {
    let account = Account::new();
    let (alice, bob) = (
        Operator::new(&account, &foundation()),
        Operator::new(&account, &foundation()).actor("bob"),
    );
    let (first, second) = account.process(async { tokio::join!(alice.apply(), bob.apply()) });
    let (first, second) = (first.expect("it is applied"), second.expect("it is applied"));
    assert_eq!((first.status(), second.status()), (Status::Applied, Status::InSync));
    assert_eq!(account.calls_of("cloudformation:ExecuteChangeSet"), 4, "each stack is made once");
    let records = account.process(account.objects("state-test", "runs/"));
    assert_eq!(records.len(), 2, "each run has its record");
}

#[test]
fn the_second_is_refused_when_it_does_not_wait() {
    let account = Account::new();
    let alice = Operator::new(&account, &foundation()).patience(Duration::ZERO);
    let bob = alice.clone().actor("bob");
    let (first, second) = account.process(async { tokio::join!(alice.apply(), bob.apply()) });
    let (applied, refused) = if first.is_ok() { (first, second) } else { (second, first) };
    assert_eq!(applied.expect("one gets the lease").status(), Status::Applied);
    let Err(ApplyError::Lease(error)) = refused else { panic!("{refused:?}") };
    assert!(error.to_string().starts_with("another run is applying to `test`: run "), "{error}");
}

#[test]
fn of_two_wishes_neither_is_half_done() {
    let account = Account::new();
    let red = foundation().edit("infra/keys.yaml", "of the foundation", "red");
    let blue = foundation().edit("infra/keys.yaml", "of the foundation", "blue");
    let (red, blue) = (Operator::new(&account, &red), Operator::new(&account, &blue));
    account.process(async {
        // Each saw an empty account; whoever is second was to create what is there by now.
        let (first, second) = tokio::join!(red.apply(), blue.apply());
        for report in [first, second] {
            let status = report.expect("it is not refused").status();
            assert!(matches!(status, Status::Applied | Status::Partial), "{status:?}");
        }
    });
    let (red, blue) = (account.process(red.plan()), account.process(blue.plan()));
    let ended = (red.status(), blue.status());
    assert!(
        matches!(ended, (Status::InSync, Status::Changes) | (Status::Changes, Status::InSync)),
        "{ended:?}"
    );
}

#[test]
fn two_processes_over_one_sandbox_leave_it_as_one_does() {
    let folder = tempfile::tempdir().expect("a folder");
    foundation()
        .append("desired/environments/test.yaml", "default: true\n")
        .write_to(folder.path());
    let run = |arguments: &[&str]| {
        let mut command = Command::new(reconcile());
        command.args(arguments).arg("--root").arg(folder.path()).env("CI", "true");
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it starts")
    };
    let both = [run(&[]), run(&[])];
    for process in both {
        let output = process.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{output:?}");
    }
    let plan = run(&["plan", "--detailed-exitcode"]).wait_with_output().expect("it ends");
    assert_eq!(plan.status.code(), Some(0), "{plan:?}");
}
