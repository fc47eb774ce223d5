//! What an environment says of all stacks: its section `stacks`.

use reconcile_core::environment::Environment;
use reconcile_core::problem::{Place, Problem};
use reconcile_core::text::Text;
use reconcile_engine::load::section;
use schemars::JsonSchema;
use serde::Deserialize;

/// What holds for all stacks that do not say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawSettings {
    /// The service role with which CloudFormation changes resources. A stack that says `roleArn: caller` has none.
    pub role_arn: String,
}

/// The section, as it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The service role.
    pub role_arn: Text,
    /// Where it stands.
    pub place: Place,
}

impl Settings {
    /// The section's name.
    pub const SECTION: &'static str = "stacks";

    /// What an environment says; none if it says nothing of all stacks.
    pub fn of(environment: &Environment) -> Result<Option<Self>, Problem> {
        let Some((raw, found)) = section::read::<RawSettings>(environment, Self::SECTION)? else {
            return Ok(None);
        };
        let role_arn = section::text(&raw.role_arn, found, environment)?;
        Ok(Some(Self { role_arn, place: found.place.clone() }))
    }
}
