//! Starting, following and carrying out signing jobs.

use std::cmp::Reverse;

use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::{Value, json};

use super::envelope::{self, Claim};
use super::job::{Destination, End, Outcome, SigningJob, Source};
use super::paging::page;
use super::profile;
use super::profiles::{check_active, find};
use super::refusal::{invalid, not_found};
use crate::call::{Answer, Call};
use crate::cloudformation::names::uuid;
use crate::error::AwsError;
use crate::s3::{self, Location, Refused};
use crate::world::{ACCOUNT, World};

/// The name under which the laboratory sets how long a job takes.
const DURATION: &str = "AWS::Signer::SigningJob";

/// Answers `StartSigningJob`. The same token starts no second job, whatever else the call says.
pub(super) fn start_signing_job(world: &mut World, call: &Call) -> Answer {
    let token = required(call, "clientRequestToken")?;
    let is_same = |job: &SigningJob| job.token == token && job.region == call.region;
    if let Some((id, _)) = world.signing_jobs.iter().find(|(_, job)| is_same(job)) {
        return Ok(started(id));
    }
    let (source, destination) = (source(call)?, destination(call)?);
    required(call, "profileName")?;
    let profile = find(world, call)?;
    check_active(profile)?;
    let (name, version) = (profile.name.clone(), profile.version.clone());
    check_buckets(world, &call.region, &source, &destination)?;
    let count = world.next("signing-jobs").to_string();
    let id = uuid(&["signing job", &call.region, &count]);
    let job = SigningJob {
        id: id.clone(),
        token: token.to_owned(),
        region: call.region.clone(),
        profile: name,
        profile_version: version,
        source,
        destination,
        requested_by: call.caller.arn.clone(),
        created: call.now,
        due: call.now + world.duration(DURATION),
        end: None,
        revocation: None,
    };
    let answer = started(&id);
    world.signing_jobs.insert(id, job);
    Ok(answer)
}

fn started(id: &str) -> Value {
    json!({ "jobId": id, "jobOwner": ACCOUNT })
}

fn source(call: &Call) -> Result<Source, AwsError> {
    let s3 = call.parameters.get("source").and_then(|source| source.get("s3"));
    let text = |name: &str| member(s3, "source", name);
    Ok(Source { bucket: text("bucketName")?, key: text("key")?, version: text("version")? })
}

fn destination(call: &Call) -> Result<Destination, AwsError> {
    let s3 = call.parameters.get("destination").and_then(|destination| destination.get("s3"));
    let prefix = s3.and_then(|s3| s3.get("prefix")?.as_str()).unwrap_or_default();
    let bucket = member(s3, "destination", "bucketName")?;
    Ok(Destination { bucket, prefix: prefix.to_owned() })
}

fn member(s3: Option<&Value>, of: &str, name: &str) -> Result<String, AwsError> {
    let text = s3.and_then(|s3| s3.get(name)?.as_str()).filter(|text| !text.is_empty());
    text.map(str::to_owned).ok_or_else(|| empty(&format!("{of}:{name}")))
}

fn required<'a>(call: &'a Call, name: &str) -> Result<&'a str, AwsError> {
    call.text(name).ok_or_else(|| empty(name))
}

fn empty(name: &str) -> AwsError {
    invalid(format!("StartSigningJobRequest:{name} should not be empty"))
}

/// The source must be there and keep its versions, and the destination must be there, in this region.
fn check_buckets(
    world: &World,
    region: &str,
    source: &Source,
    destination: &Destination,
) -> Result<(), AwsError> {
    let refused = |refused: Refused| not_found(format!("{}: {}", refused.code, refused.message));
    fetch(world, region, source).map_err(refused)?;
    if !s3::is_versioned(world, &source.bucket) {
        let bucket = &source.bucket;
        return Err(invalid(format!("Versioning is not enabled for the source bucket {bucket}")));
    }
    s3::reach(world, region, &destination.bucket).map_err(refused)
}

fn fetch(world: &World, region: &str, source: &Source) -> Result<bytes::Bytes, Refused> {
    let Source { bucket, key, version } = source;
    s3::fetch(world, Location { region, bucket, key, version: Some(version) })
}

/// Answers `DescribeSigningJob`.
pub(super) fn describe_signing_job(world: &World, call: &Call) -> Answer {
    let id = call.required("jobId")?;
    Ok(of_id(world, call, id)?.description())
}

