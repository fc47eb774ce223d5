//! What runs in AWS now, unit by unit.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use crate::address::Address;

/// A unit that runs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// AWS's word for its state: `UPDATE_COMPLETE`.
    pub state: String,
    /// The commit that last changed it, where it says so.
    pub commit: Option<String>,
    /// When it last changed.
    #[schemars(with = "Option<String>")]
    pub since: Option<Timestamp>,
    /// Its ARN.
    pub identity: String,
}

/// A unit, and what is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnitStatus {
    /// The unit.
    #[schemars(with = "String")]
    pub address: Address,
    /// What runs; none where nothing does.
    pub running: Option<Running>,
    /// Why it cannot be told.
    pub unreadable: Option<String>,
    /// Whether `desired/` declares it.
    pub declared: bool,
}
