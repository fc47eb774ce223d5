//! The decision about a stack that exists and may be updated.

use std::collections::BTreeMap;
use std::sync::Arc;

use reconcile_core::coverage::Coverage;
use reconcile_core::digest::Digest;
use reconcile_core::input::Value;
use reconcile_core::verdict::{Action, Change, Effect, FieldChange, Verdict};
use reconcile_engine::kind::PlanContext;
use serde_json::Value as Json;

use super::desired::Desired;
use super::diff::{Differences, Side, diff};
use super::drift::{Drift, UnseenDrift, drift};
use super::evaluate::Evaluated;
use super::refused::{Refused, refused};
use super::{Draft, danger, outputs, record};
use crate::spec::OnDrift;
use crate::state::{COMMIT_TAG, Phase, SeenPolicy, SeenTemplate, State};
use crate::step::{Deployment, Mode, Restoration, Step};

/// Compares what is declared with what is deployed, and decides.
pub(super) fn update(
    desired: &Desired<'_>,
    state: &State,
    context: &PlanContext<'_>,
    observed: &Digest,
) -> Draft {
    let spec = desired.spec;
    let written = match &state.template {
        SeenTemplate::Read(template) => template,
        SeenTemplate::Unreadable(why) => return Draft::unreadable(why),
    };
    if let SeenPolicy::Unreadable(why) = &state.policy {
        return Draft::unreadable(why);
    }
    let (in_force, mut coverage) = in_force(desired, state);
    let old = Evaluated::new(written, &in_force, &desired.setting());
    let new = desired.evaluated();
    let differences = diff(
        Side { written, evaluated: &old },
        Side { written: &spec.template.parsed, evaluated: &new },
    );
    let drift = drift(spec, state, (written, old.resources.len()), context);
    coverage.add(&drift.coverage);
    let outputs = outputs::after_update(desired, state, (&old, &new), &differences);
    let refused = refused(&differences, (&old, &new));
    let found = Found { differences, refused, drift, in_force, observed };
    let decided = found.decide(desired, state);
    // What is held back stays as it is, and so does what others read of it.
    let held_back = matches!(decided.verdict, Verdict::Blocked { .. });
    let outputs = if held_back { outputs::current(state) } else { outputs };
    coverage.notes.extend(other_role(desired, state, decided.verdict == Verdict::InSync));
    Draft { outputs, coverage, ..decided }
}

/// The parameters of the deployed stack. Those that AWS does not show are compared by the ledger's
/// digest, or taken as unchanged, which the coverage says.
fn in_force(desired: &Desired<'_>, state: &State) -> (BTreeMap<String, Value>, Coverage) {
    let mut coverage = Coverage::default();
    let mut values = BTreeMap::new();
    for (name, value) in &state.described.parameters {
        let wanted = desired.parameter(name);
        let value = match (value.as_str(), &wanted) {
            ("****", Some(wanted)) => match state.hidden.get(name) {
                Some(digest) if *digest == hidden_digest(state, wanted) => wanted,
                Some(_) => "****",
                None => {
                    coverage.notes.push("a NoEcho parameter cannot be compared".to_owned());
                    wanted
                }
            },
            (value, _) => value,
        };
        values.insert(name.clone(), Value::Known(value.to_owned()));
    }
    (values, coverage)
}

/// That CloudFormation acts with another role than git says. Giving it one is no change that it makes by itself: it goes with the
/// next one, and stays.
fn other_role(desired: &Desired<'_>, state: &State, stays_as_it_is: bool) -> Option<String> {
    let now = state.described.settings.role_arn.as_deref();
    let acts = now.map_or_else(
        || "CloudFormation acts with the rights of whoever applies".to_owned(),
        |role| format!("CloudFormation acts as `{role}`"),
    );
    match &desired.role_arn {
        Some(Value::Known(wanted)) if stays_as_it_is && now != Some(wanted.as_str()) => {
            Some(format!("{acts} until something of the stack changes, and then as `{wanted}`"))
        }
        None if now.is_some() => {
            Some(format!("{acts}, which a stack keeps, though git names no role"))
        }
        Some(_) | None => None,
    }
}

/// What the ledger keeps of a value that AWS does not show: bound to the stack, so that equal values of
/// two stacks do not look alike.
pub(crate) fn hidden_digest(state: &State, value: &str) -> Digest {
    Digest::of_parts([state.described.id.as_bytes(), value.as_bytes()])
}

struct Found<'a> {
    differences: Differences,
    refused: Option<Refused>,
    drift: Drift,
    in_force: BTreeMap<String, Value>,
    observed: &'a Digest,
}

