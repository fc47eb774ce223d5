//! An artifact as AWS and this machine show it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use jiff::Timestamp;
use reconcile_core::digest::Digest;
use reconcile_core::status::Running;
use serde::{Deserialize, Serialize};

/// One unit, as it was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum State {
    /// A package.
    Package(Box<SeenPackage>),
    /// A function.
    Function(Box<SeenFunction>),
}

/// A package, from its sources to the object that functions are made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenPackage {
    /// The bucket that was looked into.
    pub bucket: String,
    /// The signing profile.
    pub profile: Profile,
    /// Digests of what a build now would be made of, by what they are of.
    pub parts: BTreeMap<String, Digest>,
    /// The same of the package that was in sync last, where the ledger says so.
    pub before: Option<BTreeMap<String, Digest>>,
    /// The package of these parts, if it was ever built.
    pub built: Option<Built>,
    /// The file of that package on this machine.
    #[serde(skip)]
    pub here: Option<PathBuf>,
    /// The version of the unsigned package's object; not looked for where a record is enough.
    pub unsigned_version: Option<String>,
    /// What is recorded of its signature by this version of the profile.
    pub record: Option<Record>,
    /// Signing jobs of these bytes by the profile's version, the newest first: the record's, or all of them
    /// where that is missing or of no use any more.
    pub jobs: Vec<Job>,
    /// The object that the record names.
    pub object: SeenObject,
}

/// A package of known bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Built {
    /// Of the unsigned zip.
    pub sha256: Digest,
    /// In bytes.
    pub size: u64,
}

/// A signing profile at its current version.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Profile {
    /// Its name.
    pub name: String,
    /// The version's last part: `7dx3BPyuNq`.
    pub version: String,
    /// The version's ARN.
    pub version_arn: String,
    /// Whether it signs; if not, why.
    pub unusable: Option<String>,
}

/// What is recorded beside a signed package, at [`crate::plan::keys::record`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Record {
    /// The unsigned zip.
    pub unsigned_sha256: Digest,
    /// Who signed.
    pub profile_version_arn: String,
    /// The signing job's ID.
    pub job: String,
    /// The signing job's ARN.
    pub job_arn: String,
    /// The job that this one was done instead of.
    pub instead_of: Option<String>,
    /// Where the signed zip is.
    pub key: String,
    /// The version of the object there.
    pub version: String,
    /// The SHA-256 of the signed zip in base64, as S3 and Lambda write it.
    pub code_sha256: String,
    /// When Lambda stops taking it.
    pub expires: Option<Timestamp>,
    /// The commit that was applied then; none where the files were of no commit.
    pub commit: Option<String>,
}

/// A signing job.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its ID.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// How it went.
    pub outcome: JobOutcome,
    /// Why the signature was revoked, where it was.
    pub revoked: Option<String>,
    /// When the signature ends.
    pub expires: Option<Timestamp>,
    /// When it was begun.
    pub created: Option<Timestamp>,
}

/// How a signing job went.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum JobOutcome {
    /// Signer is at work.
    InProgress,
    /// The signed zip is there.
    Succeeded {
        /// In this bucket.
        bucket: String,
        /// At this key.
        key: String,
    },
    /// It was not signed: why.
    Failed(String),
}

/// The object behind the key of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SeenObject {
    /// Not looked at: the ledger or the record vouches for it.
    Vouched,
    /// What the record says.
    Intact,
    /// Another one.
    Replaced,
    /// None.
    Absent,
}

/// A function, as it runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenFunction {
    /// Its ARN.
    pub arn: String,
    /// The SHA-256 of the zip that it was made from, in base64.
    pub code_sha256: String,
    /// The job that signed the zip; none if it is not signed.
    pub signing_job: Option<String>,
    /// Who signed it.
    pub signing_profile_version: Option<String>,
    /// `arm64` or `x86_64`.
    pub architecture: String,
    /// What runs it, such as `provided.al2023`; none of a container image.
    pub runtime: Option<String>,
    /// When it was last changed, as Lambda writes it.
    pub modified: String,
    /// Lambda's word for how the last change went.
    pub update: String,
    /// The code-signing configuration.
    pub code_signing: SeenCodeSigning,
}

/// The code-signing configuration of a function.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum SeenCodeSigning {
    /// Not looked at.
    Unasked,
    /// It has none.
    None,
    /// The one of this ARN.
    Config(String),
}

impl State {
    /// What `reconcile status` shows.
    pub(crate) fn running(&self) -> Running {
        let (state, identity, since) = match self {
            Self::Package(package) => match &package.record {
                Some(record) => ("SIGNED", format!("s3://{}/{}", package.bucket, record.key), None),
                None if package.built.is_some() => ("BUILT", String::new(), None),
                None => ("SOURCES", String::new(), None),
            },
            Self::Function(function) => {
                (function.update.as_str(), function.arn.clone(), function.modified())
            }
        };
        Running { state: state.to_owned(), commit: None, since, identity }
    }

    /// Of everything that was seen, for a plan's digest.
    pub(crate) fn digest(&self) -> Digest {
        Digest::of_json(self)
    }
}

impl Profile {
    /// The name in `NAME`, `arn:…:/signing-profiles/NAME` or `arn:…:/signing-profiles/NAME/VERSION`.
    pub fn name_in(written: &str) -> &str {
        let rest = written.split_once("/signing-profiles/").map_or(written, |(_, rest)| rest);
        rest.split('/').next().unwrap_or(rest)
    }
}

impl SeenFunction {
    fn modified(&self) -> Option<Timestamp> {
        self.modified.parse().ok()
    }
}

impl Job {
    /// Whether the zip that it signed, or is signing, can be deployed now.
    pub fn is_usable(&self, now: Timestamp) -> bool {
        let failed = matches!(self.outcome, JobOutcome::Failed(_));
        !failed && self.revoked.is_none() && self.expires.is_none_or(|expires| expires > now)
    }
}
