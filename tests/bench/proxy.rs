//! Stands between a tool and the emulator: writes down every call, and lets it travel as far as AWS is away.
//!
//! Owns the evidence: neither a tool's count of its calls nor the emulator's is believed.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use bytes::Bytes;
use http::header::{CONNECTION, EXPECT, TRANSFER_ENCODING};
use http::request::Parts;
use http::{Request, Response, StatusCode, Uri};
use http_body_util::{BodyExt as _, Full};
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::{TokioExecutor, TokioIo};

use crate::quotas;

/// What is added to every call: about what a Region on the same continent is away.
pub(crate) const LATENCY: Duration = Duration::from_millis(50);

/// A proxy in front of an emulator, for as long as this process lives.
#[derive(Debug)]
pub(crate) struct Proxy {
    address: SocketAddr,
    log: Log,
}

/// The calls of a tool.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Traffic {
    /// All of them.
    pub(crate) calls: u64,
    /// Those that AWS would have throttled at this pace.
    pub(crate) beyond: u64,
}

type Log = Arc<Mutex<Vec<(Instant, String)>>>;
type Upstream = Client<HttpConnector, Full<Bytes>>;

impl Proxy {
    /// Opens it on a free port.
    pub(crate) fn open(upstream: &str) -> Result<Self, Box<dyn Error>> {
        let listener = std::net::TcpListener::bind(("127.0.0.1", 0))?;
        listener.set_nonblocking(true)?;
        let (address, log) = (listener.local_addr()?, Log::default());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (upstream, kept) = (upstream.trim_end_matches('/').to_owned(), Arc::clone(&log));
        thread::spawn(move || runtime.block_on(serve(listener, upstream, kept)));
        Ok(Self { address, log })
    }

    /// Where it listens.
    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What came through since this was asked last.
    pub(crate) fn take(&self) -> Traffic {
        let calls = std::mem::take(&mut *locked(&self.log));
        let mut by_operation: BTreeMap<&str, Vec<Instant>> = BTreeMap::new();
        for (at, operation) in &calls {
            by_operation.entry(operation).or_default().push(*at);
        }
        let beyond = by_operation.iter().map(|(name, times)| quotas::beyond(name, times)).sum();
        Traffic { calls: u64::try_from(calls.len()).unwrap_or(u64::MAX), beyond }
    }
}

fn locked(log: &Log) -> MutexGuard<'_, Vec<(Instant, String)>> {
    log.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn serve(listener: std::net::TcpListener, upstream: String, log: Log) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    let client: Upstream = Client::builder(TokioExecutor::new()).build_http();
    let upstream: Arc<str> = upstream.into();
    while let Ok((stream, _)) = listener.accept().await {
        let (client, upstream, log) = (client.clone(), Arc::clone(&upstream), Arc::clone(&log));
        let service = service_fn(move |request| {
            let (client, upstream, log) = (client.clone(), Arc::clone(&upstream), Arc::clone(&log));
            async move { Ok::<_, Infallible>(pass_on(&client, &upstream, &log, request).await) }
        });
        // A connection that breaks off is its tool's matter.
        tokio::spawn(
            hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service),
        );
    }
}

async fn pass_on(
    client: &Upstream,
    upstream: &str,
    log: &Log,
    request: Request<Incoming>,
) -> Response<Full<Bytes>> {
    let (mut parts, body) = request.into_parts();
    let body = body.collect().await.map(http_body_util::Collected::to_bytes).unwrap_or_default();
    locked(log).push((Instant::now(), operation(&parts, &body)));
    tokio::time::sleep(LATENCY).await;
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    let Ok(uri) = format!("{upstream}{path}").parse::<Uri>() else { return bad_gateway() };
    parts.uri = uri;
    for header in [CONNECTION, EXPECT, TRANSFER_ENCODING] {
        parts.headers.remove(header);
    }
    let Ok(answer) = client.request(Request::from_parts(parts, Full::new(body))).await else {
        return bad_gateway();
    };
    let (parts, body) = answer.into_parts();
    match body.collect().await {
        Ok(body) => Response::from_parts(parts, Full::new(body.to_bytes())),
        Err(_) => bad_gateway(),
    }
}

fn bad_gateway() -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::default());
    *response.status_mut() = StatusCode::BAD_GATEWAY;
    response
}

/// `cloudformation:DescribeStacks`, by the protocol that it is asked in.
fn operation(parts: &Parts, body: &Bytes) -> String {
    let target = parts.headers.get("x-amz-target").and_then(|target| target.to_str().ok());
    if let Some((service, name)) = target.and_then(|target| target.split_once('.')) {
        let service = if service.starts_with("ACMPrivateCA") { "acm-pca" } else { service };
        return format!("{service}:{name}");
    }
    let field = |wanted: &str| {
        let mut fields = form_urlencoded::parse(body);
        fields.find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
    };
    let Some(action) = field("Action") else { return format!("s3:{}", parts.method) };
    let is_sts = field("Version").as_deref() == Some("2011-06-15");
    format!("{}:{action}", if is_sts { "sts" } else { "cloudformation" })
}
