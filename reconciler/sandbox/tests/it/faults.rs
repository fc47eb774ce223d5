//! Every fault of a plan, as the real SDK meets it under tokio's paused clock.

use std::time::Duration;

use aws_sdk_cloudformation::error::ProvideErrorMetadata;
use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::config::timeout::TimeoutConfig;
use reconcile_sandbox::{Fault, FaultPlan, Rule, Sandbox};
use tokio::time::Instant;

use crate::support::{BUCKET, REGION, body, cloudformation, refusal, s3, sandbox, sts};

const TEMPLATE: &str = "Resources: { Topic: { Type: AWS::SNS::Topic } }";

/// The clients of these tests try once, so that they see what a fault answers.
fn once(sandbox: &Sandbox) -> (aws_sdk_cloudformation::Client, aws_sdk_s3::Client) {
    let timeouts = TimeoutConfig::builder().read_timeout(Duration::from_mins(1)).build();
    let cloudformation = cloudformation(sandbox).config().to_builder();
    let s3 = s3(sandbox).config().to_builder();
    (
        aws_sdk_cloudformation::Client::from_conf(
            cloudformation
                .retry_config(RetryConfig::disabled())
                .timeout_config(timeouts.clone())
                .build(),
        ),
        aws_sdk_s3::Client::from_conf(
            s3.retry_config(RetryConfig::disabled()).timeout_config(timeouts).build(),
        ),
    )
}

/// Lets every call suffer `fault`.
fn suffer(sandbox: &Sandbox, fault: Fault) {
    sandbox.set_faults(FaultPlan { seed: 0, rules: vec![Rule::always(fault)] });
}

/// What a fault answers: to CloudFormation, and to S3.
async fn check(fault: Fault, expected: [(&str, u16); 2]) {
    let sandbox = sandbox();
    suffer(&sandbox, fault);
    let (cloudformation, s3) = once(&sandbox);
    let described = cloudformation.describe_stacks().send().await.expect_err("is refused");
    let put = s3.put_object().bucket(BUCKET).key("k").body(body("x"));
    let put = put.send().await.expect_err("is refused");
    let answered = [refusal(&described), refusal(&put)];
    assert_eq!(answered, expected.map(|(code, status)| (code.to_owned(), status)));
    for call in sandbox.call_log() {
        assert_eq!(call.fault, Some(fault.name()));
        assert!(!call.operation.is_empty() && call.outcome != "OK", "{call}");
    }
    // Nothing was acted on.
    sandbox.set_faults(FaultPlan::default());
    let listed = s3.list_objects_v2().bucket(BUCKET).send().await.expect("lists");
    assert!(listed.contents().is_empty());
}

#[tokio::test(start_paused = true)]
async fn refusals_are_worded_as_each_service_words_them() {
    check(Fault::Throttle, [("Throttling", 400), ("SlowDown", 503)]).await;
    check(Fault::InternalError, [("InternalFailure", 500), ("InternalError", 500)]).await;
    check(Fault::Unavailable, [("ServiceUnavailable", 503), ("ServiceUnavailable", 503)]).await;
    check(Fault::ExpiredCredentials, [("ExpiredToken", 403), ("ExpiredToken", 400)]).await;
    check(Fault::AccessDenied, [("AccessDenied", 403), ("AccessDenied", 403)]).await;
}

#[tokio::test(start_paused = true)]
async fn a_denial_names_the_action_that_is_missing() {
    let sandbox = sandbox();
    suffer(&sandbox, Fault::AccessDenied);
    let (cloudformation, s3) = once(&sandbox);
    let denied = cloudformation.get_template().stack_name("app").send().await;
    let denied = denied.expect_err("is denied");
    let said = denied.message().unwrap_or_default();
    let arn = format!("arn:aws:cloudformation:{REGION}:000000000000:stack/app/*");
    assert!(
        said.contains(&format!(
            "is not authorized to perform: cloudformation:GetTemplate on resource: {arn} because"
        )),
        "{said}"
    );
    let denied = s3.list_objects_v2().bucket(BUCKET).send().await.expect_err("is denied");
    let said = denied.message().unwrap_or_default();
    assert!(said.contains("perform: s3:ListBucket on resource"), "{said}");
    assert_eq!(sandbox.call_log()[1].action, "s3:ListBucket");
}

