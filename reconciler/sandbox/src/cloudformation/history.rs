//! Operations as they are looked back on: which there were, how they ended, and what was found.
//!
//! An operation is whatever is done to a stack, a change set's making and the way back from a failure
//! included. `DescribeEvents` groups by it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::events::Event;
use super::names;
use super::paging::page;
use super::stack::Stack;
use super::status::word;
use super::validation::Finding;
use super::{change_set, events};
use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// How many operations a stack names as its last.
const LAST: usize = 5;

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub(crate) enum OperationKind {
    CreateStack,
    UpdateStack,
    DeleteStack,
    ContinueRollback,
    Rollback,
    #[serde(rename = "CREATE_CHANGESET")]
    CreateChangeSet,
}

/// An operation that was begun. Its row key is the stack's ID and its own.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct OperationRecord {
    id: String,
    /// Later operations have higher numbers.
    number: u64,
    kind: OperationKind,
    stack_id: String,
    change_set_id: Option<String>,
    token: Option<String>,
    started: Timestamp,
    ended: Option<Ending>,
    findings: Vec<Finding>,
}

/// How and when an operation ended.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Ending {
    at: Timestamp,
    succeeded: bool,
}

/// An operation that begins.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Begun<'a> {
    pub(crate) kind: OperationKind,
    pub(crate) change_set_id: Option<&'a str>,
    pub(crate) token: Option<&'a str>,
    pub(crate) at: Timestamp,
}

impl World {
    /// Notes that an operation begins; it is the stack's present one.
    pub(super) fn open_operation(&mut self, stack: &mut Stack, begun: Begun<'_>) -> String {
        let Begun { kind, change_set_id, token, at } = begun;
        let number = self.next("operations");
        let id = names::uuid(&["operation", &stack.id, &number.to_string()]);
        let record = OperationRecord {
            id: id.clone(),
            number,
            kind,
            stack_id: stack.id.clone(),
            change_set_id: change_set_id.map(str::to_owned),
            token: token.map(str::to_owned),
            started: at,
            ended: None,
            findings: Vec::new(),
        };
        self.operations.insert(row_key(&stack.id, &id), record);
        if kind != OperationKind::CreateChangeSet {
            stack.operation = Some(id.clone());
        }
        stack.last_operations.insert(0, (kind, id.clone()));
        stack.last_operations.truncate(LAST);
        id
    }

    /// Notes what validation found in an operation.
    pub(super) fn note_findings(&mut self, stack_id: &str, id: &str, findings: Vec<Finding>) {
        if let Some(record) = self.operations.get_mut(&row_key(stack_id, id)) {
            record.findings = findings;
        }
    }

    /// Notes how an operation has ended.
    pub(super) fn close_operation(
        &mut self,
        (stack_id, id): (&str, &str),
        succeeded: bool,
        at: Timestamp,
    ) {
        if let Some(record) = self.operations.get_mut(&row_key(stack_id, id)) {
            record.ended = Some(Ending { at, succeeded });
        }
    }
}

fn row_key(stack_id: &str, id: &str) -> String {
    format!("{stack_id}|{id}")
}

/// `LastOperations` as stacks answer it.
pub(super) fn last_operations(stack: &Stack) -> Value {
    let last = stack.last_operations.iter();
    last.map(|(kind, id)| json!({ "OperationType": word(kind), "OperationId": id })).collect()
}

/// Answers `DescribeEvents`: by operation, the newest first.
pub(super) fn describe_events(world: &World, call: &Call) -> Answer {
    let mut records = asked(world, call)?;
    records.sort_by_key(|record| std::cmp::Reverse(record.number));
    let all = records.into_iter().flat_map(|record| record.events(world));
    let only_failed = call.parameters.pointer("/Filters/FailedEvents");
    let only_failed = only_failed.and_then(Value::as_str) == Some("true");
    let wanted = all.filter(|event| !only_failed || is_failed(event));
    let (events, next) = page(wanted.collect(), call, 100)?;
    Ok(json!({ "OperationEvents": events, "NextToken": next }))
}

