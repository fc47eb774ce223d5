//! The execution environments that wait, and how many invocations are under way.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

use super::environment::Environment;
use super::task::{NotRun, Task};

/// How long an environment that is not used is kept.
const PATIENCE: Duration = Duration::from_mins(10);

/// What is running and what could.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    /// By function version.
    idle: Mutex<BTreeMap<String, Vec<Environment>>>,
    /// Invocations under way, by function.
    busy: Arc<Mutex<BTreeMap<String, u64>>>,
}

impl Fleet {
    /// Takes a place among the function's invocations, as far as there is one.
    pub(super) fn enter(&self, task: &Task) -> Result<Place, NotRun> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let under_way = busy.entry(task.arn.clone()).or_default();
        if task.reserved_concurrency.is_some_and(|reserved| *under_way >= reserved) {
            return Err(NotRun::TooMany);
        }
        *under_way += 1;
        Ok(Place { busy: Arc::clone(&self.busy), function: task.arn.clone() })
    }

    /// An environment that is ready for this function as it is now. Those that nobody can use any more end.
    pub(super) fn take(&self, task: &Task, now: Timestamp) -> Option<Environment> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        for environments in idle.values_mut() {
            environments.retain_mut(|one| one.idle_since.elapsed() < PATIENCE && !one.has_ended());
        }
        let environments = idle.get_mut(&key(task))?;
        environments
            .retain(|one| one.identity.revision == task.revision && now < one.identity.expires);
        environments.pop()
    }

    /// Keeps an environment for the next event.
    pub(super) fn keep(&self, task: &Task, environment: Environment) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.entry(key(task)).or_default().push(environment);
    }
}

fn key(task: &Task) -> String {
    format!("{}:{}", task.arn, task.version)
}

/// A place among the invocations of a function, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    busy: Arc<Mutex<BTreeMap<String, u64>>>,
    function: String,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(under_way) = busy.get_mut(&self.function) {
            *under_way = under_way.saturating_sub(1);
        }
    }
}
