//! What stands between every client and the network: each attempt waits its turn and is counted.
//!
//! Knows what a throttled answer looks like in AWS's protocols; retrying is the SDK's.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient,
    SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::{
    RuntimeComponents, RuntimeComponentsBuilder,
};
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::byte_stream::ByteStream;
use aws_smithy_types::config_bag::ConfigBag;
use reconcile_core::calls::Calls;

use super::limits::{Key, Limiter};
use super::naming::Operation;

/// The calls of a session: how many there were, and how fast they may be.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    limiter: Limiter,
    calls: Mutex<Calls>,
}

impl Traffic {
    /// The calls made so far.
    pub(super) fn calls(&self) -> Calls {
        self.counters().clone()
    }

    fn counters(&self) -> MutexGuard<'_, Calls> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// An HTTP client for one region whose every attempt is limited and counted.
#[derive(Debug, Clone)]
pub(super) struct Counted {
    /// What really sends.
    pub(super) inner: SharedHttpClient,
    /// The region of the clients that use this one.
    pub(super) region: String,
    /// Shared by all regions of a session.
    pub(super) traffic: Arc<Traffic>,
}

impl HttpClient for Counted {
    fn http_connector(
        &self,
        settings: &HttpConnectorSettings,
        components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(CountedConnector {
            inner: self.inner.http_connector(settings, components),
            region: self.region.clone(),
            traffic: Arc::clone(&self.traffic),
        })
    }

    fn validate_base_client_config(
        &self,
        components: &RuntimeComponentsBuilder,
        cfg: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.validate_base_client_config(components, cfg)
    }

    fn validate_final_config(
        &self,
        components: &RuntimeComponents,
        cfg: &ConfigBag,
    ) -> Result<(), BoxError> {
        self.inner.validate_final_config(components, cfg)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.inner.connector_metadata()
    }
}

#[derive(Debug)]
struct CountedConnector {
    inner: SharedHttpConnector,
    region: String,
    traffic: Arc<Traffic>,
}

impl HttpConnector for CountedConnector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let Some(operation) = request.extension::<Operation>().cloned() else {
            return HttpConnectorFuture::ready(Err(ConnectorError::user(
                "a client of this session was made without its interceptor `NameCalls`".into(),
            )));
        };
        let key = Key {
            region: self.region.clone(),
            service: operation.service,
            operation: operation.name,
        };
        let (inner, traffic) = (self.inner.clone(), Arc::clone(&self.traffic));
        HttpConnectorFuture::new(async move {
            traffic.limiter.wait(&key).await;
            traffic.counters().count(&key.service, &key.operation);
            let answer = inner.call(request).await?;
            let (answer, throttled) = look_for_throttling(answer).await?;
            if throttled {
                traffic.counters().throttled += 1;
                traffic.limiter.slow_down(&key);
            }
            Ok(answer)
        })
    }
}

/// Reads an error's body, which is short, to see whether it says "too fast"; a success passes unread.
async fn look_for_throttling(
    mut answer: HttpResponse,
) -> Result<(HttpResponse, bool), ConnectorError> {
    let status = answer.status().as_u16();
    if status < 400 {
        return Ok((answer, false));
    }
    let body = ByteStream::new(answer.take_body())
        .collect()
        .await
        .map_err(|error| ConnectorError::io(error.into()))?
        .into_bytes();
    let named = answer.headers().get("x-amzn-errortype").is_some_and(is_throttling)
        || error_codes(&String::from_utf8_lossy(&body)).any(is_throttling);
    *answer.body_mut() = SdkBody::from(body);
    Ok((answer, named || matches!(status, 429 | 503)))
}

/// The words in a body that may be its error code: `<Code>Throttling</Code>`, `"__type":"..#Throttling.."`.
///
/// Words of its message come along: a message that speaks of throttling costs a slow-down for nothing.
fn error_codes(body: &str) -> impl Iterator<Item = &str> {
    body.split(|c: char| !c.is_ascii_alphanumeric())
}

/// Whether a code says that calls came too fast: what the SDK's retry classifier has, less
/// `LimitExceededException`, which also says that there are too many stacks.
fn is_throttling(code: &str) -> bool {
    const CODES: [&str; 13] = [
        "BandwidthLimitExceeded",
        "EC2ThrottledException",
        "PriorRequestNotComplete",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "RequestThrottled",
        "RequestThrottledException",
        "SlowDown",
        "ThrottledException",
        "Throttling",
        "ThrottlingException",
        "TooManyRequestsException",
        "TransactionInProgressException",
    ];
    let code = code.split(':').next().unwrap_or(code);
    CODES.contains(&code)
}