/// The job of an ID, in the region of the call.
pub(super) fn of_id<'a>(
    world: &'a World,
    call: &Call,
    id: &str,
) -> Result<&'a SigningJob, AwsError> {
    let job = world.signing_jobs.get(id).filter(|job| job.region == call.region);
    job.ok_or_else(|| not_found(format!("Signing job {id} not found")))
}

/// Answers `ListSigningJobs`, newest first.
pub(super) fn list_signing_jobs(world: &World, call: &Call) -> Answer {
    let time = |name: &str| call.text(name).map(str::parse::<Timestamp>).transpose();
    let (Ok(before), Ok(after)) = (time("signatureExpiresBefore"), time("signatureExpiresAfter"))
    else {
        return Err(invalid("The time of expiry is not a time"));
    };
    let text = |name: &str, value: &str| call.text(name).is_none_or(|wanted| wanted == value);
    let admits = |job: &SigningJob| {
        let expires = job.expires();
        let is_revoked = job.revocation.is_some();
        job.region == call.region
            && text("status", job.status())
            && text("platformId", super::platform::LAMBDA)
            && text("requestedBy", &job.requested_by)
            && text("jobInvoker", ACCOUNT)
            && call.flag("isRevoked").is_none_or(|wanted| wanted == is_revoked)
            && before.is_none_or(|time| expires.is_some_and(|expires| expires < time))
            && after.is_none_or(|time| expires.is_some_and(|expires| expires > time))
    };
    let jobs = world.signing_jobs.iter().map(|(_, job)| job);
    let mut jobs: Vec<&SigningJob> = jobs.filter(|job| admits(job)).collect();
    jobs.sort_by_key(|job| Reverse(job.created));
    let (jobs, next) = page(jobs, call)?;
    let jobs: Vec<Value> = jobs.into_iter().map(SigningJob::summary).collect();
    Ok(json!({ "jobs": jobs, "nextToken": next }))
}

/// Carries out every job that is due, in the order of time, and forgets those that are long over.
pub(crate) fn advance(world: &mut World, now: Timestamp) {
    while let Some(mut job) = next(world, now) {
        let outcome = match sign(world, &job) {
            Ok(expires) => Outcome::Succeeded { expires },
            Err(reason) => Outcome::Failed { reason },
        };
        job.end = Some(End { at: job.due, outcome });
        world.signing_jobs.insert(job.id.clone(), job);
    }
    let is_over = |job: &SigningJob| job.expires().is_some_and(|expires| remembered(expires) < now);
    let over = world.signing_jobs.iter().filter(|(_, job)| is_over(job));
    for id in over.map(|(id, _)| id.to_owned()).collect::<Vec<_>>() {
        world.signing_jobs.remove(&id);
    }
}

/// Until when a job is known whose signature expires at a time (Developer Guide, "Data retention").
fn remembered(expires: Timestamp) -> Timestamp {
    let end = expires.to_zoned(TimeZone::UTC).checked_add(6.months());
    end.map_or(Timestamp::MAX, |end| end.timestamp())
}

fn next(world: &World, now: Timestamp) -> Option<SigningJob> {
    let jobs = world.signing_jobs.iter().map(|(_, job)| job);
    let due = jobs.filter(|job| job.end.is_none() && job.due <= now);
    due.min_by_key(|job| (job.due, &job.id)).cloned()
}

/// Signs the source into the destination; answers when the signature expires, or why there is none.
fn sign(world: &mut World, job: &SigningJob) -> Result<Timestamp, String> {
    let refused = |refused: Refused| format!("{}: {}", refused.code, refused.message);
    let profile_version_arn = job.profile_version_arn();
    let profile = profile::of_version(world, &profile_version_arn)
        .ok_or_else(|| "The signing profile does not exist".to_owned())?;
    let zip = fetch(world, &job.region, &job.source).map_err(refused)?;
    let expires_at = profile.validity.end(job.due);
    let claim = Claim {
        profile_version_arn: &profile_version_arn,
        job_arn: &job.arn(),
        signed_at: job.due,
        expires_at,
    };
    let signed = envelope::sign(&zip, &profile.key, claim).map_err(|error| error.to_string())?;
    let location = Location {
        region: &job.region,
        bucket: &job.destination.bucket,
        key: &job.signed_key(),
        version: None,
    };
    s3::store(world, location, signed.into(), job.due).map_err(refused)?;
    Ok(expires_at)
}
