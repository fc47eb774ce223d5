//! What a run cost in AWS calls.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Calls made, retries included. Operations are keyed `service:Operation`, as in IAM actions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Calls {
    /// All calls.
    pub total: u64,
    /// Calls that can change something in AWS.
    pub writes: u64,
    /// Calls answered with a throttling error.
    pub throttled: u64,
    /// Calls per operation.
    pub by_operation: BTreeMap<String, u64>,
}

impl Calls {
    /// Counts one call.
    pub fn count(&mut self, service: &str, operation: &str) {
        self.total += 1;
        self.writes += u64::from(is_write(operation));
        *self.by_operation.entry(format!("{service}:{operation}")).or_default() += 1;
    }
}

/// Whether an AWS operation can change anything, by the verb its name begins with.
///
/// `DetectStackDrift` counts as a read, as in IAM's access levels for CloudFormation (Service
/// Authorization Reference): it compares, and only the result of the comparison is stored. So does Private CA's
/// audit report, the only listing of certificates that there is: its answer is an object in a bucket that is for
/// nothing else.
pub fn is_write(operation: &str) -> bool {
    const REPORT: &str = "CreateCertificateAuthorityAuditReport";
    const READS: [&str; 9] =
        ["BatchGet", "Describe", "Detect", "Estimate", "Get", "Head", "List", "Search", "Validate"];
    operation != REPORT && !READS.iter().any(|verb| operation.starts_with(verb))
}
