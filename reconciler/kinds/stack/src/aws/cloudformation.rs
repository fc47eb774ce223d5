//! CloudFormation's API.
//!
//! Sources: CloudFormation API Reference, each operation's page.

use std::collections::BTreeMap;

use async_trait::async_trait;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::config::Builder;
use aws_sdk_cloudformation::operation::describe_change_set::DescribeChangeSetOutput;
use aws_sdk_cloudformation::types as sdk;
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::naming::NameCalls;
use reconcile_engine::aws::session::Session;

use super::answer;
use super::clients::Clients;
use crate::port::{
    Acts, ChangeSet, ChangeSetRequest, ChangeSetStatus, ComputedChange, ComputedKind, Detection,
    Execution, Finding, Looks, StackEvent, TemplateSource, Validated,
};
use crate::state::{
    Described, Difference, DriftStatus, ResourceDrift, ResourceDriftStatus, Settings, Status,
};
use crate::step::Mode;

/// How a change set says that there is nothing to change; it has no code of its own for that.
const EMPTY: [&str; 2] =
    ["The submitted information didn't contain changes.", "No updates are to be performed."];

/// CloudFormation, through the SDK.
#[derive(Debug)]
pub struct CloudFormation {
    clients: Clients<Client>,
}

impl CloudFormation {
    /// Over a session's connection.
    pub fn new(session: &Session) -> Self {
        let make = |session: &Session, region: &str| {
            let config = Builder::from(&session.sdk(region)).interceptor(NameCalls).build();
            Client::from_conf(config)
        };
        Self { clients: Clients::new(session, make) }
    }

    fn client(&self, region: &str) -> Client {
        self.clients.of(region)
    }
}

/// A missing stack has no error code of its own: code and words together tell it.
fn is_missing(error: &AwsError) -> bool {
    error.is("ChangeSetNotFound")
        || (error.is("ValidationError") && error.message.contains("does not exist"))
}

fn present<T>(result: Result<T, AwsError>) -> Result<Option<T>, AwsError> {
    match result {
        Ok(found) => Ok(Some(found)),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(error),
    }
}

#[async_trait]
impl Looks for CloudFormation {
    async fn stacks(&self, region: &str) -> Result<Vec<Described>, AwsError> {
        let client = self.client(region);
        let mut pages = client.describe_stacks().into_paginator().send();
        let mut stacks = Vec::new();
        while let Some(page) = pages.next().await {
            stacks.extend(answer(page)?.stacks.unwrap_or_default().into_iter().map(described));
        }
        Ok(stacks)
    }

    async fn stack(&self, region: &str, stack: &str) -> Result<Option<Described>, AwsError> {
        let call = self.client(region).describe_stacks().stack_name(stack).send();
        let found = present(answer(call.await))?.and_then(|answer| answer.stacks);
        let stack = found.and_then(|stacks| stacks.into_iter().next()).map(described);
        // A deleted stack is still described by its ARN.
        Ok(stack.filter(|stack| stack.status.phase() != crate::state::Phase::Deleted))
    }

    async fn template(&self, region: &str, stack: &str) -> Result<String, AwsError> {
        let stage = sdk::TemplateStage::Original;
        let call = self.client(region).get_template().stack_name(stack).template_stage(stage);
        Ok(answer(call.send().await)?.template_body.unwrap_or_default())
    }

    async fn policy(&self, region: &str, stack: &str) -> Result<Option<String>, AwsError> {
        let call = self.client(region).get_stack_policy().stack_name(stack).send();
        Ok(answer(call.await)?.stack_policy_body)
    }

    async fn resource_drifts(
        &self,
        region: &str,
        stack: &str,
    ) -> Result<Vec<ResourceDrift>, AwsError> {
        let client = self.client(region);
        let call = client.describe_stack_resource_drifts().stack_name(stack).max_results(100);
        let mut pages = call.into_paginator().send();
        let mut drifts = Vec::new();
        while let Some(page) = pages.next().await {
            let page = answer(page)?.stack_resource_drifts.unwrap_or_default();
            drifts.extend(page.into_iter().map(resource_drift));
        }
        Ok(drifts)
    }

    async fn physical_ids(
        &self,
        region: &str,
        stack: &str,
    ) -> Result<BTreeMap<String, String>, AwsError> {
        let client = self.client(region);
        let mut pages = client.list_stack_resources().stack_name(stack).into_paginator().send();
        let mut ids = BTreeMap::new();
        while let Some(page) = pages.next().await {
            let page = answer(page)?.stack_resource_summaries.unwrap_or_default().into_iter();
            let id = |one: sdk::StackResourceSummary| {
                Some((one.logical_resource_id?, one.physical_resource_id?))
            };
            ids.extend(page.filter_map(id));
        }
        Ok(ids)
    }

