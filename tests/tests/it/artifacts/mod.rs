//! Packages that are built, signed once and deployed, and functions that are watched.

mod out_of_band;

use std::path::PathBuf;
use std::time::Duration;

use reconcile_core::outcome::Outcome;
use reconcile_core::report::{Report, Status};
use reconcile_core::verdict::{Action, Verdict};
use reconcile_sandbox::{Fault, FaultPlan, Rule};
use reconcile_tests::account::{Account, End};
use reconcile_tests::functions::{ARTIFACT, PROGRAM, checked_out, signed_function};
use reconcile_tests::operator::Operator;
use reconcile_tests::repository::Repository;

const BUCKET: &str = "clinic-code";
const PACKAGE: &str = "artifacts/hello";
const FUNCTION: &str = "artifacts/hello@live";
const ENOUGH: Duration = Duration::from_secs(70);

/// Somebody with a repository in a folder, and an account.
struct Place {
    account: Account,
    repository: Repository,
    folder: PathBuf,
}

impl Place {
    /// Nothing was applied yet.
    fn new() -> Self {
        Self::of(Account::new(), signed_function(), "hello")
    }

    fn of(account: Account, repository: Repository, name: &str) -> Self {
        let folder = checked_out(&repository, name);
        Self { account, repository, folder }
    }

    /// Everything was applied.
    fn applied() -> Self {
        let place = Self::new();
        assert_eq!(place.apply().status(), Status::Applied);
        place
    }

    /// Another account in the same state.
    fn fork(&self) -> Self {
        let (account, repository) = (self.account.fork(), self.repository.clone());
        Self { account, repository, folder: self.folder.clone() }
    }

    fn operator(&self) -> Operator {
        Operator::new(&self.account, &self.repository).work_tree(&self.folder)
    }

    fn apply(&self) -> Report {
        self.account.wait(ENOUGH);
        self.account.process(self.operator().apply()).expect("nobody else applies")
    }

    fn apply_detecting(&self) -> Report {
        self.account.wait(ENOUGH);
        self.account.process(self.operator().apply_detecting()).expect("nobody else applies")
    }

    fn plan(&self) -> Report {
        self.account.process(self.operator().plan())
    }

    fn drift(&self) -> Report {
        self.account.process(self.operator().drift())
    }

    /// The signing jobs of packages: each, and whether it was revoked.
    fn jobs(&self) -> Vec<String> {
        let listed = self.account.process(self.account.signer().list_signing_jobs().send());
        let jobs = listed.expect("jobs are listed").jobs.unwrap_or_default();
        jobs.into_iter().filter_map(|job| job.job_id).collect()
    }

    /// The record of the package's signature.
    fn record(&self) -> serde_json::Value {
        let mut records = self.account.process(self.account.objects(BUCKET, "signed/"));
        assert_eq!(records.len(), 1, "{records:?}");
        records.remove(0)
    }

    /// The digest of what the function runs.
    fn runs(&self) -> String {
        let call = self.account.lambda().get_function_configuration().function_name("hello");
        let found = self.account.process(call.send()).expect("the function is there");
        found.code_sha256.expect("it has a digest")
    }

    #[track_caller]
    fn runs_what_is_recorded(&self) {
        let (runs, records) = (self.runs(), self.account.objects(BUCKET, "signed/"));
        let records = self.account.process(records);
        assert!(
            records.iter().any(|record| record["codeSha256"] == *runs),
            "{runs} in {records:?}"
        );
    }
}

fn verdict(report: &Report, address: &str) -> Verdict {
    let address = address.parse().expect("an address");
    report.plan().unit(&address).expect("it is planned").planned.verdict.clone()
}

#[track_caller]
fn change(report: &Report, address: &str) -> (Action, String) {
    match verdict(report, address) {
        Verdict::Change(change) => (change.action, change.reason),
        other @ (Verdict::InSync | Verdict::Blocked { .. } | Verdict::Unknown { .. }) => {
            panic!("it does not change: {other:?}")
        }
    }
}

