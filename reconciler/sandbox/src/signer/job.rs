//! A signing job: what it is to sign, and what came of it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::platform;
use super::profile;
use crate::world::{ACCOUNT, World};

/// A signing job. Its row key is its ID.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SigningJob {
    pub(super) id: String,
    /// The token that stands for the call which started it.
    pub(super) token: String,
    pub(super) region: String,
    pub(super) profile: String,
    pub(super) profile_version: String,
    pub(super) source: Source,
    pub(super) destination: Destination,
    pub(super) requested_by: String,
    pub(super) created: Timestamp,
    pub(super) due: Timestamp,
    pub(super) end: Option<End>,
    pub(super) revocation: Option<JobRevocation>,
}

/// The version of an object that is signed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Source {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version: String,
}

/// Where the signed object goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Destination {
    pub(super) bucket: String,
    pub(super) prefix: String,
}

/// How a job ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct End {
    pub(super) at: Timestamp,
    pub(super) outcome: Outcome,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Outcome {
    /// The signed object is in its place.
    Succeeded { expires: Timestamp },
    /// Nothing was written.
    Failed { reason: String },
}

/// That the signature of a job is no longer to be trusted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct JobRevocation {
    pub(super) reason: String,
    pub(super) at: Timestamp,
    pub(super) by: String,
}

/// The ARN of a job.
pub(super) fn arn(region: &str, id: &str) -> String {
    format!("arn:aws:signer:{region}:{ACCOUNT}:/signing-jobs/{id}")
}

/// The job that an ARN names.
pub(super) fn of_arn<'a>(world: &'a World, arn: &str) -> Option<&'a SigningJob> {
    world.signing_jobs.get(arn.rsplit('/').next()?).filter(|job| job.arn() == arn)
}

impl SigningJob {
    pub(super) fn arn(&self) -> String {
        arn(&self.region, &self.id)
    }

    pub(super) fn profile_version_arn(&self) -> String {
        format!("{}/{}", profile::arn(&self.region, &self.profile), self.profile_version)
    }

    /// Where the signed object is, once it is there.
    pub(super) fn signed_key(&self) -> String {
        format!("{}{}.zip", self.destination.prefix, self.id)
    }

    pub(super) fn status(&self) -> &'static str {
        match self.end.as_ref().map(|end| &end.outcome) {
            None => "InProgress",
            Some(Outcome::Succeeded { .. }) => "Succeeded",
            Some(Outcome::Failed { .. }) => "Failed",
        }
    }

    pub(super) fn expires(&self) -> Option<Timestamp> {
        match &self.end.as_ref()?.outcome {
            Outcome::Succeeded { expires } => Some(*expires),
            Outcome::Failed { .. } => None,
        }
    }

    /// The job as it is listed.
    pub(super) fn summary(&self) -> Value {
        let signed = self.expires().map(|_| {
            json!({ "s3": { "bucketName": self.destination.bucket, "key": self.signed_key() } })
        });
        json!({
            "jobId": self.id,
            "source": { "s3": {
                "bucketName": self.source.bucket,
                "key": self.source.key,
                "version": self.source.version,
            } },
            "signedObject": signed,
            "createdAt": self.created.as_second(),
            "status": self.status(),
            "isRevoked": self.revocation.is_some(),
            "profileName": self.profile,
            "profileVersion": self.profile_version,
            "platformId": platform::LAMBDA,
            "platformDisplayName": platform::DISPLAY_NAME,
            "signatureExpiresAt": self.expires().map(Timestamp::as_second),
            "jobOwner": ACCOUNT,
            "jobInvoker": ACCOUNT,
        })
    }

    /// The job with all that is known of it.
    pub(super) fn description(&self) -> Value {
        let mut description = self.summary();
        let reason = self.end.as_ref().map(|end| match &end.outcome {
            Outcome::Succeeded { .. } => "Signing Succeeded",
            Outcome::Failed { reason } => reason,
        });
        let revocation = self.revocation.as_ref().map(|revocation| {
            json!({
                "reason": revocation.reason,
                "revokedAt": revocation.at.as_second(),
                "revokedBy": revocation.by,
            })
        });
        if let Value::Object(members) = &mut description {
            members.shift_remove("isRevoked");
            members.insert("requestedBy".to_owned(), json!(self.requested_by));
            members.insert("statusReason".to_owned(), json!(reason));
            members.insert("revocationRecord".to_owned(), json!(revocation));
            let completed = self.end.as_ref().map(|end| end.at.as_second());
            members.insert("completedAt".to_owned(), json!(completed));
        }
        description
    }
}
