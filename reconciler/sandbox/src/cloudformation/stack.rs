//! A stack as the account holds it, and how calls find it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::history::OperationKind;
use super::names;
use super::operation::Doomed;
use super::status::{ResourceStatus, StackStatus, word};
use super::template::{Owner, Policies};
use crate::call::Call;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// The shortest time that AWS tells apart.
const MOMENT: SignedDuration = SignedDuration::from_millis(1);

/// What was asked for: all that a stack's next state follows from, besides the world.
#[derive(Debug, Default, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Deployment {
    pub(crate) template: String,
    pub(crate) description: Option<String>,
    pub(crate) parameters: BTreeMap<String, String>,
    /// What parameters stand for that name one of Parameter Store.
    #[serde(default)]
    pub(crate) resolved: BTreeMap<String, String>,
    /// The parameters whose values are never shown.
    pub(crate) no_echo: BTreeSet<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) capabilities: Vec<String>,
    pub(crate) notification_arns: Vec<String>,
    pub(crate) role_arn: Option<String>,
    /// The live resources that are taken over instead of created, as row keys by logical ID.
    #[serde(default)]
    pub(crate) imports: BTreeMap<String, String>,
}

/// A stack. Its row key is its ID.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Stack {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) region: String,
    pub(crate) status: StackStatus,
    pub(crate) status_reason: Option<String>,
    pub(crate) created: Timestamp,
    pub(crate) updated: Option<Timestamp>,
    pub(crate) deleted: Option<Timestamp>,
    pub(crate) deployment: Deployment,
    pub(crate) resources: BTreeMap<String, StackResource>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) imports: BTreeSet<String>,
    pub(crate) termination_protection: bool,
    pub(crate) disable_rollback: bool,
    pub(crate) policy: Option<String>,
    pub(crate) change_set_id: Option<String>,
    pub(crate) drift: Option<StackDrift>,
    /// The ID of the operation that is going on, or was the last to.
    #[serde(default)]
    pub(crate) operation: Option<String>,
    /// The last operations, the newest first, change sets' making included.
    #[serde(default)]
    pub(crate) last_operations: Vec<(OperationKind, String)>,
    #[serde(default)]
    pub(crate) detailed_status: Option<String>,
    /// The operation that each client request token was used for.
    pub(crate) tokens: BTreeMap<String, String>,
    /// How many events were recorded.
    pub(crate) events: u64,
    /// Physical resources that an operation which did not end well has still to delete.
    pub(crate) leftovers: Vec<Doomed>,
    /// What an update that did not end well can go back to.
    pub(crate) last_good: Option<Box<LastGood>>,
}

/// The state of a stack before an update.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct LastGood {
    pub(crate) deployment: Deployment,
    pub(crate) resources: BTreeMap<String, StackResource>,
    pub(crate) outputs: Vec<Output>,
    pub(crate) imports: BTreeSet<String>,
}

/// A resource as the stack knows it: what was deployed, not what lives.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StackResource {
    pub(crate) logical_id: String,
    pub(crate) type_name: String,
    /// What `Ref` gives; empty until the resource was created.
    pub(crate) physical_id: String,
    /// Row key of the live resource, once there is one.
    pub(crate) key: Option<String>,
    pub(crate) status: ResourceStatus,
    pub(crate) status_reason: Option<String>,
    pub(crate) updated: Timestamp,
    /// The properties as last deployed, without the stack's tags.
    pub(crate) properties: Map<String, Value>,
    /// The stack's tags as last propagated.
    pub(crate) stack_tags: BTreeMap<String, String>,
    pub(crate) policies: Policies,
    pub(crate) depends_on: BTreeSet<String>,
    pub(crate) drift: Option<ResourceDrift>,
    /// What dynamic references were resolved to when the resource was last provisioned.
    #[serde(default)]
    pub(crate) resolved: BTreeMap<String, String>,
}

/// An output with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Output {
    pub(crate) key: String,
    pub(crate) value: String,
    pub(crate) description: Option<String>,
    pub(crate) export_name: Option<String>,
}

/// The last drift result of a stack.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct StackDrift {
    pub(crate) status: String,
    pub(crate) checked: Timestamp,
}

/// The last drift result of a resource.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResourceDrift {
    pub(crate) status: String,
    pub(crate) checked: Timestamp,
    pub(crate) expected: Value,
    pub(crate) actual: Value,
    pub(crate) differences: Vec<Value>,
}

impl Deployment {
    /// The values that the template computes with.
    pub(crate) fn values(&self) -> BTreeMap<String, String> {
        let mut values = self.parameters.clone();
        values.extend(self.resolved.clone());
        values
    }
}

impl StackResource {
    /// What becomes of the resource when it leaves the stack. Databases are kept as snapshots unless the
    /// template says otherwise.
    pub(crate) fn deletion_policy(&self) -> Option<&str> {
        let clustered = self.properties.contains_key("DBClusterIdentifier");
        let default = match self.type_name.as_str() {
            "AWS::RDS::DBCluster" => Some("Snapshot"),
            "AWS::RDS::DBInstance" if !clustered => Some("Snapshot"),
            _ => None,
        };
        self.policies.deletion.as_deref().or(default)
    }
}

