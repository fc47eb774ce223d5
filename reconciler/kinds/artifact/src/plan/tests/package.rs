//! Packages: from sources to a signature that lasts.

use reconcile_core::digest::Digest;

use super::story::{Story, job, now};
use crate::state::{JobOutcome, SeenObject};
use crate::step::Step;

#[test]
fn nothing_exists_yet() {
    let story = Story::package();
    insta::assert_snapshot!(story.told(), @"create: it was never built for this environment");
    insta::assert_snapshot!(story.outputs(), @r"
    architecture: arm64
    bucket: clinic-code
    commit: (known after artifacts/health)
    key: (known after artifacts/health)
    sha256: (known after artifacts/health)
    signingJob: (known after artifacts/health)
    signingProfileVersion: (known after artifacts/health)
    version: (known after artifacts/health)
    ");
}

#[test]
fn its_bucket_is_not_there_yet() {
    let story = Story::package().published("stacks/code", &[("Profile", "lambda")]);
    insta::assert_snapshot!(story.outputs(), @r"
    architecture: arm64
    bucket: (known after stacks/code)
    commit: (known after artifacts/health)
    key: (known after artifacts/health)
    sha256: (known after artifacts/health)
    signingJob: (known after artifacts/health)
    signingProfileVersion: (known after artifacts/health)
    version: (known after artifacts/health)
    ");
}

#[test]
fn signed_and_published() {
    insta::assert_snapshot!(Story::signed().told(), @"in sync");
    insta::assert_snapshot!(Story::signed().outputs(), @r"
    architecture: arm64
    bucket: clinic-code
    commit: 0123abcd
    key: signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip
    sha256: YWFhYQ==
    signingJob: arn:aws:signer:ap-northeast-1:111122223333:/signing-jobs/one
    signingProfileVersion: arn:aws:signer:ap-northeast-1:111122223333:/signing-profiles/lambda/v1
    version: 3
    ");
}

#[test]
fn never_built() {
    let story = Story::signed().shows(|seen| {
        (seen.built, seen.before, seen.record) = (None, None, None);
        seen.jobs.clear();
    });
    insta::assert_snapshot!(story.told(), @r#"
create: it was never built for this environment
  step: built `health`
"#);
}

#[test]
fn its_bucket_was_emptied() {
    let story = Story::signed().shows(|seen| {
        (seen.built, seen.record, seen.unsigned_version) = (None, None, None);
        seen.jobs.clear();
    });
    insta::assert_snapshot!(story.told(), @r#"
recover: its bucket does not know it any more
  step: built `health`
"#);
}

#[test]
fn its_sources_changed() {
    let story = Story::signed().shows(|seen| {
        seen.parts.insert("lambda/health".to_owned(), Digest::of("other"));
        seen.parts.insert("features".to_owned(), Digest::of("new"));
        (seen.built, seen.record) = (None, None);
        seen.jobs.clear();
    });
    insta::assert_snapshot!(story.told(), @r#"
update: `features`, `lambda/health` changed
  features: - -> 11507a0e2f5e
  lambda/health: 9d09f3afc663 -> d9298a10d1b0
  step: built `health`
"#);
    insta::assert_snapshot!(story.outputs(), @r"
    architecture: arm64
    bucket: clinic-code
    commit: (known after artifacts/health)
    key: (known after artifacts/health)
    sha256: (known after artifacts/health)
    signingJob: (known after artifacts/health)
    signingProfileVersion: (known after artifacts/health)
    version: (known after artifacts/health)
    ");
}

#[test]
fn built_and_not_uploaded() {
    let story = Story::signed().shows(|seen| {
        (seen.unsigned_version, seen.record) = (None, None);
        seen.here = Some("target/lambda/packages/health.zip".into());
        seen.jobs.clear();
    });
    insta::assert_snapshot!(story.told(), @r#"
create: it is built and not signed
  key: - -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip
  step: uploaded `unsigned/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2.zip`
"#);
    insta::assert_snapshot!(story.outputs(), @r"
    architecture: arm64
    bucket: clinic-code
    commit: (known after artifacts/health)
    key: signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip
    sha256: (known after artifacts/health)
    signingJob: (known after artifacts/health)
    signingProfileVersion: (known after artifacts/health)
    version: (known after artifacts/health)
    ");
}

#[test]
fn uploaded_and_not_signed() {
    let story = Story::signed().shows(|seen| {
        seen.record = None;
        seen.jobs.clear();
    });
    insta::assert_snapshot!(story.told(), @r#"
create: it is built and not signed
  key: - -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip
  step: signed `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip`
"#);
}

#[test]
fn being_signed_since_a_run_that_was_killed() {
    let story = Story::signed().shows(|seen| {
        seen.record = None;
        seen.jobs[0].outcome = JobOutcome::InProgress;
    });
    insta::assert_snapshot!(story.told(), @r#"
recover: Signer is at work on it: job one
  key: - -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip
  step: published `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip` of job one
"#);
}

#[test]
fn its_record_was_lost() {
    let story = Story::signed().shows(|seen| seen.record = None);
    insta::assert_snapshot!(story.told(), @r#"
recover: job one signed it, and the record of that is missing
  key: - -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip
  step: published `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip` of job one
"#);
}

#[test]
fn the_record_of_a_second_signature_was_lost() {
    let story = Story::signed().shows(|seen| {
        seen.record = None;
        seen.jobs = vec![job("two"), job("one")];
    });
    insta::assert_snapshot!(story.told(), @r#"
recover: job two signed it, and the record of that is missing
  key: - -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip
  step: published `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip` of job two
"#);
}

#[test]
fn its_signing_failed() {
    let story = Story::signed().shows(|seen| {
        seen.record = None;
        seen.jobs[0].outcome = JobOutcome::Failed("the zip is empty".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r#"
recover: signing job one failed: the zip is empty
  key: - -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip
  step: signed `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip`
"#);
}

#[test]
fn another_object_stands_behind_its_key() {
    let story = Story::signed().shows(|seen| seen.object = SeenObject::Replaced);
    insta::assert_snapshot!(story.told(), @r#"
revert: another object stands behind its key
  step: published `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip` of job one
"#);
}

#[test]
fn nothing_stands_behind_its_key() {
    let story = Story::signed().shows(|seen| seen.object = SeenObject::Absent);
    insta::assert_snapshot!(story.told(), @r#"
recover: nothing stands behind its key any more
  step: published `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip` of job one
"#);
}

#[test]
fn nothing_stands_behind_its_key_and_signer_forgot_the_job() {
    let story = Story::signed().shows(|seen| {
        seen.object = SeenObject::Absent;
        seen.jobs.clear();
    });
    insta::assert_snapshot!(story.told(), @r#"
recover: nothing stands behind its key any more
  key: signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip
  step: signed `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip`
"#);
}

#[test]
fn its_signature_was_revoked() {
    let revoked = || Story::signed().shows(|seen| seen.jobs[0].revoked = Some("leaked".to_owned()));
    insta::assert_snapshot!(revoked().told(), @r#"
blocked: the signature of job one was revoked: leaked
  unblock: change the sources; or, if these bytes are good, add `allow: { signAgain: [one] }` to desired/artifacts/health.yaml
"#);
    let consented = revoked().declare(|package| package.sign_again = ["one".to_owned()].into());
    insta::assert_snapshot!(consented.told(), @r#"
update: the signature of job one was revoked: leaked, and git says that it may be signed again
  key: signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip
  step: signed `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip`
"#);
}

#[test]
fn its_profile_was_cancelled() {
    let story = Story::signed().shows(|seen| {
        seen.profile.unusable = Some("it is Canceled (no reason is given)".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r#"
blocked: the signing profile `lambda` does not sign: it is Canceled (no reason is given)
  unblock: give its stack a profile of another name: one that was cancelled stays so
"#);
}

#[test]
fn its_signature_ends() {
    let ends_in = |days: i64| {
        Story::signed().shows(|seen| {
            let expires = now() + jiff::SignedDuration::from_hours(24 * days);
            seen.record.as_mut().unwrap().expires = Some(expires);
        })
    };
    insta::assert_snapshot!(ends_in(31).told(), @"in sync");
    insta::assert_snapshot!(ends_in(29).told(), @r#"
in sync
  note: its signature ends on 2026-12-20; it is signed again a week before
"#);
    insta::assert_snapshot!(ends_in(6).told(), @r#"
update: its signature ends on 2026-11-27
  key: signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip
  step: signed `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip`
"#);
}

#[test]
fn a_second_signature_is_not_recorded() {
    let story = Story::signed().shows(|seen| seen.jobs.insert(0, job("two")));
    insta::assert_snapshot!(story.told(), @r#"
recover: job two signed it anew, and that is not recorded
  key: signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1.zip -> signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip
  step: published `signed/4a70fe9aa6436e02c2dea340fbd1e352e4ef2d8ce6ca52ad25d4b95471fc8bf2-v1-one.zip` of job two
"#);
}

#[test]
fn its_bucket_becomes_another() {
    let moved = [("Bucket", "other-code"), ("Profile", "lambda")];
    insta::assert_snapshot!(Story::signed().published("stacks/code", &moved).told(), @"update: its bucket becomes another one");
}

#[test]
fn its_profile_becomes_another() {
    let moved = [("Bucket", "clinic-code")];
    let story = Story::signed().published("stacks/code", &moved);
    insta::assert_snapshot!(story.told(), @"update: its signing profile becomes another one");
}

#[test]
fn a_request_to_sign_is_the_same_one_until_a_job_is_of_no_use() {
    let token = |story: &Story| {
        let Step::Sign(signing) = story.step() else { panic!("it does not sign") };
        signing.token
    };
    let first = Story::signed().shows(|seen| {
        seen.record = None;
        seen.jobs.clear();
    });
    let again = Story::signed().shows(|seen| {
        seen.record = None;
        seen.jobs[0].outcome = JobOutcome::Failed("busy".to_owned());
    });
    assert_eq!(token(&first), token(&first));
    assert_ne!(token(&first), token(&again));
}
