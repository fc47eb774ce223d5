//! Functions: whether they run what git says, signed by whom git says.

use super::story::Story;
use crate::state::SeenCodeSigning;

#[test]
fn it_runs_what_git_says() {
    insta::assert_snapshot!(Story::function().told(), @"in sync");
}

#[test]
fn its_stack_does_not_exist_yet() {
    let story = Story::function().absent().published("stacks/health", &[]);
    insta::assert_snapshot!(story.told(), @"follow: its function comes with `stacks/health`");
}

#[test]
fn its_name_is_known_and_it_does_not_exist() {
    insta::assert_snapshot!(Story::function().absent().told(), @r#"
create: the function `clinic-health` does not exist: its stack has to make it
  step: deployed `signed/aaaa-v1.zip` to `clinic-health`
"#);
}

#[test]
fn its_package_is_not_built_yet() {
    let story = Story::function().published("artifacts/health", &[("architecture", "arm64")]);
    insta::assert_snapshot!(story.told(), @"follow: it is to run what `artifacts/health` becomes");
}

#[test]
fn it_runs_an_earlier_package() {
    let story = Story::function().runs(|seen| {
        seen.code_sha256 = "b2xk".to_owned();
        seen.signing_job = Some("arn:aws:signer:::/signing-jobs/old".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r#"
update: it runs other code than git says
  CodeSha256: b2xk -> YWFhYQ==
  SigningJobArn: arn:aws:signer:::/signing-jobs/old -> arn:aws:signer:ap-northeast-1:111122223333:/signing-jobs/one
  step: deployed `signed/aaaa-v1.zip` to `clinic-health`
"#);
}

#[test]
fn it_runs_what_nobody_signed() {
    let story = Story::function().runs(|seen| {
        seen.code_sha256 = "ZXZpbA==".to_owned();
        (seen.signing_job, seen.signing_profile_version) = (None, None);
    });
    insta::assert_snapshot!(story.told(), @r#"
revert: it runs code that nobody signed
  CodeSha256: ZXZpbA== -> YWFhYQ==
  SigningJobArn: - -> arn:aws:signer:ap-northeast-1:111122223333:/signing-jobs/one
  SigningProfileVersionArn: - -> arn:aws:signer:ap-northeast-1:111122223333:/signing-profiles/lambda/v1
  step: deployed `signed/aaaa-v1.zip` to `clinic-health`
"#);
}

#[test]
fn it_runs_what_somebody_else_signed() {
    let story = Story::function().runs(|seen| {
        seen.code_sha256 = "ZXZpbA==".to_owned();
        seen.signing_job = Some("arn:aws:signer:::/signing-jobs/theirs".to_owned());
        seen.signing_profile_version =
            Some("arn:aws:signer:::/signing-profiles/theirs/v9".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r#"
revert: it runs code that another profile or version signed
  CodeSha256: ZXZpbA== -> YWFhYQ==
  SigningJobArn: arn:aws:signer:::/signing-jobs/theirs -> arn:aws:signer:ap-northeast-1:111122223333:/signing-jobs/one
  SigningProfileVersionArn: arn:aws:signer:::/signing-profiles/theirs/v9 -> arn:aws:signer:ap-northeast-1:111122223333:/signing-profiles/lambda/v1
  step: deployed `signed/aaaa-v1.zip` to `clinic-health`
"#);
}

#[test]
fn its_architecture_is_another() {
    let story = Story::function().runs(|seen| seen.architecture = "x86_64".to_owned());
    insta::assert_snapshot!(story.told(), @r#"
revert: it runs git's code otherwise than git says
  Architectures: x86_64 -> arm64
  step: deployed `signed/aaaa-v1.zip` to `clinic-health`
"#);
}

#[test]
fn its_code_signing_configuration_was_taken_away() {
    let story = Story::function().runs(|seen| seen.code_signing = SeenCodeSigning::None);
    insta::assert_snapshot!(story.told(), @r#"
revert: its code-signing configuration is another one
  CodeSigningConfigArn: - -> csc-1
  step: gave `clinic-health` the code-signing configuration `csc-1`
"#);
}

#[test]
fn its_code_signing_configuration_was_not_asked_for() {
    let story = Story::function().runs(|seen| seen.code_signing = SeenCodeSigning::Unasked);
    insta::assert_snapshot!(story.told(), @"in sync");
}

#[test]
fn both_are_others() {
    let story = Story::function().runs(|seen| {
        seen.code_sha256 = "ZXZpbA==".to_owned();
        (seen.signing_job, seen.signing_profile_version) = (None, None);
        seen.code_signing = SeenCodeSigning::Config("theirs".to_owned());
    });
    insta::assert_snapshot!(story.told(), @r#"
revert: it runs code that nobody signed, and its code-signing configuration is another one
  CodeSha256: ZXZpbA== -> YWFhYQ==
  SigningJobArn: - -> arn:aws:signer:ap-northeast-1:111122223333:/signing-jobs/one
  SigningProfileVersionArn: - -> arn:aws:signer:ap-northeast-1:111122223333:/signing-profiles/lambda/v1
  CodeSigningConfigArn: theirs -> csc-1
  step: gave `clinic-health` the code-signing configuration `csc-1`
  step: deployed `signed/aaaa-v1.zip` to `clinic-health`
"#);
}
