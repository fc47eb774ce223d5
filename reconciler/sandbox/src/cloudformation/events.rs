//! Stack events: what happened to a stack and its resources, in order.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::names;
use super::paging::page;
use super::stack::{Stack, StackResource};
use super::status::word;
use super::veil;
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// One event. Its row key is the stack's ID and a running number.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Event {
    pub(crate) id: String,
    pub(crate) stack_id: String,
    pub(crate) stack_name: String,
    pub(crate) logical_id: String,
    pub(crate) physical_id: String,
    pub(crate) type_name: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
    pub(crate) properties: Option<String>,
    pub(crate) token: Option<String>,
    #[serde(default)]
    pub(crate) operation_id: Option<String>,
    #[serde(default)]
    pub(crate) detailed_status: Option<String>,
    pub(crate) at: Timestamp,
}

/// The type that a stack has in its own events.
const STACK_TYPE: &str = "AWS::CloudFormation::Stack";

impl Event {
    /// The stack's own event: it is in its present status now.
    pub(crate) fn of_stack(stack: &Stack, at: Timestamp) -> Self {
        Self {
            id: String::new(),
            stack_id: stack.id.clone(),
            stack_name: stack.name.clone(),
            logical_id: stack.name.clone(),
            physical_id: stack.id.clone(),
            type_name: STACK_TYPE.to_owned(),
            status: word(&stack.status),
            reason: stack.status_reason.clone(),
            properties: None,
            token: None,
            operation_id: stack.operation.clone(),
            detailed_status: stack.detailed_status.clone(),
            at,
        }
    }

    /// A resource's event: it is in its present status now.
    pub(crate) fn of_resource(stack: &Stack, resource: &StackResource, at: Timestamp) -> Self {
        let shown = veil::deployed(stack, &resource.logical_id, &resource.properties);
        Self {
            logical_id: resource.logical_id.clone(),
            physical_id: resource.physical_id.clone(),
            type_name: resource.type_name.clone(),
            status: word(&resource.status),
            reason: resource.status_reason.clone(),
            properties: Some(Value::Object(shown).to_string()),
            detailed_status: None,
            ..Self::of_stack(stack, at)
        }
    }

    /// Whether the event is of this operation.
    pub(crate) fn belongs_to(&self, operation_id: &str) -> bool {
        self.operation_id.as_deref() == Some(operation_id)
    }

    /// Whether it happened to the stack itself.
    pub(crate) fn is_of_stack(&self) -> bool {
        self.type_name == STACK_TYPE && self.physical_id == self.stack_id
    }

    fn answer(&self) -> Value {
        json!({
            "StackId": self.stack_id,
            "EventId": self.id,
            "StackName": self.stack_name,
            "OperationId": self.operation_id,
            "LogicalResourceId": self.logical_id,
            "PhysicalResourceId": self.physical_id,
            "ResourceType": self.type_name,
            "Timestamp": self.at.to_string(),
            "ResourceStatus": self.status,
            "ResourceStatusReason": self.reason,
            "ResourceProperties": self.properties,
            "ClientRequestToken": self.token,
            "DetailedStatus": self.detailed_status,
        })
    }
}

impl World {
    /// Appends the stack's present status to its events.
    pub(crate) fn record_stack(&mut self, stack: &mut Stack, token: Option<&str>, at: Timestamp) {
        let event = Event::of_stack(stack, at);
        let id = names::uuid(&["event", &stack.id, &stack.events.to_string()]);
        self.append(stack, Event { id, token: token.map(str::to_owned), ..event });
    }

    /// Appends a resource's present status to its stack's events.
    pub(crate) fn record_resource(
        &mut self,
        stack: &mut Stack,
        resource: &StackResource,
        token: Option<&str>,
        at: Timestamp,
    ) {
        let event = Event::of_resource(stack, resource, at);
        let unique = names::uuid(&["event", &stack.id, &stack.events.to_string()]);
        let id = format!("{}-{}-{unique}", event.logical_id, event.status);
        self.append(stack, Event { id, token: token.map(str::to_owned), ..event });
    }

    fn append(&mut self, stack: &mut Stack, event: Event) {
        self.events.insert(format!("{}|{:08}", stack.id, stack.events), event);
        stack.events += 1;
    }
}

/// A stack's events, the newest first.
pub(super) fn of_stack<'a>(world: &'a World, stack_id: &str) -> Vec<&'a Event> {
    let events = world.events.with_prefix(format!("{stack_id}|"));
    let mut events: Vec<_> = events.map(|(_, event)| event).collect();
    events.reverse();
    events
}

/// Answers `DescribeStackEvents`: the newest first.
pub(super) fn describe_stack_events(world: &World, call: &Call) -> Answer {
    // Other operations say it in other words; seen in cloudtools/stacker #683.
    let missing = |_| match call.required("StackName") {
        Ok(name) => AwsError::validation(format!("Stack [{name}] does not exist")),
        Err(error) => error,
    };
    let stack = world.stack_of(call).map_err(missing)?;
    let (events, next) = page(of_stack(world, &stack.id), call, 100)?;
    let events: Vec<_> = events.into_iter().map(Event::answer).collect();
    Ok(json!({ "StackEvents": events, "NextToken": next }))
}
