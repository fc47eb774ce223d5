//! Cloud Control's API.
//!
//! Sources: Cloud Control API Reference, each operation's page.

use async_trait::async_trait;
use aws_sdk_cloudcontrol::Client;
use aws_sdk_cloudcontrol::config::Builder;
use aws_sdk_cloudcontrol::types::{OperationStatus, ProgressEvent};
use reconcile_engine::aws::errors::AwsError;
use reconcile_engine::aws::naming::NameCalls;
use reconcile_engine::aws::session::Session;

use super::answer;
use super::clients::Clients;
use crate::blind_spots::Reading;
use crate::port::resources::{ChangesResources, ReadsResources, RequestProgress};
use crate::step::{Remedy, Restoration};

/// Says that the type has no handler for what is asked.
const UNSUPPORTED: [&str; 3] =
    ["UnsupportedActionException", "TypeNotFoundException", "PrivateTypeException"];

/// Cloud Control, through the SDK.
#[derive(Debug)]
pub struct CloudControl {
    clients: Clients<Client>,
}

impl CloudControl {
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

#[async_trait]
impl ReadsResources for CloudControl {
    async fn read(
        &self,
        region: &str,
        type_name: &str,
        identifier: &str,
    ) -> Result<Reading, AwsError> {
        let call = self.client(region).get_resource().type_name(type_name).identifier(identifier);
        let identifier = identifier.to_owned();
        let found = match answer(call.send().await) {
            Ok(found) => found.resource_description.and_then(|found| found.properties),
            Err(error) if error.is("ResourceNotFoundException") => {
                return Ok(Reading::Missing { identifier });
            }
            Err(error) if UNSUPPORTED.iter().any(|code| error.is(code)) => {
                return Ok(Reading::Unsupported);
            }
            Err(error) => return Err(error),
        };
        match serde_json::from_str(&found.unwrap_or_default()) {
            Ok(properties) => Ok(Reading::Live { identifier, properties }),
            Err(error) => Err(AwsError::told(format!("the answer is not JSON: {error}"))),
        }
    }

    async fn progress(&self, region: &str, request: &str) -> Result<RequestProgress, AwsError> {
        let call = self.client(region).get_resource_request_status().request_token(request).send();
        Ok(answer(call.await)?.progress_event.map_or(RequestProgress::InProgress, progress))
    }
}

#[async_trait]
impl ChangesResources for CloudControl {
    async fn restore(&self, restoration: &Restoration, token: &str) -> Result<String, AwsError> {
        let Restoration { target, type_name, identifier, role_arn, remedy, .. } = restoration;
        let client = self.client(&target.region);
        let begun = match remedy {
            Remedy::Patch(patch) => {
                let call = client.update_resource().type_name(type_name).identifier(identifier);
                let call = call.patch_document(patch.to_string()).client_token(token);
                let call = call.set_role_arn(role_arn.clone());
                answer(call.send().await)?.progress_event
            }
            Remedy::Create(properties) => {
                let call = client.create_resource().type_name(type_name).client_token(token);
                let call = call.desired_state(properties.to_string());
                let call = call.set_role_arn(role_arn.clone());
                answer(call.send().await)?.progress_event
            }
        };
        Ok(begun.and_then(|event| event.request_token).unwrap_or_default())
    }
}

fn progress(event: ProgressEvent) -> RequestProgress {
    match event.operation_status {
        Some(OperationStatus::Success) => RequestProgress::Done,
        Some(OperationStatus::Failed | OperationStatus::CancelComplete) => {
            let code = event.error_code.map(|code| code.to_string()).unwrap_or_default();
            let message = event.status_message.unwrap_or_else(|| "AWS gives no reason".to_owned());
            RequestProgress::Failed(format!("{message} ({code})"))
        }
        _ => RequestProgress::InProgress,
    }
}
