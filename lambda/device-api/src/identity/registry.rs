//! The registry's documents, kept between requests.
//!
//! A kept document is taken for as long as the settings say. After that it is asked whether it still
//! stands: by its `ETag`, which moves no document when nothing changed. A document that cannot be
//! asked for denies, however well it is remembered; otherwise whoever could keep the function from the
//! registry could also keep a suspension from it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use device_registry::{Name, Registration, key};
use jiff::{SignedDuration, Timestamp};

use super::Denial;
use crate::storage::{Read, Storage};

/// Bounds the memory; a clinic has a handful of terminals, and an execution environment meets few.
const MAX_KEPT: usize = 1000;

/// The registrations that were met.
#[derive(Debug)]
pub(crate) struct Registry {
    bucket: String,
    time_to_live: SignedDuration,
    kept: Mutex<BTreeMap<Name, Kept>>,
}

#[derive(Debug, Clone)]
struct Kept {
    registration: Arc<Registration>,
    etag: String,
    confirmed: Timestamp,
}

impl Registry {
    pub(crate) fn new(bucket: &str, time_to_live: SignedDuration) -> Self {
        Self { bucket: bucket.to_owned(), time_to_live, kept: Mutex::default() }
    }

    /// Looks a terminal up.
    pub(crate) async fn find(
        &self,
        storage: &impl Storage,
        terminal: &Name,
        now: Timestamp,
    ) -> Result<Arc<Registration>, Denial> {
        let kept = self.kept(terminal);
        if let Some(kept) = kept.as_ref().filter(|kept| self.is_fresh(kept, now)) {
            return Ok(Arc::clone(&kept.registration));
        }
        let known = kept.as_ref().map(|kept| kept.etag.as_str());
        let read = storage.read(&self.bucket, &key(terminal), known).await;
        let found = match (read.map_err(|_| Denial::RegistryUnreadable)?, kept) {
            (Read::Found { etag, body }, _) => {
                Kept { registration: understood(terminal, &body)?, etag, confirmed: now }
            }
            (Read::Unchanged, Some(kept)) => Kept { confirmed: now, ..kept },
            (Read::Unchanged, None) => return Err(Denial::RegistryUnreadable),
            (Read::Absent, _) => {
                self.forget(terminal);
                return Err(Denial::NotRegistered);
            }
        };
        let registration = Arc::clone(&found.registration);
        self.keep(terminal, found);
        Ok(registration)
    }

    /// A clock that was put back makes nothing fresh.
    fn is_fresh(&self, kept: &Kept, now: Timestamp) -> bool {
        let age = now.duration_since(kept.confirmed);
        !age.is_negative() && age < self.time_to_live
    }

    fn kept(&self, terminal: &Name) -> Option<Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).get(terminal).cloned()
    }

    fn keep(&self, terminal: &Name, found: Kept) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= MAX_KEPT && !kept.contains_key(terminal) {
            kept.clear();
        }
        kept.insert(terminal.clone(), found);
    }

    fn forget(&self, terminal: &Name) {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).remove(terminal);
    }
}

fn understood(terminal: &Name, body: &[u8]) -> Result<Arc<Registration>, Denial> {
    let registration = Registration::from_json(body).map_err(|_| Denial::RegistryMalformed)?;
    if registration.terminal == *terminal {
        Ok(Arc::new(registration))
    } else {
        Err(Denial::RegistryMalformed)
    }
}
