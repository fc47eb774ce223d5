//! A stack as it is meant.

mod interpret;
mod raw;
mod settings;
mod template_checks;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use reconcile_cfn::Template;
use reconcile_core::digest::Digest;
use reconcile_core::text::Text;

pub use interpret::{check, interpret};
pub use raw::{Capability, OnDrift, ParameterValue, RawAllow, RawException, RawIgnore, RawStack};
pub use settings::{RawSettings, Settings};
pub use template_checks::HIDDEN;

/// One stack in one region.
#[derive(Debug, Clone)]
pub struct Spec {
    /// The stack's name in AWS.
    pub stack_name: String,
    /// Where.
    pub region: String,
    /// The file that declares it, for advice.
    pub declared_in: String,
    /// What it is made of.
    pub template: TemplateFile,
    /// The template's parameters that are given.
    pub parameters: BTreeMap<String, Text>,
    /// The stack policy's text.
    pub policy: Option<Arc<str>>,
    /// Whether the stack refuses to be deleted.
    pub termination_protection: bool,
    /// What is done about drift.
    pub on_drift: OnDrift,
    /// What git permits.
    pub allow: Allow,
    /// Drift that is known and accepted for a time.
    pub ignore_drift: Vec<IgnoreDrift>,
    /// What the template is permitted to do.
    pub capabilities: BTreeSet<Capability>,
    /// Tags, the environment's included, ours not.
    pub tags: BTreeMap<String, String>,
    /// The role that CloudFormation takes; none: it acts with the rights of whoever calls.
    pub role_arn: Option<Text>,
}

/// A template with the bytes that are sent.
#[derive(Debug, Clone)]
pub struct TemplateFile {
    /// From the root of the repository.
    pub path: String,
    /// The text, as it is sent.
    pub text: Arc<str>,
    /// Of the text.
    pub digest: Digest,
    /// What it says.
    pub parsed: Arc<Template>,
}

/// What git permits, by logical ID.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Allow {
    /// May be replaced.
    pub replace: BTreeSet<String>,
    /// May be deleted.
    pub delete: BTreeSet<String>,
    /// May be skipped when a rollback is continued.
    pub skip_rollback: BTreeSet<String>,
    /// An existing stack may be taken over.
    pub adopt: bool,
    /// The stack may be deleted and made anew.
    pub recreate: bool,
}

/// Drift of one property that is known and accepted for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IgnoreDrift {
    /// The logical ID.
    pub resource: String,
    /// The property's path, with what is below it.
    pub property: String,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Date,
}

impl Spec {
    /// The default that the template declares for a parameter.
    pub fn default_of(&self, name: &str) -> Option<String> {
        let mut declared = self.template.parsed.parameters();
        let default = declared.find(|parameter| parameter.name == name)?.default?;
        Some(reconcile_cfn::intrinsics::short_form(default))
    }
}

impl IgnoreDrift {
    /// Whether it speaks of a property.
    pub fn covers(&self, resource: &str, path: &str) -> bool {
        let below = path.strip_prefix(&self.property);
        self.resource == resource
            && below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }
}
