use std::sync::Arc;
use std::time::Duration;

use tokio::time::Instant;

use super::{Key, Limiter};

fn key(operation: &str) -> Key {
    Key {
        region: "ap-northeast-1".to_owned(),
        service: "cloudformation".to_owned(),
        operation: operation.to_owned(),
    }
}

/// The virtual time that `calls` in a row take.
async fn time_of(calls: u32, limiter: &Limiter, key: &Key) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        limiter.wait(key).await;
    }
    start.elapsed().as_secs_f64()
}

fn assert_near(seconds: f64, expected: f64) {
    assert!((seconds - expected).abs() < 0.05, "{seconds} s instead of {expected} s");
}

#[tokio::test(start_paused = true)]
async fn calls_take_as_long_as_the_quota_says() {
    let limiter = Limiter::default();
    assert_near(time_of(102, &limiter, &key("CreateChangeSet")).await, (102.0 - 2.0) / 2.0);
    assert_near(time_of(110, &limiter, &key("DescribeStacks")).await, (110.0 - 10.0) / 10.0);
}

#[tokio::test(start_paused = true)]
async fn operations_and_regions_do_not_wait_for_each_other() {
    let limiter = Limiter::default();
    let _ = time_of(50, &limiter, &key("CreateChangeSet")).await;
    assert_near(time_of(2, &limiter, &key("DeleteStack")).await, 0.0);
    let elsewhere = Key { region: "us-east-1".to_owned(), ..key("CreateChangeSet") };
    assert_near(time_of(2, &limiter, &elsewhere).await, 0.0);
}

#[tokio::test(start_paused = true)]
async fn throttling_halves_the_rate_and_time_restores_it() {
    let limiter = Limiter::default();
    let describe = key("DescribeStacks");
    limiter.slow_down(&describe);
    // One token at 5 per second, a little less because the rate recovers meanwhile.
    assert_near(time_of(1, &limiter, &describe).await, 0.2);
    tokio::time::sleep(Duration::from_mins(1)).await;
    assert_near(time_of(110, &limiter, &describe).await, 10.0);
}

#[tokio::test(start_paused = true)]
async fn answers_to_calls_sent_together_slow_down_once() {
    let limiter = Limiter::default();
    let describe = key("DescribeStacks");
    for _ in 0..10 {
        limiter.slow_down(&describe);
    }
    assert_near(time_of(1, &limiter, &describe).await, 0.2);
}

#[tokio::test(start_paused = true)]
async fn endless_throttling_never_stops_calls_altogether() {
    let limiter = Limiter::default();
    let describe = key("DescribeStacks");
    for _ in 0..100 {
        limiter.slow_down(&describe);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    limiter.slow_down(&describe);
    let seconds = time_of(1, &limiter, &describe).await;
    assert!(seconds <= 1.0 / (10.0 / 8.0) + 0.01, "{seconds}");
}

#[tokio::test(start_paused = true)]
async fn callers_go_in_the_order_they_came() {
    let limiter = Arc::new(Limiter::default());
    let order = Arc::new(std::sync::Mutex::new(Vec::new()));
    let mut callers = Vec::new();
    for number in 0..20 {
        let (limiter, order) = (Arc::clone(&limiter), Arc::clone(&order));
        callers.push(tokio::spawn(async move {
            limiter.wait(&key("CreateStack")).await;
            order.lock().unwrap().push(number);
        }));
        tokio::task::yield_now().await;
    }
    for caller in callers {
        caller.await.unwrap();
    }
    assert_eq!(*order.lock().unwrap(), (0..20).collect::<Vec<_>>());
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_gives_up_takes_nothing() {
    let limiter = Limiter::default();
    let create = key("CreateStack");
    let _ = time_of(2, &limiter, &create).await;
    let hurried = tokio::time::timeout(Duration::from_millis(100), limiter.wait(&create)).await;
    assert!(hurried.is_err());
    assert_near(time_of(1, &limiter, &create).await, 0.4);
}
