//! Asynchronous work: what is due when, on the sandbox's clock.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::operation::{self, Operation};
use super::{change_set, drift};
use crate::world::World;

/// The row of [`World::durations`] that holds for every type without a row of its own.
pub(crate) const ANY_TYPE: &str = "*";

/// Work that goes on without the caller. Its row key is the ID of what it works on.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Scheduled {
    pub(crate) due: Timestamp,
    pub(crate) job: Job,
}

/// What the work is.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) enum Job {
    /// A stack is created, updated, rolled back or deleted.
    Operation(Box<Operation>),
    /// The changes of a change set are computed.
    ChangeSet,
    /// Live resources are compared with what was deployed.
    DriftDetection,
}

impl World {
    /// Lets `job` go on at `due`.
    pub(super) fn schedule(&mut self, id: String, due: Timestamp, job: Job) {
        self.jobs.insert(id, Scheduled { due, job });
    }

    /// How long work on a resource of this type takes; no time at all unless it was set.
    pub(crate) fn duration(&self, type_name: &str) -> SignedDuration {
        let set = self.durations.get(type_name).or_else(|| self.durations.get(ANY_TYPE));
        SignedDuration::from_millis(set.copied().unwrap_or_default())
    }
}

/// Carries out everything that is due, in the order of time.
pub(crate) fn advance(world: &mut World, now: Timestamp) {
    while let Some((id, at)) = next(world, now) {
        let Some(scheduled) = world.jobs.remove(&id) else {
            return;
        };
        match scheduled.job {
            Job::Operation(mut operation) => match operation::run(world, &mut operation, at) {
                Some(due) => world.schedule(id, due, Job::Operation(operation)),
                None => change_set::conclude(world, &id),
            },
            Job::ChangeSet => change_set::compute(world, &id, at),
            Job::DriftDetection => drift::detect(world, &id, at),
        }
    }
}

fn next(world: &World, now: Timestamp) -> Option<(String, Timestamp)> {
    let due = world.jobs.iter().filter(|(_, scheduled)| scheduled.due <= now);
    let (id, scheduled) = due.min_by_key(|(id, scheduled)| (scheduled.due, *id))?;
    Some((id.to_owned(), scheduled.due))
}
