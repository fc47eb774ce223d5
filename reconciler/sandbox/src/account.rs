//! The account behind its lock: one call at a time, all of it or nothing.

use std::sync::Mutex;
use std::time::Duration;

use jiff::Timestamp;

use crate::clock::Clock;
use crate::cloudcontrol;
use crate::cloudformation;
use crate::private_ca;
use crate::signer;
use crate::store::{StateError, Store};
use crate::world::World;

/// The world, where it is kept, and its clock.
#[derive(Debug)]
pub(crate) struct Account {
    store: Mutex<Store>,
    clock: Clock,
}

impl Account {
    pub(crate) fn new(store: Store, clock: Clock) -> Self {
        Self { store: Mutex::new(store), clock }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Does `work` on the world as it is now, after everything that fell due until now.
    ///
    /// The lock is held while the file is written, also when this is awaited: that takes well under a
    /// millisecond, and calls of one account are to happen one after the other anyway.
    pub(crate) fn transact<R>(
        &self,
        work: impl FnOnce(&mut World, Timestamp) -> R,
    ) -> Result<R, StateError> {
        // A handler that panicked may have left half of its work behind.
        let mut store = self.store.lock().map_err(|_| StateError::Poisoned)?;
        store.transact(|world| {
            self.clock.follow(world);
            let now = self.clock.timestamp();
            cloudformation::advance(world, now);
            cloudcontrol::advance(world, now);
            signer::advance(world, now);
            private_ca::advance(world, now);
            work(world, now)
        })
    }

    /// The account as it is now, by itself: what happens to one of the two, the other does not see.
    pub(crate) fn copy(&self) -> Result<Self, StateError> {
        let world = self.transact(|world, _| world.clone())?;
        Ok(Self { store: Mutex::new(Store::holding(world)), clock: self.clock.copy() })
    }

    /// Puts the clock forward and carries out what thereby falls due.
    pub(crate) fn advance_clock(&self, by: Duration) -> Result<(), StateError> {
        self.transact(|world, _| self.clock.advance(world, by))?;
        self.transact(|_, _| ())
    }
}