fn asked<'a>(world: &'a World, call: &Call) -> Result<Vec<&'a OperationRecord>, AwsError> {
    let all = || world.operations.iter().map(|(_, record)| record);
    if let Some(id) = call.text("OperationId") {
        return Ok(all().filter(|record| record.id == id).collect());
    }
    let of_set = |id: &str| -> Vec<_> {
        all().filter(|record| record.change_set_id.as_deref() == Some(id)).collect()
    };
    match (call.text("ChangeSetName"), call.text("StackName")) {
        // What was found in a change set can be read after it is gone.
        (Some(id), _) if id.starts_with("arn:") && !of_set(id).is_empty() => Ok(of_set(id)),
        (Some(name), stack) if stack.is_some() || name.starts_with("arn:") => {
            Ok(of_set(&change_set::find(world, call)?))
        }
        (None, Some(_)) => {
            let prefix = row_key(&world.stack_of(call)?.id, "");
            Ok(world.operations.with_prefix(prefix).map(|(_, record)| record).collect())
        }
        _ => Err(AwsError::validation(
            "One of ChangeSetName, OperationId or StackName must be specified",
        )),
    }
}

fn is_failed(event: &Value) -> bool {
    let is = |name: &str, word: &str| event.get(name).is_some_and(|value| value == word);
    is("EventType", "VALIDATION_ERROR")
        || is("EventType", "PROVISIONING_ERROR")
        || is("OperationStatus", "FAILED")
}

impl OperationRecord {
    /// Its events, the newest first.
    fn events(&self, world: &World) -> Vec<Value> {
        let mut shown = Vec::new();
        if let Some(Ending { at, succeeded }) = self.ended {
            let mut end = self.own(if succeeded { "SUCCEEDED" } else { "FAILED" }, at);
            end["EndTime"] = json!(at.to_string());
            shown.push(end);
        }
        let found_at = self.ended.map_or(self.started, |ending| ending.at);
        for (number, finding) in self.findings.iter().enumerate() {
            let id = names::uuid(&["finding", &self.id, &number.to_string()]);
            shown.push(self.event(&id, found_at, finding.answer()));
        }
        let happened = events::of_stack(world, &self.stack_id);
        let mine = happened.into_iter().filter(|event| event.belongs_to(&self.id));
        shown.extend(mine.map(|event| self.event(&event.id, event.at, stack_event(event))));
        shown.push(self.own("IN_PROGRESS", self.started));
        shown
    }

    /// An event of the operation itself.
    fn own(&self, status: &str, at: Timestamp) -> Value {
        let id = names::uuid(&["operation", &self.id, status]);
        let own = json!({
            "EventType": "STACK_EVENT",
            "OperationStatus": status,
            "StartTime": self.started.to_string(),
        });
        self.event(&id, at, own)
    }

    fn event(&self, id: &str, at: Timestamp, more: Value) -> Value {
        let mut event = json!({
            "EventId": id,
            "StackId": self.stack_id,
            "OperationId": self.id,
            "OperationType": word(&self.kind),
            "Timestamp": at.to_string(),
            "ClientRequestToken": self.token,
        });
        if let (Some(event), Value::Object(more)) = (event.as_object_mut(), more) {
            event.extend(more);
        }
        event
    }
}

/// A stack event as `DescribeEvents` shows it.
fn stack_event(event: &Event) -> Value {
    let kind = match (event.is_of_stack(), event.status.ends_with("_FAILED")) {
        (true, _) => "STACK_EVENT",
        (false, true) => "PROVISIONING_ERROR",
        (false, false) => "PROGRESS_EVENT",
    };
    json!({
        "EventType": kind,
        "LogicalResourceId": event.logical_id,
        "PhysicalResourceId": event.physical_id,
        "ResourceType": event.type_name,
        "ResourceStatus": event.status,
        "ResourceStatusReason": event.reason,
        "ResourceProperties": event.properties,
        "DetailedStatus": event.detailed_status,
    })
}
