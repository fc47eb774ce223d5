//! The decision about one stack: pure and total over every state a stack can be in.
//!
//! | AWS shows | decision |
//! |---|---|
//! | nothing, or only a change set in review | create |
//! | work in progress | wait, then decide again |
//! | a settled stack | update, revert, or in sync |
//! | `CREATE_FAILED`, `UPDATE_FAILED` | update again: nothing is destroyed |
//! | `ROLLBACK_COMPLETE` | delete what has no resources any more, then create |
//! | `UPDATE_ROLLBACK_FAILED` | continue the rollback, then decide again |
//! | `ROLLBACK_FAILED`, `DELETE_FAILED` | only deletion is possible: with consent |

pub(crate) mod agreement;
mod compare;
mod danger;
mod delete;
mod desired;
mod diff;
mod drift;
pub mod evaluate;
mod identity;
mod leaves;
mod offline;
mod outputs;
mod refused;
mod remedy;
mod update;
mod written;

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use reconcile_core::digest::Digest;
use reconcile_core::observation::Observation;
use reconcile_core::verdict::{Action, Change, Danger, DangerLevel, Effect, FieldChange, Verdict};
use reconcile_engine::draft;
use reconcile_engine::kind::{Decision, PlanContext, Wanted};

pub use danger::is_kept;
pub(crate) use identity::identifier;
pub(crate) use offline::compare;
pub(crate) use update::hidden_digest;

use crate::spec::Spec;
use crate::state::{Phase, State};
use crate::step::{Deletion, Deployment, Mode, Step, Target};
use desired::Desired;

type Draft = draft::Draft<Step>;

/// Decides about one stack.
pub fn plan(
    wanted: &Wanted<'_, Spec>,
    seen: &Observation<State>,
    context: &PlanContext<'_>,
) -> Decision<Step> {
    let observed = match seen {
        Observation::Absent => Digest::of("absent"),
        Observation::Present(state) => state.digest(),
        Observation::Unreadable(why) => Digest::of(why),
    };
    let drafted = match (wanted, seen) {
        (_, Observation::Unreadable(why)) => Draft::unreadable(why),
        (Wanted::Gone, Observation::Absent) => Draft::of(Verdict::InSync),
        (Wanted::Gone, Observation::Present(state)) => delete::delete(state, context, &observed),
        (Wanted::Declared(spec), Observation::Absent) => {
            create(&Desired::new(spec, context), "it does not exist", &observed)
        }
        (Wanted::Declared(spec), Observation::Present(state)) => {
            declared(&Desired::new(spec, context), state, context, &observed)
        }
    };
    let desired = match wanted {
        Wanted::Declared(spec) => Desired::new(spec, context).digest(),
        Wanted::Gone => Digest::of("gone"),
    };
    // What is not changed goes on publishing what it does.
    let drafted = match (&drafted.verdict, seen) {
        (Verdict::Blocked { .. } | Verdict::Unknown { .. }, Observation::Present(state)) => {
            drafted.publishing(outputs::current(state))
        }
        _ => drafted,
    };
    // Much of what Cloud Control shows moves by itself: what counts of it is what differs.
    let differs = drafted.verdict.change().filter(|_| has_readings(seen));
    let observed = match differs {
        Some(change) => Digest::of_json(&(&observed, &change.fields)),
        None => observed,
    };
    drafted.decided(desired, observed)
}

fn has_readings(seen: &Observation<State>) -> bool {
    seen.state().is_some_and(|state| !state.blind_spots.readings.is_empty())
}

/// Of a stack that is in a state that nobody knew when this was written.
fn unfamiliar(state: &State) -> Draft {
    let status = &state.described.status;
    let why = format!("the stack is in the state {status}, which is not known here");
    Draft::of(Verdict::Unknown { why })
}

fn declared(
    desired: &Desired<'_>,
    state: &State,
    context: &PlanContext<'_>,
    observed: &Digest,
) -> Draft {
    let described = &state.described;
    let target = desired.target(Some(&described.id));
    let recover = |reason: String, steps: Vec<Step>| {
        let change = Change::new(Action::Recover, reason);
        Draft::change(change, steps).publishing(outputs::pending(desired))
    };
    let phase = described.status.phase();
    if !matches!(phase, Phase::Review | Phase::Deleted)
        && let Some(blocked) = ownership(desired, state)
    {
        return blocked;
    }
    if described.name != desired.spec.stack_name {
        return renamed(desired, state);
    }
    match phase {
        Phase::Deleted => create(desired, "it does not exist", observed),
        Phase::Review => create(desired, "an earlier run left it in review", observed),
        Phase::Busy => {
            let reason = format!("AWS is at work on it ({}): wait", described.status);
            recover(reason, vec![Step::Wait(target)])
        }
        Phase::Settled | Phase::Interrupted => update::update(desired, state, context, observed),
        Phase::NeverCreated => {
            let reason =
                "its creation failed and was rolled back: delete the empty stack, create it again";
            let identity = Digest::of(&described.id);
            let unprotect = described.termination_protection;
            recover(reason.to_owned(), vec![Step::Delete(Deletion { target, unprotect, identity })])
        }
        Phase::RollbackFailed => {
            let skip: Vec<_> = desired.spec.allow.skip_rollback.iter().cloned().collect();
            let reason = if skip.is_empty() {
                "the rollback of its last update failed: continue it".to_owned()
            } else {
                format!(
                    "the rollback of its last update failed: continue it without {}",
                    skip.join(", ")
                )
            };
            recover(reason, vec![Step::ContinueRollback(target, skip)])
        }
        Phase::Stuck => stuck(desired, state),
        Phase::Unfamiliar => unfamiliar(state),
    }
}

