//! What is asked of Cloud Control: single resources of any type.

use async_trait::async_trait;
use reconcile_engine::aws::errors::AwsError;

use crate::blind_spots::Reading;
use crate::step::Restoration;

/// What can be looked at.
#[async_trait]
pub trait ReadsResources: Send + Sync {
    /// A resource as it is; what Cloud Control cannot read is no error.
    async fn read(
        &self,
        region: &str,
        type_name: &str,
        identifier: &str,
    ) -> Result<Reading, AwsError>;
    /// How a request goes.
    async fn progress(&self, region: &str, request: &str) -> Result<RequestProgress, AwsError>;
}

/// What can be done.
#[async_trait]
pub trait ChangesResources: ReadsResources {
    /// Begins to put a resource back; answers with the request's token.
    async fn restore(&self, restoration: &Restoration, token: &str) -> Result<String, AwsError>;
}

/// How a request to Cloud Control goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestProgress {
    /// Not yet done.
    InProgress,
    /// It is done.
    Done,
    /// It failed: why.
    Failed(String),
}
