//! What goes wrong on purpose, by the number of the call.
//!
//! Knows when a fault strikes, not what the call is about. A fault that answers (throttling, a 500, a
//! broken connection) belongs here too, as another kind beside the crash.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// On which side of a call's effect a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The call has no effect.
    Before,
    /// The effect is saved, its answer is never seen.
    After,
}

/// The one call at which the caller dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash {
    /// The number of the call, counted from 1 since this sandbox was opened.
    pub call: u64,
    /// Before or after its effect.
    pub when: When,
}

/// What happens at a crash.
pub(crate) type Hook = Arc<dyn Fn() + Send + Sync>;

/// The planned faults of one open sandbox.
#[derive(Default)]
pub(crate) struct Faults {
    crash: Mutex<Option<(Crash, Hook)>>,
}

impl Faults {
    /// Plans a crash, instead of the one planned before.
    pub(crate) fn set_crash(&self, crash: Crash, hook: Hook) {
        *self.crash.lock().unwrap_or_else(PoisonError::into_inner) = Some((crash, hook));
    }

    /// Lets the fault that is planned for this moment strike. After a crash there is no return: the hook
    /// ends the process, or the call waits for ever as it would for a dead peer.
    pub(crate) async fn strike(&self, call: u64, when: When) {
        if let Some(hook) = self.planned(Crash { call, when }) {
            hook();
            std::future::pending::<()>().await;
        }
    }

    fn planned(&self, moment: Crash) -> Option<Hook> {
        let crash = self.crash.lock().unwrap_or_else(PoisonError::into_inner);
        crash.as_ref().filter(|(crash, _)| *crash == moment).map(|(_, hook)| Arc::clone(hook))
    }
}

impl fmt::Debug for Faults {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Faults").finish_non_exhaustive()
    }
}