    async fn detect_drift(&self, region: &str, stack: &str) -> Result<String, AwsError> {
        let call = self.client(region).detect_stack_drift().stack_name(stack).send();
        Ok(answer(call.await)?.stack_drift_detection_id.unwrap_or_default())
    }

    async fn detection(&self, region: &str, detection: &str) -> Result<Detection, AwsError> {
        let client = self.client(region);
        let call = client
            .describe_stack_drift_detection_status()
            .stack_drift_detection_id(detection)
            .send();
        let found = answer(call.await)?;
        Ok(match found.detection_status {
            Some(sdk::StackDriftDetectionStatus::DetectionComplete) => Detection::Complete,
            Some(sdk::StackDriftDetectionStatus::DetectionInProgress) => Detection::InProgress,
            _ => Detection::Failed(
                found.detection_status_reason.unwrap_or_else(|| "AWS gives no reason".to_owned()),
            ),
        })
    }

    async fn events(
        &self,
        region: &str,
        stack: &str,
        after: Option<&str>,
    ) -> Result<Vec<StackEvent>, AwsError> {
        let client = self.client(region);
        let mut pages = client.describe_stack_events().stack_name(stack).into_paginator().send();
        let mut events = Vec::new();
        'pages: while let Some(page) = pages.next().await {
            let Some(page) = present(answer(page))? else { break };
            for event in page.stack_events.unwrap_or_default() {
                let event = stack_event(event);
                if after == Some(event.id.as_str()) {
                    break 'pages;
                }
                let begins = event.is_stack && event.reason.as_deref() == Some("User Initiated");
                events.push(event);
                if after.is_none() && begins {
                    break 'pages;
                }
            }
        }
        events.reverse();
        Ok(events)
    }

    async fn change_set(
        &self,
        region: &str,
        stack: &str,
        name: &str,
    ) -> Result<Option<ChangeSet>, AwsError> {
        let client = self.client(region);
        let mut token: Option<String> = None;
        let mut changes = Vec::new();
        loop {
            let call = client
                .describe_change_set()
                .stack_name(stack)
                .change_set_name(name)
                .set_next_token(token.clone())
                .send();
            let Some(page) = present(answer(call.await))? else { return Ok(None) };
            changes.extend(page.changes().iter().filter_map(computed));
            token.clone_from(&page.next_token);
            if token.is_none() {
                return Ok(Some(change_set(page, changes)));
            }
        }
    }

    async fn findings(&self, region: &str, of: Validated<'_>) -> Result<Vec<Finding>, AwsError> {
        let call = self.client(region).describe_events();
        let call = match of {
            Validated::ChangeSet(id) => call.change_set_name(id),
            Validated::Stack(id) => call.stack_name(id),
        };
        let failed = sdk::EventFilter::builder().failed_events(true).build();
        let mut pages = call.filters(failed).into_paginator().send();
        let mut events = Vec::new();
        while let Some(page) = pages.next().await {
            events.extend(answer(page)?.operation_events.unwrap_or_default());
        }
        // A stack also tells what was found before its earlier operations.
        let latest = events.iter().max_by_key(|event| timestamp(event.timestamp));
        let latest = latest.and_then(|event| event.operation_id.clone());
        let of_latest = events.into_iter().filter(|event| event.operation_id == latest);
        Ok(of_latest.filter_map(finding).collect())
    }
}

#[async_trait]
impl Acts for CloudFormation {
    async fn create_change_set(&self, request: ChangeSetRequest<'_>) -> Result<(), AwsError> {
        let parameter = |(name, value): (&String, &String)| {
            sdk::Parameter::builder().parameter_key(name).parameter_value(value).build()
        };
        let tag =
            |(key, value): (&String, &String)| sdk::Tag::builder().key(key).value(value).build();
        let mut call = self
            .client(request.region)
            .create_change_set()
            .stack_name(request.stack)
            .change_set_name(request.name)
            .description(request.description)
            .set_parameters(Some(request.parameters.iter().map(parameter).collect()))
            .set_tags(Some(request.tags.iter().map(tag).collect()))
            .set_role_arn(request.role_arn.map(str::to_owned));
        for capability in request.capabilities {
            call = call.capabilities(sdk::Capability::from(*capability));
        }
        call = match request.template {
            TemplateSource::Body(body) => call.template_body(body),
            TemplateSource::Url(url) => call.template_url(url),
        };
        call = match request.mode {
            Mode::Create => call
                .change_set_type(sdk::ChangeSetType::Create)
                .on_stack_failure(sdk::OnStackFailure::Delete),
            Mode::Update => call.change_set_type(sdk::ChangeSetType::Update),
            Mode::Revert => call
                .change_set_type(sdk::ChangeSetType::Update)
                .deployment_mode(sdk::DeploymentMode::RevertDrift),
        };
        answer(call.send().await).map(|_| ())
    }

