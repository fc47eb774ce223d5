//! How many requests the routes of a stage take.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use jiff::{Timestamp, Unit};

use super::model::Throttle;

/// What is left for every route: this process's requests only.
#[derive(Debug, Default)]
pub(super) struct Throttles(Mutex<BTreeMap<String, Bucket>>);

/// Fills at the route's rate up to its burst.
#[derive(Debug)]
struct Bucket {
    tokens: f64,
    filled: Timestamp,
}

impl Throttles {
    /// Takes a token of the route's, if there is one.
    pub(super) fn admit(&self, route: String, throttle: Throttle, now: Timestamp) -> bool {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let full = Bucket { tokens: throttle.burst, filled: now };
        let bucket = buckets.entry(route).or_insert(full);
        let elapsed = (now - bucket.filled).total(Unit::Second).unwrap_or_default().max(0.0);
        bucket.tokens = elapsed.mul_add(throttle.per_second, bucket.tokens).min(throttle.burst);
        bucket.filled = now;
        let is_admitted = bucket.tokens >= 1.0;
        if is_admitted {
            bucket.tokens -= 1.0;
        }
        is_admitted
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;

    use super::*;

    #[test]
    fn a_burst_is_taken_and_refilled_at_the_rate() {
        let throttles = Throttles::default();
        let throttle = Throttle { per_second: 2.0, burst: 3.0 };
        let admitted = |at: i64| {
            let now = Timestamp::UNIX_EPOCH + SignedDuration::from_millis(at);
            (0..5).filter(|_| throttles.admit("r".to_owned(), throttle, now)).count()
        };
        assert_eq!([admitted(0), admitted(0), admitted(1000), admitted(100_000)], [3, 0, 2, 3]);
        let now = Timestamp::UNIX_EPOCH;
        assert!(throttles.admit("another".to_owned(), throttle, now));
    }
}
