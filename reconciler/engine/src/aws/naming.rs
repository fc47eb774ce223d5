//! How a call is named: the service and the operation travel with the request to the connector.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextMut;
use aws_smithy_runtime_api::client::interceptors::{Intercept, dyn_dispatch_hint};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

/// The operation of one request, spelt as in IAM actions: `cloudformation`, `DescribeStacks`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Operation {
    /// The prefix of the service's actions.
    pub(super) service: String,
    /// The operation's name.
    pub(super) name: String,
}

impl Operation {
    /// The operation of an SDK client, which calls services `CloudFormation`, `S3` or `ACM PCA`.
    fn of(metadata: &Metadata) -> Self {
        let service = match metadata.service() {
            // Its actions are CloudFormation's: `cloudformation:GetResource`.
            "CloudControl" => "cloudformation".to_owned(),
            service => service.to_lowercase().replace(' ', "-"),
        };
        Self { service, name: metadata.name().to_owned() }
    }
}

/// The interceptor that every client of a session needs; see [`crate::aws::session::Session::sdk`].
#[derive(Debug, Clone, Copy)]
pub struct NameCalls;

#[dyn_dispatch_hint]
impl Intercept for NameCalls {
    fn name(&self) -> &'static str {
        "NameCalls"
    }

    fn modify_before_transmit(
        &self,
        context: &mut BeforeTransmitInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if let Some(metadata) = cfg.load::<Metadata>() {
            context.request_mut().add_extension(Operation::of(metadata));
        }
        Ok(())
    }
}