    async fn execute(&self, request: Execution<'_>) -> Result<(), AwsError> {
        let call = self
            .client(request.region)
            .execute_change_set()
            .stack_name(request.stack)
            .change_set_name(request.name)
            .client_request_token(request.token)
            .send();
        answer(call.await).map(|_| ())
    }

    async fn delete_change_set(
        &self,
        region: &str,
        stack: &str,
        name: &str,
    ) -> Result<(), AwsError> {
        let client = self.client(region);
        let call = client.delete_change_set().stack_name(stack).change_set_name(name).send();
        present(answer(call.await)).map(|_| ())
    }

    async fn set_policy(&self, region: &str, stack: &str, policy: &str) -> Result<(), AwsError> {
        let client = self.client(region);
        let call = client.set_stack_policy().stack_name(stack).stack_policy_body(policy).send();
        answer(call.await).map(|_| ())
    }

    async fn protect(&self, region: &str, stack: &str, on: bool) -> Result<(), AwsError> {
        let client = self.client(region);
        let call = client.update_termination_protection().stack_name(stack);
        answer(call.enable_termination_protection(on).send().await).map(|_| ())
    }

    async fn continue_rollback(
        &self,
        region: &str,
        stack: &str,
        (skip, token): (&[String], &str),
    ) -> Result<(), AwsError> {
        let client = self.client(region);
        let mut call =
            client.continue_update_rollback().stack_name(stack).client_request_token(token);
        for resource in skip {
            call = call.resources_to_skip(resource);
        }
        answer(call.send().await).map(|_| ())
    }

    async fn delete(&self, region: &str, stack: &str, token: &str) -> Result<(), AwsError> {
        let client = self.client(region);
        let call = client.delete_stack().stack_name(stack).client_request_token(token).send();
        answer(call.await).map(|_| ())
    }
}

fn timestamp(time: Option<DateTime>) -> Option<Timestamp> {
    let time = time?;
    Timestamp::new(time.secs(), i32::try_from(time.subsec_nanos()).unwrap_or_default()).ok()
}

fn described(stack: sdk::Stack) -> Described {
    let drift = stack.drift_information;
    let pairs = |tag: sdk::Tag| Some((tag.key?, tag.value.unwrap_or_default()));
    let parameter = |one: sdk::Parameter| Some((one.parameter_key?, one.parameter_value?));
    let output = |one: sdk::Output| Some((one.output_key?, one.output_value?));
    Described {
        id: stack.stack_id.unwrap_or_default(),
        name: stack.stack_name.unwrap_or_default(),
        status: Status::new(
            stack.stack_status.map(|status| status.to_string()).unwrap_or_default(),
        ),
        status_reason: stack.stack_status_reason,
        created: timestamp(stack.creation_time).unwrap_or(Timestamp::UNIX_EPOCH),
        updated: timestamp(stack.last_updated_time),
        parameters: stack.parameters.into_iter().flatten().filter_map(parameter).collect(),
        tags: stack.tags.into_iter().flatten().filter_map(pairs).collect(),
        outputs: stack.outputs.into_iter().flatten().filter_map(output).collect(),
        termination_protection: stack.enable_termination_protection.unwrap_or_default(),
        drift: match drift.as_ref().and_then(|drift| drift.stack_drift_status.as_ref()) {
            Some(sdk::StackDriftStatus::Drifted) => DriftStatus::Drifted,
            Some(sdk::StackDriftStatus::InSync) => DriftStatus::InSync,
            _ => DriftStatus::NotChecked,
        },
        drift_checked: timestamp(drift.and_then(|drift| drift.last_check_timestamp)),
        settings: Settings {
            capabilities: stack
                .capabilities
                .into_iter()
                .flatten()
                .map(|one| one.to_string())
                .collect(),
            role_arn: stack.role_arn,
            notification_arns: stack.notification_arns.unwrap_or_default(),
            parent: stack.parent_id,
        },
    }
}

fn resource_drift(drift: sdk::StackResourceDrift) -> ResourceDrift {
    let status = match drift.stack_resource_drift_status {
        Some(sdk::StackResourceDriftStatus::InSync) => ResourceDriftStatus::InSync,
        Some(sdk::StackResourceDriftStatus::Modified) => ResourceDriftStatus::Modified,
        Some(sdk::StackResourceDriftStatus::Deleted) => ResourceDriftStatus::Deleted,
        _ => ResourceDriftStatus::NotChecked,
    };
    let differences = drift.property_differences.unwrap_or_default().into_iter();
    ResourceDrift {
        logical_id: drift.logical_resource_id.unwrap_or_default(),
        type_name: drift.resource_type.unwrap_or_default(),
        status,
        differences: differences
            .map(|one| Difference {
                path: one.property_path.unwrap_or_default(),
                expected: one.expected_value.filter(|value| value != "null"),
                actual: one.actual_value.filter(|value| value != "null"),
            })
            .collect(),
    }
}