#[tokio::test(start_paused = true)]
async fn the_sdk_retries_what_is_worth_it_and_only_that() {
    for (fault, retried) in [
        (Fault::Throttle, true),
        (Fault::InternalError, true),
        (Fault::Unavailable, true),
        (Fault::Reset, true),
        (Fault::ExpiredCredentials, false),
        (Fault::AccessDenied, false),
    ] {
        let sandbox = sandbox();
        sandbox.set_faults(FaultPlan {
            rules: vec![Rule { times: Some(1), ..Rule::always(fault) }],
            ..FaultPlan::default()
        });
        let described = cloudformation(&sandbox).describe_stacks().send().await;
        assert_eq!(described.is_ok(), retried, "{fault:?}");
        sandbox.set_faults(FaultPlan {
            rules: vec![Rule { times: Some(1), ..Rule::always(fault) }],
            ..FaultPlan::default()
        });
        let listed = s3(&sandbox).list_objects_v2().bucket(BUCKET).send().await;
        assert_eq!(listed.is_ok(), retried, "{fault:?}");
        let calls = sandbox.call_log();
        assert_eq!(calls.len(), if retried { 4 } else { 2 }, "{fault:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_reset_comes_before_the_effect() {
    let sandbox = sandbox();
    sandbox.set_faults(FaultPlan::at(1, Fault::Reset));
    let (_, s3) = once(&sandbox);
    let put = s3.put_object().bucket(BUCKET).key("k").body(body("x")).send().await;
    let error = put.expect_err("breaks");
    assert!(
        matches!(&error, aws_sdk_s3::error::SdkError::DispatchFailure(failure) if failure.is_io())
    );
    s3.head_object().bucket(BUCKET).key("k").send().await.expect_err("was not acted on");
    let reset = &sandbox.call_log()[0];
    assert_eq!((reset.fault, reset.outcome.as_str()), (Some("reset"), ""));
    assert_eq!(
        (reset.operation.as_str(), reset.resource.as_deref()),
        ("PutObject", Some("state-bucket/k"))
    );
}

#[tokio::test(start_paused = true)]
async fn a_timeout_comes_after_the_effect() {
    let sandbox = sandbox();
    sandbox.set_faults(FaultPlan::at(1, Fault::Timeout));
    let (_, s3) = once(&sandbox);
    let start = Instant::now();
    let put = s3.put_object().bucket(BUCKET).key("k").body(body("x")).send().await;
    let error = put.expect_err("is never answered");
    assert!(
        matches!(&error, aws_sdk_s3::error::SdkError::DispatchFailure(failure) if failure.is_timeout()),
        "{error:?}"
    );
    assert_eq!(start.elapsed().as_secs(), 60);
    s3.head_object().bucket(BUCKET).key("k").send().await.expect("was acted on");
    let call = &sandbox.call_log()[0];
    assert_eq!((call.fault, call.outcome.as_str()), (Some("timeout"), "OK"));
}

#[tokio::test(start_paused = true)]
async fn a_slow_call_takes_its_time_and_works() {
    let sandbox = sandbox();
    let plan = FaultPlan::parse("rules: [{ fault: { slow: 30s }, operation: 'sts:*' }]");
    sandbox.set_faults(plan.expect("is a plan"));
    let start = Instant::now();
    cloudformation(&sandbox).describe_stacks().send().await.expect("is not meant");
    assert_eq!(start.elapsed().as_secs(), 0);
    sts(&sandbox).get_caller_identity().send().await.expect("is slow");
    assert_eq!(start.elapsed().as_secs(), 30);
}

#[tokio::test(start_paused = true)]
async fn a_stale_read_answers_what_was_before_the_last_write() {
    let sandbox = sandbox();
    suffer(&sandbox, Fault::StaleRead);
    let (client, s3) = once(&sandbox);
    let create = client.create_stack().stack_name("app").template_body(TEMPLATE);
    create.send().await.expect("created");
    let stale = client.describe_stacks().stack_name("app").send().await.expect_err("not yet seen");
    assert_eq!(stale.message(), Some("Stack with id app does not exist"));
    client.delete_stack().stack_name("app").send().await.expect("deleted");
    client.describe_stacks().stack_name("app").send().await.expect("still seen");
    // S3 is strongly consistent.
    s3.put_object().bucket(BUCKET).key("k").body(body("x")).send().await.expect("put");
    s3.get_object().bucket(BUCKET).key("k").send().await.expect("read");
    let struck: Vec<_> = sandbox.call_log().iter().map(|call| call.fault).collect();
    assert_eq!(struck, [None, Some("stale_read"), None, Some("stale_read"), None, None]);
    sandbox.set_faults(FaultPlan::default());
    client.describe_stacks().stack_name("app").send().await.expect_err("seen at last");
}

/// The operations struck by a plan when the same calls come in this order.
async fn struck(plan: &FaultPlan, order: [&str; 3]) -> Vec<String> {
    let sandbox = sandbox();
    sandbox.set_faults(plan.clone());
    let (client, _) = once(&sandbox);
    for _ in 0..20 {
        for name in order {
            client.get_template().stack_name(name).send().await.expect_err("there is none");
        }
    }
    let mut struck: Vec<_> = Vec::new();
    for name in ["a", "b", "c"] {
        let log = sandbox.call_log();
        let calls = log.iter().filter(|call| call.resource.as_deref() == Some(name));
        struck.extend(
            calls
                .enumerate()
                .filter(|(_, call)| call.fault.is_some())
                .map(|(n, _)| format!("{name}{n}")),
        );
    }
    struck
}

#[tokio::test(start_paused = true)]
async fn a_seed_replays_whatever_the_order_of_calls() {
    let plan = FaultPlan::parse("seed: 7\nrules: [{ rate: 0.25, fault: unavailable }]");
    let plan = plan.expect("is a plan");
    let first = struck(&plan, ["a", "b", "c"]).await;
    assert!((5..=25).contains(&first.len()), "{first:?}");
    assert_eq!(struck(&plan, ["c", "a", "b"]).await, first);
    assert_ne!(struck(&FaultPlan { seed: 8, ..plan }, ["a", "b", "c"]).await, first);
}

#[tokio::test(start_paused = true)]
async fn calls_are_chosen_by_number_operation_and_how_often() {
    let sandbox = sandbox();
    let plan = "
rules:
  - { operation: 's3:GetObject', calls: [2], fault: unavailable }
  - { operation: 's3:Head*', from: 2, times: 1, fault: access_denied }
";
    sandbox.set_faults(FaultPlan::parse(plan).expect("is a plan"));
    let (_, s3) = once(&sandbox);
    s3.put_object().bucket(BUCKET).key("k").body(body("x")).send().await.expect("put");
    for _ in 0..3 {
        let _answer = s3.get_object().bucket(BUCKET).key("k").send().await;
        let _answer = s3.head_object().bucket(BUCKET).key("k").send().await;
    }
    let struck: Vec<_> = sandbox.call_log().iter().map(|call| call.fault).collect();
    let expected = [None, None, None, Some("unavailable"), Some("access_denied"), None, None];
    assert_eq!(struck, expected);
}

#[test]
fn a_plan_that_says_nonsense_is_refused() {
    for (text, expected) in [
        ("rules: [", "the fault plan cannot be read"),
        ("rules: [{ fault: throttel }]", "the fault plan cannot be understood"),
        ("rules: [{ fault: reset, call: 1 }]", "the fault plan cannot be understood"),
        ("rules: [{ fault: reset, operation: 's3:[' }]", "the fault plan cannot be understood"),
        ("rules: [{ fault: reset, rate: 1.5 }]", "rate 1.5 is not between 0 and 1"),
    ] {
        assert_eq!(FaultPlan::parse(text).expect_err("is refused").to_string(), expected, "{text}");
    }
}
