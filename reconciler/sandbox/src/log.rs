//! The calls that were made, as they are counted and asserted on.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// One answered call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LoggedCall {
    /// Counted from 1 since this sandbox was opened.
    pub number: u64,
    /// `cloudformation`, `s3`, ...: the service as signatures name it.
    pub service: String,
    /// `DescribeStacks`; empty when the request could not be understood.
    pub operation: String,
    /// The region it was signed for.
    pub region: String,
    /// The stack, or the bucket and key, that the call names.
    pub resource: Option<String>,
    /// `OK`, or AWS's error code.
    pub outcome: String,
    /// Whether the operation is one that changes something, whatever came of it.
    pub write: bool,
}

/// How many calls were made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CallCounts {
    /// All of them.
    pub total: u64,
    /// Those whose operation changes something.
    pub writes: u64,
    /// By `service:Operation`.
    pub by_operation: BTreeMap<String, u64>,
}

/// The calls since this sandbox was opened.
#[derive(Debug, Default)]
pub(crate) struct CallLog {
    begun: AtomicU64,
    calls: Mutex<Vec<LoggedCall>>,
}

impl CallLog {
    /// The number of the call that begins now.
    pub(crate) fn begin(&self) -> u64 {
        self.begun.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(crate) fn record(&self, call: LoggedCall) {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).push(call);
    }

    pub(crate) fn calls(&self) -> Vec<LoggedCall> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn counts(&self) -> CallCounts {
        let mut counts = CallCounts::default();
        for call in self.calls.lock().unwrap_or_else(PoisonError::into_inner).iter() {
            counts.total += 1;
            counts.writes += u64::from(call.write);
            *counts
                .by_operation
                .entry(format!("{}:{}", call.service, call.operation))
                .or_default() += 1;
        }
        counts
    }
}

/// The verbs of operations that leave the account as it is. Asking for drift detection is one: it
/// costs time and changes no resource. Assuming a role is one to CloudTrail, too.
const READING: [&str; 10] = [
    "AssumeRole",
    "BatchGet",
    "Describe",
    "Detect",
    "Estimate",
    "Get",
    "Head",
    "List",
    "Search",
    "Validate",
];

/// Whether an operation changes something, told from its name. One that could not be told counts as one
/// that does.
pub(crate) fn is_write(operation: &str) -> bool {
    !READING.iter().any(|verb| operation.starts_with(verb))
}
