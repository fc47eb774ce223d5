//! Times of one function: from the start of its process, and from event to answer.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::Failure;
use crate::lambda::{Invocation, RuntimeApi};
use crate::subject::Subject;

/// Cold starts, whose median is shown.
const STARTS: usize = 15;

/// Warm invocations that count, after some that do not.
const WARM: usize = 2000;
const WARMING: usize = 200;

/// What was measured, in seconds and bytes.
#[derive(Debug, Clone)]
pub(crate) struct Measured {
    pub(crate) binary: Option<f64>,
    pub(crate) zip: Option<f64>,
    /// From the start of the process to the first answer.
    pub(crate) cold: f64,
    pub(crate) warm_p50: f64,
    pub(crate) warm_p99: f64,
    /// The most that was resident at once; only Linux tells.
    pub(crate) memory: Option<f64>,
}

impl Measured {
    pub(crate) fn json(&self) -> Value {
        json!({
            "binaryBytes": self.binary,
            "zipBytes": self.zip,
            "coldSeconds": self.cold,
            "warmP50Seconds": self.warm_p50,
            "warmP99Seconds": self.warm_p99,
            "memoryBytes": self.memory,
        })
    }
}

/// A run of one process.
struct Run {
    started: Instant,
    invocations: Vec<Invocation>,
    memory: Option<f64>,
}

/// Measures a function with one event.
pub(crate) fn function(subject: &Subject, event: &str) -> Result<Measured, Failure> {
    let mut cold = Vec::new();
    for _ in 0..STARTS {
        let Run { started, invocations, .. } = run(subject, event, 1)?;
        cold.extend(invocations.iter().map(|first| first.answered - started));
    }
    let Run { invocations, memory, .. } = run(subject, event, WARMING + WARM)?;
    for Invocation { answer, .. } in &invocations {
        let answer: Value = serde_json::from_slice(answer)?;
        if answer["statusCode"] != 200 {
            return Err(format!("it answered {answer}").into());
        }
    }
    let warm = invocations.iter().skip(WARMING).map(|it| it.answered - it.handed_out);
    let warm: Vec<_> = warm.collect();
    Ok(Measured {
        binary: subject.sizes.map(|(binary, _)| float(binary)),
        zip: subject.sizes.map(|(_, zip)| float(zip)),
        cold: percentile(cold, 50)?,
        warm_p50: percentile(warm.clone(), 50)?,
        warm_p99: percentile(warm, 99)?,
        memory,
    })
}

/// Starts a function, invokes it so often, and stops it.
fn run(subject: &Subject, event: &str, times: usize) -> Result<Run, Failure> {
    // One for each process: a function that is stopped may still try to connect again.
    let api = RuntimeApi::open(event)?;
    let mut command = Command::new(&subject.program);
    command.args(&subject.arguments).env_clear().envs(subject.environment.iter().cloned());
    command.env("AWS_LAMBDA_RUNTIME_API", api.address()?.to_string());
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "function"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ] {
        command.env(name, value);
    }
    let started = Instant::now();
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn()?;
    let invocations = api.invoke(times);
    let memory = most_resident(child.id());
    child.kill()?;
    child.wait()?;
    Ok(Run { started, invocations: invocations?, memory })
}

fn most_resident(process: u32) -> Option<f64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kib: f64 = line.trim().strip_suffix(" kB")?.parse().ok()?;
    Some(kib * 1024.0)
}

fn percentile(mut times: Vec<Duration>, percent: usize) -> Result<f64, Failure> {
    times.sort_unstable();
    let at = (times.len() * percent / 100).min(times.len().saturating_sub(1));
    Ok(times.get(at).ok_or("nothing was measured")?.as_secs_f64())
}

#[expect(clippy::cast_precision_loss, reason = "no file is that large")]
fn float(bytes: u64) -> f64 {
    bytes as f64
}