/// A stack of this name that is somebody else's is not touched.
fn ownership(desired: &Desired<'_>, state: &State) -> Option<Draft> {
    let tags = &state.described.tags;
    let is = |tag: &str, value: &str| tags.get(tag).is_some_and(|found| found == value);
    if desired.spec.allow.adopt
        || (is(crate::state::ENVIRONMENT_TAG, &desired.environment.name)
            && is(crate::state::ADDRESS_TAG, &desired.address.to_string()))
    {
        return None;
    }
    let owner = match (tags.get(crate::state::ENVIRONMENT_TAG), tags.get(crate::state::ADDRESS_TAG))
    {
        (Some(environment), Some(address)) => {
            format!("belongs to `{address}` of the environment `{environment}`")
        }
        _ => "was not made by reconcile".to_owned(),
    };
    let name = &state.described.name;
    Some(Draft::of(Verdict::Blocked {
        why: format!("the stack `{name}` exists and {owner}"),
        unblock: format!(
            "to take it over, add `allow: {{ adopt: true }}` to {}; or give another `stackName`",
            desired.spec.declared_in
        ),
        change: None,
    }))
}

/// CloudFormation cannot rename a stack, and a new one beside the old would split what they hold.
fn renamed(desired: &Desired<'_>, state: &State) -> Draft {
    let (old, new) = (&state.described.name, &desired.spec.stack_name);
    Draft::of(Verdict::Blocked {
        why: format!("it is the stack `{old}`, and CloudFormation cannot rename it to `{new}`"),
        unblock: format!(
            "keep `stackName: {old}`; or declare `{new}` in another file, and this one no more"
        ),
        change: None,
    })
}

/// Nothing but deletion leads out of `ROLLBACK_FAILED` and `DELETE_FAILED`.
fn stuck(desired: &Desired<'_>, state: &State) -> Draft {
    let described = &state.described;
    let allowed = desired.spec.allow.recreate;
    let mut change = Change::new(
        Action::Recover,
        format!(
            "it is in {}: only deletion leads out of it; then create it again",
            described.status
        ),
    );
    change.dangers.push(Danger {
        level: DangerLevel::High,
        subject: described.name.clone(),
        what: "is deleted with whatever is left in it".to_owned(),
        allowed,
    });
    if allowed {
        let target = desired.target(Some(&described.id));
        let unprotect = described.termination_protection;
        let identity = Digest::of(&described.id);
        let steps = vec![Step::Delete(Deletion { target, unprotect, identity })];
        return Draft::change(change, steps).publishing(outputs::pending(desired));
    }
    Draft::of(Verdict::Blocked {
        why: format!("it is in {}, and only deletion leads out of it", described.status),
        unblock: format!(
            "look what is left in it; then add `allow: {{ recreate: true }}` to {}",
            desired.spec.declared_in
        ),
        change: Some(change),
    })
}

fn create(desired: &Desired<'_>, reason: &str, observed: &Digest) -> Draft {
    let evaluated = desired.evaluated();
    let differences = diff::creation(&evaluated);
    let mut change = Change::new(Action::Create, reason);
    change.fields = desired.parameter_fields(&BTreeMap::new());
    change.fields.extend(differences.fields);
    let expected = differences.resources.iter().map(|(id, one)| (id.clone(), one.effect)).collect();
    let target = desired.target(None);
    let mut steps = Vec::new();
    if let Some(deployment) = desired.deployment(&target, Mode::Create, expected, observed) {
        steps.push(Step::Deploy(Box::new(deployment)));
        if let Some(policy) = &desired.spec.policy {
            steps.push(Step::SetPolicy(target.clone(), std::sync::Arc::clone(policy)));
        }
        if desired.spec.termination_protection {
            steps.push(Step::Protect(target, true));
        }
    }
    Draft { outputs: outputs::after_creation(desired, &evaluated), ..Draft::change(change, steps) }
}

fn record(path: &str, before: Option<String>, after: Option<String>) -> FieldChange {
    FieldChange { path: path.to_owned(), before, after, effect: Effect::Record }
}

impl Desired<'_> {
    fn target(&self, stack_id: Option<&str>) -> Target {
        Target {
            region: self.spec.region.clone(),
            stack_name: self.spec.stack_name.clone(),
            stack_id: stack_id.map(str::to_owned),
        }
    }

    /// The change set to make; none as long as something that it needs is pending.
    fn deployment(
        &self,
        target: &Target,
        mode: Mode,
        expected: BTreeMap<String, Effect>,
        observed: &Digest,
    ) -> Option<Deployment> {
        let parameters = self.known_parameters()?;
        let role_arn = match &self.role_arn {
            Some(value) => Some(value.known()?.to_owned()),
            None => None,
        };
        let identity = Digest::of_json(&(&self.digest(), observed, format!("{mode:?}")));
        let Spec { template, capabilities, allow, declared_in, .. } = self.spec;
        Some(Deployment {
            target: target.clone(),
            mode,
            updated: None,
            template: template.clone(),
            parameters,
            tags: self.tags.clone(),
            capabilities: capabilities.iter().map(|one| one.as_str()).collect(),
            role_arn,
            expected,
            allow: allow.clone(),
            declared_in: declared_in.clone(),
            identity,
        })
    }
}
