//! Signer over the wire, as the SDK reads it.

use std::time::Duration;

use aws_sdk_signer::error::ProvideErrorMetadata as _;
use aws_sdk_signer::primitives::DateTime;
use aws_sdk_signer::types::{
    S3Source, SignatureValidityPeriod, SigningProfileStatus, SigningStatus,
};

use crate::signed_zips::{
    PLATFORM, destination, download, package, profile, signed, source, upload, zip,
};
use crate::support::{BUCKET, REGION, refusal, sandbox, signer};

const DAY: Duration = Duration::from_hours(24);

#[tokio::test]
async fn a_job_signs_a_version_of_an_object_once_for_a_token() {
    let sandbox = sandbox();
    let client = signer(&sandbox);
    let profile_version_arn = profile(&sandbox, "release", None).await;
    let version = upload(&sandbox, "unsigned/a.zip", package("a")).await;
    sandbox.set_duration(Some("AWS::Signer::SigningJob"), Duration::from_secs(5)).expect("is set");
    let start = || {
        let start = client.start_signing_job().profile_name("release").client_request_token("t");
        start.source(source("unsigned/a.zip", &version)).destination(destination()).send()
    };
    let id = start().await.expect("is started").job_id.expect("has an ID");
    assert_eq!(start().await.expect("is started").job_id.as_ref(), Some(&id));

    let describe = || client.describe_signing_job().job_id(&id).send();
    let job = describe().await.expect("is there");
    assert_eq!((job.status(), job.signed_object()), (Some(&SigningStatus::InProgress), None));
    sandbox.advance_clock(Duration::from_secs(5)).expect("it is later");
    let job = describe().await.expect("is there");
    assert_eq!(job.status(), Some(&SigningStatus::Succeeded));
    assert_eq!(job.status_reason(), Some("Signing Succeeded"));
    assert_eq!(job.source().and_then(|it| it.s3()).map(S3Source::version), Some(&*version));
    let object = job.signed_object().and_then(|object| object.s3()).expect("is signed");
    let key = format!("signed/{id}.zip");
    assert_eq!((object.bucket_name(), object.key()), (Some(BUCKET), Some(&*key)));
    // 135 months after 2026-01-01T00:00:05Z.
    assert_eq!(job.signature_expires_at(), Some(&DateTime::from_secs(2_122_156_805)));
    assert!(profile_version_arn.ends_with(job.profile_version().expect("has a version")));
    let bytes = download(&sandbox, &key).await;
    assert!(bytes.len() > package("a").len());
    assert_eq!(sandbox.call_counts().by_operation["signer:StartSigningJob"], 2);
}

#[tokio::test]
async fn every_job_gives_other_bytes() {
    let sandbox = sandbox();
    profile(&sandbox, "release", None).await;
    let (first, bytes) = signed(&sandbox, "release", "a").await;
    let version = upload(&sandbox, "again", package("a")).await;
    let start = signer(&sandbox).start_signing_job().profile_name("release");
    let start = start.source(source("again", &version)).destination(destination());
    let second = start.client_request_token("again").send().await.expect("is started");
    let second = second.job_id.expect("has an ID");
    assert_ne!(first, second);
    assert_ne!(download(&sandbox, &format!("signed/{second}.zip")).await, bytes);
}

#[tokio::test]
async fn what_cannot_be_signed_fails_with_the_reason() {
    let sandbox = sandbox();
    let client = signer(&sandbox);
    profile(&sandbox, "release", None).await;
    let (_, already) = signed(&sandbox, "release", "a").await;
    for (key, bytes, reason) in [
        ("empty", zip(&[]), "The zip file is empty"),
        ("malformed", b"PK".to_vec(), "The zip file is malformed"),
        ("signed", already, "The zip file is already signed"),
    ] {
        let version = upload(&sandbox, key, bytes).await;
        let start = client.start_signing_job().profile_name("release").client_request_token(key);
        let start = start.source(source(key, &version)).destination(destination());
        let id = start.send().await.expect("is started").job_id.expect("has an ID");
        let job = client.describe_signing_job().job_id(id).send().await.expect("is there");
        assert_eq!(job.status(), Some(&SigningStatus::Failed));
        assert_eq!((job.status_reason(), job.signed_object()), (Some(reason), None));
    }
}

#[tokio::test]
async fn a_job_is_refused_before_it_begins() {
    let sandbox = sandbox();
    let client = signer(&sandbox);
    profile(&sandbox, "release", None).await;
    let version = upload(&sandbox, "a.zip", package("a")).await;
    let start = |profile: &str, key: &str, version: &str| {
        let start = client.start_signing_job().profile_name(profile).client_request_token(key);
        start.source(source(key, version)).destination(destination()).send()
    };
    let refused = start("nobody", "a.zip", &version).await.expect_err("has no profile");
    assert_eq!(refusal(&refused), ("ResourceNotFoundException".to_owned(), 404));
    let refused = start("release", "a.zip", "other").await.expect_err("has no such version");
    assert_eq!(refused.message(), Some("NoSuchVersion: The specified version does not exist."));
    let refused = start("release", "a.zip", "").await.expect_err("has no version");
    assert_eq!(
        (refused.code(), refused.message()),
        (
            Some("ValidationException"),
            Some("StartSigningJobRequest:source:version should not be empty")
        )
    );
    client.cancel_signing_profile().profile_name("release").send().await.expect("is canceled");
    let refused = start("release", "a.zip", &version).await.expect_err("signs no more");
    assert_eq!(refused.message(), Some("Signing profile release is Canceled"));
}

