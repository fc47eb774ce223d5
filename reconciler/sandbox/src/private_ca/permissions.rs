//! Permissions: that ACM may use a CA.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::authority;
use super::description::page;
use super::refusal::{invalid_args, not_found};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::{ACCOUNT, World};

/// The one service that a CA can be opened for.
const PRINCIPAL: &str = "acm.amazonaws.com";

/// What it can be let do.
const ACTIONS: [&str; 3] = ["IssueCertificate", "GetCertificate", "ListPermissions"];

/// How many permissions stand on a page at most.
const PAGE: usize = 100;

/// What a service may do with a CA.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Permission {
    pub(super) principal: String,
    pub(super) source_account: String,
    pub(super) actions: Vec<String>,
    pub(super) created: Timestamp,
}

impl Permission {
    /// What is asked for, by a call or a template.
    pub(super) fn read(asked: &Value, now: Timestamp) -> Result<Self, AwsError> {
        let text = |name: &str| asked.get(name).and_then(Value::as_str);
        let principal = text("Principal").unwrap_or_default();
        if principal != PRINCIPAL {
            return Err(invalid_args(format!("The principal must be {PRINCIPAL}")));
        }
        let actions = asked.get("Actions").and_then(Value::as_array).into_iter().flatten();
        let actions: Vec<String> = actions.filter_map(Value::as_str).map(str::to_owned).collect();
        if actions.is_empty() || !actions.iter().all(|action| ACTIONS.contains(&&**action)) {
            return Err(invalid_args(format!("The actions must be of {}", ACTIONS.join(", "))));
        }
        Ok(Self {
            principal: principal.to_owned(),
            source_account: text("SourceAccount").unwrap_or(ACCOUNT).to_owned(),
            actions,
            created: now,
        })
    }
}

/// Answers `CreatePermission`.
pub(super) fn create_permission(world: &mut World, call: &Call) -> Answer {
    let arn = authority::find(world, call)?.arn.clone();
    grant(world, &arn, Permission::read(&call.parameters, call.now)?)?;
    Ok(Value::Null)
}

/// Adds a permission that is not there.
pub(super) fn grant(world: &mut World, arn: &str, new: Permission) -> Result<(), AwsError> {
    let Some(authority) = world.certificate_authorities.get_mut(arn) else {
        return Err(not_found(format!("Could not find certificate authority {arn}")));
    };
    if authority.permissions.iter().any(|permission| permission.principal == new.principal) {
        let message = format!("{} has a permission for {} already", arn, new.principal);
        return Err(AwsError::new("PermissionAlreadyExistsException", message));
    }
    authority.permissions.push(new);
    Ok(())
}

/// Answers `DeletePermission`.
pub(super) fn delete_permission(world: &mut World, call: &Call) -> Answer {
    let arn = authority::find(world, call)?.arn.clone();
    revoke(world, &arn, call.required("Principal")?);
    Ok(Value::Null)
}

/// Takes a permission back, if it is there.
pub(super) fn revoke(world: &mut World, arn: &str, principal: &str) {
    if let Some(authority) = world.certificate_authorities.get_mut(arn) {
        authority.permissions.retain(|permission| permission.principal != principal);
    }
}

/// Answers `ListPermissions`.
pub(super) fn list_permissions(world: &World, call: &Call) -> Answer {
    let authority = authority::find(world, call)?;
    let shown = authority.permissions.iter().map(|permission| {
        json!({
            "CertificateAuthorityArn": authority.arn,
            "CreatedAt": permission.created.as_second(),
            "Principal": permission.principal,
            "SourceAccount": permission.source_account,
            "Actions": permission.actions,
        })
    });
    let (permissions, next) = page(shown.collect(), call, PAGE)?;
    Ok(json!({ "Permissions": permissions, "NextToken": next }))
}
