//! What is asked of Lambda.

use async_trait::async_trait;
use reconcile_engine::aws::errors::AwsError;

use crate::state::SeenFunction;
use crate::step::Deployment;

/// What can be looked at. `function` is a name or an ARN.
#[async_trait]
pub trait ReadsFunctions: Send + Sync {
    /// A function without its code-signing configuration, or none if there is none.
    async fn function(&self, function: &str) -> Result<Option<SeenFunction>, AwsError>;
    /// The ARN of a function's code-signing configuration, if it has one.
    async fn code_signing_config(&self, function: &str) -> Result<Option<String>, AwsError>;
}

/// What can be done.
#[async_trait]
pub trait ChangesFunctions: ReadsFunctions {
    /// Changes a function's code.
    async fn deploy(&self, deployment: &Deployment) -> Result<(), AwsError>;
    /// Gives a function a code-signing configuration.
    async fn enforce(&self, function: &str, config: &str) -> Result<(), AwsError>;
}
