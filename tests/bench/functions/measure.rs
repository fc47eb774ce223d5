//! Times of one function: from the start of its process, and from event to answer.

use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::process::Command;
use tokio::runtime::Builder;
use tokio::time::timeout;

use crate::Failure;
use crate::lambda::{Noted, RuntimeApi};
use crate::subject::Subject;

/// Cold starts, whose median is shown.
const STARTS: usize = 15;

/// Warm invocations that count, after some that do not.
const WARM: usize = 2000;
const WARMING: usize = 200;

/// A function that takes longer is broken.
const LIMIT: Duration = Duration::from_mins(2);

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

/// Measures a function with one event.
pub(crate) fn function(subject: &Subject, event: &str) -> Result<Measured, Failure> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    let mut cold = Vec::new();
    for _ in 0..STARTS {
        cold.push(runtime.block_on(started(subject, event, 1))?.0);
    }
    let (_, noted, memory) = runtime.block_on(started(subject, event, 1 + WARMING + WARM))?;
    let answer: Value = serde_json::from_slice(&noted.last_answer)?;
    if answer["statusCode"] != 200 {
        return Err(format!("it answered {answer}").into());
    }
    let took = noted.invocations.iter().skip(1 + WARMING).map(|(from, to)| *to - *from);
    let warm: Vec<_> = took.collect();
    Ok(Measured {
        binary: subject.sizes.map(|(binary, _)| float(binary)),
        zip: subject.sizes.map(|(_, zip)| float(zip)),
        cold: percentile(cold, 50)?,
        warm_p50: percentile(warm.clone(), 50)?,
        warm_p99: percentile(warm, 99)?,
        memory,
    })
}

/// Starts a function, and stops it after so many answers.
async fn started(
    subject: &Subject,
    event: &str,
    answers: usize,
) -> Result<(Duration, Noted, Option<f64>), Failure> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let mut command = Command::new(&subject.program);
    command.args(&subject.arguments).env_clear().envs(subject.environment.iter().cloned());
    command.env("AWS_LAMBDA_RUNTIME_API", address.to_string());
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_NAME", "function"),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
    ] {
        command.env(name, value);
    }
    let begun = Instant::now();
    let mut child = command.stdout(Stdio::null()).kill_on_drop(true).spawn()?;
    let noted = timeout(LIMIT, RuntimeApi::new(event, answers).serve(listener)).await;
    let noted = noted.map_err(|_| format!("`{}` does not answer", subject.program.display()))??;
    let memory = child.id().and_then(most_resident);
    child.kill().await?;
    let (_, first) = noted.invocations.first().ok_or("nothing was answered")?;
    Ok((*first - begun, noted, memory))
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
