//! Running functions: execution environments that begin with the first event, wait for the next one, and
//! run the real `bootstrap` of the deployment package over Lambda's Runtime API.
//!
//! Knows no API's callers, neither Lambda's nor API Gateway's. Functions run on the machine's clock and
//! are told its time: they are programs as any other.
//!
//! ## Caveats
//!
//! * Environments are a process's own: another process that opens the same account starts its own.
//! * Between two events a function is not frozen.
//! * A function's memory is watched, not partitioned: it is ended as soon as it has held too much.

mod api;
mod environment;
mod failure;
mod fleet;
mod package;
mod process;
mod report;
mod start;
mod task;
mod variables;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use bytes::Bytes;

use failure::Failure;
use fleet::Fleet;
pub(crate) use package::Packages;
use report::Took;
use start::{Begun, NotBegun};
pub(crate) use task::{Ended, Event, NotRun, Task};

use crate::account::Account;
use crate::logs;

/// Everything that is needed to run functions of one account.
#[derive(Debug)]
pub(crate) struct Runtime {
    account: Arc<Account>,
    packages: Packages,
    fleet: Fleet,
}

impl Runtime {
    pub(crate) fn new(account: Arc<Account>, packages: Packages) -> Self {
        Self { account, packages, fleet: Fleet::default() }
    }

    /// Runs one event, in an environment that waits or in a new one, and logs it. The function finds AWS at
    /// `endpoint`.
    pub(crate) async fn run(
        &self,
        task: &Task,
        event: &Event,
        endpoint: SocketAddr,
    ) -> Result<Ended, NotRun> {
        let _place = self.fleet.enter(task)?;
        let mut log = Vec::new();
        let begun = match self.fleet.take(task, self.account.clock().timestamp()) {
            Some(environment) => Ok(Begun { environment, init: None }),
            None => self.begin(task, endpoint, &mut log).await?,
        };
        let start = log.len();
        log.push(report::start(task, event));
        let (outcome, stream) = match begun {
            Ok(begun) => self.attend(task, event, begun, &mut log).await,
            Err(NotBegun { failure, log_stream, took }) => {
                let took = Took { duration: took, init: None, peak_mb: 0 };
                conclude(&mut log, task, event, took, Some(&failure));
                (Err(failure), log_stream)
            }
        };
        let place = logs::Place { region: &task.region, group: &task.log_group, stream: &stream };
        self.account.transact(|world, now| logs::write(world, place, now, &log))?;
        Ok(Ended { outcome, log: log.split_off(start) })
    }

    /// Lets an environment run the event, and keeps it if it can be used again; with its log stream.
    async fn attend(
        &self,
        task: &Task,
        event: &Event,
        begun: Begun,
        log: &mut Vec<String>,
    ) -> (Result<Bytes, Failure>, String) {
        let Begun { mut environment, init } = begun;
        let clock = Instant::now();
        let machine = self.account.clock().machine();
        let outcome = environment.run(event, task.timeout, machine).await;
        let took = Took { duration: clock.elapsed(), init, peak_mb: environment.peak_mb() };
        log.extend(environment.written());
        conclude(log, task, event, took, outcome.as_ref().err());
        let stream = environment.identity.log_stream.clone();
        if !outcome.as_ref().is_err_and(Failure::is_fatal) {
            self.fleet.keep(task, environment);
        }
        (outcome, stream)
    }
}

/// Logs how an invocation ended.
fn conclude(
    log: &mut Vec<String>,
    task: &Task,
    event: &Event,
    took: Took,
    failure: Option<&Failure>,
) {
    log.extend(failure.into_iter().flat_map(|failure| failure.logged(&event.request_id)));
    log.push(report::end(event));
    log.extend(report::report(task, event, took, failure));
}
