//! A way to AWS on which some operations are denied.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// Answers these operations of AWS's query protocol with `AccessDenied`; lets everything else through.
#[derive(Debug, Clone)]
pub(crate) struct Denying {
    pub(crate) inner: SharedHttpClient,
    pub(crate) operations: Arc<[&'static str]>,
}

#[derive(Debug)]
struct DenyingConnector {
    inner: SharedHttpConnector,
    operations: Arc<[&'static str]>,
}

impl HttpClient for Denying {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(DenyingConnector {
            inner: self.inner.http_connector(settings, components),
            operations: Arc::clone(&self.operations),
        })
    }
}

impl HttpConnector for DenyingConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let body = String::from_utf8_lossy(request.body().bytes().unwrap_or_default());
        let denied = self.operations.iter().find(|name| body.contains(&format!("Action={name}&")));
        match denied {
            Some(name) => HttpConnectorFuture::ready(Ok(access_denied(name))),
            None => self.inner.call(request),
        }
    }
}

fn access_denied(operation: &str) -> HttpResponse {
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
         <Message>User is not authorized to perform: cloudformation:{operation}</Message></Error>\
         <RequestId>denied</RequestId></ErrorResponse>"
    );
    let status = 403.try_into().expect("a status");
    HttpResponse::new(status, SdkBody::from(body))
}
