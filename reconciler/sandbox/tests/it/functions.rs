//! Functions that really run: their environments, how they end, and what is told of it.

use std::collections::BTreeSet;

use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use reconcile_sandbox::Sandbox;
use serde_json::{Value, json};

use crate::deployed::{
    bootstrap, deploy, eventually, invoke, lambda, lines, logs, new_function, package, variable,
    whole_bootstrap,
};
use crate::support::{REGION, open, refusal, sandbox, sts_as};

/// The number of the process that answered.
async fn process(sandbox: &Sandbox, name: &str) -> u64 {
    let invoked = invoke(sandbox, name, &json!({ "do": "count" })).await;
    invoked.payload["process"].as_u64().expect("a process")
}

#[tokio::test]
async fn an_environment_is_used_again() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let cold = invoke(&sandbox, "f", &json!({ "do": "count" })).await;
    let warm = invoke(&sandbox, "f", &json!({ "do": "count" })).await;
    assert_eq!((&cold.payload["count"], &warm.payload["count"]), (&json!(1), &json!(2)));
    assert_eq!(cold.payload["process"], warm.payload["process"]);
    assert!(cold.log.contains("\tInit Duration: "), "{}", cold.log);
    assert!(!warm.log.contains("\tInit Duration: "), "{}", warm.log);
}

#[tokio::test]
async fn what_is_running_gives_way_to_what_is_deployed() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let first = process(&sandbox, "f").await;
    let update = lambda(&sandbox).update_function_configuration().function_name("f");
    update.environment(variable("A", "1")).send().await.expect("is changed");
    let configured = process(&sandbox, "f").await;
    let update = lambda(&sandbox).update_function_code().function_name("f");
    update.zip_file(Blob::new(whole_bootstrap())).send().await.expect("is changed");
    let recoded = process(&sandbox, "f").await;
    assert_eq!(BTreeSet::from([first, configured, recoded]).len(), 3);
    // The processes of what was before are gone.
    assert!(!std::path::Path::new(&format!("/proc/{first}/exe")).exists());
}

#[tokio::test]
async fn each_event_has_an_environment_to_itself() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let event = json!({ "do": "sleep", "ms": 300 });
    let (one, other) = tokio::join!(invoke(&sandbox, "f", &event), invoke(&sandbox, "f", &event));
    assert_ne!(one.payload, other.payload);
}

#[tokio::test]
async fn a_function_sees_lambdas_variables_its_own_and_no_others() {
    let sandbox = sandbox();
    let function =
        new_function(&sandbox, "f", whole_bootstrap()).environment(variable("TABLE", "t"));
    function.send().await.expect("is made");
    let seen = invoke(&sandbox, "f", &json!({ "do": "variables" })).await.payload;
    let names: Vec<_> = seen.as_object().expect("an object").keys().map(String::as_str).collect();
    let names: BTreeSet<_> = names.into_iter().collect();
    let expected = BTreeSet::from([
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_ENDPOINT_URL",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_XRAY_CONTEXT_MISSING",
        "LAMBDA_TASK_ROOT",
        "LANG",
        "PATH",
        "TABLE",
        "TZ",
        "_HANDLER",
    ]);
    assert_eq!(names, expected);
    for (name, value) in [
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128"),
        ("AWS_LAMBDA_FUNCTION_NAME", "f"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST"),
        ("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/f"),
        ("AWS_REGION", REGION),
        ("TABLE", "t"),
        ("_HANDLER", "main"),
    ] {
        assert_eq!(seen[name], value, "{name}");
    }
    let stream = seen["AWS_LAMBDA_LOG_STREAM_NAME"].as_str().expect("a stream");
    assert!(stream.starts_with("2026/01/01/[$LATEST]"), "{stream}");
}

#[tokio::test]
async fn a_function_acts_as_its_role() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let seen = invoke(&sandbox, "f", &json!({ "do": "variables" })).await.payload;
    let text = |name: &str| seen[name].as_str().unwrap_or_default().to_owned();
    let (key, secret) = (text("AWS_ACCESS_KEY_ID"), text("AWS_SECRET_ACCESS_KEY"));
    let token = Some(text("AWS_SESSION_TOKEN"));
    let credentials = aws_credential_types::Credentials::new(key, secret, token, None, "test");
    let identity = sts_as(&sandbox, &credentials).get_caller_identity().send().await;
    let arn = identity.expect("is known").arn.unwrap_or_default();
    assert_eq!(arn, "arn:aws:sts::000000000000:assumed-role/function/f");
}