#[tokio::test]
async fn profiles_are_listed_and_their_names_are_never_free_again() {
    let sandbox = sandbox();
    let client = signer(&sandbox);
    let arn = profile(&sandbox, "release", Some(30)).await;
    let shown =
        client.get_signing_profile().profile_name("release").send().await.expect("is there");
    assert_eq!(shown.profile_version_arn(), Some(&*arn));
    assert_eq!(shown.status(), Some(&SigningProfileStatus::Active));
    assert_eq!(shown.signature_validity_period().map(SignatureValidityPeriod::value), Some(30));
    let tag = client.tag_resource().resource_arn(shown.arn().expect("has an ARN"));
    tag.tags("system", "backup").tags("stage", "test").send().await.expect("is tagged");
    let untag = client.untag_resource().resource_arn(shown.arn().expect("has an ARN"));
    untag.tag_keys("stage").send().await.expect("is untagged");
    let tags = client.list_tags_for_resource().resource_arn(shown.arn().expect("has an ARN"));
    let tags = tags.send().await.expect("is tagged").tags.expect("has tags");
    assert_eq!(tags.into_iter().collect::<Vec<_>>(), [("system".to_owned(), "backup".to_owned())]);

    client.cancel_signing_profile().profile_name("release").send().await.expect("is canceled");
    let names = |canceled: bool| client.list_signing_profiles().include_canceled(canceled).send();
    assert_eq!(names(false).await.expect("lists").profiles().len(), 0);
    assert_eq!(names(true).await.expect("lists").profiles().len(), 1);
    let again = client.put_signing_profile().profile_name("release").platform_id(PLATFORM);
    let refused = again.send().await.expect_err("is taken");
    assert_eq!(refusal(&refused), ("ValidationException".to_owned(), 400));
}

#[tokio::test]
async fn jobs_are_found_by_what_is_known_of_them() {
    let sandbox = sandbox();
    let client = signer(&sandbox);
    profile(&sandbox, "release", Some(30)).await;
    let (first, _) = signed(&sandbox, "release", "a").await;
    sandbox.advance_clock(DAY).expect("it is later");
    let (second, _) = signed(&sandbox, "release", "b").await;
    let revoke = client.revoke_signature().job_id(&first).reason("leaked");
    revoke.send().await.expect("is revoked");

    let ids = |jobs: &[aws_sdk_signer::types::SigningJob]| {
        jobs.iter().filter_map(|job| job.job_id().map(str::to_owned)).collect::<Vec<_>>()
    };
    let mut pages = client.list_signing_jobs().max_results(1).into_paginator().send();
    let mut all = Vec::new();
    while let Some(page) = pages.next().await {
        all.extend(ids(page.expect("lists").jobs()));
    }
    assert_eq!(all, [&*second, &*first], "newest first, page by page");
    let list = || client.list_signing_jobs().status(SigningStatus::Succeeded);
    let listed = list().is_revoked(false).send().await.expect("lists");
    assert_eq!(ids(listed.jobs()), [&*second]);
    let time = DateTime::from_secs(1_767_225_600 + 30 * 86_400 + 60);
    let listed = list().signature_expires_after(time).send().await.expect("lists");
    assert_eq!(ids(listed.jobs()), [second]);

    sandbox.advance_clock(30 * DAY + 183 * DAY).expect("it is much later");
    let left = client.list_signing_jobs().send().await.expect("lists");
    assert_eq!(left.jobs().len(), 0, "jobs are forgotten half a year after their signatures");
}

#[tokio::test]
async fn revocation_is_told_by_what_was_revoked_and_when() {
    let sandbox = sandbox();
    let client = signer(&sandbox);
    let arn = profile(&sandbox, "release", None).await;
    let version = arn.rsplit('/').next().expect("has a version");
    let (job, _) = signed(&sandbox, "release", "a").await;
    let job_arn = format!("arn:aws:signer:{REGION}:{}:/signing-jobs/{job}", sandbox.account_id());
    let status = |signed_at: i64| {
        let status = client.get_revocation_status().platform_id(PLATFORM).certificate_hashes("00");
        let status = status.profile_version_arn(&arn).job_arn(&job_arn);
        status.signature_timestamp(DateTime::from_secs(signed_at)).send()
    };
    let (then, later) = (1_767_225_600, 1_767_225_600 + 86_400);
    assert_eq!(status(then).await.expect("is known").revoked_entities().len(), 0);

    let revoke = |at: i64| {
        let revoke = client.revoke_signing_profile().profile_name("release").reason("leaked");
        revoke.profile_version(version).effective_time(DateTime::from_secs(at)).send()
    };
    let refused = revoke(later).await.expect_err("is in the future");
    assert_eq!(refused.message(), Some("effectiveTime cannot be in the future"));
    sandbox.advance_clock(2 * DAY).expect("it is later");
    revoke(later).await.expect("is revoked");
    assert_eq!(status(then).await.expect("is known").revoked_entities().len(), 0);
    assert_eq!(status(later).await.expect("is known").revoked_entities(), [&*arn]);
    revoke(then).await.expect("is moved to an earlier time");
    revoke(later).await.expect_err("cannot be moved to a later time");
    client.revoke_signature().job_id(&job).reason("leaked").send().await.expect("is revoked");
    assert_eq!(status(then).await.expect("is known").revoked_entities(), [&*arn, &*job_arn]);
    let shown = client.describe_signing_job().job_id(&job).send().await.expect("is there");
    assert_eq!(shown.revocation_record().and_then(|record| record.reason()), Some("leaked"));
}
