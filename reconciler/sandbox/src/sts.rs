//! Security Token Service: who the caller is.

use serde_json::json;

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::{ACCOUNT, World};

const VERSION: &str = "2011-06-15";

/// Answers one call.
pub(crate) fn handle(_world: &mut World, call: &Call) -> Answer {
    match &*call.operation {
        "GetCallerIdentity" => Ok(json!({
            "Arn": format!("arn:aws:sts::{ACCOUNT}:assumed-role/sandbox/reconcile"),
            "UserId": "AROASANDBOXSANDBOXSAN:reconcile",
            "Account": ACCOUNT,
        })),
        other => Err(AwsError::unknown_operation(other, VERSION)),
    }
}
