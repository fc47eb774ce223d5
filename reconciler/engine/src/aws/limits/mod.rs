//! How fast AWS may be called: one queue per region and operation.
//!
//! Knows the published quotas ([`quotas`]) and what a throttled answer means ([`bucket`]); not what is sent.

mod bucket;
mod quotas;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::time::{Instant, sleep};

use self::bucket::Bucket;

/// The queues of one account.
///
/// Expected flow: [`Limiter::wait`] before every attempt, [`Limiter::slow_down`] after every throttled answer.
///
/// Guarantees: callers of one operation go in the order in which they came; a caller that is dropped
/// while it waits takes nothing; nobody waits for an operation other than its own.
///
/// Assumptions: quotas hold per account, region and operation, and other programs share them, which only
/// AWS's answers can tell.
#[derive(Debug, Default)]
pub struct Limiter {
    gates: Mutex<BTreeMap<Key, Arc<Gate>>>,
}

/// What a quota holds for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The region.
    pub region: String,
    /// The prefix of the service's IAM actions: `cloudformation`.
    pub service: String,
    /// The operation: `DescribeStacks`.
    pub operation: String,
}

#[derive(Debug)]
struct Gate {
    /// Held while waiting, so that those behind keep their order and see a changed rate.
    turn: tokio::sync::Mutex<()>,
    bucket: Mutex<Bucket>,
}

impl Limiter {
    /// Waits until a call may be made, and takes the right to make it.
    pub async fn wait(&self, key: &Key) {
        let gate = self.gate(key);
        let _turn = gate.turn.lock().await;
        loop {
            let taken = gate.bucket().take(Instant::now());
            match taken {
                Ok(()) => return,
                Err(wait) => sleep(wait).await,
            }
        }
    }

    /// Takes note of a throttled answer.
    pub fn slow_down(&self, key: &Key) {
        self.gate(key).bucket().slow_down(Instant::now());
    }

    fn gate(&self, key: &Key) -> Arc<Gate> {
        let mut gates = self.gates.lock().unwrap_or_else(PoisonError::into_inner);
        let gate = gates.entry(key.clone()).or_insert_with(|| {
            let rate = quotas::per_second(&key.service, &key.operation);
            Arc::new(Gate {
                turn: tokio::sync::Mutex::default(),
                bucket: Mutex::new(Bucket::full(rate, Instant::now())),
            })
        });
        Arc::clone(gate)
    }
}

impl Gate {
    fn bucket(&self) -> MutexGuard<'_, Bucket> {
        self.bucket.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
