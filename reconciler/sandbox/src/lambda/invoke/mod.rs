//! Invoking functions: Lambda's Invoke, and the way by which other services invoke.
//!
//! Owns who is invoked with what, and how that is answered. How a function runs is [`super::runtime`]'s.
//!
//! ## Caveats
//!
//! Events for which nobody waits are the process's own, and are lost when it ends.

mod functions;
mod permission;
mod trace;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, header};
use serde_json::Value;

pub(crate) use functions::{Functions, Invocation, Wanted};
pub(crate) use permission::{Invoker, permits};
pub(crate) use trace::trace_root;

use super::refusal;
use super::routes::API;
use super::runtime::{Ended, NotRun};
use crate::error::AwsError;
use crate::wire::{Answered, Incoming, Protocol};

/// The longest event that a caller may wait for, and the longest that it may leave behind.
pub(crate) const LARGEST_PAYLOAD: usize = 6_291_456;
const LARGEST_QUEUED: usize = 1_048_576;

/// How much of the log a caller can have at once.
const TAIL: usize = 4096;

/// Whether a call of Lambda's is one of Invoke.
pub(crate) fn is_invoke(request: &Request<Bytes>) -> bool {
    request.method() == Method::POST && request.uri().path().ends_with("/invocations")
}

/// The call as it was understood.
struct Asked {
    function: String,
    qualifier: Option<String>,
    kind: Kind,
    tail: bool,
    client_context: Option<String>,
}

/// Whether the caller waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    RequestResponse,
    Event,
    DryRun,
}

/// What the caller gets.
#[derive(Debug, Default)]
struct Answer {
    status: StatusCode,
    request_id: String,
    headers: HeaderMap,
    body: Bytes,
}

impl Functions {
    /// Answers one call of Invoke.
    pub(crate) async fn answer(&self, incoming: Incoming) -> Answered {
        let protocol = Protocol::RestJson(&API);
        let decoded = protocol.decode(&incoming.request);
        let asked = decoded.and_then(|(_, parameters)| Asked::of(&parameters));
        let resource = asked.as_ref().ok().map(|asked| asked.function.clone());
        let answer = match asked {
            Ok(asked) => self.invoke(asked, &incoming).await,
            Err(error) => Err(error),
        };
        let operation = "Invoke".to_owned();
        match answer {
            Ok(answer) => {
                let response = answer.response();
                Answered { response, operation, resource, outcome: "OK".to_owned() }
            }
            Err(error) => {
                Answered { operation, resource, ..protocol.refuse(&error, &incoming.request_id) }
            }
        }
    }

    async fn invoke(&self, asked: Asked, incoming: &Incoming) -> Result<Answer, AwsError> {
        let payload = payload(incoming.request.body(), asked.kind)?;
        let trace = incoming.request.headers().get("x-amzn-trace-id");
        let wanted = Wanted {
            region: &incoming.region,
            function: &asked.function,
            qualifier: asked.qualifier.as_deref(),
            trace: trace.and_then(|trace| trace.to_str().ok()),
            client_context: asked.client_context.as_deref(),
        };
        let invocation = self.prepare(&wanted, payload)?;
        let mut answer =
            Answer { request_id: invocation.event.request_id.clone(), ..Answer::default() };
        match asked.kind {
            Kind::DryRun => answer.status = StatusCode::NO_CONTENT,
            Kind::Event => {
                answer.status = StatusCode::ACCEPTED;
                self.queue(invocation);
            }
            Kind::RequestResponse => {
                answer.put("x-amz-executed-version", &invocation.task.version);
                let root = invocation.event.trace.split(";Parent").next().unwrap_or_default();
                answer.put("x-amzn-trace-id", root);
                let ended = self.run(invocation).await.map_err(|error| refused(&error))?;
                answer.conclude(ended, asked.tail);
            }
        }
        Ok(answer)
    }
}

impl Asked {
    fn of(parameters: &Value) -> Result<Self, AwsError> {
        let text = |name: &str| parameters.get(name).and_then(Value::as_str).map(str::to_owned);
        let kind = match text("InvocationType").as_deref() {
            None | Some("" | "RequestResponse") => Kind::RequestResponse,
            Some("Event") => Kind::Event,
            Some("DryRun") => Kind::DryRun,
            Some(other) => {
                let message = format!(
                    "1 validation error detected: Value '{other}' at 'invocationType' failed to satisfy constraint: Member must satisfy enum value set: [Event, RequestResponse, DryRun]"
                );
                return Err(refusal::invalid(message));
            }
        };
        Ok(Self {
            function: text("FunctionName").unwrap_or_default(),
            qualifier: text("Qualifier"),
            kind,
            tail: text("LogType").as_deref() == Some("Tail"),
            client_context: text("ClientContext").and_then(decoded),
        })
    }
}

/// The JSON that a client context is the base64 of.
fn decoded(context: String) -> Option<String> {
    String::from_utf8(STANDARD.decode(context).ok()?).ok()
}

/// The event of a request; without one, an empty object.
fn payload(body: &Bytes, kind: Kind) -> Result<Bytes, AwsError> {
    let (name, limit) = match kind {
        Kind::RequestResponse | Kind::DryRun => ("RequestResponse", LARGEST_PAYLOAD),
        Kind::Event => ("Event", LARGEST_QUEUED),
    };
    if body.len() > limit {
        let message = format!(
            "{} byte payload is too large for the {name} invocation type (limit {limit} bytes)",
            body.len()
        );
        return Err(AwsError { status: 413, ..AwsError::new("RequestTooLargeException", message) });
    }
    if body.is_empty() {
        return Ok(Bytes::from_static(b"{}"));
    }
    match serde_json::from_slice::<serde::de::IgnoredAny>(body) {
        Ok(_) => Ok(body.clone()),
        Err(error) => {
            let message = format!("Could not parse request body into json: {error}");
            Err(AwsError::new("InvalidRequestContentException", message))
        }
    }
}

fn refused(error: &NotRun) -> AwsError {
    let (status, code) = match error {
        NotRun::TooMany => (429, "TooManyRequestsException"),
        NotRun::Broken(_) => (500, "ServiceException"),
    };
    AwsError { status, ..AwsError::new(code, error.to_string()) }
}

impl Answer {
    fn put(&mut self, name: &'static str, value: &str) {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.insert(name, value);
        }
    }

    /// Takes over what came of the invocation.
    fn conclude(&mut self, ended: Ended, tail: bool) {
        self.body = match ended.outcome {
            Ok(body) => body,
            Err(failure) => {
                self.put("x-amz-function-error", "Unhandled");
                failure.document(&self.request_id)
            }
        };
        if tail {
            let log = ended.log.join("\n") + "\n";
            let from = log.len().saturating_sub(TAIL);
            let last = log.as_bytes().get(from..).unwrap_or_default();
            self.put("x-amz-log-result", &STANDARD.encode(last));
        }
    }

    fn response(self) -> Response<Bytes> {
        let Self { status, request_id, headers, body } = self;
        let mut response = Response::new(body);
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        let all = response.headers_mut();
        all.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Ok(id) = HeaderValue::from_str(&request_id) {
            all.insert("x-amzn-requestid", id);
        }
        response
    }
}
