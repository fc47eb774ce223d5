//! Asks for fresh drift detections, as fast as the quota allows, and waits for them together.
//!
//! `DetectStackDrift` and `DescribeStackDriftDetectionStatus` have two calls a second each, and are
//! paced side by side: a detection is asked about once, as a rule, when it is long done.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use reconcile_engine::events::Event;
use reconcile_engine::kind::Look;
use tokio::time::sleep;

use crate::kind::StackKind;
use crate::observe::Listed;
use crate::port::Detection;
use crate::spec::Spec;

/// How long a detection is given before it is asked about.
const FIRST_PAUSE: Duration = Duration::from_secs(3);

/// How long a detection may take: a stack of 500 resources takes minutes.
const MAX_PAUSES: usize = 60;

impl StackKind {
    /// Detects drift of every declared stack that it is asked for and whose state permits it, and looks at the stacks
    /// again.
    pub(crate) async fn detect<'a>(
        &self,
        region: &str,
        wanted: Vec<Listed<'a>>,
        look: &Look<'_, Spec>,
    ) -> Vec<Listed<'a>> {
        let able: Vec<String> = wanted
            .iter()
            .filter(|(address, spec, _)| spec.is_some() && look.focus.on(address).detect)
            .filter(|(_, _, stack)| stack.status.allows_drift_detection())
            .map(|(_, _, stack)| stack.id.clone())
            .collect();
        if able.is_empty() {
            return wanted;
        }
        let of = able.len();
        look.events
            .tell(&Event::Phase { what: format!("detecting drift of {of} stacks in {region}") });
        let done = AtomicUsize::new(0);
        // All at once: the limiter paces the calls, first come first served.
        let detections = able.into_iter().map(|stack| {
            let done = &done;
            async move {
                let failure = self.detect_one(region, &stack).await.err();
                let done = done.fetch_add(1, Ordering::Relaxed) + 1;
                look.events.tell(&Event::Progress { done, of });
                Some((stack, failure?))
            }
        });
        let failures = join_all(detections).await.into_iter().flatten();
        self.failed_detections.lock().await.extend(failures);
        self.refreshed(region, wanted).await
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

    /// The same stacks with the detection's result: one listing for all.
    async fn refreshed<'a>(&self, region: &str, wanted: Vec<Listed<'a>>) -> Vec<Listed<'a>> {
        match self.api.stacks(region).await {
            Err(error) => {
                let mut failed = self.failed_detections.lock().await;
                for (_, _, stack) in &wanted {
                    failed.insert(stack.id.clone(), error.to_string());
                }
                drop(failed);
                wanted
            }
            Ok(stacks) => wanted
                .into_iter()
                .map(|(address, spec, old)| {
                    let new = stacks.iter().find(|stack| stack.id == old.id).cloned();
                    (address, spec, new.unwrap_or(old))
                })
                .collect(),
        }
    }
}
