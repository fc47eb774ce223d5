//! How execution environments begin. One that does not is started once more, on the function's own time.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use jiff::SignedDuration;

use super::environment::{Environment, Identity, Outfit, Stillborn};
use super::failure::Failure;
use super::task::{NotRun, Task};
use super::{Runtime, report, variables};
use crate::cloudformation::names::uuid;
use crate::sts;

/// How long a runtime may take to start at first.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How long an environment's credentials hold.
const SESSION: SignedDuration = SignedDuration::from_hours(12);

/// An environment that is ready for an event.
pub(super) struct Begun {
    pub(super) environment: Environment,
    /// What it took to start, unless it was there already or the function's own time was used for it.
    pub(super) init: Option<Duration>,
}

/// There is no environment, and why.
pub(super) struct NotBegun {
    pub(super) failure: Failure,
    pub(super) log_stream: String,
    /// What it took of the function's own time.
    pub(super) took: Duration,
}

/// Which of the two times it is, as the log calls it, and how long it may take.
#[derive(Debug, Clone, Copy)]
struct Phase {
    name: &'static str,
    limit: Duration,
}

impl Runtime {
    /// Starts an environment.
    pub(super) async fn begin(
        &self,
        task: &Task,
        endpoint: SocketAddr,
        log: &mut Vec<String>,
    ) -> Result<Result<Begun, NotBegun>, NotRun> {
        let outfit = self.outfit(task, endpoint).await?;
        log.push(report::init_start(task));
        let init = Phase { name: "init", limit: INIT_LIMIT };
        if let (Ok(environment), took) = self.start(&outfit, init, log).await? {
            return Ok(Ok(Begun { environment, init: Some(took) }));
        }
        let invoke = Phase { name: "invoke", limit: task.timeout };
        Ok(match self.start(&outfit, invoke, log).await? {
            (Ok(environment), _) => Ok(Begun { environment, init: None }),
            (Err(failure), took) => {
                Err(NotBegun { failure, log_stream: outfit.identity.log_stream, took })
            }
        })
    }

    /// Starts an environment once, and logs what became of it; with the time that it took.
    async fn start(
        &self,
        outfit: &Outfit,
        phase: Phase,
        log: &mut Vec<String>,
    ) -> Result<(Result<Environment, Failure>, Duration), NotRun> {
        let (clock, now) = (Instant::now(), self.account.clock().timestamp());
        let started = Environment::start(outfit, phase.limit, now).await?;
        let took = clock.elapsed();
        let started = match started {
            Ok(mut environment) => {
                log.extend(environment.written());
                Ok(environment)
            }
            Err(Stillborn { failure, output }) => {
                log.extend(output);
                log.push(report::init_report(took, phase.name, &failure));
                Err(failure)
            }
        };
        Ok((started, took))
    }

    /// Gives a new environment its package, its log stream, its role's credentials, and its variables.
    async fn outfit(&self, task: &Task, endpoint: SocketAddr) -> Result<Outfit, NotRun> {
        let package = self.packages.unpack(&task.code_digest, task.code.clone()).await?;
        let outfit = self.account.transact(|world, now| {
            let number = world.next("environments").to_string();
            let unique = uuid(&["environment", &task.arn, &number]).replace('-', "");
            let day = now.strftime("%Y/%m/%d");
            let identity = Identity {
                revision: task.revision.clone(),
                log_stream: format!("{day}/[{}]{unique}", task.version),
                expires: now + SESSION,
            };
            let session = sts::session(world, &task.role, &task.name, identity.expires);
            let variables = variables::of(task, &package, &identity, &session, endpoint);
            Outfit { package, variables, identity, memory_mb: task.memory_mb }
        })?;
        Ok(outfit)
    }
}
