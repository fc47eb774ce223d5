//! Waiting for stacks: one look serves everyone who waits in a region.
//!
//! Expected flow: whoever started an operation calls [`Watch::settled`], which tells the stack's events
//! until the stack is as asked for.
//!
//! Guarantees: however many wait, a region's stacks are listed at most once per interval; a single stack
//! is asked for by name.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::events::{Progress, UnitEvents};
use tokio::sync::Mutex;
use tokio::time::{Instant, sleep};

use crate::port::{Acts, StackEvent};
use crate::state::Described;

/// The first pause between two looks: short, since many operations are over at once.
const FIRST_PAUSE: Duration = Duration::from_millis(250);

/// The longest pause: stacks that take minutes gain nothing from a closer look, and
/// `DescribeStacks` has ten calls a second for everyone in the account.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// From this many on, one listing is cheaper than a look at each.
const LIST_FROM: usize = 3;

/// Looks at stacks on behalf of all who wait.
pub(crate) struct Watch {
    api: Arc<dyn Acts>,
    regions: Mutex<BTreeMap<String, Arc<Mutex<Region>>>>,
}

#[derive(Default)]
struct Region {
    waiting: usize,
    seen: BTreeMap<String, (Instant, Option<Described>)>,
}

/// How a wait ended: the stack, or none if it is gone; and what happened meanwhile, oldest first.
pub(crate) struct Settled {
    pub(crate) stack: Option<Described>,
    pub(crate) events: Vec<StackEvent>,
}

impl Watch {
    pub(crate) fn new(api: Arc<dyn Acts>) -> Self {
        Self { api, regions: Mutex::default() }
    }

    /// Waits until `done` holds of the stack with this ARN.
    pub(crate) async fn settled(
        &self,
        (region, stack_id): (&str, &str),
        tell: &UnitEvents,
        done: impl Fn(Option<&Described>) -> bool + Send + Sync,
    ) -> Result<Settled, AwsError> {
        let shared = Arc::clone(self.regions.lock().await.entry(region.to_owned()).or_default());
        shared.lock().await.waiting += 1;
        let result = self.wait(&shared, (region, stack_id), tell, done).await;
        shared.lock().await.waiting -= 1;
        result
    }

    async fn wait(
        &self,
        shared: &Mutex<Region>,
        (region, stack_id): (&str, &str),
        tell: &UnitEvents,
        done: impl Fn(Option<&Described>) -> bool + Send + Sync,
    ) -> Result<Settled, AwsError> {
        let mut pause = FIRST_PAUSE;
        let mut events: Vec<StackEvent> = Vec::new();
        loop {
            let asked = Instant::now();
            let stack = self.look(shared, (region, stack_id), asked).await?;
            let after = events.last().map(|event| event.id.clone());
            for event in self.api.events(region, stack_id, after.as_deref()).await? {
                tell.progress(progress(&event));
                events.push(event);
            }
            if done(stack.as_ref()) {
                return Ok(Settled { stack, events });
            }
            sleep(pause).await;
            pause = (pause * 3 / 2).min(LONGEST_PAUSE);
        }
    }

    /// The stack as of `asked` or later.
    async fn look(
        &self,
        shared: &Mutex<Region>,
        (region, stack_id): (&str, &str),
        asked: Instant,
    ) -> Result<Option<Described>, AwsError> {
        // Held over the call: whoever else asks meanwhile takes this answer.
        let mut known = shared.lock().await;
        if let Some((at, stack)) = known.seen.get(stack_id)
            && *at >= asked
        {
            return Ok(stack.clone());
        }
        let now = Instant::now();
        if known.waiting < LIST_FROM {
            let stack = self.api.stack(region, stack_id).await?;
            known.seen.insert(stack_id.to_owned(), (now, stack.clone()));
            return Ok(stack);
        }
        let listed = self.api.stacks(region).await?;
        for (at, stack) in known.seen.values_mut() {
            (*at, *stack) = (now, None);
        }
        for stack in listed {
            known.seen.insert(stack.id.clone(), (now, Some(stack)));
        }
        let (_, stack) = known.seen.entry(stack_id.to_owned()).or_insert((now, None));
        Ok(stack.clone())
    }
}

fn progress(event: &StackEvent) -> Progress {
    Progress::Part {
        name: event.logical_id.clone(),
        type_name: event.type_name.clone(),
        status: event.status.clone(),
        reason: event.reason.clone(),
    }
}