impl Found<'_> {
    fn decide(self, desired: &Desired<'_>, state: &State) -> Draft {
        let spec = desired.spec;
        let tags = tag_fields(desired, state);
        let policy = policy_field(desired, state);
        let protection = protection_field(desired, state);
        let interrupted = state.described.status.phase() == Phase::Interrupted;
        let deploys = !self.differences.fields.is_empty() || !tags.is_empty() || interrupted;
        if let Some(why) = self.drift.unreadable.clone() {
            return Draft::of(Verdict::Unknown { why: format!("its drift cannot be told: {why}") });
        }
        let reverts = !self.drift.fields.is_empty() && spec.on_drift == OnDrift::Revert;
        let restorations = self.restorations(desired, state);
        let heals = reverts || !restorations.is_empty();
        if !deploys && policy.is_none() && protection.is_none() && !heals {
            return self.rest(desired);
        }
        let mut change = Change::new(
            self.action(deploys, heals, interrupted),
            self.reason(desired, state, (&tags, policy.is_some(), protection.is_some())),
        );
        change.dangers = danger::dangers(&self.differences.resources, &spec.allow);
        if deploys {
            let shown = self
                .in_force
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), value.known()?.to_owned())));
            change.fields.extend(desired.parameter_fields(&shown.collect()));
        }
        change.fields.extend(self.differences.fields.iter().cloned());
        change.fields.extend(tags.iter().cloned());
        change.fields.extend(policy.iter().chain(&protection).cloned());
        if spec.on_drift == OnDrift::Revert {
            change.fields.extend(self.drift.all().cloned());
        }
        if let Some(Refused { why, unblock }) = self.refused {
            return Draft::of(Verdict::Blocked { why, unblock, change: Some(change) });
        }
        if let Some(consent) = danger::consent_needed(&self.differences.resources, &spec.allow) {
            return Draft::of(Verdict::Blocked {
                why: "it would destroy data or identity without consent".to_owned(),
                unblock: format!("if that is meant, add `{consent}` to {}", spec.declared_in),
                change: Some(change),
            });
        }
        if deploys && !desired.pending().is_empty() {
            return Draft::change(change, Vec::new());
        }
        let mut steps: Vec<_> = restorations.into_iter().map(Step::Restore).collect();
        steps.extend(self.steps(desired, state, (deploys, reverts), (&policy, &protection)));
        Draft::change(change, steps)
    }

    /// Nothing to carry out: in sync, or drift that only a person may decide about.
    fn rest(&self, desired: &Desired<'_>) -> Draft {
        let count = self.drift.all().count();
        if count == 0 {
            return Draft::of(Verdict::InSync);
        }
        let mut change = Change::new(Action::Revert, "it was changed outside git");
        change.fields = self.drift.all().cloned().collect();
        let what = plural(count, "property", "properties");
        let file = &desired.spec.declared_in;
        let (why, unblock) = match desired.spec.on_drift {
            OnDrift::Report => (
                format!("{count} {what} drifted, and `onDrift` is `report`"),
                format!(
                    "set `onDrift: revert` in {file}, change the template to match, or put it back by hand"
                ),
            ),
            OnDrift::Revert => (
                format!("{count} {what} drifted and cannot be put back: {}", self.obstacles()),
                format!(
                    "put it back by hand, change the template to match, or accept it by `ignoreDrift` in {file}"
                ),
            ),
        };
        Draft::of(Verdict::Blocked { why, unblock, change: Some(change) })
    }

    /// What Cloud Control puts back. What the deployment changes anyway is left to it.
    fn restorations(&self, desired: &Desired<'_>, state: &State) -> Vec<Restoration> {
        if desired.spec.on_drift == OnDrift::Report {
            return Vec::new();
        }
        let unseen = self.drift.unseen.iter();
        let unseen = unseen.filter(|one| !self.differences.resources.contains_key(&one.logical_id));
        let role_arn = desired.role_arn.as_ref().and_then(Value::known).map(str::to_owned);
        let restoration = |one: &UnseenDrift| {
            Some(Restoration {
                target: desired.target(Some(&state.described.id)),
                logical_id: one.logical_id.clone(),
                type_name: one.type_name.clone(),
                identifier: one.identifier.clone(),
                role_arn: role_arn.clone(),
                remedy: one.remedy.as_ref().ok()?.clone(),
            })
        };
        unseen.filter_map(restoration).collect()
    }

    /// Why some drift cannot be put back: `Policy: ...`.
    fn obstacles(&self) -> String {
        let obstacle = |one: &UnseenDrift| {
            Some(format!("`{}`: {}", one.logical_id, one.remedy.as_ref().err()?))
        };
        self.drift.unseen.iter().filter_map(obstacle).collect::<Vec<_>>().join("; ")
    }

    fn action(&self, deploys: bool, heals: bool, interrupted: bool) -> Action {
        let replaces = |change: &super::diff::ResourceChange| change.effect == Effect::Replace;
        if interrupted {
            Action::Recover
        } else if self.differences.resources.values().any(replaces) {
            Action::Replace
        } else if heals && !deploys {
            Action::Revert
        } else {
            Action::Update
        }
    }

    fn reason(
        &self,
        desired: &Desired<'_>,
        state: &State,
        (tags, policy, protection): (&[FieldChange], bool, bool),
    ) -> String {
        let mut parts = Vec::new();
        if state.described.status.phase() == Phase::Interrupted {
            parts.push(format!("its last operation was left in {}", state.described.status));
        }
        let resources = self.differences.resources.len();
        if resources > 0 {
            parts.push(format!(
                "{resources} {} changed",
                plural(resources, "resource", "resources")
            ));
        } else if !self.differences.fields.is_empty() {
            parts.push("its outputs changed".to_owned());
        }
        if !tags.is_empty() {
            parts.push("its tags changed".to_owned());
        }
        if policy {
            parts.push("its stack policy changed".to_owned());
        }
        if protection {
            parts.push("its termination protection changed".to_owned());
        }
        let count = self.drift.all().count();
        if count > 0 {
            let what = plural(count, "property", "properties");
            parts.push(match desired.spec.on_drift {
                OnDrift::Revert if self.obstacles().is_empty() => {
                    format!("{count} {what} drifted")
                }
                OnDrift::Revert => format!(
                    "{count} {what} drifted, of which some cannot be put back ({})",
                    self.obstacles()
                ),
                OnDrift::Report => format!("{count} {what} drifted, which is left as it is"),
            });
        }
        parts.join(", ")
    }

    fn steps(
        &self,
        desired: &Desired<'_>,
        state: &State,
        (deploys, reverts): (bool, bool),
        (policy, protection): (&Option<FieldChange>, &Option<FieldChange>),
    ) -> Vec<Step> {
        let spec = desired.spec;
        let target = desired.target(Some(&state.described.id));
        let mut steps = Vec::new();
        // First: the declared policy governs the declared update.
        if let (Some(_), Some(policy)) = (policy, &spec.policy) {
            steps.push(Step::SetPolicy(target.clone(), Arc::clone(policy)));
        }
        if deploys || reverts {
            let mode = if reverts { Mode::Revert } else { Mode::Update };
            // The same change of the same stack at another time is another change set.
            let moment = (self.observed, state.described.updated.map(|time| time.to_string()));
            let moment = Digest::of_json(&moment);
            let expected = self.expected(reverts);
            match desired.deployment(&target, mode, expected, &moment) {
                Some(deployment) => {
                    let updated = state.described.updated;
                    steps.push(Step::Deploy(Box::new(Deployment { updated, ..deployment })));
                }
                None => return Vec::new(),
            }
        }
        if protection.is_some() {
            steps.push(Step::Protect(target, spec.termination_protection));
        }
        steps
    }

    /// What a change set may do to each resource.
    fn expected(&self, reverts: bool) -> BTreeMap<String, Effect> {
        let resources = self.differences.resources.iter();
        let mut expected: BTreeMap<_, _> =
            resources.map(|(id, change)| (id.clone(), change.effect)).collect();
        if reverts {
            for field in &self.drift.fields {
                let id = field.path.split('/').nth(1).unwrap_or_default();
                let effect = expected.entry(id.to_owned()).or_insert(field.effect);
                *effect = (*effect).max(field.effect);
            }
        }
        expected
    }
}