#[tokio::test]
async fn a_function_finds_the_sandbox() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    // A request without a signature is refused, which only the sandbox does.
    let found = invoke(&sandbox, "f", &json!({ "do": "fetch", "path": "/" })).await;
    assert_eq!(found.payload, json!(403), "{found:?}");
}

#[tokio::test]
async fn an_error_of_the_functions_own_leaves_it_running() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let before = process(&sandbox, "f").await;
    let failed = invoke(&sandbox, "f", &json!({ "do": "fail", "why": "no" })).await;
    assert_eq!(failed.error.as_deref(), Some("Unhandled"));
    let document = json!({ "errorType": "Test.Failure", "errorMessage": "no" });
    assert_eq!(failed.payload, document);
    assert!(failed.log.contains("Status: error\tError Type: Test.Failure"), "{}", failed.log);
    assert_eq!(process(&sandbox, "f").await, before);
}

/// Invokes a function that does not survive it; the kind of error, and its message without the request ID.
async fn fatal(sandbox: &Sandbox, event: &Value) -> (String, String, String) {
    let failed = invoke(sandbox, "f", event).await;
    assert_eq!(failed.error.as_deref(), Some("Unhandled"), "{failed:?}");
    let text = |name: &str| failed.payload[name].as_str().unwrap_or_default().to_owned();
    let message = text("errorMessage");
    let message = message.split_once(" Error: ").map_or("", |(_, message)| message).to_owned();
    (text("errorType"), message, failed.log)
}

#[tokio::test]
async fn a_process_that_ends_is_an_error_and_is_replaced() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    for (event, expected) in [
        (json!({ "do": "exit", "code": 7 }), "Runtime exited with error: exit status 7"),
        (json!({ "do": "exit" }), "Runtime exited without providing a reason"),
        (json!({ "do": "abort" }), "Runtime exited with error: signal: aborted"),
    ] {
        let (kind, message, log) = fatal(&sandbox, &event).await;
        assert_eq!(kind, "Runtime.ExitError");
        assert!(message.starts_with(expected), "{message}");
        assert!(log.contains(expected) && log.contains("Error Type: Runtime.ExitError"), "{log}");
        assert_eq!(invoke(&sandbox, "f", &json!({ "do": "count" })).await.payload["count"], 1);
    }
}

#[tokio::test]
async fn a_function_that_takes_too_long_is_ended() {
    let sandbox = sandbox();
    new_function(&sandbox, "f", bootstrap()).timeout(1).send().await.expect("is made");
    let before = process(&sandbox, "f").await;
    let (kind, message, log) = fatal(&sandbox, &json!({ "do": "sleep", "ms": 60_000 })).await;
    assert_eq!(kind, "Sandbox.Timedout");
    assert_eq!(message, "Task timed out after 1.00 seconds");
    assert!(log.contains("Task timed out after 1.00 seconds\nEND "), "{log}");
    assert!(log.ends_with("Status: timeout\n"), "{log}");
    assert!(!std::path::Path::new(&format!("/proc/{before}/exe")).exists());
    assert_ne!(process(&sandbox, "f").await, before);
}

#[tokio::test]
async fn a_function_that_holds_too_much_is_ended() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let held = invoke(&sandbox, "f", &json!({ "do": "hold", "mb": 64 })).await;
    assert_eq!(held.payload, json!(64 * 1024 * 1024), "{held:?}");
    let (kind, message, log) = fatal(&sandbox, &json!({ "do": "hold", "mb": 200 })).await;
    assert_eq!(kind, "Runtime.ExitError");
    assert_eq!(message, "Runtime exited with error: signal: killed");
    assert!(log.contains("Memory Size: 128 MB\tMax Memory Used: 128 MB"), "{log}");
}

