//! What an environment says of all terminals: its section `devices`.

use reconcile_core::environment::Environment;
use reconcile_core::problem::Problem;
use reconcile_core::text::{Reference, Text};
use reconcile_engine::load::section;
use schemars::JsonSchema;
use serde::Deserialize;

/// Where terminals are registered, and how many certificates a run may touch.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawSettings {
    /// The bucket in which the function looks terminals up.
    pub registry: String,
    /// The bucket that the CA writes its audit reports to.
    pub audit_reports: String,
    /// How many certificates may be issued.
    #[serde(default)]
    pub issuance: RawIssuance,
    /// How many terminals may lose their certificates without consent.
    #[serde(default)]
    pub revocation: RawRevocation,
}

/// How many certificates may be issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RawIssuance {
    /// In one run.
    #[schemars(range(min = 1))]
    pub per_run: u32,
    /// For one terminal within 24 hours.
    #[schemars(range(min = 1))]
    pub per_terminal_per_day: u32,
}

/// How many terminals may lose their certificates without consent: a run that would revoke more than both numbers
/// say needs consent for each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct RawRevocation {
    /// So many terminals.
    pub without_consent: u32,
    /// So many of a hundred of all terminals.
    #[schemars(range(max = 100))]
    pub percent: u32,
}

/// How many certificates may be issued.
pub type Issuance = RawIssuance;

/// How many terminals may lose their certificates without consent.
pub type Revocation = RawRevocation;

/// The section, as it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The bucket in which the function looks terminals up.
    pub registry: Text,
    /// The bucket that the CA writes its audit reports to.
    pub audit_reports: Text,
    /// How many certificates may be issued.
    pub issuance: Issuance,
    /// How many terminals may lose their certificates without consent.
    pub revocation: Revocation,
}

impl Default for RawIssuance {
    fn default() -> Self {
        Self { per_run: 200, per_terminal_per_day: 3 }
    }
}

impl Default for RawRevocation {
    fn default() -> Self {
        Self { without_consent: 5, percent: 5 }
    }
}

impl Settings {
    /// The section's name.
    pub const SECTION: &'static str = "devices";

    /// What an environment says; none if it says nothing of terminals.
    pub fn of(environment: &Environment) -> Result<Option<Self>, Problem> {
        let Some((raw, place)) = section::read::<RawSettings>(environment, Self::SECTION)? else {
            return Ok(None);
        };
        let RawSettings { registry, audit_reports, issuance, revocation } = raw;
        let text = |written: &str| section::text(written, place, environment);
        let (registry, audit_reports) = (text(&registry)?, text(&audit_reports)?);
        Ok(Some(Self { registry, audit_reports, issuance, revocation }))
    }

    /// The units' outputs that it refers to.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.registry.references().chain(self.audit_reports.references())
    }
}
