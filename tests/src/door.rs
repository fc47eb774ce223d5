//! A way to AWS on which some operations are denied.

use std::sync::Arc;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;

/// Answers these operations of AWS's query and JSON protocols with `AccessDenied`; lets everything else
/// through.
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
        let target = request.headers().get("x-amz-target").unwrap_or_default();
        let in_query = |name: &&&str| body.contains(&format!("Action={name}&"));
        let in_json = |name: &&&str| target.ends_with(&format!(".{name}"));
        if let Some(name) = self.operations.iter().find(in_query) {
            HttpConnectorFuture::ready(Ok(denied_in_xml(name)))
        } else if let Some(name) = self.operations.iter().find(in_json) {
            HttpConnectorFuture::ready(Ok(denied_in_json(name)))
        } else {
            self.inner.call(request)
        }
    }
}

fn denied_in_xml(operation: &str) -> HttpResponse {
    let message = message(operation);
    let body = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code>\
         <Message>{message}</Message></Error><RequestId>denied</RequestId></ErrorResponse>"
    );
    HttpResponse::new(403.try_into().expect("a status"), SdkBody::from(body))
}

fn denied_in_json(operation: &str) -> HttpResponse {
    let message = message(operation);
    let body = format!(r#"{{ "__type": "AccessDeniedException", "Message": "{message}" }}"#);
    HttpResponse::new(400.try_into().expect("a status"), SdkBody::from(body))
}

fn message(operation: &str) -> String {
    format!("User is not authorized to perform: cloudformation:{operation}")
}