#[test]
fn it_is_built_signed_and_deployed_once() {
    let place = Place::new();
    let writes = place.account.writes();
    let plan = place.plan();
    assert_eq!(place.account.writes(), writes, "a plan writes nothing");
    assert_eq!(change(&plan, PACKAGE).0, Action::Create);
    let followed = (Action::Follow, "its function comes with `stacks/hello`".to_owned());
    assert_eq!(change(&plan, FUNCTION), followed, "there is nothing to watch yet");
    let report = place.apply();
    let function = FUNCTION.parse().expect("an address");
    let outcomes = report.outcomes.as_ref().expect("it was applied");
    assert_eq!(outcomes.get(&function), Some(&Outcome::Unchanged), "its stack made it");
    assert_eq!(report.status(), Status::Applied, "{:?}", report.outcomes);
    place.runs_what_is_recorded();
    assert_eq!(place.jobs().len(), 1);
    let (calls, writes) = (place.account.calls(), place.account.writes());
    let again = place.apply();
    assert_eq!(again.status(), Status::InSync);
    assert_eq!(place.account.writes(), writes, "a second run writes nothing");
    println!("a second run takes {} calls: {:?}", place.account.calls() - calls, again.calls);
    let drift = place.drift();
    assert_eq!(drift.status(), Status::InSync, "{:?}", drift.plan());
    assert_eq!(place.account.writes(), writes, "drift writes nothing");
}

#[test]
fn nothing_to_do_costs_three_calls_an_artifact() {
    let place = Place::applied();
    let report = place.plan();
    assert_eq!(report.status(), Status::InSync);
    let of = |operation: &str| report.calls.by_operation.get(operation).copied().unwrap_or(0);
    assert_eq!(of("signer:GetSigningProfile"), 1);
    assert_eq!(of("lambda:GetFunctionConfiguration"), 1);
    assert_eq!(of("s3:GetObject"), 2, "the ledger's two pages: {:?}", report.calls);
    place.account.process(place.account.lose("state-test", "ledger/test/artifacts.json"));
    let report = place.plan();
    assert_eq!(report.status(), Status::InSync);
    assert_eq!(report.calls.by_operation.get("s3:GetObject"), Some(&4), "{:?}", report.calls);
}

#[test]
fn killed_at_any_call_it_is_signed_once() {
    let begun = Place::new();
    let without = begun.repository.clone().without(ARTIFACT).without_stack("hello");
    let foundation = Place { repository: without, ..begun.fork() };
    assert_eq!(foundation.apply().status(), Status::Applied);
    let begun = Place { repository: begun.repository, ..foundation };
    begun.account.wait(ENOUGH);
    let undisturbed = begun.fork();
    let before = undisturbed.account.calls();
    let report = undisturbed.account.process(undisturbed.operator().apply());
    assert_eq!(report.expect("nobody else applies").status(), Status::Applied);
    let calls = undisturbed.account.calls() - before;
    for call in 1..=calls {
        for fault in [Fault::CrashBefore, Fault::CrashAfter] {
            let case = format!("{} at {call}", fault.name());
            let place = begun.fork();
            let end =
                place.account.struck_process(FaultPlan::at(call, fault), place.operator().apply());
            assert!(matches!(end, End::Killed), "{case}: it made fewer calls");
            let second = place.apply().status();
            assert!(matches!(second, Status::Applied | Status::InSync), "{case}: {second:?}");
            assert_eq!(place.jobs().len(), 1, "{case}: signed again");
            place.runs_what_is_recorded();
            let writes = place.account.writes();
            assert_eq!(place.apply().status(), Status::InSync, "{case}, the third run");
            assert_eq!(place.account.writes(), writes, "{case}: the third run writes");
        }
    }
    println!("{} cases", 2 * calls);
}

#[test]
fn the_same_bytes_of_other_sources_are_not_signed_again() {
    let place = Place::applied();
    let commented = "// Says nothing.\nfn main() { std::process::exit(0) }\n";
    let repository = place.repository.clone().file(PROGRAM, commented);
    let place = Place::of(place.account, repository, "commented");
    let (action, reason) = change(&place.plan(), PACKAGE);
    assert_eq!((action, &*reason), (Action::Update, "`hello` changed"));
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!(place.jobs().len(), 1);
}

#[test]
fn other_bytes_are_signed_and_deployed() {
    let place = Place::applied();
    let (ran, record) = (place.runs(), place.record());
    let repository = place.repository.clone().edit(PROGRAM, "exit(0)", "exit(1)");
    let place = Place::of(place.account, repository, "other");
    let plan = place.plan();
    assert_eq!(change(&plan, "stacks/hello").0, Action::Update);
    assert_eq!(change(&plan, FUNCTION).0, Action::Follow, "the stack deploys it");
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!(place.jobs().len(), 2);
    assert_ne!(place.runs(), ran);
    assert_eq!(place.apply().status(), Status::InSync);
    // Back to what was there before: nothing is built or signed.
    let place = Place::of(place.account, signed_function(), "hello");
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!((place.runs(), place.jobs().len()), (ran, 2));
    assert_eq!(record["codeSha256"], place.runs());
}

