//! Signer's API.
//!
//! Sources: Signer API Reference, each operation's page.

use async_trait::async_trait;
use aws_sdk_signer::Client;
use aws_sdk_signer::config::Builder;
use aws_sdk_signer::operation::describe_signing_job::DescribeSigningJobOutput;
use aws_sdk_signer::types::{
    Destination, S3Destination, S3SignedObject, S3Source, SignedObject, SigningJob,
    SigningProfileStatus, SigningStatus, Source,
};
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::naming::NameCalls;
use reconcile_engine::aws::session::Session;

use super::{answer, present, timestamp};
use crate::plan::keys::SIGNER_PREFIX;
use crate::port::signing::{ReadsSigning, Signs, SourceOf};
use crate::state::{Job, JobOutcome, Profile};
use crate::step::Signing;

/// How Signer signs for Lambda.
const PLATFORM: &str = "AWSLambda-SHA384-ECDSA";

/// How Signer says that there is none.
const ABSENT: [&str; 1] = ["ResourceNotFoundException"];

/// Signer, through the SDK.
#[derive(Debug)]
pub struct Signer {
    client: Client,
    region: String,
    account: String,
}

impl Signer {
    /// Over a session's connection.
    pub fn new(session: &Session) -> Self {
        let region = session.environment.target.region().to_owned();
        let config = Builder::from(&session.sdk(&region)).interceptor(NameCalls).build();
        let account = session.account.clone();
        Self { client: Client::from_conf(config), region, account }
    }

    /// The ARN of a job, which Signer itself never tells (Service Authorization Reference, AWS Signer).
    fn job_arn(&self, id: &str) -> String {
        let partition = match self.region.get(..3) {
            Some("cn-") => "aws-cn",
            Some("us-") if self.region.starts_with("us-gov-") => "aws-us-gov",
            _ => "aws",
        };
        format!("arn:{partition}:signer:{}:{}:/signing-jobs/{id}", self.region, self.account)
    }

    fn described(&self, job: DescribeSigningJobOutput) -> Job {
        let id = job.job_id.unwrap_or_default();
        let why = job.status_reason.unwrap_or_else(|| "Signer gives no reason".to_owned());
        Job {
            arn: self.job_arn(&id),
            id,
            outcome: outcome(job.status.as_ref(), job.signed_object, why),
            revoked: job.revocation_record.map(|record| record.reason.unwrap_or_default()),
            expires: job.signature_expires_at.as_ref().and_then(timestamp),
            created: job.created_at.as_ref().and_then(timestamp),
        }
    }

    fn listed(&self, job: SigningJob) -> Job {
        let id = job.job_id.unwrap_or_default();
        let why = "its description says why".to_owned();
        Job {
            arn: self.job_arn(&id),
            id,
            outcome: outcome(job.status.as_ref(), job.signed_object, why),
            revoked: job.is_revoked.then(|| "its description says why".to_owned()),
            expires: job.signature_expires_at.as_ref().and_then(timestamp),
            created: job.created_at.as_ref().and_then(timestamp),
        }
    }
}

#[async_trait]
impl ReadsSigning for Signer {
    async fn profile(&self, name: &str) -> Result<Option<Profile>, AwsError> {
        let call = self.client.get_signing_profile().profile_name(name).send().await;
        let Some(found) = present(answer(call), &ABSENT)? else { return Ok(None) };
        let unusable = match &found.status {
            Some(SigningProfileStatus::Active) | None => None,
            Some(status) => {
                let why = found.status_reason.unwrap_or_else(|| "no reason is given".to_owned());
                Some(format!("it is {status} ({why})"))
            }
        };
        Ok(Some(Profile {
            name: name.to_owned(),
            version: found.profile_version.unwrap_or_default(),
            version_arn: found.profile_version_arn.unwrap_or_default(),
            unusable,
        }))
    }

    async fn job(&self, id: &str) -> Result<Option<Job>, AwsError> {
        let call = self.client.describe_signing_job().job_id(id).send().await;
        Ok(present(answer(call), &ABSENT)?.map(|job| self.described(job)))
    }

    async fn jobs_of(&self, source: SourceOf<'_>) -> Result<Vec<Job>, AwsError> {
        let call = self.client.list_signing_jobs().platform_id(PLATFORM).max_results(25);
        let mut pages = call.into_paginator().send();
        let mut jobs = Vec::new();
        while let Some(page) = pages.next().await {
            let page = answer(page)?.jobs.unwrap_or_default().into_iter();
            let of_source = page.filter(|job| is_of(job, source));
            jobs.extend(of_source.map(|job| self.listed(job)));
        }
        jobs.sort_by(|one, other| (&other.created, &other.id).cmp(&(&one.created, &one.id)));
        Ok(jobs)
    }
}

#[async_trait]
impl Signs for Signer {
    async fn start(&self, signing: &Signing) -> Result<String, AwsError> {
        let bucket = &signing.to.bucket;
        let from = S3Source::builder().bucket_name(bucket).key(&signing.unsigned_key);
        let from = from.version(&signing.unsigned_version).build();
        let from = from.map_err(|error| AwsError::told(error.to_string()))?;
        let to = S3Destination::builder().bucket_name(bucket).prefix(SIGNER_PREFIX).build();
        let call = self
            .client
            .start_signing_job()
            .source(Source::builder().s3(from).build())
            .destination(Destination::builder().s3(to).build())
            .profile_name(&signing.profile)
            .client_request_token(&signing.token);
        Ok(answer(call.send().await)?.job_id.unwrap_or_default())
    }
}

fn is_of(job: &SigningJob, source: SourceOf<'_>) -> bool {
    let from = job.source.as_ref().and_then(|source| source.s3.as_ref());
    from.is_some_and(|from| from.bucket_name == source.bucket && from.key == source.key)
        && job.profile_version.as_deref() == Some(source.profile_version)
}

fn outcome(
    status: Option<&SigningStatus>,
    signed: Option<SignedObject>,
    why: String,
) -> JobOutcome {
    match (status, signed.and_then(|signed| signed.s3)) {
        (Some(SigningStatus::Failed), _) => JobOutcome::Failed(why),
        (
            Some(SigningStatus::Succeeded),
            Some(S3SignedObject { bucket_name: Some(bucket), key: Some(key), .. }),
        ) => JobOutcome::Succeeded { bucket, key },
        _ => JobOutcome::InProgress,
    }
}
