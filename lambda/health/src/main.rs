//! Answers `/health` and `/status` of the public API.
//!
//! Wires only: the environment and the clock come in here, and `handler` says what follows from them.

mod handler;
mod status;

use std::time::{Instant, SystemTime};

use gateway::Event;
use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};

use crate::handler::{Circumstances, answer};
use crate::status::Settings;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let (settings, started) = (Settings::read(variable), Instant::now());
    let mut is_cold = true;
    let handler = |event: LambdaEvent<Event>| {
        let now = Circumstances {
            unix_seconds: unix_seconds(),
            uptime: started.elapsed(),
            is_cold: std::mem::take(&mut is_cold),
            trace: event.context.xray_trace_id.as_deref(),
        };
        let reply = answer(&settings, &event.payload, &now);
        async { Ok::<_, Error>(reply) }
    };
    Runtime::new(service_fn(handler)).run().await
}

#[expect(clippy::disallowed_methods, reason = "a function is configured by its environment")]
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[expect(clippy::disallowed_methods, reason = "the clock enters here")]
fn unix_seconds() -> u64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
    since.unwrap_or_default().as_secs()
}
