//! A stack's declaration with its inputs resolved.

use std::collections::{BTreeMap, BTreeSet};

use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::environment::Environment;
use reconcile_core::input::Value;
use reconcile_core::verdict::{Effect, FieldChange};
use reconcile_engine::kind::PlanContext;

use super::evaluate::{Evaluated, Setting};
use crate::spec::Spec;
use crate::state::{ADDRESS_TAG, ENVIRONMENT_TAG};

/// What should be, as far as it is known now.
#[derive(Debug)]
pub(super) struct Desired<'a> {
    pub(super) address: &'a Address,
    pub(super) environment: &'a Environment,
    pub(super) spec: &'a Spec,
    /// The parameters that are given.
    pub(super) parameters: BTreeMap<String, Value>,
    pub(super) role_arn: Option<Value>,
    /// All tags, those of ownership included; the commit is added when the change set is made.
    pub(super) tags: BTreeMap<String, String>,
}

impl<'a> Desired<'a> {
    pub(super) fn new(spec: &'a Spec, context: &PlanContext<'a>) -> Self {
        let PlanContext { address, environment, inputs, now: _, veil: _ } = *context;
        let parameters = spec.parameters.iter();
        let mut tags = spec.tags.clone();
        tags.insert(ENVIRONMENT_TAG.to_owned(), environment.name.clone());
        tags.insert(ADDRESS_TAG.to_owned(), address.to_string());
        Self {
            address,
            environment,
            spec,
            parameters: parameters
                .map(|(name, text)| (name.clone(), inputs.resolve(text)))
                .collect(),
            role_arn: spec.role_arn.as_ref().map(|text| inputs.resolve(text)),
            tags,
        }
    }

    pub(super) fn setting(&self) -> Setting<'a> {
        Setting { region: &self.spec.region, stack_name: &self.spec.stack_name }
    }

    pub(super) fn evaluated(&self) -> Evaluated {
        Evaluated::new(&self.spec.template.parsed, &self.parameters, &self.setting())
    }

    /// Of everything that is declared, inputs as far as they are known.
    pub(super) fn digest(&self) -> Digest {
        let Spec { termination_protection, policy, template, allow, ignore_drift, .. } = self.spec;
        let capabilities = &self.spec.capabilities;
        Digest::of_json(&(
            (&self.spec.region, &self.spec.stack_name, &template.digest, policy.as_deref()),
            (&self.parameters, &self.role_arn, &self.tags, termination_protection),
            format!("{:?} {allow:?} {ignore_drift:?} {capabilities:?}", self.spec.on_drift),
        ))
    }

    /// The units that a value waits for; empty when all is known.
    pub(super) fn pending(&self) -> BTreeSet<&Address> {
        let values = self.parameters.values().chain(&self.role_arn);
        let pending = values.filter_map(|value| match value {
            Value::Pending(after) => Some(after),
            Value::Known(_) => None,
        });
        pending.flatten().collect()
    }

    /// The value of one parameter: as given, or else its default; none while it is pending.
    pub(super) fn parameter(&self, name: &str) -> Option<String> {
        if let Some(given) = self.parameters.get(name) {
            return given.known().map(str::to_owned);
        }
        self.spec.default_of(name)
    }

    /// The given parameters, if all of them are known.
    pub(super) fn known_parameters(&self) -> Option<BTreeMap<String, String>> {
        self.parameters
            .iter()
            .map(|(name, value)| Some((name.clone(), value.known()?.to_owned())))
            .collect()
    }

    /// The parameters that differ from those in force; values that must not be shown are not.
    pub(super) fn parameter_fields(&self, old: &BTreeMap<String, String>) -> Vec<FieldChange> {
        let template = &self.spec.template.parsed;
        let mut fields = Vec::new();
        for parameter in template.parameters() {
            let before = old.get(parameter.name).cloned();
            let default = parameter.default.map(reconcile_cfn::intrinsics::short_form);
            let after = self.parameters.get(parameter.name).map(ToString::to_string).or(default);
            if before == after {
                continue;
            }
            let (before, after) = if parameter.no_echo {
                (before.map(|_| "(hidden)".to_owned()), Some("(hidden, changed)".to_owned()))
            } else {
                (before, after)
            };
            let path = format!("Parameters/{}", parameter.name);
            fields.push(FieldChange { path, before, after, effect: Effect::Record });
        }
        fields
    }
}
