//! Carries out a change set: make it, compare it with the plan, execute it, wait.
//!
//! What is decided here is decided by the plan: nothing else is chosen. Every call may have been made by
//! a run that was killed before it saw the answer; the names are derived, so it is found done.

use std::time::Duration;

use reconcile_core::digest::Digest;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::events::UnitEvents;
use reconcile_engine::kind::StepError;
use tokio::time::sleep;

use crate::cause::{first_cause, left_behind};
use crate::kind::StackKind;
use crate::plan::agreement::disagreement;
use crate::port::{ChangeSet, ChangeSetRequest, ChangeSetStatus, Execution, TemplateSource};
use crate::state::{COMMIT_TAG, Described, Phase};
use crate::step::{Deletion, Deployment, Mode, Step, Target};
use crate::watch::Settled;

/// The largest template that fits into a request (API Reference, `CreateChangeSet`, `TemplateBody`).
const MAX_BODY_BYTES: usize = 51_200;

/// How often an unexecutable change set of our name is made anew before giving up.
const MAX_TRIES: usize = 3;

impl StackKind {
    pub(crate) async fn do_step(&self, step: &Step, tell: &UnitEvents) -> Result<(), StepError> {
        match step {
            Step::Wait(target) => self.wait(target, tell).await,
            Step::Deploy(deployment) => self.deploy(deployment, tell).await,
            Step::Restore(restoration) => self.restore(restoration, tell).await,
            Step::SetPolicy(target, policy) => {
                tell.step("setting the stack policy");
                let call = self.api.set_policy(&target.region, name(target), policy).await;
                call.map_err(failed("set the stack policy"))
            }
            Step::Protect(target, on) => {
                tell.step(if *on {
                    "switching termination protection on"
                } else {
                    "switching termination protection off"
                });
                let call = self.api.protect(&target.region, name(target), *on).await;
                call.map_err(failed("switch termination protection"))
            }
            Step::ContinueRollback(target, skip) => {
                self.continue_rollback(target, skip, tell).await
            }
            Step::Delete(deletion) => self.delete(deletion, tell).await,
        }
    }

    async fn wait(&self, target: &Target, tell: &UnitEvents) -> Result<(), StepError> {
        tell.step("waiting for the operation that AWS is at work on");
        let place = (target.region.as_str(), name(target));
        self.watch.settled(place, tell, is_idle).await.map_err(failed("look at the stack"))?;
        Ok(())
    }

    async fn deploy(&self, deployment: &Deployment, tell: &UnitEvents) -> Result<(), StepError> {
        let Deployment { target, mode, updated, .. } = deployment;
        let change_set = self.make(deployment, tell).await?;
        match &change_set.status {
            ChangeSetStatus::Complete => {}
            ChangeSetStatus::Empty if *mode == Mode::Revert => {
                // It was put back since drift was detected: only a new detection says so.
                self.discard(deployment).await?;
                let detected = self.detect_one(&target.region, name(target)).await;
                return detected.map_err(StepError::Failed);
            }
            ChangeSetStatus::Empty => {
                self.discard(deployment).await?;
                return Err(StepError::Failed(
                    "CloudFormation finds nothing to change where the plan does: what differs has no effect on a resource".to_owned(),
                ));
            }
            ChangeSetStatus::Failed(why) => {
                let why = self.refusal(deployment, &change_set.id, why).await;
                self.discard(deployment).await?;
                return Err(StepError::Failed(format!("CloudFormation refuses the change: {why}")));
            }
            ChangeSetStatus::InProgress | ChangeSetStatus::Deleted => {
                return Err(StepError::Failed(
                    "the change set went away while it was made".to_owned(),
                ));
            }
        }
        if let Some(found) = disagreement(deployment, &change_set.changes) {
            self.discard(deployment).await?;
            return Err(StepError::Refused { why: found.why, unblock: found.unblock });
        }
        tell.step("executing the change set");
        self.execute(deployment, &change_set).await?;
        let place = (target.region.as_str(), change_set.stack_id.as_str());
        // An update takes longer than AWS's clock takes to move on, so the time before it is never its own.
        let begun = |stack: &Described| *mode == Mode::Create || stack.updated != *updated;
        let done = |stack: Option<&Described>| {
            is_idle(stack)
                && stack.is_none_or(|stack| stack.status.phase() != Phase::Review && begun(stack))
        };
        let end =
            self.watch.settled(place, tell, done).await.map_err(failed("look at the stack"))?;
        self.outcome(deployment, &change_set.stack_id, &end).await
    }

