//! An AWS account in memory, and processes that live and die in it.

use std::sync::Arc;
use std::time::Duration;

use aws_smithy_async::time::SharedTimeSource;
use reconcile_sandbox::{Crash, Sandbox, TamperRequest, When};
use serde_json::Value;
use tokio::sync::Notify;

use crate::clock::Clock;

/// Where everything is, unless a test says otherwise.
pub const REGION: &str = "ap-northeast-1";

/// An account with virtual time. Cheap to clone: all clones are the same account.
#[derive(Debug, Clone)]
pub struct Account {
    /// AWS.
    pub sandbox: Sandbox,
    /// Its time.
    pub clock: Clock,
}

/// How a process that was to be killed ended.
#[derive(Debug)]
pub enum End<T> {
    /// It was killed at the call.
    Killed,
    /// It made fewer calls than that, and ended with this.
    Ended(T),
}

impl Default for Account {
    fn default() -> Self {
        Self::new()
    }
}

impl Account {
    /// An empty account.
    pub fn new() -> Self {
        let clock = Clock::new();
        Self { sandbox: Sandbox::in_memory(SharedTimeSource::new(clock.clone())), clock }
    }

    /// Lives one process: a runtime of its own, in which waiting takes no time, and which takes
    /// everything with it that it had spawned.
    pub fn process<T>(&self, work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime starts");
        let result = runtime.block_on(async {
            self.clock.start();
            let result = work.await;
            self.clock.stop();
            result
        });
        drop(runtime);
        result
    }

    /// Lives one process that is killed at its `call`th call, counted from 1. What it spawned dies with it.
    pub fn killed_process<T>(
        &self,
        call: u64,
        when: When,
        work: impl Future<Output = T>,
    ) -> End<T> {
        let killed = Arc::new(Notify::new());
        let hook = Arc::clone(&killed);
        let crash = Crash { call: self.calls() + call, when };
        self.sandbox.set_crash(crash, move || hook.notify_one());
        self.process(async {
            tokio::select! {
                result = work => End::Ended(result),
                () = killed.notified() => End::Killed,
            }
        })
    }

    /// Lets time pass in which nobody does anything.
    pub fn wait(&self, time: Duration) {
        self.clock.advance(time);
        // What falls due meanwhile happens.
        self.sandbox.resources().expect("the account can be read");
    }

    /// How many calls it has answered.
    pub fn calls(&self) -> u64 {
        self.sandbox.call_counts().total
    }

    /// How many of them can change something.
    pub fn writes(&self) -> u64 {
        self.sandbox.call_counts().writes
    }

    /// How often an operation was called: `cloudformation:DeleteStack`.
    pub fn calls_of(&self, operation: &str) -> u64 {
        self.sandbox.call_counts().by_operation.get(operation).copied().unwrap_or_default()
    }

    /// Changes a live property behind everyone's back.
    pub fn tamper(&self, stack: &str, logical_id: &str, pointer: &str, value: Value) {
        let request = TamperRequest {
            region: REGION.to_owned(),
            stack_name: stack.to_owned(),
            logical_id: logical_id.to_owned(),
            pointer: pointer.to_owned(),
            value,
        };
        self.sandbox.tamper(request).expect("the property is changed");
    }

    /// The identifiers of the live resources of a type.
    pub fn live(&self, type_name: &str) -> Vec<String> {
        let resources = self.sandbox.resources().expect("the account can be read").into_iter();
        let resources = resources.filter(|resource| resource.type_name == type_name);
        resources.map(|resource| resource.identifier).collect()
    }

    /// A client for what the program itself never does.
    pub fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        let config = aws_sdk_cloudformation::Config::builder()
            .behavior_version(aws_sdk_cloudformation::config::BehaviorVersion::v2026_01_12())
            .region(aws_sdk_cloudformation::config::Region::from_static(REGION))
            .credentials_provider(self.sandbox.credentials())
            .http_client(self.sandbox.http_client())
            .time_source(self.sandbox.time_source())
            .sleep_impl(aws_smithy_async::rt::sleep::TokioSleep::new())
            .build();
        aws_sdk_cloudformation::Client::from_conf(config)
    }
}