#[tokio::test]
async fn what_cannot_be_started_says_why() {
    let sandbox = sandbox();
    let text = b"#!/nowhere\n".as_slice();
    for (name, package, expected) in [
        (
            "none",
            package(&[("main", 0o755, text)]),
            "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]",
        ),
        (
            "mode",
            package(&[("bootstrap", 0o644, text)]),
            "fork/exec /var/task/bootstrap: permission denied",
        ),
        (
            "interpreter",
            package(&[("bootstrap", 0o755, text)]),
            "fork/exec /var/task/bootstrap: no such file or directory",
        ),
        (
            "format",
            package(&[("bootstrap", 0o755, b"\x7fELF of another machine")]),
            "fork/exec /var/task/bootstrap: exec format error",
        ),
    ] {
        new_function(&sandbox, name, package).send().await.expect("is made");
        let failed = invoke(&sandbox, name, &json!({})).await;
        assert_eq!(failed.payload["errorType"], "Runtime.InvalidEntrypoint", "{failed:?}");
        let message = failed.payload["errorMessage"].as_str().unwrap_or_default();
        assert!(message.ends_with(expected), "{message}");
    }
}

#[tokio::test]
async fn a_runtime_that_does_not_begin_is_tried_twice() {
    let sandbox = sandbox();
    let function = new_function(&sandbox, "f", bootstrap()).environment(variable("INIT", "exit"));
    function.send().await.expect("is made");
    let failed = invoke(&sandbox, "f", &json!({})).await;
    assert_eq!(failed.payload["errorType"], "Runtime.ExitError", "{failed:?}");
    let update = lambda(&sandbox).update_function_configuration().function_name("f");
    update.environment(variable("INIT", "error")).send().await.expect("is changed");
    let failed = invoke(&sandbox, "f", &json!({})).await;
    assert_eq!(failed.payload, json!({ "errorType": "Test.Init", "errorMessage": "not today" }));
    let lines = lines(&sandbox, "/aws/lambda/f").await;
    let of_init: Vec<_> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("INIT_REPORT ")?.split_once('\t'))
        .map(|(_, rest)| rest)
        .collect();
    let [exit, error] = ["Runtime.ExitError", "Test.Init"];
    let line = |phase, kind| format!("Phase: {phase}\tStatus: error\tError Type: {kind}");
    let expected =
        [line("init", exit), line("invoke", exit), line("init", error), line("invoke", error)];
    assert_eq!(of_init, expected);
}

#[tokio::test]
async fn the_log_is_what_was_written_between_lambdas_own_lines() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let said = invoke(&sandbox, "f", &json!({ "do": "count", "say": "hello" })).await;
    let id = said.log.split(' ').nth(2).expect("a request ID").to_owned();
    let lines = lines(&sandbox, "/aws/lambda/f").await;
    let [begins, initialised, start, hello, again, end, report] = lines.as_slice() else {
        panic!("{lines:#?}");
    };
    assert!(begins.starts_with("INIT_START Runtime Version: provided:al2023\t"), "{begins}");
    assert_eq!(initialised, "initialised");
    assert_eq!(*start, format!("START RequestId: {id} Version: $LATEST"));
    assert_eq!((hello.as_str(), again.as_str()), ("hello", "hello again"));
    assert_eq!(*end, format!("END RequestId: {id}"));
    let shape = regex::Regex::new(
        r"^REPORT RequestId: [0-9a-f-]{36}\tDuration: \d+\.\d\d ms\tBilled Duration: \d+ ms\tMemory Size: 128 MB\tMax Memory Used: \d+ MB\tInit Duration: \d+\.\d\d ms\t$",
    );
    assert!(shape.expect("a pattern").is_match(report), "{report:?}");
    // The tail is the invocation's part of it.
    assert_eq!(said.log, lines[2..].join("\n") + "\n");
}

