//! Why a change did not come about: the first cause, in AWS's words, with the template's line.
//!
//! Knows that what a validation before the deployment finds is in no stack event: CloudFormation says only
//! how much it found there, and tells the rest where it is asked for it (User Guide, "Validate stack
//! deployments").

use std::collections::BTreeMap;

use crate::kind::StackKind;
use crate::port::{Finding, StackEvent, Validated};
use crate::step::Deployment;
use crate::watch::Settled;

impl StackKind {
    /// Why a change set could not be made: what was found wrong, else the reason that was given.
    pub(crate) async fn refusal(
        &self,
        deployment: &Deployment,
        change_set: &str,
        reason: &str,
    ) -> String {
        let found = self.found(deployment, Validated::ChangeSet(change_set)).await;
        found.unwrap_or_else(|| reason.to_owned())
    }

    /// Why a stack's operation failed: the first resource that did, else what was found wrong, else the
    /// reason that stands on the stack.
    pub(crate) async fn cause(
        &self,
        deployment: &Deployment,
        stack_id: &str,
        end: &Settled,
    ) -> String {
        if let Some(event) = first_failed(&end.events) {
            let at = position(deployment, &format!("/Resources/{}", event.logical_id));
            return format!("{} ({at})", describe(event));
        }
        if let Some(found) = self.found(deployment, Validated::Stack(stack_id)).await {
            return found;
        }
        let own = end.events.iter().find(|event| event.status.ends_with("_FAILED"));
        let reason = own.and_then(|event| event.reason.clone());
        reason
            .or_else(|| end.stack.as_ref().and_then(|stack| stack.status_reason.clone()))
            .unwrap_or_else(|| "AWS gives no reason".to_owned())
    }

    async fn found(&self, deployment: &Deployment, of: Validated<'_>) -> Option<String> {
        // It only explains: whoever may not ask is told what is known without it.
        let findings = self.api.findings(&deployment.target.region, of).await.unwrap_or_default();
        let told = findings.iter().map(|finding| tell(deployment, finding));
        Some(told.collect::<Vec<_>>().join("; ")).filter(|told| !told.is_empty())
    }
}

/// The cause that the events show, without a template.
pub(crate) fn first_cause(events: &[StackEvent]) -> Option<String> {
    first_failed(events).map(describe)
}

/// What an update that is complete could not clean up: CloudFormation gives up on it, and nothing that is
/// declared shows it any more (User Guide, stack status codes, `UPDATE_COMPLETE_CLEANUP_IN_PROGRESS`).
pub(crate) fn left_behind(events: &[StackEvent]) -> Option<String> {
    let resources = events.iter().filter(|event| !event.is_stack);
    let last: BTreeMap<_, _> = resources.map(|event| (&event.logical_id, event)).collect();
    let left = last.into_values().filter(|event| event.status == "DELETE_FAILED");
    let left: Vec<_> = left.map(describe).collect();
    (!left.is_empty()).then(|| {
        let what = left.join("; ");
        format!("the update is complete, but what it no longer needs was left behind, in no stack: delete it by hand. {what}")
    })
}

/// The first resource that failed by itself: the others are cancelled in its wake.
fn first_failed(events: &[StackEvent]) -> Option<&StackEvent> {
    events.iter().find(|event| {
        let cancelled = event.reason.as_deref().is_some_and(|reason| reason.contains("cancelled"));
        event.status.ends_with("_FAILED") && !event.is_stack && !cancelled
    })
}

fn describe(event: &StackEvent) -> String {
    let reason = event.reason.as_deref().unwrap_or("AWS gives no reason");
    format!("{} ({}) {}: {reason}", event.logical_id, event.type_name, event.status)
}

fn tell(deployment: &Deployment, finding: &Finding) -> String {
    let Finding { logical_id, type_name, path, reason } = finding;
    format!("{logical_id} ({type_name}): {reason} ({})", position(deployment, path))
}

fn position(deployment: &Deployment, pointer: &str) -> String {
    let template = &deployment.template;
    format!("see {}:{}", template.path, template.parsed.nearest_position(pointer).line)
}
