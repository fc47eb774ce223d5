//! Which calls AWS would have throttled, by its published quotas.

use std::time::Instant;

use reconcile_sandbox::Limits;

/// What a bucket holds beside a second's worth: a call that was sent in time may arrive a little early.
const JITTER: f64 = 1.0;

/// How many of these calls came when nothing was left of the operation's quota. AWS publishes no burst; a second's
/// worth is taken for it.
pub(crate) fn beyond(operation: &str, times: &[Instant]) -> u64 {
    let Some(per_second) = Limits::published().per_second(operation).map(f64::from) else {
        return 0;
    };
    let full = per_second + JITTER;
    let (mut tokens, mut last, mut refused) = (full, None, 0);
    for time in times {
        let since = last.map_or(0.0, |last| time.saturating_duration_since(last).as_secs_f64());
        tokens = (tokens + since * per_second).min(full);
        last = Some(*time);
        if tokens >= 1.0 {
            tokens -= 1.0;
        } else {
            refused += 1;
        }
    }
    refused
}
