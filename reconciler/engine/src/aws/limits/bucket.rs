//! A token bucket that halves its rate when AWS throttles and recovers by and by. Pure: it is told the time.

use std::time::Duration;

use tokio::time::Instant;

/// The slowest rate, as a share of the quota: slow enough for eight programs that share it.
const FLOOR: f64 = 1.0 / 8.0;

/// How much of the quota a slowed rate regains per second: from the floor to the quota in 35 seconds.
const RECOVERY: f64 = 1.0 / 40.0;

/// Throttled answers within this time of a slow-down belong to calls that were sent before it.
const ECHO: Duration = Duration::from_secs(1);

/// A full token, less what adding up fractions of one loses.
const TOKEN: f64 = 1.0 - 1e-6;

/// Tokens that come at a rate. It holds as many as come in a second: AWS publishes no burst.
#[derive(Debug)]
pub(super) struct Bucket {
    quota: f64,
    rate: f64,
    tokens: f64,
    at: Instant,
    slowed_at: Option<Instant>,
}

impl Bucket {
    /// A full bucket of `quota` calls per second.
    pub(super) fn full(quota: u32, now: Instant) -> Self {
        let quota = f64::from(quota);
        Self { quota, rate: quota, tokens: quota, at: now, slowed_at: None }
    }

    /// Takes a token, or says how long to wait before asking again.
    pub(super) fn take(&mut self, now: Instant) -> Result<(), Duration> {
        self.refill(now);
        if self.tokens >= TOKEN {
            self.tokens -= 1.0;
            return Ok(());
        }
        Err(Duration::from_secs_f64((1.0 - self.tokens) / self.rate))
    }

    /// Halves the rate and empties the bucket.
    pub(super) fn slow_down(&mut self, now: Instant) {
        self.refill(now);
        self.tokens = self.tokens.min(0.0);
        if self.slowed_at.is_some_and(|then| now - then < ECHO) {
            return;
        }
        self.slowed_at = Some(now);
        self.rate = (self.rate / 2.0).max(self.quota * FLOOR);
    }

    fn refill(&mut self, now: Instant) {
        let seconds = now.saturating_duration_since(self.at).as_secs_f64();
        self.at = now;
        self.tokens = (self.tokens + seconds * self.rate).min(self.quota);
        self.rate = (self.rate + seconds * self.quota * RECOVERY).min(self.quota);
    }
}