    /// What a finished operation means for the step.
    async fn outcome(
        &self,
        deployment: &Deployment,
        stack_id: &str,
        end: &Settled,
    ) -> Result<(), StepError> {
        let how = match &end.stack {
            Some(stack) => match stack.status.as_str() {
                "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => {
                    return left_behind(&end.events)
                        .map_or(Ok(()), |what| Err(StepError::Failed(what)));
                }
                status => format!("the stack ended in {status}"),
            },
            None => "the creation failed and was cleaned up".to_owned(),
        };
        let cause = self.cause(deployment, stack_id, end).await;
        Err(StepError::Failed(format!("{how}: {cause}")))
    }

    /// The change set of the deployment's name, made by this run or an earlier one.
    async fn make(
        &self,
        deployment: &Deployment,
        tell: &UnitEvents,
    ) -> Result<ChangeSet, StepError> {
        let Deployment { target, .. } = deployment;
        let (region, set) = (&target.region, deployment.change_set_name());
        tell.step("creating the change set");
        let template = &deployment.template;
        let url = if template.text.len() > MAX_BODY_BYTES {
            Some(self.upload(template).await?)
        } else {
            None
        };
        let source =
            url.as_deref().map_or(TemplateSource::Body(&template.text), TemplateSource::Url);
        for _ in 0..MAX_TRIES {
            match self.create_change_set(deployment, source).await {
                Err(error) if !error.is("AlreadyExistsException") => {
                    return Err(StepError::Failed(format!(
                        "failed to create the change set: {error}"
                    )));
                }
                Ok(()) | Err(_) => {}
            }
            let made = self.computed(deployment).await?;
            let usable = match &made.status {
                ChangeSetStatus::Complete => made.executable,
                ChangeSetStatus::Empty | ChangeSetStatus::Failed(_) => true,
                ChangeSetStatus::InProgress | ChangeSetStatus::Deleted => false,
            };
            if usable {
                return Ok(made);
            }
            let stale = self.api.delete_change_set(region, name(target), &set).await;
            stale.map_err(failed("delete a change set that cannot be executed"))?;
        }
        Err(StepError::Failed(format!("the change set `{set}` cannot be executed")))
    }

    async fn create_change_set(
        &self,
        deployment: &Deployment,
        template: TemplateSource<'_>,
    ) -> Result<(), AwsError> {
        let target = &deployment.target;
        let mut tags = deployment.tags.clone();
        if let Some(commit) = &self.run.commit {
            tags.insert(COMMIT_TAG.to_owned(), commit.clone());
        }
        let request = ChangeSetRequest {
            region: &target.region,
            stack: name(target),
            name: &deployment.change_set_name(),
            description: &format!("reconcile run {}", self.run.id),
            mode: deployment.mode,
            template,
            parameters: &deployment.parameters,
            tags: &tags,
            capabilities: &deployment.capabilities,
            role_arn: deployment.role_arn.as_deref(),
        };
        self.api.create_change_set(request).await
    }

    /// The computed change set, once CloudFormation is done with it.
    async fn computed(&self, deployment: &Deployment) -> Result<ChangeSet, StepError> {
        let Deployment { target, .. } = deployment;
        let set = deployment.change_set_name();
        let mut pause = Duration::from_millis(250);
        loop {
            let found = self.api.change_set(&target.region, name(target), &set).await;
            match found.map_err(failed("look at the change set"))? {
                Some(found) if found.status == ChangeSetStatus::InProgress => {}
                Some(found) => return Ok(found),
                None => {
                    return Err(StepError::Failed(
                        "the change set went away while it was made".to_owned(),
                    ));
                }
            }
            sleep(pause).await;
            pause = (pause * 3 / 2).min(Duration::from_secs(5));
        }
    }

    /// Deletes a change set that will not be executed, and the empty stack that it was made for.
    async fn discard(&self, deployment: &Deployment) -> Result<(), StepError> {
        let Deployment { target, mode, .. } = deployment;
        let (region, stack) = (&target.region, name(target));
        let set = deployment.change_set_name();
        let call = self.api.delete_change_set(region, stack, &set).await;
        call.map_err(failed("delete the change set"))?;
        if *mode != Mode::Create {
            return Ok(());
        }
        match self.described(target).await? {
            Some(stack) if stack.status.phase() == Phase::Review => {
                let token = token(&Digest::of(&stack.id), None);
                let call = self.api.delete(region, &stack.id, &token).await;
                call.map_err(failed("delete the stack that was only in review"))
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn execute(
        &self,
        deployment: &Deployment,
        change_set: &ChangeSet,
    ) -> Result<(), StepError> {
        let request = Execution {
            region: &deployment.target.region,
            stack: &change_set.stack_id,
            name: &deployment.change_set_name(),
            token: &token(&Digest::of(&change_set.id), self.run.commit.as_deref()),
        };
        match self.api.execute(request).await {
            Err(error)
                if error.is("InvalidChangeSetStatus")
                    || error.is("TokenAlreadyExistsException") =>
            {
                // Executed before the answer was seen: the wait will tell how it goes.
                Ok(())
            }
            other => other.map_err(failed("execute the change set")),
        }
    }

    async fn continue_rollback(
        &self,
        target: &Target,
        skip: &[String],
        tell: &UnitEvents,
    ) -> Result<(), StepError> {
        tell.step("continuing the rollback");
        let stack = self.described(target).await?;
        let moment = stack.and_then(|stack| stack.updated).map(|time| time.to_string());
        let token =
            token(&Digest::of_json(&(name(target), moment, skip)), self.run.commit.as_deref());
        let call = self.api.continue_rollback(&target.region, name(target), (skip, &token)).await;
        call.map_err(failed("continue the rollback"))?;
        let place = (target.region.as_str(), name(target));
        let end =
            self.watch.settled(place, tell, is_idle).await.map_err(failed("look at the stack"))?;
        match end.stack {
            Some(stack) if stack.status.phase() == Phase::RollbackFailed => {
                let cause = first_cause(&end.events).unwrap_or_default();
                Err(StepError::Failed(format!(
                    "the rollback failed again: {cause}; mend what it names, or add it to `allow: {{ skipRollback: [...] }}`"
                )))
            }
            Some(_) | None => Ok(()),
        }
    }

    async fn delete(&self, deletion: &Deletion, tell: &UnitEvents) -> Result<(), StepError> {
        let Deletion { target, unprotect, identity } = deletion;
        if *unprotect {
            tell.step("switching termination protection off");
            let call = self.api.protect(&target.region, name(target), false).await;
            call.map_err(failed("switch termination protection off"))?;
        }
        tell.step("deleting the stack");
        let call = self.api.delete(&target.region, name(target), &token(identity, None)).await;
        call.map_err(failed("delete the stack"))?;
        let place = (target.region.as_str(), name(target));
        let end =
            self.watch.settled(place, tell, is_idle).await.map_err(failed("look at the stack"))?;
        match end.stack {
            None => Ok(()),
            Some(stack) => {
                let cause = first_cause(&end.events).or(stack.status_reason).unwrap_or_default();
                Err(StepError::Failed(format!("the deletion ended in {}: {cause}", stack.status)))
            }
        }
    }

    async fn described(&self, target: &Target) -> Result<Option<Described>, StepError> {
        let found = self.api.stack(&target.region, name(target)).await;
        found.map_err(failed("look at the stack"))
    }
}

fn is_idle(stack: Option<&Described>) -> bool {
    stack.is_none_or(|stack| stack.status.phase() != Phase::Busy)
}

/// A stack that exists is named by its ARN, so that nothing is done to another of the same name.
fn name(target: &Target) -> &str {
    target.stack_id.as_deref().unwrap_or(&target.stack_name)
}

/// Stands on every event of the operation: what it is for, and from which commit.
fn token(identity: &Digest, commit: Option<&str>) -> String {
    let commit = commit.and_then(|commit| commit.get(..12)).unwrap_or("no-commit");
    format!("reconcile-{}-{commit}", identity.short())
}

fn failed(operation: &'static str) -> impl Fn(AwsError) -> StepError {
    move |error| StepError::Failed(format!("failed to {operation}: {error}"))
}
