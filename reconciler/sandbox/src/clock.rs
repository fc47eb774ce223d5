//! The account's clock: a given time source, put forward by what the account was told to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use aws_smithy_async::time::{SharedTimeSource, TimeSource};
use jiff::Timestamp;

use crate::world::World;

/// Where [`World::numbers`] keeps the offset, in milliseconds.
const OFFSET: &str = "clock-offset-ms";

/// A clock that never goes back behind its base.
#[derive(Debug, Clone)]
pub(crate) struct Clock {
    base: SharedTimeSource,
    /// The offset as last seen in the world: whoever reads the time need not lock the account.
    offset_ms: Arc<AtomicU64>,
}

impl Clock {
    /// A clock that shows the time of `base`.
    pub(crate) fn new(base: SharedTimeSource) -> Self {
        Self { base, offset_ms: Arc::default() }
    }

    /// A clock that shows the same time now, and is put forward by itself.
    pub(crate) fn copy(&self) -> Self {
        let offset = self.offset_ms.load(Ordering::Relaxed);
        Self { base: self.base.clone(), offset_ms: Arc::new(AtomicU64::new(offset)) }
    }

    /// The time as a point on the time line.
    pub(crate) fn timestamp(&self) -> Timestamp {
        Timestamp::try_from(self.now()).unwrap_or(Timestamp::MAX)
    }

    /// The time before the clock was put forward.
    pub(crate) fn machine(&self) -> Timestamp {
        Timestamp::try_from(self.base.now()).unwrap_or(Timestamp::MAX)
    }

    /// Takes over the offset that the world holds, which another process may have changed.
    pub(crate) fn follow(&self, world: &World) {
        let offset = world.numbers.get(OFFSET).copied().unwrap_or_default();
        self.offset_ms.store(offset, Ordering::Relaxed);
    }

    /// Puts the clock forward, for every process that looks at this world.
    pub(crate) fn advance(&self, world: &mut World, by: Duration) {
        let by = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        let offset = world.numbers.get(OFFSET).copied().unwrap_or_default();
        world.numbers.insert(OFFSET, offset.saturating_add(by));
        self.follow(world);
    }
}

impl TimeSource for Clock {
    fn now(&self) -> SystemTime {
        let offset = Duration::from_millis(self.offset_ms.load(Ordering::Relaxed));
        let base = self.base.now();
        base.checked_add(offset).unwrap_or(base)
    }
}
