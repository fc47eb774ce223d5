//! What is run, for whom, and what came of it.

use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

use bytes::Bytes;

use super::failure::Failure;
use crate::store::StateError;

/// One version of a function, as an execution environment runs it.
#[derive(Debug, Clone)]
pub(crate) struct Task {
    pub(crate) name: String,
    pub(crate) region: String,
    /// The function's ARN, without a qualifier.
    pub(crate) arn: String,
    /// `$LATEST`, or a number.
    pub(crate) version: String,
    /// Another one whenever code or configuration are others.
    pub(crate) revision: String,
    /// `provided.al2023`
    pub(crate) runtime: String,
    pub(crate) handler: String,
    /// The role's ARN.
    pub(crate) role: String,
    pub(crate) memory_mb: u64,
    pub(crate) timeout: Duration,
    /// The function's own environment variables.
    pub(crate) variables: BTreeMap<String, String>,
    /// Whether X-Ray traces it even when the caller is not traced.
    pub(crate) is_traced: bool,
    pub(crate) log_group: String,
    /// The deployment package.
    pub(crate) code: Bytes,
    /// The SHA-256 digest of the package.
    pub(crate) code_digest: String,
    /// How many invocations may run at once, where that is limited.
    pub(crate) reserved_concurrency: Option<u64>,
}

/// One invocation, as the function is told of it.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) request_id: String,
    /// The function's ARN as the caller named it, with its qualifier.
    pub(crate) invoked_arn: String,
    /// X-Ray's tracing header.
    pub(crate) trace: String,
    /// JSON that a caller of the mobile SDK sends along.
    pub(crate) client_context: Option<String>,
    pub(crate) payload: Bytes,
}

/// What came of an invocation.
#[derive(Debug)]
pub(crate) struct Ended {
    /// The function's answer.
    pub(crate) outcome: Result<Bytes, Failure>,
    /// What was logged, from `START` to `REPORT`.
    pub(crate) log: Vec<String>,
}

/// Why a function was not run at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotRun {
    /// As many invocations are under way as may be.
    #[error("Rate Exceeded.")]
    TooMany,
    /// The sandbox could not run it.
    #[error("{0}")]
    Broken(String),
}

impl From<io::Error> for NotRun {
    fn from(error: io::Error) -> Self {
        Self::Broken(error.to_string())
    }
}

impl From<StateError> for NotRun {
    fn from(error: StateError) -> Self {
        Self::Broken(error.to_string())
    }
}
