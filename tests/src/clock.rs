//! A clock that outlives the processes that move it.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use aws_smithy_async::time::TimeSource;
use jiff::Timestamp;
use tokio::time::Instant;

/// When every account begins: 2026-11-21T12:00:00Z.
const NOON: Timestamp = Timestamp::constant(1_795_262_400, 0);

/// Virtual time: it stands still between processes, and moves with tokio's paused clock within one.
#[derive(Debug, Clone)]
pub struct Clock(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    base: SystemTime,
    /// Since when it moves; the instant belongs to the runtime of the process that is running.
    moves_since: Option<Instant>,
}

impl Default for Clock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock {
    /// A clock that stands at a noon.
    pub fn new() -> Self {
        Self(Arc::new(Mutex::new(State { base: NOON.into(), moves_since: None })))
    }

    /// Another clock that shows the same time, and stands.
    pub(crate) fn fork(&self) -> Self {
        Self(Arc::new(Mutex::new(State { base: self.now(), moves_since: None })))
    }

    /// Lets it move with the clock of this runtime.
    pub(crate) fn start(&self) {
        self.state().moves_since = Some(Instant::now());
    }

    /// Lets it stand.
    pub(crate) fn stop(&self) {
        let now = self.now();
        *self.state() = State { base: now, moves_since: None };
    }

    /// Puts it forward, between processes.
    pub fn advance(&self, by: Duration) {
        self.state().base += by;
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        let state = self.state();
        state.base + state.moves_since.map_or(Duration::ZERO, |since| since.elapsed())
    }
}
