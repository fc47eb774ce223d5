//! One execution environment: a process and the Runtime API that it speaks. It runs one event at a time.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use bytes::Bytes;
use jiff::Timestamp;
use tokio::sync::mpsc;

use super::api::{LARGEST_RESPONSE, RuntimeApi, Signal};
use super::failure::Failure;
use super::process::{self, Process};
use super::task::Event;

/// How often a function's memory is looked at.
const WATCH: Duration = Duration::from_millis(20);

/// What makes an environment fit for one function and no other.
#[derive(Debug, Clone)]
pub(super) struct Identity {
    pub(super) revision: String,
    pub(super) log_stream: String,
    /// When its credentials end.
    pub(super) expires: Timestamp,
}

/// A process that waits for an event, or runs one.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) identity: Identity,
    /// When it was last done with something.
    pub(super) idle_since: Instant,
    process: Process,
    api: RuntimeApi,
    memory_mb: u64,
    /// The most memory that the process was seen to hold, in KiB.
    peak: u64,
}

/// An environment that could not be initialised.
#[derive(Debug)]
pub(super) struct Stillborn {
    pub(super) failure: Failure,
    /// What its process wrote.
    pub(super) output: Vec<String>,
}

/// What a new environment is made of.
#[derive(Debug)]
pub(super) struct Outfit {
    /// The folder of the unpacked package.
    pub(super) package: PathBuf,
    pub(super) variables: BTreeMap<String, String>,
    pub(super) identity: Identity,
    pub(super) memory_mb: u64,
}

impl Environment {
    /// Starts the function's process and waits until it is initialised.
    pub(super) async fn start(
        outfit: &Outfit,
        limit: Duration,
        now: Timestamp,
    ) -> io::Result<Result<Self, Stillborn>> {
        let api = RuntimeApi::open().await?;
        let mut variables = outfit.variables.clone();
        variables.insert("AWS_LAMBDA_RUNTIME_API".to_owned(), api.address.to_string());
        let process = match Process::start(&outfit.package, &variables).await {
            Ok(process) => process,
            Err(failure) => return Ok(Err(Stillborn { failure, output: Vec::new() })),
        };
        let mut environment = Self {
            identity: outfit.identity.clone(),
            idle_since: Instant::now(),
            process,
            api,
            memory_mb: outfit.memory_mb,
            peak: 0,
        };
        Ok(match environment.initialise(limit, now).await {
            Ok(()) => Ok(environment),
            Err(failure) => {
                environment.process.kill().await;
                Err(Stillborn { failure, output: environment.process.written() })
            }
        })
    }

    async fn initialise(&mut self, limit: Duration, now: Timestamp) -> Result<(), Failure> {
        let memory = self.memory();
        let outcome = tokio::select! {
            biased;
            signal = initialised(&mut self.api.signals) => signal,
            failure = self.process.ended() => Err(failure),
            () = memory.exhausted() => Err(killed()),
            () = tokio::time::sleep(limit) => Err(timed_out(limit, now)),
        };
        self.peak = memory.peak().unwrap_or_default();
        outcome
    }

    /// Runs one event. The process is ended if it cannot be used again.
    pub(super) async fn run(
        &mut self,
        event: &Event,
        limit: Duration,
        machine: Timestamp,
    ) -> Result<Bytes, Failure> {
        let deadline = machine.checked_add(limit).unwrap_or(Timestamp::MAX);
        let memory = self.memory();
        let sent = self.api.events.try_send((event.clone(), deadline));
        let outcome = tokio::select! {
            biased;
            outcome = answered(&mut self.api.signals, &event.request_id) => outcome,
            failure = self.process.ended() => Err(failure),
            () = memory.exhausted() => Err(killed()),
            () = tokio::time::sleep(limit) => Err(timed_out(limit, deadline)),
        };
        self.peak = memory.peak().unwrap_or(self.peak);
        // More than there is may have been held for less time than the watch takes between two looks.
        let outcome = if sent.is_err() || memory.is_exhausted() { Err(killed()) } else { outcome };
        if outcome.as_ref().is_err_and(Failure::is_fatal) {
            self.process.kill().await;
        }
        self.idle_since = Instant::now();
        outcome
    }

    /// What the process wrote since this was last asked.
    pub(super) fn written(&mut self) -> Vec<String> {
        self.process.written()
    }

    /// The most memory that the process was seen to hold, in MiB.
    pub(super) fn peak_mb(&self) -> u64 {
        self.peak.div_ceil(1024)
    }

    pub(super) fn has_ended(&mut self) -> bool {
        self.process.has_ended()
    }

    fn memory(&self) -> Memory {
        Memory { limit: self.memory_mb * 1024, process: self.process.id() }
    }
}

/// What a process may hold, in KiB.
#[derive(Debug, Clone, Copy)]
struct Memory {
    limit: u64,
    process: Option<u32>,
}

impl Memory {
    /// The most that the process ever held; none where it has ended or the machine does not tell.
    fn peak(self) -> Option<u64> {
        self.process.and_then(process::peak)
    }

    fn is_exhausted(self) -> bool {
        self.peak().is_some_and(|peak| peak > self.limit)
    }

    /// Waits until the process held more than it may.
    async fn exhausted(self) {
        while !self.is_exhausted() {
            tokio::time::sleep(WATCH).await;
        }
    }
}

/// Waits until the process asks for an event.
async fn initialised(signals: &mut mpsc::UnboundedReceiver<Signal>) -> Result<(), Failure> {
    while let Some(signal) = signals.recv().await {
        match signal {
            Signal::Ready => return Ok(()),
            Signal::InitError { error_type, document } => {
                return Err(Failure::Reported { error_type, document });
            }
            Signal::Response { .. } | Signal::Error { .. } | Signal::TooLarge { .. } => {}
        }
    }
    std::future::pending().await
}

/// Waits until the process answers this event.
async fn answered(
    signals: &mut mpsc::UnboundedReceiver<Signal>,
    wanted: &str,
) -> Result<Bytes, Failure> {
    while let Some(signal) = signals.recv().await {
        match signal {
            Signal::Response { request_id, body } if request_id == wanted => return Ok(body),
            Signal::Error { request_id, error_type, document } if request_id == wanted => {
                return Err(Failure::Reported { error_type, document });
            }
            Signal::TooLarge { request_id } if request_id == wanted => {
                return Err(Failure::TooLarge { largest: LARGEST_RESPONSE });
            }
            Signal::Ready
            | Signal::InitError { .. }
            | Signal::Response { .. }
            | Signal::Error { .. }
            | Signal::TooLarge { .. } => {}
        }
    }
    std::future::pending().await
}

/// What becomes of a process that takes more memory than its function has.
fn killed() -> Failure {
    Failure::Exited("Runtime exited with error: signal: killed".to_owned())
}

fn timed_out(limit: Duration, at: Timestamp) -> Failure {
    Failure::TimedOut { seconds: limit.as_secs_f64(), at }
}