impl Stack {
    /// Notes when an update begins. In AWS one takes time, so no two of a stack begin in the same moment, and whoever waits for
    /// one to begin waits for this to move.
    pub(super) fn begins_to_be_updated(&mut self, at: Timestamp) {
        let after = self.updated.and_then(|before| before.checked_add(MOMENT).ok());
        self.updated = Some(after.map_or(at, |after| at.max(after)));
    }

    /// What it can return to if the update that begins now fails.
    pub(crate) fn snapshot(&self) -> LastGood {
        LastGood {
            deployment: self.deployment.clone(),
            resources: self.resources.clone(),
            outputs: self.outputs.clone(),
            imports: self.imports.clone(),
        }
    }

    /// Whose template a deployment of this stack is.
    pub(crate) fn owner<'a>(&'a self, deployment: &'a Deployment) -> Owner<'a> {
        Owner {
            region: &self.region,
            stack_name: &self.name,
            stack_id: &self.id,
            notification_arns: &deployment.notification_arns,
        }
    }

    /// `{"StackDriftStatus": ...}` as several operations answer it.
    pub(crate) fn drift_information(&self) -> Value {
        match &self.drift {
            Some(drift) => json!({
                "StackDriftStatus": drift.status,
                "LastCheckTimestamp": drift.checked.to_string(),
            }),
            None => json!({ "StackDriftStatus": "NOT_CHECKED" }),
        }
    }
}

impl World {
    /// The stack that a call names, by name (the living one) or by ID (deleted ones too).
    pub(crate) fn find_stack(&self, region: &str, name_or_id: &str) -> Option<&Stack> {
        if name_or_id.starts_with("arn:") {
            return self.stacks.get(name_or_id);
        }
        let prefix = names::stack_prefix(region, name_or_id);
        let mut found = self.stacks.with_prefix(&prefix).map(|(_, stack)| stack);
        found.find(|stack| stack.status != StackStatus::DeleteComplete)
    }

    /// The stack of the call's `StackName`, or CloudFormation's refusal.
    pub(crate) fn stack_of(&self, call: &Call) -> Result<&Stack, AwsError> {
        let name = call.required("StackName")?;
        self.find_stack(&call.region, name).ok_or_else(|| no_stack(name))
    }

    /// The stacks of a region, those deleted included.
    pub(crate) fn stacks_in(&self, region: &str) -> impl Iterator<Item = &Stack> {
        let prefix = names::stacks_prefix(region);
        self.stacks
            .iter()
            .map(|(_, stack)| stack)
            .filter(move |stack| stack.id.starts_with(&prefix))
    }

    /// The live resource behind a stack's resource.
    pub(crate) fn live(&self, resource: &StackResource) -> Option<&Resource> {
        self.resources.get(resource.key.as_deref()?)
    }
}

/// The refusal for a stack that is not there.
pub(crate) fn no_stack(name: &str) -> AwsError {
    AwsError::validation(format!("Stack with id {name} does not exist"))
}

/// The refusal for a stack whose state takes no update.
pub(crate) fn not_updatable(stack: &Stack) -> AwsError {
    AwsError::validation(format!(
        "Stack:{} is in {} state and can not be updated.",
        stack.id,
        word(&stack.status)
    ))
}

/// The published quota of an account and region; stacks in review count.
const MAX_STACKS: usize = 2000;

/// A stack that does not exist yet, with the ID that it will have.
pub(crate) fn new_stack(
    world: &World,
    call: &Call,
    name: &str,
    deployment: Deployment,
) -> Result<Stack, AwsError> {
    check_name(name)?;
    let living = world.stacks_in(&call.region);
    if living.filter(|stack| stack.status != StackStatus::DeleteComplete).count() >= MAX_STACKS {
        return Err(AwsError::new("LimitExceededException", "Limit for stack has been exceeded"));
    }
    let generation = world.stacks.with_prefix(&names::stack_prefix(&call.region, name)).count();
    Ok(Stack {
        id: names::stack_id(&call.region, name, call.now, generation),
        name: name.to_owned(),
        region: call.region.clone(),
        status: StackStatus::CreateInProgress,
        status_reason: None,
        created: call.now,
        updated: None,
        deleted: None,
        deployment,
        resources: BTreeMap::new(),
        outputs: Vec::new(),
        imports: BTreeSet::new(),
        termination_protection: false,
        disable_rollback: false,
        policy: None,
        change_set_id: None,
        drift: None,
        operation: None,
        last_operations: Vec::new(),
        detailed_status: None,
        tokens: BTreeMap::new(),
        events: 0,
        leftovers: Vec::new(),
        last_good: None,
    })
}

fn check_name(name: &str) -> Result<(), AwsError> {
    let starts_well = name.starts_with(|first: char| first.is_ascii_alphabetic());
    let legal = |one: char| one.is_ascii_alphanumeric() || one == '-';
    if starts_well && name.len() <= 128 && name.chars().all(legal) {
        return Ok(());
    }
    Err(AwsError::validation(format!(
        "1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    )))
}
