//! Why a provider could not do what it was asked for, and failures that are made to happen.

use serde::{Deserialize, Serialize};

use crate::cloudformation::names::uuid;
use crate::world::World;

/// A failure that the laboratory makes happen. Its row key is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InjectedFailure {
    /// A resource type or a logical ID.
    pub(crate) target: String,
    /// `CREATE`, `UPDATE` or `DELETE`.
    pub(crate) operation: String,
    pub(crate) message: String,
    /// How many more times it happens.
    pub(crate) times: u32,
}

/// A failure as a resource's provider reports it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The handler's error code; none where CloudFormation itself refuses.
    code: Option<&'static str>,
    message: String,
    /// The row key of what is in the way.
    collides_with: Option<String>,
}

impl Failure {
    /// A refusal in CloudFormation's own words.
    pub(super) fn plain(message: impl Into<String>) -> Self {
        Self { code: None, message: message.into(), collides_with: None }
    }

    /// A failure of the provider, with one of the registry's handler error codes.
    pub(crate) fn handler(code: &'static str, message: impl Into<String>) -> Self {
        Self { code: Some(code), message: message.into(), collides_with: None }
    }

    pub(crate) fn already_exists(type_name: &str, identifier: &str, key: String) -> Self {
        let message = match type_name {
            "AWS::S3::Bucket" => format!("{identifier} already exists"),
            _ => format!(
                "Resource of type '{type_name}' with identifier '{identifier}' already exists."
            ),
        };
        Self { collides_with: Some(key), ..Self::handler("AlreadyExists", message) }
    }

    pub(super) fn not_found(key: &str) -> Self {
        let mut parts = key.splitn(3, '|').skip(1);
        let type_name = parts.next().unwrap_or_default();
        let identifier = parts.next().unwrap_or_default();
        Self::handler(
            "NotFound",
            format!("Resource of type '{type_name}' with identifier '{identifier}' was not found."),
        )
    }

    /// Whether the resource with this row key is in the way.
    pub(crate) fn is_collision_with(&self, key: Option<&str>) -> bool {
        key.is_some() && self.collides_with.as_deref() == key
    }

    /// The registry's handler error code.
    pub(crate) fn code(&self) -> &'static str {
        self.code.unwrap_or("InvalidRequest")
    }

    /// What the provider says.
    pub(crate) fn message(&self) -> &str {
        &self.message
    }

    /// The status reason that CloudFormation shows.
    pub(crate) fn reason(&self, stack_id: &str, logical_id: &str) -> String {
        match self.code {
            None => self.message.clone(),
            Some(code) => format!(
                "Resource handler returned message: \"{}\" (RequestToken: {}, HandlerErrorCode: {code})",
                self.message,
                uuid(&["handler", stack_id, logical_id, &self.message]),
            ),
        }
    }
}

/// Fails if a failure was laid out for this resource and operation.
pub(super) fn injected(
    world: &mut World,
    type_name: &str,
    logical_id: &str,
    operation: &str,
) -> Result<(), Failure> {
    let strikes = |failure: &InjectedFailure| {
        failure.operation == operation
            && (failure.target == type_name || failure.target == logical_id)
    };
    let id = world.failures.iter().find(|(_, failure)| strikes(failure));
    let Some(id) = id.map(|(id, _)| id.to_owned()) else {
        return Ok(());
    };
    let Some(failure) = world.failures.get_mut(&id) else {
        return Ok(());
    };
    failure.times = failure.times.saturating_sub(1);
    let message = failure.message.clone();
    if failure.times == 0 {
        world.failures.remove(&id);
    }
    Err(Failure::handler("GeneralServiceException", message))
}