fn tag_fields(desired: &Desired<'_>, state: &State) -> Vec<FieldChange> {
    let old = &state.described.tags;
    let new = &desired.tags;
    let keys: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    keys.into_iter()
        .filter(|key| *key != COMMIT_TAG && !key.starts_with("aws:"))
        .filter(|key| old.get(*key) != new.get(*key))
        .map(|key| FieldChange {
            path: format!("Tags/{key}"),
            before: old.get(key).cloned(),
            after: new.get(key).cloned(),
            effect: Effect::InPlace,
        })
        .collect()
}

fn policy_field(desired: &Desired<'_>, state: &State) -> Option<FieldChange> {
    let wanted = desired.spec.policy.as_deref()?;
    let json = |text: &str| serde_json::from_str::<Json>(text).ok();
    let before = match &state.policy {
        SeenPolicy::Read(Some(policy)) if json(policy) == json(wanted) => return None,
        SeenPolicy::Read(policy) => policy.clone(),
        SeenPolicy::Unreadable(_) => None,
    };
    Some(record("StackPolicy", before, Some(wanted.to_owned())))
}

fn protection_field(desired: &Desired<'_>, state: &State) -> Option<FieldChange> {
    let (old, new) = (state.described.termination_protection, desired.spec.termination_protection);
    let field = || record("TerminationProtection", Some(old.to_string()), Some(new.to_string()));
    (old != new).then(field)
}

fn plural(count: usize, one: &'static str, more: &'static str) -> &'static str {
    if count == 1 { one } else { more }
}
