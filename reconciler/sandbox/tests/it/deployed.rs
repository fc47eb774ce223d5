//! Functions to deploy, and what their invocations answer.

use std::io::{Cursor, Write as _};
use std::time::Duration;

use aws_sdk_lambda::config::retry::RetryConfig;
use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::operation::invoke::InvokeOutput;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, LogType, Runtime};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reconcile_sandbox::Sandbox;
use serde_json::{Value, json};
use zip::CompressionMethod;
use zip::write::{SimpleFileOptions, ZipWriter};

use crate::signed::Signer;
use crate::support;

pub(crate) const ROLE: &str = "arn:aws:iam::000000000000:role/function";

/// A client that takes the first answer.
pub(crate) fn lambda(sandbox: &Sandbox) -> aws_sdk_lambda::Client {
    let config = support::lambda(sandbox).config().to_builder();
    aws_sdk_lambda::Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
}

/// A deployment package with these files, by name, mode and content.
pub(crate) fn package(files: &[(&str, u32, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, mode, content) in files {
        // To make it small would only cost time.
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
        zip.start_file(*name, options.unix_permissions(*mode)).expect("begins");
        zip.write_all(content).expect("is written");
    }
    zip.finish().expect("is whole").into_inner()
}

/// The program of `tests/it/bootstrap`.
const PROGRAM: &str = env!("CARGO_BIN_EXE_test-bootstrap");

/// A package with the program itself.
pub(crate) fn whole_bootstrap() -> Vec<u8> {
    package(&[("bootstrap", 0o755, &std::fs::read(PROGRAM).expect("is built"))])
}

/// A package that becomes the program, and is far shorter.
pub(crate) fn bootstrap() -> Vec<u8> {
    package(&[("bootstrap", 0o755, format!("#!/bin/sh\nexec '{PROGRAM}'\n").as_bytes())])
}

/// A function that is about to be made.
pub(crate) fn new_function(
    sandbox: &Sandbox,
    name: &str,
    package: Vec<u8>,
) -> CreateFunctionFluentBuilder {
    lambda(sandbox)
        .create_function()
        .function_name(name)
        .runtime(Runtime::from("provided.al2023"))
        .handler("main")
        .role(ROLE)
        .timeout(10)
        .code(FunctionCode::builder().zip_file(Blob::new(package)).build())
}

/// Makes the function of `tests/it/bootstrap`.
pub(crate) async fn deploy(sandbox: &Sandbox, name: &str) {
    new_function(sandbox, name, bootstrap()).send().await.expect("is made");
}

/// An environment with one variable.
pub(crate) fn variable(name: &str, value: &str) -> Environment {
    Environment::builder().variables(name, value).build()
}

/// What an invocation gave: the payload, the kind of error, and the log.
#[derive(Debug, Clone)]
pub(crate) struct Invoked {
    pub(crate) payload: Value,
    pub(crate) error: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) log: String,
}

impl Invoked {
    pub(crate) fn of(output: &InvokeOutput) -> Self {
        let payload = output.payload().map(Blob::as_ref).unwrap_or_default();
        let log = STANDARD.decode(output.log_result().unwrap_or_default()).expect("is base64");
        Self {
            payload: serde_json::from_slice(payload).unwrap_or_default(),
            error: output.function_error().map(str::to_owned),
            version: output.executed_version().map(str::to_owned),
            log: String::from_utf8_lossy(&log).into_owned(),
        }
    }
}

/// Invokes a function, waits for it, and has its log.
pub(crate) async fn invoke(sandbox: &Sandbox, name: &str, event: &Value) -> Invoked {
    let invoke = lambda(sandbox).invoke().function_name(name).log_type(LogType::Tail);
    let output = invoke.payload(Blob::new(event.to_string())).send().await;
    Invoked::of(&output.expect("is invoked"))
}

/// Calls CloudWatch Logs.
pub(crate) async fn logs(sandbox: &Sandbox, operation: &str, parameters: &Value) -> Value {
    let signer = Signer::of(sandbox, "logs");
    let request = signer.json(&format!("Logs_20140328.{operation}"), parameters.to_string());
    let response = sandbox.handle(request).await.expect("is answered");
    serde_json::from_slice(response.body()).expect("is JSON")
}

/// Every line of a group, the oldest first.
pub(crate) async fn lines(sandbox: &Sandbox, group: &str) -> Vec<String> {
    let answer = logs(sandbox, "FilterLogEvents", &json!({ "logGroupName": group })).await;
    let events = answer["events"].as_array().cloned().unwrap_or_default();
    let text = |event: &Value| event["message"].as_str().unwrap_or_default().to_owned();
    events.iter().map(text).collect()
}

/// Waits until something is so, a few seconds at most.
pub(crate) async fn eventually<T>(mut look: impl AsyncFnMut() -> Option<T>) -> T {
    let mut found = look().await;
    for _ in 0..500 {
        if found.is_some() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        found = look().await;
    }
    found.expect("it comes to be")
}
