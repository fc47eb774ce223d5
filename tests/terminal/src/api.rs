//! The device API: requests, answers, and refusals.

use std::collections::BTreeMap;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, Limited};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::args::ApiArgs;
use crate::home::Home;
use crate::identity::{Identity, IdentityError};
use crate::wire::{self, Wire, WireError};

/// No answer of the API is larger.
const LARGEST_ANSWER: usize = 6 * 1024 * 1024;

/// The API, as this terminal reaches it.
#[derive(Debug)]
pub(crate) struct Api {
    args: ApiArgs,
    wire: Wire,
}

/// A request that S3 takes from whoever sends it, as it stands.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Signed {
    method: String,
    url: String,
    headers: BTreeMap<String, String>,
}

/// Why the API did not do what it was asked for.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ApiError {
    #[error(transparent)]
    Identity(#[from] IdentityError),
    #[error(transparent)]
    Wire(#[from] WireError),
    /// It says no.
    #[error("the API refused ({status}): {reason}: {detail}")]
    Refused {
        status: StatusCode,
        /// A word that never changes its meaning; empty when the gateway refused.
        reason: String,
        detail: String,
        /// All that it says.
        problem: Value,
    },
    /// It answers what this program does not understand.
    #[error("the API's answer cannot be read")]
    Unreadable(#[from] serde_json::Error),
    /// Its answer breaks off or has no end.
    #[error("the API's answer broke off")]
    BrokenOff,
}

impl ApiError {
    /// The word for a refusal.
    pub(crate) fn reason(&self) -> Option<&str> {
        match self {
            Self::Refused { reason, .. } => Some(reason),
            Self::Identity(_) | Self::Wire(_) | Self::Unreadable(_) | Self::BrokenOff => None,
        }
    }
}

impl Api {
    pub(crate) fn connect(args: ApiArgs, home: &Home) -> Result<Self, ApiError> {
        let wire = Wire::to_api(&args, Identity::read(home)?)?;
        Ok(Self { args, wire })
    }

    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, ApiError> {
        self.ask(Method::GET, path, Bytes::new()).await
    }

    pub(crate) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        body: &impl Serialize,
    ) -> Result<T, ApiError> {
        self.ask(Method::POST, path, serde_json::to_vec(body)?.into()).await
    }

    /// Gives something up.
    pub(crate) async fn delete(&self, path: &str) -> Result<(), ApiError> {
        self.ask::<Option<Value>>(Method::DELETE, path, Bytes::new()).await.map(|_| ())
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Bytes,
    ) -> Result<T, ApiError> {
        let request = Request::builder()
            .method(method)
            .uri(wire::address(&self.args, path)?)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Full::new(body))
            .map_err(WireError::from)?;
        let (head, body) = self.wire.send(request).await?.into_parts();
        let body = Limited::new(body, LARGEST_ANSWER).collect().await;
        read(&Response::from_parts(head, body.map_err(|_| ApiError::BrokenOff)?.to_bytes()))
    }
}

/// Reads an answer, or a refusal.
fn read<T: DeserializeOwned>(answer: &Response<Bytes>) -> Result<T, ApiError> {
    let (status, body) = (answer.status(), answer.body());
    if status.is_success() {
        let body = if body.is_empty() { &b"null"[..] } else { body };
        return Ok(serde_json::from_slice(body)?);
    }
    let problem: Value = serde_json::from_slice(body).unwrap_or_default();
    let text =
        |name: &str| problem.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    // The gateway itself says it in `message`.
    let detail = [text("detail"), text("title"), text("message")];
    let detail = detail.into_iter().find(|text| !text.is_empty()).unwrap_or_default();
    Err(ApiError::Refused { status, reason: text("reason"), detail, problem })
}

/// A path with a query.
pub(crate) fn with_query(path: &str, parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    let given = parameters.iter().filter(|(_, value)| !value.is_empty());
    query.extend_pairs(given);
    format!("{path}?{}", query.finish())
}

impl Signed {
    /// The request, with what it carries.
    pub(crate) fn request(&self, body: Bytes) -> Result<Request<Full<Bytes>>, WireError> {
        let mut request =
            Request::builder().method(self.method.as_str()).uri(&self.url).body(Full::new(body))?;
        for (name, value) in &self.headers {
            let name = HeaderName::try_from(name).map_err(http::Error::from)?;
            let value = HeaderValue::try_from(value).map_err(http::Error::from)?;
            request.headers_mut().insert(name, value);
        }
        Ok(request)
    }
}