#[test]
fn a_lost_record_is_found_by_listing() {
    let place = Place::applied();
    let before = place.record();
    for key in place.account.process(place.account.keys(BUCKET, ("", ".json"))) {
        place.account.process(place.account.lose(BUCKET, &key));
    }
    place.account.process(place.account.lose("state-test", "ledger/test/artifacts.json"));
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!(place.record(), before);
    assert_eq!(place.jobs().len(), 1);
    assert_eq!(place.apply().status(), Status::InSync);
}

#[test]
fn a_signature_that_ends_is_made_anew() {
    let place = Place::applied();
    let expires: jiff::Timestamp =
        place.record()["expires"].as_str().expect("it ends").parse().expect("a time");
    let now = place.account.now();
    let days_before = |days: i64| {
        let span = expires.duration_since(now) - jiff::SignedDuration::from_hours(24 * days);
        Duration::try_from(span).expect("it is in the future")
    };
    let spoken = place.fork();
    spoken.account.wait(days_before(20));
    let plan = spoken.plan();
    assert_eq!(verdict(&plan, PACKAGE), Verdict::InSync);
    let notes = plan.coverage().notes;
    assert!(notes.iter().any(|note| note.contains("its signature ends on")), "{notes:?}");
    let too_late = place.fork();
    too_late.account.wait(days_before(-1));
    let (action, reason) = change(&too_late.drift(), PACKAGE);
    assert_eq!(action, Action::Update);
    assert!(reason.starts_with("its signature ended on "), "{reason}");
    place.account.wait(days_before(5));
    let (ran, (action, reason)) = (place.runs(), change(&place.plan(), PACKAGE));
    assert_eq!(action, Action::Update);
    assert!(reason.starts_with("its signature ends on "), "{reason}");
    assert_eq!(place.apply().status(), Status::Applied);
    assert_eq!(place.jobs().len(), 2);
    assert_ne!(place.runs(), ran);
    place.runs_what_is_recorded();
    assert_eq!(place.apply().status(), Status::InSync);
}

#[test]
fn a_revoked_signature_waits_for_consent() {
    let place = Place::applied();
    let [job] = <[String; 1]>::try_from(place.jobs()).expect("one job");
    let revoke = place.account.signer().revoke_signature().job_id(&job).reason("leaked");
    place.account.process(revoke.send()).expect("it is revoked");
    let Verdict::Blocked { why, unblock, change: _ } = verdict(&place.drift(), PACKAGE) else {
        panic!("it is not blocked")
    };
    assert!(why.contains("was revoked: leaked"), "{why}");
    assert!(unblock.contains(&format!("allow: {{ signAgain: [{job}] }}")), "{unblock}");
    let consent = format!("allow: {{ signAgain: [{job}] }}\n");
    let repository = place.repository.clone().append(ARTIFACT, &consent);
    let place = Place::of(place.account, repository, "hello");
    assert_eq!(place.apply_detecting().status(), Status::Applied);
    assert_eq!(place.jobs().len(), 2);
    place.runs_what_is_recorded();
}

#[test]
fn a_profile_that_was_cancelled_or_revoked_is_told() {
    let told = |place: &Place, status: &str| {
        let Verdict::Blocked { why, .. } = verdict(&place.drift(), PACKAGE) else {
            panic!("it is not blocked")
        };
        assert!(why.contains(&format!("does not sign: it is {status}")), "{why}");
    };
    let place = Place::applied();
    let profiles = place.account.process(place.account.signer().list_signing_profiles().send());
    let profiles = profiles.expect("profiles are listed").profiles.unwrap_or_default();
    let profile = profiles.first().expect("one");
    let (name, version) = (profile.profile_name.clone(), profile.profile_version.clone());
    let revoked = place.fork();
    let revoke = revoked.account.signer().revoke_signing_profile().set_profile_name(name.clone());
    let revoke = revoke.set_profile_version(version).reason("leaked");
    // Before anything was signed: so nothing that it signed is trusted any more.
    let revoke = revoke.effective_time(aws_sdk_signer::primitives::DateTime::from_secs(0));
    revoked.account.process(revoke.send()).expect("it is revoked");
    told(&revoked, "Revoked");
    let cancel = place.account.signer().cancel_signing_profile().set_profile_name(name);
    place.account.process(cancel.send()).expect("it is cancelled");
    told(&place, "Canceled");
}

