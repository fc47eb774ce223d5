//! The lines that Lambda itself writes into a function's log.

use std::time::Duration;

use super::failure::Failure;
use super::task::{Event, Task};
use crate::cloudformation::names::uuid;

/// The line before a runtime is started.
pub(super) fn init_start(task: &Task) -> String {
    let (runtime, region) = (task.runtime.replacen('.', ":", 1), &task.region);
    let id = uuid(&["runtime", &task.runtime]);
    format!(
        "INIT_START Runtime Version: {runtime}\tRuntime Version ARN: arn:aws:lambda:{region}::runtime:{id}"
    )
}

/// The line after a runtime that could not be started. `phase` is `init` or `invoke`.
pub(super) fn init_report(took: Duration, phase: &str, failure: &Failure) -> String {
    let status = failure.status();
    format!("INIT_REPORT Init Duration: {} ms\tPhase: {phase}\t{status}", milliseconds(took))
}

pub(super) fn start(task: &Task, event: &Event) -> String {
    format!("START RequestId: {} Version: {}", event.request_id, task.version)
}

pub(super) fn end(event: &Event) -> String {
    format!("END RequestId: {}", event.request_id)
}

/// What an invocation took.
#[derive(Debug, Clone, Copy)]
pub(super) struct Took {
    pub(super) duration: Duration,
    /// What the environment took to start, unless it was there already.
    pub(super) init: Option<Duration>,
    pub(super) peak_mb: u64,
}

/// The last line, with X-Ray's where the invocation is traced.
pub(super) fn report(
    task: &Task,
    event: &Event,
    took: Took,
    failure: Option<&Failure>,
) -> Vec<String> {
    let billed = (took.duration + took.init.unwrap_or_default()).as_secs_f64() * 1000.0;
    let init = took.init.map(|init| format!("Init Duration: {} ms\t", milliseconds(init)));
    let line = format!(
        "REPORT RequestId: {}\tDuration: {} ms\tBilled Duration: {:.0} ms\tMemory Size: {} MB\tMax Memory Used: {} MB\t{}{}",
        event.request_id,
        milliseconds(took.duration),
        billed.ceil(),
        task.memory_mb,
        took.peak_mb.min(task.memory_mb),
        init.unwrap_or_default(),
        failure.map(Failure::status).unwrap_or_default(),
    );
    let mut lines = vec![line];
    lines.extend(traced(&event.trace));
    lines
}

/// X-Ray's line for a tracing header that says so.
fn traced(header: &str) -> Option<String> {
    let part = |name: &str| header.split(';').find_map(|part| part.trim().strip_prefix(name));
    let (trace, segment) = (part("Root=")?, part("Parent=")?);
    (part("Sampled=")? == "1")
        .then(|| format!("XRAY TraceId: {trace}\tSegmentId: {segment}\tSampled: true"))
}

fn milliseconds(duration: Duration) -> String {
    format!("{:.2}", duration.as_secs_f64() * 1000.0)
}
