//! Carries steps out.
//!
//! Nothing is decided here. Every call may have been made by a run that was killed before it saw the answer: what was done
//! is found done, and where somebody else was faster, the unit is looked at again.

mod issue;
mod register;

use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::StepError;
use reconcile_engine::state::store::StoreError;

use crate::journal::{Attempt, Journal};
use crate::kind::DeviceKind;
use crate::reports::Source;
use crate::step::{Revocation, Step};

/// How often a journal is read again because somebody else wrote it.
const ROUNDS: usize = 5;

pub(crate) async fn carry_out(
    kind: &DeviceKind,
    step: &Step,
    tell: &UnitEvents,
) -> Result<(), StepError> {
    match step {
        Step::Issue(issuance) => kind.issue(issuance, tell).await,
        Step::Adopt(adoption) => kind.adopt(adoption, tell).await,
        Step::AwaitReport { authority, bucket, since } => {
            let source = Source { authority, bucket };
            let report = kind.report_since(source, *since, &|what| tell.step(what)).await;
            report.map_err(StepError::Failed)
        }
        Step::Close { terminal, attempt } => kind.put(terminal, attempt).await.map(drop),
        Step::Publish(publication) => kind.publish(publication, tell).await,
        Step::Revoke(revocation) => kind.revoke(revocation, tell).await,
        Step::Forget { bucket, terminal, etag } => kind.forget((bucket, terminal), etag).await,
    }
}

impl DeviceKind {
    async fn revoke(&self, revocation: &Revocation, tell: &UnitEvents) -> Result<(), StepError> {
        let Revocation { terminal, authority, serial, reason } = revocation;
        tell.step(format!("revoking the certificate {serial}"));
        let revoked = self.authorities.revoke(authority, serial, *reason).await;
        revoked.map_err(failed("revoke the certificate"))?;
        let now = self.now();
        let note = |journal: &mut Journal| {
            journal.note_revocation(serial, now);
            true
        };
        self.update(terminal, note).await.map(drop)
    }

    /// Records an attempt. False if somebody else recorded something about it, or began another one.
    async fn put(&self, terminal: &str, attempt: &Attempt) -> Result<bool, StepError> {
        self.update(terminal, |journal| journal.put(attempt.clone())).await
    }

    /// Changes a journal, unless what is there does not allow it any more.
    async fn update(
        &self,
        terminal: &str,
        change: impl Fn(&mut Journal) -> bool,
    ) -> Result<bool, StepError> {
        let key = Journal::key(&self.environment.name, terminal);
        for _ in 0..ROUNDS {
            let (mut journal, etag) = self.journal(terminal).await.map_err(StepError::Failed)?;
            if !change(&mut journal) {
                return Ok(false);
            }
            let body = serde_json::to_vec_pretty(&journal);
            let body = body.map_err(|error| StepError::Failed(error.to_string()))?;
            let written = match &etag {
                Some(etag) => self.journals.replace(&key, body, etag).await,
                None => self.journals.create(&key, body).await,
            };
            match written {
                Ok(_) => return Ok(true),
                Err(StoreError::Lost { .. }) => {}
                Err(error) => return Err(StepError::Failed(error.to_string())),
            }
        }
        Err(StepError::Failed(format!("`{key}` is being written by others all the time")))
    }
}

fn failed(what: &'static str) -> impl Fn(AwsError) -> StepError {
    move |error| StepError::Failed(format!("failed to {what}: {error}"))
}
