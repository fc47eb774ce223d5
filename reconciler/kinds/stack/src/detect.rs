//! Asks for fresh drift detections, as fast as the quota allows, and reads what each found while others go on.
//!
//! `DetectStackDrift`, `DescribeStackDriftDetectionStatus` and `DescribeStackResourceDrifts` have two calls a second
//! each and are paced side by side. So all stacks take hardly longer than the last one's detection: it is asked
//! about once, as a rule, when it is long done.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use reconcile_core::address::Address;
use reconcile_engine::events::Event;
use reconcile_engine::kind::Look;
use tokio::time::sleep;

use crate::kind::StackKind;
use crate::observe::Listed;
use crate::port::Detection;
use crate::spec::Spec;
use crate::state::{Described, SeenDrift, State};

/// How long a detection is given before it is asked about.
const FIRST_PAUSE: Duration = Duration::from_secs(3);

/// How long a detection may take: a stack of 500 resources takes minutes.
const MAX_PAUSES: usize = 60;

impl StackKind {
    /// Looks at stacks in depth, at each whose drift is to be detected as soon as that was done.
    pub(crate) async fn look_at_each(
        &self,
        region: &str,
        listed: Vec<Listed<'_>>,
        look: &Look<'_, Spec>,
    ) -> Vec<(Address, State)> {
        let of = listed.iter().filter(|one| is_detected(one, look)).count();
        if of > 0 {
            let what = format!("detecting drift of {of} stacks in {region}");
            look.events.tell(&Event::Phase { what });
        }
        let done = AtomicUsize::new(0);
        // All at once: the limiter paces the calls, first come first served.
        let looked = listed.into_iter().map(|one| {
            let done = &done;
            async move {
                if is_detected(&one, look) {
                    let stack = &one.2.id;
                    if let Err(why) = self.detect_one(region, stack).await {
                        self.failed_detections.lock().await.insert(stack.clone(), why);
                    }
                    let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                    look.events.tell(&Event::Progress { done, of });
                }
                let state = self.look_closer(&one, look).await;
                (one, state)
            }
        });
        let looked = join_all(looked).await;
        if of > 0 {
            return self.confirmed(region, looked, look).await;
        }
        looked.into_iter().map(|((address, ..), state)| (address, state)).collect()
    }

    /// Detects drift of one stack, and waits for it.
    pub(crate) async fn detect_one(&self, region: &str, stack: &str) -> Result<(), String> {
        let failed = |error| format!("its drift could not be detected: {error}");
        let detection = self.api.detect_drift(region, stack).await.map_err(failed)?;
        let mut pause = FIRST_PAUSE;
        for _ in 0..MAX_PAUSES {
            sleep(pause).await;
            match self.api.detection(region, &detection).await.map_err(failed)? {
                Detection::Complete => return Ok(()),
                Detection::InProgress => pause = (pause * 3 / 2).min(Duration::from_secs(15)),
                Detection::Failed(why) => {
                    return Err(format!("its drift could not be detected: {why}"));
                }
            }
        }
        Err("its drift detection did not end in time".to_owned())
    }

    /// The same stacks as they are now that all detections have ended: one listing for all.
    async fn confirmed(
        &self,
        region: &str,
        looked: Vec<(Listed<'_>, State)>,
        look: &Look<'_, Spec>,
    ) -> Vec<(Address, State)> {
        let listing = self.api.stacks(region).await.map_err(|error| error.to_string());
        let find = |id: &str| match &listing {
            Ok(stacks) => Ok(stacks.iter().find(|stack| stack.id == id)),
            Err(why) => Err(why.as_str()),
        };
        let confirmed = looked.into_iter().map(|(one, state)| async move {
            let state = self.as_it_is_now(&one, (state, find(&one.2.id)), look).await;
            (one.0, state)
        });
        join_all(confirmed).await
    }

    /// What was read of a stack, if that is still about what is there. If it is not, its drift is not known for
    /// the rest of the run, and the stack is read again.
    async fn as_it_is_now(
        &self,
        one: &Listed<'_>,
        (mut state, now): (State, Result<Option<&Described>, &str>),
        look: &Look<'_, Spec>,
    ) -> State {
        let (address, spec, before) = one;
        let why = match now {
            Ok(Some(now)) if now.is_unchanged_since(before) => {
                return State { described: now.clone(), ..state };
            }
            Ok(Some(_)) => "it was changed while its drift was detected",
            Ok(None) => "it went away while its drift was detected",
            Err(why) => why,
        };
        if is_detected(one, look) {
            let mut failed = self.failed_detections.lock().await;
            let why = failed.entry(before.id.clone()).or_insert_with(|| why.to_owned());
            state.drift = SeenDrift::Unreadable(why.clone());
        }
        match now {
            Ok(Some(now)) => self.look_closer(&(address.clone(), *spec, now.clone()), look).await,
            Ok(None) | Err(_) => state,
        }
    }
}

/// Whether a stack's drift is to be detected: it is declared, that is asked for, and its state permits it.
fn is_detected((address, spec, stack): &Listed<'_>, look: &Look<'_, Spec>) -> bool {
    spec.is_some() && look.focus.on(address).detect && stack.status.allows_drift_detection()
}
