//! The two routes, and the answer to all others.

use std::time::Duration;

use gateway::{Event, Problem, Reply};
use serde_json::json;

use crate::status::{Settings, status};

/// What is so at the moment of a request.
pub(crate) struct Circumstances<'a> {
    pub(crate) unix_seconds: u64,
    /// How long this execution environment has been up.
    pub(crate) uptime: Duration,
    /// Whether this is its first request.
    pub(crate) is_cold: bool,
    /// The X-Ray trace header.
    pub(crate) trace: Option<&'a str>,
}

pub(crate) fn answer(settings: &Settings, event: &Event, now: &Circumstances<'_>) -> Reply {
    let request_id = event.request_context.request_id.as_str();
    match (event.path(), event.method()) {
        ("/health", "GET") => health(event, now),
        ("/status", "GET") => Reply::json(200, &status(settings, now)),
        (path @ ("/health" | "/status"), _) => {
            let problem = Problem::new(405, "method-not-allowed", format!("`{path}` is read only"));
            problem.reply(request_id).with("allow", "GET")
        }
        _ => Problem::new(404, "not-found", "there is no such route").reply(request_id),
    }
}

fn health(event: &Event, now: &Circumstances<'_>) -> Reply {
    let context = &event.request_context;
    let body = json!({
        "ok": true,
        "ts": now.unix_seconds,
        "requestId": context.request_id,
        "sourceIp": context.http.source_ip,
        "path": event.raw_path,
    });
    Reply::json(200, &body)
}

#[cfg(test)]
mod tests;
