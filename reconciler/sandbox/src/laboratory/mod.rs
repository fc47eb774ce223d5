//! What a test does to the sandbox: faults, limits, latency, and resources that are slow or fail.
//!
//! All of it strikes at the door, before or after a service's handler: the services know nothing of it.
//! It is the open sandbox's own and ends with it; only what is laid out for resources is the account's.

mod faults;
mod latency;
mod limits;
mod pattern;
mod plan;
mod refusal;
mod resources;

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use jiff::Timestamp;

pub use latency::Latency;
pub use limits::Limits;
pub use pattern::{OperationPattern, PatternError};
pub use plan::{Fault, FaultPlan, FaultPlanError, Rule};
pub use resources::{ResourceFailure, ResourceOperation};

use crate::error::AwsError;
use crate::sandbox::Sandbox;
use crate::wire::Asked;
use faults::Faults;
use limits::Buckets;

/// The one call at which the caller dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Crash {
    /// The number of the call, counted from 1 since this sandbox was opened.
    pub call: u64,
    /// Before or after its effect.
    pub when: When,
}

/// On which side of a call's effect a crash strikes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// The call has no effect.
    Before,
    /// The effect is saved, its answer is never seen.
    After,
}

/// What happens at a crash.
type Hook = Arc<dyn Fn() + Send + Sync>;

/// What one open sandbox is made to suffer.
#[derive(Default)]
pub(crate) struct Laboratory {
    faults: Mutex<Faults>,
    buckets: Mutex<Buckets>,
    latency: Mutex<Latency>,
    crash: Mutex<Option<Hook>>,
}

impl Laboratory {
    /// The fault that strikes this call, if any; to be asked once a call, in the order of the calls.
    pub(crate) fn strike(&self, asked: &Asked) -> Option<Fault> {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).strike(asked)
    }

    /// Whether reads are planned to be stale, so that what was has to be kept.
    pub(crate) fn looks_back(&self) -> bool {
        self.faults.lock().unwrap_or_else(PoisonError::into_inner).looks_back()
    }

    /// Lets as much time pass as the call is under way.
    pub(crate) async fn travel(&self, asked: &Asked, fault: Option<Fault>) {
        let latency = self.latency.lock().unwrap_or_else(PoisonError::into_inner).of(asked);
        let slowness = match fault {
            Some(Fault::Slow(by)) => Duration::try_from(by).unwrap_or_default(),
            _ => Duration::ZERO,
        };
        let time = latency + slowness;
        if !time.is_zero() {
            tokio::time::sleep(time).await;
        }
    }

    /// The error that the call is answered with instead of being acted on, if any.
    pub(crate) fn refusal(
        &self,
        asked: &Asked,
        fault: Option<Fault>,
        now: Timestamp,
    ) -> Option<AwsError> {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if !buckets.admit(asked, now) {
            return Some(refusal::throttled(asked));
        }
        refusal::of(fault?, asked)
    }

    /// Ends the caller. From a crash there is no return: the hook ends the process, or the call waits for
    /// ever as it would for a dead peer.
    pub(crate) async fn crash(&self) -> ! {
        let hook = self.crash.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if let Some(hook) = hook {
            hook();
        }
        std::future::pending().await
    }
}

impl fmt::Debug for Laboratory {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Laboratory").finish_non_exhaustive()
    }
}

impl Sandbox {
    /// Plans faults, instead of those planned before. Calls are counted from here.
    pub fn set_faults(&self, plan: FaultPlan) {
        let mut faults = self.laboratory().faults.lock().unwrap_or_else(PoisonError::into_inner);
        *faults = Faults::new(plan);
        let looks_back = faults.looks_back();
        drop(faults);
        self.remember(looks_back);
    }

    /// Throttles what comes faster than these quotas, counted on the account's clock.
    pub fn set_limits(&self, limits: Limits) {
        let buckets = Buckets::new(limits);
        *self.laboratory().buckets.lock().unwrap_or_else(PoisonError::into_inner) = buckets;
    }

    /// Lets calls take time, which is tokio's.
    pub fn set_latency(&self, latency: Latency) {
        *self.laboratory().latency.lock().unwrap_or_else(PoisonError::into_inner) = latency;
    }

    /// Runs `hook` at a planned crash, whose call is then never answered.
    pub fn on_crash(&self, hook: impl Fn() + Send + Sync + 'static) {
        let hook: Hook = Arc::new(hook);
        *self.laboratory().crash.lock().unwrap_or_else(PoisonError::into_inner) = Some(hook);
    }

    /// Plans nothing but this crash, and runs `hook` at it.
    pub fn set_crash(&self, crash: Crash, hook: impl Fn() + Send + Sync + 'static) {
        let fault = match crash.when {
            When::Before => Fault::CrashBefore,
            When::After => Fault::CrashAfter,
        };
        self.on_crash(hook);
        self.set_faults(FaultPlan::at(crash.call.saturating_sub(self.calls_begun()), fault));
    }
}
