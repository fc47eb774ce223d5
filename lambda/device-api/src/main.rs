//! Wires the device API: the environment, the clock and the log come in here.

use std::io::Write as _;
use std::time::Instant;

use device_api::storage::S3;
use device_api::{Service, settings};
use gateway::Event;
use jiff::Timestamp;
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (settings, access) = settings::read(variable)?;
    let namespace = settings.metrics_namespace.clone();
    let service = Service::new(S3::new(&access, &settings), settings);
    let (service, namespace) = (&service, namespace.as_str());
    let handler = |event: LambdaEvent<Event>| async move {
        let (now, started) = (time(&event.payload), Instant::now());
        let answer = service.answer(&event.payload, now).await;
        // A decision that cannot be recorded is not handed out.
        writeln!(std::io::stdout(), "{}", answer.record.line(namespace, now, started.elapsed()))?;
        Ok::<_, Error>(answer.reply)
    };
    Runtime::new(service_fn(handler)).run().await
}

/// The request's time, which API Gateway tells: what is decided and signed then follows from the event alone.
fn time(event: &Event) -> Timestamp {
    let told = event.request_context.time_epoch;
    let told = Timestamp::from_millisecond(told).ok().filter(|at| *at > Timestamp::UNIX_EPOCH);
    told.unwrap_or_else(Timestamp::now)
}

#[expect(clippy::disallowed_methods, reason = "a function is configured by its environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
