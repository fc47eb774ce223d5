//! The in-process door: what an SDK client takes for its HTTP client.

use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Uri};
use http_body_util::BodyExt as _;

use crate::sandbox::Sandbox;

/// The connection breaks, without a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("connection reset by peer")]
pub struct NoAnswer;

/// Hands an SDK's requests to the sandbox without a network.
#[derive(Debug, Clone)]
pub(crate) struct InProcess(pub(crate) Sandbox);

impl HttpClient for InProcess {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        let Self(sandbox) = self.clone();
        SharedHttpConnector::new(Connector { sandbox, read_timeout: settings.read_timeout() })
    }
}

/// A way into the sandbox that waits for an answer as long as its client does.
#[derive(Debug)]
struct Connector {
    sandbox: Sandbox,
    read_timeout: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let (sandbox, read_timeout) = (self.sandbox.clone(), self.read_timeout);
        HttpConnectorFuture::new(async move {
            let request = received(request).await.map_err(ConnectorError::user)?;
            let answer = sandbox.handle(request);
            let answer = match read_timeout {
                Some(limit) => tokio::time::timeout(limit, answer)
                    .await
                    .map_err(|late| ConnectorError::timeout(late.into()))?,
                None => answer.await,
            };
            let response = answer.map_err(|broken| ConnectorError::io(broken.into()))?;
            HttpResponse::try_from(response.map(SdkBody::from))
                .map_err(|error| ConnectorError::other(error.into(), None))
        })
    }
}

/// The request as a server would see it: with its whole body, a `Host`, and without the origin in its URI.
async fn received(request: HttpRequest) -> Result<Request<Bytes>, BoxError> {
    let (mut head, body) = request.try_into_http1x()?.into_parts();
    if let Some(authority) = head.uri.authority() {
        let host = HeaderValue::from_str(authority.as_str())?;
        head.headers.entry(HOST).or_insert(host);
    }
    let path = head.uri.path_and_query().map_or("/", |path| path.as_str());
    head.uri = Uri::try_from(path)?;
    Ok(Request::from_parts(head, body.collect().await?.to_bytes()))
}
