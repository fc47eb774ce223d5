//! The clients of a service, one for each region.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use reconcile_engine::aws::session::Session;

/// Makes a client when its region is first asked for, and keeps it: making one costs more than a call.
#[derive(Debug)]
pub(super) struct Clients<C> {
    session: Session,
    make: fn(&Session, &str) -> C,
    made: Mutex<BTreeMap<String, C>>,
}

impl<C: Clone> Clients<C> {
    /// Clients over a session's connection.
    pub(super) fn new(session: &Session, make: fn(&Session, &str) -> C) -> Self {
        Self { session: session.clone(), make, made: Mutex::default() }
    }

    /// The client of a region; a clone is the same client.
    pub(super) fn of(&self, region: &str) -> C {
        let mut clients = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let client = clients.entry(region.to_owned());
        client.or_insert_with(|| (self.make)(&self.session, region)).clone()
    }
}
