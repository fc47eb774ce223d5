//! The calls that were made, as they are counted and asserted on.

mod redaction;

use std::collections::BTreeMap;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

use crate::laboratory::Fault;
use crate::wire::Asked;

/// One call. Displays as a line of JSON.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoggedCall {
    /// Counted from 1 since this sandbox was opened.
    pub number: u64,
    /// When it began, on the account's clock.
    pub at: Timestamp,
    /// `cloudformation`, `s3`, ...: the service as signatures name it.
    pub service: String,
    /// `DescribeStacks`; empty when the request could not be understood.
    pub operation: String,
    /// The IAM action that it needs.
    pub action: String,
    /// The region it was signed for.
    pub region: String,
    /// The stack, or the bucket and key, that the call names.
    pub resource: Option<String>,
    /// What was asked, in the shape of the API reference: documents as their digests, values that may be
    /// secret masked.
    pub parameters: Value,
    /// `OK`, or AWS's error code; empty when the call was not acted on and not answered.
    pub outcome: String,
    /// Whether the operation is one that changes something, whatever came of it.
    pub write: bool,
    /// The fault that struck it.
    pub fault: Option<&'static str>,
}

impl fmt::Display for LoggedCall {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&serde_json::to_string(self).map_err(|_| fmt::Error)?)
    }
}

/// A call that is not in the log yet.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) number: u64,
    pub(crate) at: Timestamp,
    pub(crate) fault: Option<Fault>,
}

impl Entry {
    /// The call came to nothing.
    pub(crate) fn unanswered(self, asked: &Asked) -> LoggedCall {
        self.answered(asked, String::new())
    }

    /// The call was answered.
    pub(crate) fn answered(self, asked: &Asked, outcome: String) -> LoggedCall {
        LoggedCall {
            number: self.number,
            at: self.at,
            service: asked.service.clone(),
            operation: asked.operation.clone(),
            action: asked.action(),
            region: asked.region.clone(),
            resource: asked.resource.clone(),
            parameters: redaction::redacted(&asked.parameters),
            outcome,
            write: is_write(&asked.operation),
            fault: self.fault.map(Fault::name),
        }
    }
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

    /// How many calls have begun.
    pub(crate) fn begun(&self) -> u64 {
        self.begun.load(Ordering::Relaxed)
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
