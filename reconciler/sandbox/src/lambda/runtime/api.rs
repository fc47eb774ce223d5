//! Lambda's Runtime API, as a function's process speaks it.
//!
//! One server an execution environment. It hands events out and answers on; what they mean is not its own.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::response::Response;
use axum::routing::{get, post};
use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use http_body_util::LengthLimitError;
use jiff::Timestamp;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::task::JoinSet;

use super::task::Event;

/// The longest answer of a function: 6 MiB and what Lambda allows for the envelope.
pub(super) const LARGEST_RESPONSE: usize = 6_291_556;

/// What the process did.
#[derive(Debug)]
pub(super) enum Signal {
    /// It waits for an event: it is initialised.
    Ready,
    /// It could not be initialised.
    InitError { error_type: String, document: Bytes },
    /// It answered the event with this ID.
    Response { request_id: String, body: Bytes },
    /// It failed on the event with this ID.
    Error { request_id: String, error_type: String, document: Bytes },
    /// Its answer to the event with this ID is longer than may be.
    TooLarge { request_id: String },
}

/// The server's end that the execution environment holds.
#[derive(Debug)]
pub(super) struct RuntimeApi {
    pub(super) address: SocketAddr,
    pub(super) events: mpsc::Sender<(Event, Timestamp)>,
    pub(super) signals: mpsc::UnboundedReceiver<Signal>,
    /// Ends when it is dropped.
    _serving: JoinSet<()>,
}

impl RuntimeApi {
    /// Opens a server on a free port.
    pub(super) async fn open() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
        let address = listener.local_addr()?;
        let (events, waiting) = mpsc::channel(1);
        let (told, signals) = mpsc::unbounded_channel();
        let shared = Shared { events: AsyncMutex::new(waiting), told, current: Mutex::default() };
        let router = Router::new()
            .route("/2018-06-01/runtime/invocation/next", get(next))
            .route("/2018-06-01/runtime/invocation/{id}/response", post(response))
            .route("/2018-06-01/runtime/invocation/{id}/error", post(invocation_error))
            .route("/2018-06-01/runtime/init/error", post(init_error))
            .with_state(Arc::new(shared));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            if let Err(error) = axum::serve(listener, router).await {
                tracing::warn!(%error, "a runtime API ended");
            }
        });
        Ok(Self { address, events, signals, _serving: serving })
    }
}

struct Shared {
    events: AsyncMutex<mpsc::Receiver<(Event, Timestamp)>>,
    told: mpsc::UnboundedSender<Signal>,
    /// The ID of the event that was handed out and is not answered.
    current: Mutex<Option<String>>,
}

impl Shared {
    fn tell(&self, signal: Signal) {
        // An environment that is no longer there has ended its process, too.
        drop(self.told.send(signal));
    }

    /// Whether this event is the one to be answered; it is only once.
    fn settle(&self, id: &str) -> bool {
        let mut current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        let is_it = current.as_deref() == Some(id);
        if is_it {
            *current = None;
        }
        is_it
    }
}

/// Waits for the next event, as long as that takes.
async fn next(State(shared): State<Arc<Shared>>) -> Response {
    shared.tell(Signal::Ready);
    let Some((event, deadline)) = shared.events.lock().await.recv().await else {
        return refused(StatusCode::GONE, "ServiceShutdown", "The environment is shut down");
    };
    *shared.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(event.request_id.clone());
    let mut response = Response::builder()
        .header("content-type", "application/json")
        .header("lambda-runtime-aws-request-id", &event.request_id)
        .header("lambda-runtime-deadline-ms", deadline.as_millisecond())
        .header("lambda-runtime-invoked-function-arn", &event.invoked_arn)
        .header("lambda-runtime-trace-id", &event.trace);
    if let Some(context) = &event.client_context {
        response = response.header("lambda-runtime-client-context", context);
    }
    let refused = |_| refused(StatusCode::INTERNAL_SERVER_ERROR, "InvalidEvent", "Not sendable");
    response.body(Body::from(event.payload)).unwrap_or_else(refused)
}

async fn response(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    if !shared.settle(&id) {
        return unknown_request();
    }
    let signal = match to_bytes(request.into_body(), LARGEST_RESPONSE).await {
        Ok(body) => Signal::Response { request_id: id, body },
        Err(error) => {
            let cause = std::error::Error::source(&error);
            // A process that breaks off in the middle is told of by its end.
            if cause.is_some_and(<dyn std::error::Error>::is::<LengthLimitError>) {
                shared.tell(Signal::TooLarge { request_id: id });
            }
            let message =
                format!("Exceeded maximum allowed payload size ({LARGEST_RESPONSE} bytes).");
            return refused(StatusCode::PAYLOAD_TOO_LARGE, "RequestEntityTooLarge", &message);
        }
    };
    shared.tell(signal);
    accepted()
}

async fn invocation_error(
    State(shared): State<Arc<Shared>>,
    Path(id): Path<String>,
    headers: HeaderMap,
    document: Bytes,
) -> Response {
    if !shared.settle(&id) {
        return unknown_request();
    }
    shared.tell(Signal::Error { request_id: id, error_type: error_type(&headers), document });
    accepted()
}

async fn init_error(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
    document: Bytes,
) -> Response {
    shared.tell(Signal::InitError { error_type: error_type(&headers), document });
    accepted()
}

/// The type of error that the runtime tells, or Lambda's for one that it does not tell.
fn error_type(headers: &HeaderMap) -> String {
    let told = headers.get("lambda-runtime-function-error-type");
    let told = told.and_then(|value| value.to_str().ok()).filter(|value| !value.is_empty());
    told.unwrap_or("Runtime.Unknown").to_owned()
}

fn accepted() -> Response {
    answer(StatusCode::ACCEPTED, json!({ "status": "OK" }).to_string())
}

fn unknown_request() -> Response {
    refused(StatusCode::BAD_REQUEST, "InvalidRequestID", "Invalid request ID")
}

fn refused(status: StatusCode, error_type: &str, message: &str) -> Response {
    answer(status, json!({ "errorMessage": message, "errorType": error_type }).to_string())
}

fn answer(status: StatusCode, body: String) -> Response {
    let mut response = Response::new(Body::from(body));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(http::header::CONTENT_TYPE, http::HeaderValue::from_static("application/json"));
    response
}
