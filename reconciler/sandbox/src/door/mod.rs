//! The network door: the sandbox over HTTP, for the AWS CLI and SDKs of other languages, and over TLS, for the
//! clients of custom domain names.
//!
//! Owns connections and their end. What a request means is [`Sandbox::handle`]'s.

mod tls;
mod way_in;

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use jiff::Timestamp;
use jiff::fmt::rfc2822::DateTimePrinter;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};

use crate::apigateway::{Arrival, Peer};
use crate::http_client::NoAnswer;
use crate::sandbox::{Sandbox, WeakSandbox};

pub(crate) use way_in::WayIn;

/// The largest body that is taken: objects live in memory.
const LARGEST: usize = 256 * 1024 * 1024;

/// How long calls in flight may go on once the door closes.
const GRACE: Duration = Duration::from_secs(5);

/// How long to wait after a connection could not be taken, which mostly means too many open files.
const PAUSE: Duration = Duration::from_millis(100);

/// A socket that answers as AWS would.
#[derive(Debug)]
pub struct Door {
    sandbox: WeakSandbox,
    listener: TcpListener,
    address: SocketAddr,
    /// Where clients of custom domain names come in, if they can.
    tls: Option<TcpListener>,
    /// What keeps the sandbox open, unless the door is one from within.
    kept: Option<Sandbox>,
}

impl Door {
    /// Opens the door at an address; port 0 takes a free one. Connections wait until [`Door::serve`].
    pub async fn open(sandbox: Sandbox, address: SocketAddr) -> io::Result<Self> {
        let door = Self::open_from_within(sandbox.downgrade(), address).await?;
        Ok(Self { kept: Some(sandbox), ..door })
    }

    /// Opens a door that does not keep the sandbox open.
    async fn open_from_within(sandbox: WeakSandbox, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        Ok(Self { sandbox, listener, address, tls: None, kept: None })
    }

    /// Also answers for custom domain names, by TLS at this address; port 0 takes a free one.
    pub async fn and_tls(self, address: SocketAddr) -> io::Result<Self> {
        Ok(Self { tls: Some(TcpListener::bind(address).await?), ..self })
    }

    /// Where custom domain names are answered for.
    pub fn tls_address(&self) -> Option<SocketAddr> {
        self.tls.as_ref()?.local_addr().ok()
    }

    /// Where the door is.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Answers until `closed` is done, and then what is in flight. Functions find AWS at this door, too.
    pub async fn serve(self, closed: impl Future<Output = ()>) {
        let (sandbox, address) = (self.kept.clone(), self.address);
        let tell = |front| sandbox.iter().for_each(|sandbox| sandbox.way_in().set_front(front));
        tell(Some(address));
        self.answer_until(closed).await;
        tell(None);
    }

    async fn answer_until(self, closed: impl Future<Output = ()>) {
        let connections = GracefulShutdown::new();
        let mut closed = pin!(closed);
        loop {
            let accepted = tokio::select! {
                accepted = self.listener.accept() => accepted.map(|(stream, peer)| {
                    let (sandbox, watcher) = (self.sandbox.clone(), connections.watcher());
                    converse(sandbox, stream, (Peer(peer), None), watcher);
                }),
                accepted = by_tls(self.tls.as_ref()) => accepted.map(|(stream, peer)| {
                    let (sandbox, watcher) = (self.sandbox.clone(), connections.watcher());
                    tokio::spawn(converse_by_tls(sandbox, stream, Peer(peer), watcher));
                }),
                () = &mut closed => break,
            };
            if let Err(error) = accepted {
                tracing::warn!(%error, "a connection could not be taken");
                tokio::time::sleep(PAUSE).await;
            }
        }
        if tokio::time::timeout(GRACE, connections.shutdown()).await.is_err() {
            tracing::warn!("calls in flight were broken off");
        }
    }
}

/// The next client that comes by TLS.
async fn by_tls(listener: Option<&TcpListener>) -> io::Result<(TcpStream, SocketAddr)> {
    match listener {
        Some(listener) => listener.accept().await,
        None => std::future::pending().await,
    }
}

/// Shakes hands, and answers the requests that follow.
async fn converse_by_tls(sandbox: WeakSandbox, stream: TcpStream, peer: Peer, watcher: Watcher) {
    let Some(open) = sandbox.upgrade() else { return };
    match tls::receive(open.account(), stream).await {
        Ok((stream, arrival)) => converse(sandbox, stream, (peer, Some(arrival)), watcher),
        Err(error) => tracing::debug!(%error, "a handshake failed"),
    }
}

/// Answers the requests of one connection, in the background.
fn converse(
    sandbox: WeakSandbox,
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    (peer, arrival): (Peer, Option<Arrival>),
    watcher: Watcher,
) {
    let answer = service_fn(move |mut request: Request<Incoming>| {
        let sandbox = sandbox.upgrade();
        request.extensions_mut().insert(peer);
        if let Some(arrival) = arrival.clone() {
            request.extensions_mut().insert(arrival);
        }
        async move { answer(&sandbox.ok_or(NoAnswer)?, request).await }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), answer);
    let connection = watcher.watch(connection);
    tokio::spawn(async move {
        // Whoever hangs up in the middle need not be told.
        if let Err(error) = connection.await {
            tracing::debug!(%error, "a connection broke");
        }
    });
}

/// An error breaks the connection off.
async fn answer(
    sandbox: &Sandbox,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, NoAnswer> {
    let (head, body) = request.into_parts();
    let mut response = match Limited::new(body, LARGEST).collect().await {
        Ok(body) => sandbox.handle(Request::from_parts(head, body.to_bytes())).await?,
        Err(error) if error.is::<LengthLimitError>() => refused(StatusCode::PAYLOAD_TOO_LARGE),
        Err(_) => refused(StatusCode::BAD_REQUEST),
    };
    // Clients may set their clock by it.
    let now = Timestamp::try_from(sandbox.time_source().now()).ok();
    let now = now.and_then(|now| DateTimePrinter::new().timestamp_to_rfc9110_string(&now).ok());
    if let Some(now) = now.and_then(|now| HeaderValue::try_from(now).ok()) {
        response.headers_mut().insert(header::DATE, now);
    }
    Ok(response.map(Full::new))
}

fn refused(status: StatusCode) -> Response<Bytes> {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}
