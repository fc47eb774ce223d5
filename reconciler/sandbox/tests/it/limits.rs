//! Quotas and latency under tokio's paused clock.

use std::time::Duration;

use aws_sdk_s3::config::retry::RetryConfig;
use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use reconcile_sandbox::{Latency, Limits, Sandbox};
use tokio::time::Instant;

use crate::support::{BUCKET, REGION, cloudformation, refusal, s3, time};

/// A clock that goes with tokio's.
#[derive(Debug)]
struct Tokio(Instant);

impl TimeSource for Tokio {
    fn now(&self) -> std::time::SystemTime {
        time().now() + self.0.elapsed()
    }
}

fn sandbox() -> Sandbox {
    let sandbox = Sandbox::in_memory(SharedTimeSource::new(Tokio(Instant::now())));
    sandbox.ensure_bucket(BUCKET, REGION).expect("the bucket is made");
    sandbox
}

/// A client that does not retry.
fn once(sandbox: &Sandbox) -> aws_sdk_cloudformation::Client {
    let config = cloudformation(sandbox).config().to_builder();
    aws_sdk_cloudformation::Client::from_conf(config.retry_config(RetryConfig::disabled()).build())
}

#[tokio::test(start_paused = true)]
async fn published_quotas_refill_by_the_second() {
    let sandbox = sandbox();
    sandbox.set_limits(Limits::published());
    let client = once(&sandbox);
    for _ in 0..2 {
        for _ in 0..10 {
            client.describe_stacks().send().await.expect("is within the quota");
        }
        let refused = client.describe_stacks().send().await.expect_err("is one too many");
        assert_eq!(refusal(&refused), ("Throttling".to_owned(), 400));
        client.list_stacks().send().await.expect("has a quota of its own");
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    assert_eq!(sandbox.call_log()[10].fault, None, "a limit is no fault");
}

#[tokio::test(start_paused = true)]
async fn the_sdk_gets_through_in_the_end() {
    let sandbox = sandbox();
    sandbox.set_limits(Limits::none().with("s3:ListObjectsV2", 1));
    // The pauses between tries are drawn at random: so many together are longer than a second.
    let config = s3(&sandbox).config().to_builder();
    let patient = config.retry_config(RetryConfig::standard().with_max_attempts(10));
    let client = aws_sdk_s3::Client::from_conf(patient.build());
    let start = Instant::now();
    for _ in 0..2 {
        client.list_objects_v2().bucket(BUCKET).send().await.expect("is tried again");
    }
    assert!(start.elapsed() >= Duration::from_millis(500), "{:?}", start.elapsed());
    let outcomes: Vec<_> = sandbox.call_log().into_iter().map(|call| call.outcome).collect();
    assert_eq!(outcomes[1], "SlowDown");
    assert_eq!(outcomes.last().map(String::as_str), Some("OK"));
}

#[tokio::test(start_paused = true)]
async fn calls_take_as_long_as_they_are_told() {
    let sandbox = sandbox();
    let latency = Latency::fixed(Duration::from_millis(80));
    let latency = latency.with("cloudformation:List*", Duration::from_secs(2));
    sandbox.set_latency(latency.expect("is a pattern"));
    let client = once(&sandbox);
    let start = Instant::now();
    client.describe_stacks().send().await.expect("is answered");
    assert_eq!(start.elapsed().as_millis(), 80);
    client.list_stacks().send().await.expect("is answered");
    assert_eq!(start.elapsed().as_millis(), 2080);
    let gaps = sandbox.call_log();
    assert_eq!((gaps[1].at - gaps[0].at).get_milliseconds(), 80);
}
