//! What happens, as it happens: the engine tells, views render.

use std::sync::Arc;
use std::time::Duration;

use reconcile_core::address::Address;
use reconcile_core::outcome::Outcome;
use reconcile_core::verdict::Action;

use crate::estimate::Estimate;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// A phase of the run began: "reading 12 stacks in ap-northeast-1".
    Phase {
        /// In words.
        what: String,
    },
    /// A phase moved on.
    Progress {
        /// How many are done.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// An apply began.
    ApplyStarted {
        /// Units that will be changed, in the order of the plan.
        units: Vec<(Address, Action)>,
    },
    /// It is known how long some of the units took the last time that the same was done to them.
    Expected {
        /// How long, and all of it together.
        estimate: Estimate,
    },
    /// A unit's turn came.
    UnitStarted {
        /// Which.
        address: Address,
        /// What is done to it.
        action: Action,
    },
    /// A unit moved on.
    UnitProgress {
        /// Which.
        address: Address,
        /// How.
        progress: Progress,
    },
    /// A unit is done.
    UnitFinished {
        /// Which.
        address: Address,
        /// How it ended.
        outcome: Outcome,
        /// Since it was started.
        took: Duration,
    },
    /// The run waits for something that is not a unit.
    Waiting {
        /// For what, until when: "for the lease that run 01J... holds until 12:00:30".
        what: String,
    },
}

/// How a unit moved on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Progress {
    /// A step of ours began: "creating change set".
    Step(String),
    /// A part of the unit changed its state.
    Part {
        /// Its name, such as a logical ID.
        name: String,
        /// Its type, such as `AWS::KMS::Key`.
        type_name: String,
        /// AWS's word for the state: `CREATE_COMPLETE`.
        status: String,
        /// AWS's reason, where it gives one.
        reason: Option<String>,
    },
}

/// Takes events. Must not block.
pub trait Listener: Send + Sync {
    /// Takes one event.
    fn hear(&self, event: &Event);
}

/// Where events go; cheap to clone.
#[derive(Clone)]
pub struct Events(Arc<dyn Listener>);

/// [`Events`] of one unit.
#[derive(Debug, Clone)]
pub struct UnitEvents {
    events: Events,
    address: Address,
}

struct Nobody;

impl Listener for Nobody {
    fn hear(&self, _: &Event) {}
}

impl Events {
    /// Events that go to `listener`.
    pub fn to(listener: Arc<dyn Listener>) -> Self {
        Self(listener)
    }

    /// Events that nobody hears.
    pub fn unheard() -> Self {
        Self(Arc::new(Nobody))
    }

    /// Tells one event.
    pub fn tell(&self, event: &Event) {
        self.0.hear(event);
    }

    /// The events of one unit.
    pub fn of(&self, address: &Address) -> UnitEvents {
        UnitEvents { events: self.clone(), address: address.clone() }
    }
}

impl std::fmt::Debug for Events {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Events")
    }
}

impl UnitEvents {
    /// The unit.
    pub fn address(&self) -> &Address {
        &self.address
    }

    /// Says which step of ours began.
    pub fn step(&self, what: impl Into<String>) {
        self.progress(Progress::Step(what.into()));
    }

    /// Says how the unit moved on.
    pub fn progress(&self, progress: Progress) {
        self.events.tell(&Event::UnitProgress { address: self.address.clone(), progress });
    }
}
