//! What is asked of Signer.

use async_trait::async_trait;
use reconcile_engine::aws::errors::AwsError;

use crate::state::{Job, Profile};
use crate::step::Signing;

/// An unsigned package, and who signs it.
#[derive(Debug, Clone, Copy)]
pub struct SourceOf<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The key.
    pub key: &'a str,
    /// The last part of the ARN of the profile's version.
    pub profile_version: &'a str,
}

/// What can be looked at.
#[async_trait]
pub trait ReadsSigning: Send + Sync {
    /// A profile by its name, or none if there is none.
    async fn profile(&self, name: &str) -> Result<Option<Profile>, AwsError>;
    /// A job, or none if Signer does not know it any more.
    async fn job(&self, id: &str) -> Result<Option<Job>, AwsError>;
    /// All jobs of a package by a version of a profile, the newest first.
    async fn jobs_of(&self, source: SourceOf<'_>) -> Result<Vec<Job>, AwsError>;
}

/// What can be done.
#[async_trait]
pub trait Signs: ReadsSigning {
    /// Begins a job; answers with its ID.
    async fn start(&self, signing: &Signing) -> Result<String, AwsError>;
}