fn stack_event(event: sdk::StackEvent) -> StackEvent {
    let is_stack =
        event.physical_resource_id.is_some() && event.physical_resource_id == event.stack_id;
    StackEvent {
        id: event.event_id.unwrap_or_default(),
        at: timestamp(event.timestamp).unwrap_or(Timestamp::UNIX_EPOCH),
        logical_id: event.logical_resource_id.unwrap_or_default(),
        type_name: event.resource_type.unwrap_or_default(),
        status: event.resource_status.map(|status| status.to_string()).unwrap_or_default(),
        reason: event.resource_status_reason,
        token: event.client_request_token,
        is_stack,
    }
}

/// What stops a deployment; a warning does not.
fn finding(event: sdk::OperationEvent) -> Option<Finding> {
    let fails = event.validation_failure_mode == Some(sdk::HookFailureMode::Fail);
    let found = fails && event.event_type == Some(sdk::EventType::ValidationError);
    found.then(|| Finding {
        logical_id: event.logical_resource_id.unwrap_or_default(),
        type_name: event.resource_type.unwrap_or_default(),
        path: event.validation_path.unwrap_or_default(),
        reason: event.validation_status_reason.unwrap_or_default(),
    })
}

fn change_set(page: DescribeChangeSetOutput, changes: Vec<ComputedChange>) -> ChangeSet {
    let reason = page.status_reason.unwrap_or_default();
    let status = match page.status {
        Some(sdk::ChangeSetStatus::CreateComplete) => ChangeSetStatus::Complete,
        Some(sdk::ChangeSetStatus::CreatePending | sdk::ChangeSetStatus::CreateInProgress) => {
            ChangeSetStatus::InProgress
        }
        // Decided from status and reason, never from an empty list: a change of outputs alone has none.
        Some(sdk::ChangeSetStatus::Failed) if EMPTY.iter().any(|text| reason.starts_with(text)) => {
            ChangeSetStatus::Empty
        }
        Some(
            sdk::ChangeSetStatus::DeletePending
            | sdk::ChangeSetStatus::DeleteInProgress
            | sdk::ChangeSetStatus::DeleteComplete,
        ) => ChangeSetStatus::Deleted,
        _ => ChangeSetStatus::Failed(reason),
    };
    ChangeSet {
        id: page.change_set_id.unwrap_or_default(),
        stack_id: page.stack_id.unwrap_or_default(),
        status,
        executable: page.execution_status == Some(sdk::ExecutionStatus::Available),
        changes,
    }
}

fn computed(change: &sdk::Change) -> Option<ComputedChange> {
    let change = change.resource_change.as_ref()?;
    let kind = match (change.action.as_ref()?, change.replacement.as_ref()) {
        (sdk::ChangeAction::Add, _) => ComputedKind::Add,
        (sdk::ChangeAction::Remove, _) => ComputedKind::Remove,
        (sdk::ChangeAction::Import, _) => ComputedKind::Import,
        (sdk::ChangeAction::SyncWithActual, _) => ComputedKind::Record,
        (sdk::ChangeAction::Modify, Some(sdk::Replacement::True)) => ComputedKind::Replace,
        (sdk::ChangeAction::Modify, Some(sdk::Replacement::Conditional)) => {
            ComputedKind::MayReplace
        }
        (sdk::ChangeAction::Modify, _) => ComputedKind::Modify,
        _ => ComputedKind::Dynamic,
    };
    let is_direct = change.details().iter().any(|detail| {
        let is_tags = detail.target().and_then(sdk::ResourceTargetDefinition::attribute)
            == Some(&sdk::ResourceAttribute::Tags)
            || detail.target().and_then(sdk::ResourceTargetDefinition::name) == Some("Tags");
        detail.evaluation() == Some(&sdk::EvaluationType::Static) && !is_tags
    });
    let is_kept = matches!(
        change.policy_action,
        Some(
            sdk::PolicyAction::Retain
                | sdk::PolicyAction::Snapshot
                | sdk::PolicyAction::ReplaceAndRetain
                | sdk::PolicyAction::ReplaceAndSnapshot
        )
    );
    Some(ComputedChange {
        logical_id: change.logical_resource_id.clone().unwrap_or_default(),
        type_name: change.resource_type.clone().unwrap_or_default(),
        kind,
        is_direct,
        is_kept,
    })
}
