//! The account's functions as whoever invokes them sees them: found by name, given an ID and a trace, and run
//! to their end, whether or not the caller waits.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::trace;
use crate::account::Account;
use crate::cloudformation::names::uuid;
use crate::door::WayIn;
use crate::error::AwsError;
use crate::lambda::function::{Function, find};
use crate::lambda::name::{FunctionName, LATEST};
use crate::lambda::runtime::{Ended, Event, NotRun, Packages, Runtime, Task};
use crate::resource::Resource;
use crate::world::World;

/// What a function that failed waits for before it is invoked again for the same event.
const RETRIES: [Duration; 2] = [Duration::from_mins(1), Duration::from_mins(2)];

/// Everything that invokes functions holds this. Cheap to clone.
#[derive(Debug, Clone)]
pub(crate) struct Functions {
    account: Arc<Account>,
    runtime: Arc<Runtime>,
    /// Where functions find AWS.
    way_in: Arc<WayIn>,
}

/// What is to be invoked, and with what.
#[derive(Debug, Clone)]
pub(crate) struct Wanted<'a> {
    pub(crate) region: &'a str,
    /// A name or an ARN.
    pub(crate) function: &'a str,
    pub(crate) qualifier: Option<&'a str>,
    /// The caller's tracing header.
    pub(crate) trace: Option<&'a str>,
    pub(crate) client_context: Option<&'a str>,
}

/// An invocation that only has to be run.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    pub(crate) task: Task,
    pub(crate) event: Event,
    /// How often it is run again if it fails and nobody waits for it.
    retries: usize,
}

impl Functions {
    pub(crate) fn new(account: Arc<Account>, packages: Packages, way_in: Arc<WayIn>) -> Self {
        let runtime = Arc::new(Runtime::new(Arc::clone(&account), packages));
        Self { account, runtime, way_in }
    }

    /// Finds the function and gives the invocation its ID.
    pub(crate) fn prepare(
        &self,
        wanted: &Wanted<'_>,
        payload: Bytes,
    ) -> Result<Invocation, AwsError> {
        let prepared = self.account.transact(|world, now| {
            let function = find(world, wanted.region, wanted.function, wanted.qualifier)?;
            let task = task(world, &function)?;
            let number = world.next("invocations").to_string();
            let request_id = uuid(&["invocation", &task.arn, &number]);
            let trace = trace::header(wanted.trace, task.is_traced, now, &request_id);
            let named = FunctionName::parse(wanted.function).qualified(wanted.qualifier);
            let invoked_arn = named.arn(&task.region);
            let client_context = wanted.client_context.map(str::to_owned);
            let event = Event { request_id, invoked_arn, trace, client_context, payload };
            Ok(Invocation { retries: retries(world, &function, &named), task, event })
        });
        prepared.unwrap_or_else(|error| Err(AwsError::internal(&error)))
    }

    /// Runs an invocation. It goes on when the caller no longer waits.
    pub(crate) async fn run(&self, invocation: Invocation) -> Result<Ended, NotRun> {
        let functions = self.clone();
        let running = tokio::spawn(async move { functions.attempt(&invocation).await });
        running.await.unwrap_or_else(|error| Err(NotRun::Broken(error.to_string())))
    }

    /// Runs an invocation for which nobody waits, and again if it fails.
    pub(crate) fn queue(&self, invocation: Invocation) {
        let functions = self.clone();
        tokio::spawn(async move {
            let mut pauses = RETRIES.into_iter().take(invocation.retries);
            loop {
                let failed = match functions.attempt(&invocation).await {
                    Ok(ended) => ended.outcome.is_err(),
                    Err(_) => true,
                };
                match pauses.next() {
                    Some(pause) if failed => tokio::time::sleep(pause).await,
                    Some(_) | None => break,
                }
            }
        });
    }

    async fn attempt(&self, invocation: &Invocation) -> Result<Ended, NotRun> {
        let endpoint = self.way_in.address().await?;
        self.runtime.run(&invocation.task, &invocation.event, endpoint).await
    }
}

/// The version of a function as it is run.
fn task(world: &World, function: &Function) -> Result<Task, AwsError> {
    let Some(code) = function.package(world) else {
        let message = format!("The package of {} is not there", function.version_arn());
        return Err(AwsError { status: 500, ..AwsError::new("ServiceException", message) });
    };
    Ok(Task {
        name: function.name.clone(),
        region: function.region.clone(),
        arn: function.arn(),
        version: function.version.clone(),
        revision: function.revision_id(),
        runtime: function.runtime().to_owned(),
        handler: function.handler().to_owned(),
        role: function.role().to_owned(),
        memory_mb: function.memory_mb(),
        timeout: Duration::from_secs(function.timeout_seconds()),
        variables: function.environment(),
        is_traced: function.tracing_mode() == "Active",
        log_group: function.log_group().to_owned(),
        code: code.clone(),
        code_digest: function.code.sha256.replace('/', "_"),
        reserved_concurrency: function.reserved_concurrency(),
    })
}

/// How often a failed event is tried again: what the function's configuration says, or else twice.
fn retries(world: &World, function: &Function, named: &FunctionName) -> usize {
    let qualifier = named.qualifier.as_deref().unwrap_or(LATEST);
    let identifier = format!("{}|{qualifier}", function.name);
    let key = Resource::key(&function.region, "AWS::Lambda::EventInvokeConfig", &identifier);
    let configured = world.resources.get(&key);
    let told = configured.and_then(|it| it.properties.get("MaximumRetryAttempts"));
    let told = told.and_then(Value::as_u64).and_then(|told| usize::try_from(told).ok());
    told.unwrap_or(RETRIES.len())
}
