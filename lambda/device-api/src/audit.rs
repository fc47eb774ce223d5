//! One line for each decision: who, what, how it ended and why.
//!
//! The line is also a metric, in AWS's embedded metric format. It has no URL, since those are secrets
//! while they are valid, and no path, since the names of files may be a patient's; what was stored under
//! which key is in the bucket's own trail, with the time and the request.

use std::time::Duration;

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::refusal::{Outcome, Refusal};

/// What becomes known about a request while it is decided.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// API Gateway's ID of the request.
    pub request_id: String,
    /// The terminal that the certificate names.
    pub terminal: Option<String>,
    /// The certificate's serial number.
    pub serial: Option<String>,
    /// The clinic that the terminal is registered in.
    pub clinic: Option<String>,
    /// What was asked for.
    pub action: &'static str,
    /// The bytes that were promised.
    pub bytes: Option<u64>,
    /// Why it was not done.
    pub refusal: Option<Refusal>,
    /// HTTP's status.
    pub status: u16,
}

impl Record {
    /// The line, without its end.
    pub fn line(&self, namespace: &str, now: Timestamp, took: Duration) -> Value {
        let Self { request_id, terminal, serial, clinic, action, bytes, refusal, status } = self;
        let outcome = refusal.as_ref().map_or(Outcome::Allowed, Refusal::outcome);
        let reason = refusal.as_ref().map_or("ok", |refusal| refusal.code().1);
        let mut line = json!({
            "_aws": metrics(namespace, now),
            "time": now.to_string(),
            "requestId": request_id,
            "terminal": terminal,
            "serial": serial,
            "clinic": clinic,
            "action": action,
            "outcome": outcome.as_str(),
            "reason": reason,
            "status": status,
            "Decisions": 1,
            "Duration": took.as_secs_f64() * 1000.0,
        });
        if let Some(bytes) = bytes {
            line["bytes"] = (*bytes).into();
        }
        if let Some(Refusal::Storage(code)) = refusal {
            line["storageError"] = code.as_str().into();
        }
        line
    }
}

/// Says which members of the line are metrics, and by what they are told apart.
fn metrics(namespace: &str, now: Timestamp) -> Value {
    json!({
        "Timestamp": now.as_millisecond(),
        "CloudWatchMetrics": [{
            "Namespace": namespace,
            "Dimensions": [["action", "outcome"]],
            "Metrics": [
                { "Name": "Decisions", "Unit": "Count" },
                { "Name": "Duration", "Unit": "Milliseconds" },
            ],
        }],
    })
}
