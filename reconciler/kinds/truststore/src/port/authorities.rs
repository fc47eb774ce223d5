//! What is asked of Private CA.

use async_trait::async_trait;
use reconcile_engine::aws::errors::AwsError;

/// What can be looked at.
#[async_trait]
pub trait ReadsAuthorities: Send + Sync {
    /// The certificate of a CA in PEM, or why it has none.
    async fn certificate(&self, arn: &str) -> Result<Result<String, String>, AwsError>;
}