#[tokio::test]
async fn logs_are_found_by_group_stream_time_and_words() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    invoke(&sandbox, "f", &json!({ "do": "count", "say": "one" })).await;
    sandbox.advance_clock(std::time::Duration::from_mins(1)).expect("is put forward");
    invoke(&sandbox, "f", &json!({ "do": "count", "say": "two" })).await;
    let groups =
        logs(&sandbox, "DescribeLogGroups", &json!({ "logGroupNamePrefix": "/aws" })).await;
    assert_eq!(groups["logGroups"][0]["logGroupName"], "/aws/lambda/f");
    let group = json!({ "logGroupName": "/aws/lambda/f" });
    let streams = logs(&sandbox, "DescribeLogStreams", &group).await;
    let stream = streams["logStreams"][0]["logStreamName"].clone();
    assert_eq!(streams["logStreams"].as_array().map(Vec::len), Some(1), "{streams}");

    let texts = |answer: &Value| -> Vec<String> {
        let events = answer["events"].as_array().cloned().unwrap_or_default();
        events
            .iter()
            .map(|event| event["message"].as_str().unwrap_or_default().to_owned())
            .collect()
    };
    let with = |name: &str, value: Value| {
        let mut parameters = group.clone();
        parameters[name] = value;
        parameters
    };
    let found =
        logs(&sandbox, "FilterLogEvents", &with("filterPattern", json!("two -again"))).await;
    assert_eq!(texts(&found), ["two"]);
    let later = with("startTime", json!(1_767_225_660_000_i64));
    let found = logs(&sandbox, "FilterLogEvents", &later).await;
    assert_eq!(texts(&found)[1], "two");
    let of_stream = |from_head: bool| {
        let mut parameters = with("logStreamName", stream.clone());
        (parameters["limit"], parameters["startFromHead"]) = (json!(2), json!(from_head));
        parameters
    };
    let first = logs(&sandbox, "GetLogEvents", &of_stream(true)).await;
    assert_eq!(texts(&first)[1], "initialised");
    let last = logs(&sandbox, "GetLogEvents", &of_stream(false)).await;
    assert!(texts(&last)[1].starts_with("REPORT "), "{last}");
    let missing = logs(&sandbox, "GetLogEvents", &json!({ "logGroupName": "none" })).await;
    assert_eq!(missing["__type"], "ResourceNotFoundException");
}

#[tokio::test]
async fn reserved_concurrency_is_the_most_that_runs_at_once() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let reserve = |count| {
        let put = lambda(&sandbox).put_function_concurrency().function_name("f");
        put.reserved_concurrent_executions(count).send()
    };
    let attempt = || {
        let invoke = lambda(&sandbox).invoke().function_name("f");
        let event = json!({ "do": "sleep", "ms": 400 }).to_string();
        invoke.payload(Blob::new(event)).send()
    };
    reserve(1).await.expect("is reserved");
    let (one, other) = tokio::join!(attempt(), attempt());
    let error = [one, other].into_iter().find_map(Result::err).expect("one is too many");
    assert_eq!(refusal(&error), ("TooManyRequestsException".to_owned(), 429));
    attempt().await.expect("there is room again");
    reserve(0).await.expect("is reserved");
    let error = attempt().await.expect_err("nothing may run");
    assert_eq!(refusal(&error), ("TooManyRequestsException".to_owned(), 429));
}

#[tokio::test]
async fn an_event_runs_without_its_caller() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let invoke = lambda(&sandbox).invoke().function_name("f");
    let event = Blob::new(json!({ "do": "count", "say": "by itself" }).to_string());
    let queued = invoke.invocation_type(InvocationType::Event).payload(event).send().await;
    assert_eq!(queued.expect("is queued").status_code(), 202);
    let line = eventually(async || {
        let lines = lines(&sandbox, "/aws/lambda/f").await;
        lines.into_iter().find(|line| line == "by itself")
    });
    line.await;
}

#[tokio::test]
async fn an_invocation_outlives_its_caller() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let event = json!({ "do": "sleep", "ms": 200, "say": "still here" });
    let caller = tokio::spawn({
        let sandbox = sandbox.clone();
        async move { invoke(&sandbox, "f", &event).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    caller.abort();
    let report = eventually(async || {
        let lines = lines(&sandbox, "/aws/lambda/f").await;
        lines.iter().any(|line| line == "still here").then_some(lines)
    });
    assert!(report.await.last().is_some_and(|line| line.starts_with("REPORT ")));
}

#[tokio::test]
async fn a_dry_run_runs_nothing() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let dry = |name: &str| {
        let invoke = lambda(&sandbox).invoke().function_name(name);
        invoke.invocation_type(InvocationType::DryRun).send()
    };
    assert_eq!(dry("f").await.expect("may be invoked").status_code(), 204);
    let error = dry("g").await.expect_err("is not there");
    assert_eq!(refusal(&error), ("ResourceNotFoundException".to_owned(), 404));
    let groups = logs(&sandbox, "DescribeLogGroups", &json!({})).await;
    assert_eq!(groups["logGroups"], json!([]));
}

#[tokio::test]
async fn events_and_answers_have_a_largest_size() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let send = |payload: Vec<u8>, kind: InvocationType| {
        let invoke = lambda(&sandbox).invoke().function_name("f").invocation_type(kind);
        invoke.payload(Blob::new(payload)).send()
    };
    let text = |length: usize| format!("\"{}\"", "x".repeat(length - 2)).into_bytes();
    let error = send(text(6_291_457), InvocationType::RequestResponse).await.expect_err("too long");
    assert_eq!(refusal(&error), ("RequestTooLargeException".to_owned(), 413));
    let error = send(text(1_048_577), InvocationType::Event).await.expect_err("too long");
    assert_eq!(refusal(&error), ("RequestTooLargeException".to_owned(), 413));
    let error = send(b"{".to_vec(), InvocationType::RequestResponse).await.expect_err("no JSON");
    assert_eq!(refusal(&error), ("InvalidRequestContentException".to_owned(), 400));
    let long = invoke(&sandbox, "f", &json!({ "do": "length", "bytes": 6_291_556 })).await;
    assert_eq!(long.error, None);
    let longer = invoke(&sandbox, "f", &json!({ "do": "length", "bytes": 6_291_557 })).await;
    assert_eq!(longer.payload["errorType"], "Function.ResponseSizeTooLarge");
}

