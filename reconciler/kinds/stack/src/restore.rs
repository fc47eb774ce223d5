//! Puts a resource back through Cloud Control, and waits for it.

use std::time::Duration;

use reconcile_core::digest::Digest;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::StepError;
use tokio::time::sleep;

use crate::kind::StackKind;
use crate::port::resources::RequestProgress;
use crate::step::Restoration;

/// How often a request is asked about, at most every five seconds: a good half hour.
const MAX_PAUSES: usize = 400;

/// How often a resource that another request is at work on is tried again.
const MAX_TRIES: usize = 10;

impl StackKind {
    pub(crate) async fn restore(
        &self,
        restoration: &Restoration,
        tell: &UnitEvents,
    ) -> Result<(), StepError> {
        let Restoration { target, logical_id, .. } = restoration;
        let failed =
            |why: String| StepError::Failed(format!("failed to put `{logical_id}` back: {why}"));
        tell.step(format!("putting `{logical_id}` back"));
        let told = |error: AwsError| failed(error.to_string());
        let request = self.begin(restoration).await.map_err(told)?;
        let mut pause = Duration::from_millis(250);
        for _ in 0..MAX_PAUSES {
            match self.resources.progress(&target.region, &request).await.map_err(told)? {
                RequestProgress::Done => return Ok(()),
                RequestProgress::Failed(why) => return Err(failed(why)),
                RequestProgress::InProgress => {}
            }
            sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_secs(5));
        }
        Err(failed("it did not end in time".to_owned()))
    }

    /// Begins the request. A run that was killed may have left the same one at work: that one goes first.
    async fn begin(&self, restoration: &Restoration) -> Result<String, AwsError> {
        let token = self.token(restoration);
        let mut tries = 0;
        loop {
            let begun = self.resources.restore(restoration, &token).await;
            match begun {
                Err(error) if error.is("ConcurrentOperationException") && tries < MAX_TRIES => {
                    tries += 1;
                    sleep(Duration::from_secs(3)).await;
                }
                begun => return begun,
            }
        }
    }

    /// A token holds for 36 hours: it is this run's, or the same drift on the next day would stay.
    fn token(&self, restoration: &Restoration) -> String {
        let Restoration { target, logical_id, type_name: _, identifier, role_arn: _, remedy } =
            restoration;
        let what = format!("{logical_id} {identifier} {remedy:?}");
        let stack = target.stack_id.as_deref().unwrap_or_default();
        format!("reconcile-{}", Digest::of_json(&(&self.run.id, stack, what)).short())
    }
}
