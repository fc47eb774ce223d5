//! The time of a run: AWS's clock type, on the clock that waiting uses.

use std::time::SystemTime;

use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use jiff::Timestamp;
use tokio::time::Instant;

/// A wall clock that moves with `tokio::time`, so that waiting and the time of day agree.
///
/// Under tokio's paused clock a wait of an hour passes at once and this clock shows an hour more. For AWS
/// itself, prefer the SDK's default time source: this one stands still while a laptop sleeps.
#[derive(Debug, Clone)]
pub struct TokioTime {
    base: SystemTime,
    start: Instant,
}

impl TokioTime {
    /// A clock that shows `base` now. Needs a tokio runtime when its clock is paused.
    pub fn starting_at(base: SystemTime) -> Self {
        Self { base, start: Instant::now() }
    }
}

impl TimeSource for TokioTime {
    fn now(&self) -> SystemTime {
        self.base + self.start.elapsed()
    }
}

/// The time of a source as a [`Timestamp`].
pub fn timestamp(source: &SharedTimeSource) -> Timestamp {
    // Only years outside of -9999..9999 are out of range.
    Timestamp::try_from(source.now()).unwrap_or(Timestamp::UNIX_EPOCH)
}