#[tokio::test]
async fn a_qualifier_chooses_the_version() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    lambda(&sandbox).publish_version().function_name("f").send().await.expect("is published");
    let alias = lambda(&sandbox).create_alias().function_name("f").name("live");
    alias.function_version("1").send().await.expect("is made");
    let by_alias = invoke(&sandbox, "f:live", &json!({ "do": "head" })).await;
    assert_eq!(by_alias.version.as_deref(), Some("1"));
    let head = by_alias.payload.as_str().unwrap_or_default().to_lowercase();
    let arn = format!("invoked-function-arn: arn:aws:lambda:{REGION}:000000000000:function:f:live");
    assert!(head.contains(&arn), "{head}");
    let by_name = invoke(&sandbox, "f", &json!({ "do": "head" })).await;
    assert_eq!(by_name.version.as_deref(), Some("$LATEST"));
}

#[tokio::test]
async fn what_the_runtime_is_told_with_an_event() {
    let sandbox = sandbox();
    let tracing = aws_sdk_lambda::types::TracingConfig::builder().mode("Active".into()).build();
    let function = new_function(&sandbox, "f", bootstrap()).tracing_config(tracing);
    function.send().await.expect("is made");
    let invoked = invoke(&sandbox, "f", &json!({ "do": "head" })).await;
    let head = invoked.payload.as_str().unwrap_or_default().to_lowercase();
    // The clock stands, and the function has ten seconds.
    assert!(head.contains("lambda-runtime-deadline-ms: 1767225610000"), "{head}");
    assert!(head.contains("lambda-runtime-trace-id: root=1-6955b900-"), "{head}");
    assert!(head.contains(";sampled=1"), "{head}");
    assert!(invoked.log.contains("XRAY TraceId: 1-6955b900-"), "{}", invoked.log);
}

#[tokio::test]
async fn packages_are_unpacked_once_for_all_processes() {
    let directory = tempfile::tempdir().expect("a directory");
    let (one, other) = (open(directory.path()), open(directory.path()));
    deploy(&one, "f").await;
    let root = |sandbox: Sandbox| async move {
        let seen = invoke(&sandbox, "f", &json!({ "do": "variables" })).await.payload;
        seen["LAMBDA_TASK_ROOT"].as_str().unwrap_or_default().to_owned()
    };
    let (first, second) = (root(one.clone()).await, root(other).await);
    assert_eq!(first, second);
    assert!(first.starts_with(&*directory.path().join("functions").to_string_lossy()), "{first}");
    Sandbox::reset(directory.path()).expect("is emptied");
    assert!(!std::path::Path::new(&first).exists());
    let error = lambda(&one).invoke().function_name("f").send().await.expect_err("is gone");
    assert_eq!(refusal(&error), ("ResourceNotFoundException".to_owned(), 404));
}

#[tokio::test]
async fn functions_end_with_the_sandbox() {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    let running = process(&sandbox, "f").await;
    drop(sandbox);
    eventually(async || {
        (!std::path::Path::new(&format!("/proc/{running}/exe")).exists()).then_some(())
    })
    .await;
}
