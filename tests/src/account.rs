//! An AWS account in memory, and processes that live and die in it.

use std::sync::Arc;
use std::time::Duration;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_async::time::{SharedTimeSource, TimeSource as _};
use reconcile_sandbox::{FaultPlan, Sandbox, TamperRequest};
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

/// How a process ended in which things went wrong.
#[derive(Debug)]
pub enum End<T> {
    /// It was killed.
    Killed,
    /// It came to its own end, with this.
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

    /// Another account that holds what this one does now, at the same time.
    #[must_use]
    pub fn fork(&self) -> Self {
        let clock = self.clock.fork();
        let time = SharedTimeSource::new(clock.clone());
        Self { sandbox: self.sandbox.fork(time).expect("the account can be read"), clock }
    }

    /// Lives one process: a runtime of its own, in which waiting takes no time, and which takes
    /// everything with it that it had spawned. The SDK's random pauses are the same in every process, so that
    /// what happened once happens again.
    pub fn process<T>(&self, work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build()
            .expect("a runtime starts");
        fastrand::seed(0);
        let result = runtime.block_on(async {
            self.clock.start();
            let result = work.await;
            self.clock.stop();
            result
        });
        drop(runtime);
        result
    }

    /// Lives one process in which things go wrong as planned, counted from its first call. At a crash it is
    /// killed, and what it spawned dies with it.
    pub fn struck_process<T>(&self, plan: FaultPlan, work: impl Future<Output = T>) -> End<T> {
        let killed = Arc::new(Notify::new());
        let hook = Arc::clone(&killed);
        self.sandbox.on_crash(move || hook.notify_one());
        self.sandbox.set_faults(plan);
        let end = self.process(async {
            tokio::select! {
                result = work => End::Ended(result),
                () = killed.notified() => End::Killed,
            }
        });
        self.sandbox.set_faults(FaultPlan::default());
        end
    }

    /// Lets time pass in which nobody does anything.
    pub fn wait(&self, time: Duration) {
        self.clock.advance(time);
        // What falls due meanwhile happens.
        self.sandbox.resources().expect("the account can be read");
    }

    /// What its clock shows.
    pub fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::try_from(self.clock.now()).expect("it is no far away year")
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

    /// Deletes an object of a state bucket, as somebody who tidies up would.
    pub async fn lose(&self, bucket: &str, key: &str) {
        let call = self.s3().delete_object().bucket(bucket).key(key);
        call.send().await.expect("the object is deleted");
    }

    /// Writes an object, as somebody with a console would.
    pub async fn put(&self, bucket: &str, key: &str, bytes: Vec<u8>) {
        let call = self.s3().put_object().bucket(bucket).key(key).body(bytes.into());
        call.send().await.expect("the object is written");
    }

    /// The keys of a bucket that begin with `prefix` and end with `suffix`.
    pub async fn keys(&self, bucket: &str, (prefix, suffix): (&str, &str)) -> Vec<String> {
        let listed = self.s3().list_objects_v2().bucket(bucket).prefix(prefix).send().await;
        let objects = listed.expect("the bucket is listed").contents.unwrap_or_default();
        let keys = objects.into_iter().filter_map(|object| object.key);
        keys.filter(|key| key.ends_with(suffix)).collect()
    }

    /// The bytes of an object.
    pub async fn object(&self, bucket: &str, key: &str) -> Vec<u8> {
        let read = self.s3().get_object().bucket(bucket).key(key).send().await;
        read.expect("the object is read").body.collect().await.expect("all of it").to_vec()
    }

    /// The JSON of all objects of a bucket whose key begins with `prefix` and ends with `.json`.
    pub async fn objects(&self, bucket: &str, prefix: &str) -> Vec<Value> {
        let mut objects = Vec::new();
        for key in self.keys(bucket, (prefix, ".json")).await {
            let body = self.object(bucket, &key).await;
            objects.push(serde_json::from_slice(&body).expect("the object is JSON"));
        }
        objects
    }

    /// A client for what the program itself never does.
    pub fn signer(&self) -> aws_sdk_signer::Client {
        let config = aws_sdk_signer::config::Builder::from(&self.sdk()).build();
        aws_sdk_signer::Client::from_conf(config)
    }

    /// A client for what the program itself never does.
    pub fn private_ca(&self) -> aws_sdk_acmpca::Client {
        let config = aws_sdk_acmpca::config::Builder::from(&self.sdk()).build();
        aws_sdk_acmpca::Client::from_conf(config)
    }

    /// A client for what the program itself never does.
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        let config = aws_sdk_lambda::config::Builder::from(&self.sdk()).build();
        aws_sdk_lambda::Client::from_conf(config)
    }

    /// A client for what the program itself never does.
    pub fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::config::Builder::from(&self.sdk()).build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// A client for what the program itself never does.
    pub fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        let config = aws_sdk_cloudformation::config::Builder::from(&self.sdk()).build();
        aws_sdk_cloudformation::Client::from_conf(config)
    }

    /// Deletes every live resource of a type behind everyone's back.
    pub fn delete_live(&self, type_name: &str) {
        for identifier in self.live(type_name) {
            self.delete(type_name, &identifier);
        }
        // What is due is done when the next one asks.
        self.wait(Duration::ZERO);
    }

    /// Deletes a resource behind everyone's back.
    pub fn delete(&self, type_name: &str, identifier: &str) {
        let config = aws_sdk_cloudcontrol::config::Builder::from(&self.sdk()).build();
        let client = aws_sdk_cloudcontrol::Client::from_conf(config);
        let call = client.delete_resource().type_name(type_name).identifier(identifier);
        self.process(call.send()).expect("it is deleted");
    }

    /// The names of all stacks, in order of name.
    pub async fn stacks(&self) -> Vec<String> {
        let mut pages = self.cloudformation().describe_stacks().into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let stacks = page.expect("stacks are listed").stacks.unwrap_or_default();
            names.extend(stacks.into_iter().filter_map(|stack| stack.stack_name));
        }
        names.sort();
        names
    }

    /// The names of a stack's change sets that wait to be executed.
    pub async fn change_sets(&self, stack: &str) -> Vec<String> {
        let listed = self.cloudformation().list_change_sets().stack_name(stack).send().await;
        let sets = listed.expect("change sets are listed").summaries.unwrap_or_default();
        sets.into_iter().filter_map(|set| set.change_set_name).collect()
    }

    /// AWS's word for the state of a stack.
    pub async fn stack_status(&self, stack: &str) -> String {
        let described = self.cloudformation().describe_stacks().stack_name(stack).send().await;
        let stacks = described.expect("the stack is described").stacks.unwrap_or_default();
        let status = stacks.first().and_then(|stack| stack.stack_status.as_ref());
        status.expect("it has a status").to_string()
    }

    fn sdk(&self) -> SdkConfig {
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::from_static(REGION))
            .credentials_provider(SharedCredentialsProvider::new(self.sandbox.credentials()))
            .http_client(self.sandbox.http_client())
            .time_source(self.sandbox.time_source())
            .sleep_impl(TokioSleep::new())
            .build()
    }
}