#[test]
fn an_object_behind_the_key_is_put_back() {
    let place = Place::applied();
    let record = place.record();
    let key = record["key"].as_str().expect("it has a key").to_owned();
    place.account.process(place.account.put(BUCKET, &key, b"evil".to_vec()));
    let (action, reason) = change(&place.drift(), PACKAGE);
    assert_eq!((action, &*reason), (Action::Revert, "another object stands behind its key"));
    assert_eq!(place.apply_detecting().status(), Status::Applied);
    assert_eq!(place.record()["codeSha256"], record["codeSha256"]);
    place.account.process(place.account.lose(BUCKET, &key));
    assert_eq!(change(&place.drift(), PACKAGE).0, Action::Recover);
    assert_eq!(place.apply_detecting().status(), Status::Applied);
    assert_eq!(place.jobs().len(), 1);
    assert_eq!(place.apply().status(), Status::InSync);
}

#[test]
fn what_cannot_be_read_is_not_absent() {
    let place = Place::applied();
    for operation in ["signer:GetSigningProfile", "lambda:GetFunctionConfiguration"] {
        let rule = Rule::always(Fault::AccessDenied).on(operation).expect("a pattern");
        place.account.sandbox.set_faults(FaultPlan { seed: 0, rules: vec![rule] });
        let report = place.plan();
        assert_eq!(report.status(), Status::Error, "{operation}");
        assert!(!report.coverage().is_complete());
    }
    place.account.sandbox.set_faults(FaultPlan::default());
    assert_eq!(place.plan().status(), Status::InSync);
}

/// The packages that were built in a work tree.
fn packages(folder: &std::path::Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder.join("target/lambda/packages")).expect("they are there");
    entries.map(|entry| entry.expect("an entry").path()).collect()
}

mod what_cannot_be_meant {
    use super::*;

    /// What is wrong, and what is advised.
    fn problems(repository: &Repository) -> Vec<(String, String)> {
        let operator = Operator::new(&Account::new(), repository);
        let found = operator.interpret().err().unwrap_or_default();
        let told = |problem: &reconcile_core::problem::Problem| {
            (problem.message.clone(), problem.hint.clone().unwrap_or_default())
        };
        found.iter().map(told).collect()
    }

    #[track_caller]
    fn one(repository: &Repository, message: &str, hint: &str) {
        assert_eq!(problems(repository), [(message.to_owned(), hint.to_owned())]);
    }

    #[test]
    fn a_crate_that_does_not_exist_or_is_no_program() {
        let typo = signed_function().edit(ARTIFACT, "crate: hello", "crate: helo");
        one(&typo, "the workspace has no crate `helo`", "did you mean `hello`?");
        let library = signed_function().without(PROGRAM).file("hello/src/lib.rs", "");
        let message = "the crate `hello` has no binary: a function is the program `bootstrap`";
        one(&library, message, "");
    }

    #[test]
    fn an_architecture_that_lambda_does_not_have() {
        let arm = signed_function().edit(ARTIFACT, "host", "arm46");
        one(&arm, "`arm46` is not an architecture", "did you mean `arm64`?");
        let target = "target: { aws: { account: \"111122223333\", region: ap-northeast-1 } }";
        let aws =
            signed_function().edit("desired/environments/test.yaml", "target: sandbox", target);
        let message = "`host` is this machine's own, which Lambda need not have";
        one(&aws, message, "write `arm64` or `x86_64`");
    }

    #[test]
    fn a_profile_or_a_feature_that_cargo_does_not_know() {
        let profile = signed_function().append(ARTIFACT, "profile: lamda\n");
        one(&profile, "`Cargo.toml` has no profile `lamda`", "did you mean `lambda`?");
        let feature = signed_function().append(ARTIFACT, "features: [verbose]\n");
        one(&feature, "the crate has no feature `verbose`", "");
    }

    #[test]
    fn a_function_that_is_not_said_or_said_twice() {
        let unsaid = signed_function().edit(ARTIFACT, "function: ${stacks.hello.FunctionName}", "");
        let message = "`codeSigningConfig` is a function's, and no `function` is declared";
        one(&unsaid, message, "say which function has it");
        let second = signed_function().text(ARTIFACT).replace("name: hello", "name: second");
        let twice = signed_function().file("desired/artifacts/second.yaml", second);
        let message = "`hello` and `second` are both the code of `${stacks.hello.FunctionName}`";
        one(&twice, message, "a function runs one package: take one of them out");
    }

    #[test]
    fn an_output_that_no_package_has() {
        let typo = signed_function().edit("desired/stacks/hello.yaml", "hello.key", "hello.keys");
        one(&typo, "`artifacts/hello` has no output `keys`", "did you mean `key`?");
    }
}
