//! What unit tests of the engine have instead of AWS.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use aws_credential_types::Credentials;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::{
    HttpConnector, HttpConnectorFuture, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use reconcile_core::environment::{Environment, Target};

use super::clock::TokioTime;
use super::session::{Connect, RunIdentity, Session};
use super::wires::{Through, Wires};
use crate::state::memory::MemoryStore;

/// One request as a fake AWS sees it: `PUT https://host/path?query`, its headers.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) headers: BTreeMap<String, String>,
}

/// The answer of a fake AWS.
#[derive(Debug, Clone)]
pub(crate) enum Answer {
    /// Status, body.
    Body(u16, String),
    /// Status, `ETag`, body.
    Tagged(u16, &'static str, String),
    /// The connection broke.
    Broken,
}

type Script = dyn FnMut(&Request) -> Answer + Send;

/// An HTTP client that answers by a function and keeps what it was asked.
#[derive(Clone)]
pub(crate) struct FakeAws {
    script: Arc<Mutex<Script>>,
    requests: Arc<Mutex<Vec<Request>>>,
}

impl FakeAws {
    pub(crate) fn new(script: impl FnMut(&Request) -> Answer + Send + 'static) -> Self {
        Self { script: Arc::new(Mutex::new(script)), requests: Arc::default() }
    }

    /// What was asked so far: the first line of each request.
    pub(crate) fn lines(&self) -> Vec<String> {
        let requests = self.requests.lock().unwrap();
        requests.iter().map(|request| request.line.clone()).collect()
    }

    /// The requests so far.
    pub(crate) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn http_client(&self) -> SharedHttpClient {
        let connector = SharedHttpConnector::new(self.clone());
        http_client_fn(move |_, _| connector.clone())
    }

    /// How a session in `ap-northeast-1` reaches this AWS.
    pub(crate) fn connect(&self, target: Target) -> Connect {
        Connect {
            environment: Arc::new(environment(target)),
            run: run("alice"),
            work_tree: None,
            time_source: clock(),
            through: Through::Process {
                http_client: self.http_client(),
                credentials: Credentials::new("AKIDEXAMPLE", "secret", None, None, "test"),
            },
        }
    }
}

impl std::fmt::Debug for FakeAws {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("FakeAws")
    }
}

impl HttpConnector for FakeAws {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let request = Request {
            line: format!("{} {}", request.method(), request.uri()),
            headers: request
                .headers()
                .iter()
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .collect(),
        };
        let answer = (self.script.lock().unwrap())(&request);
        self.requests.lock().unwrap().push(request);
        let (status, etag, body) = match answer {
            Answer::Body(status, body) => (status, None, body),
            Answer::Tagged(status, etag, body) => (status, Some(etag), body),
            Answer::Broken => {
                let error = std::io::Error::other("connection reset by peer");
                return HttpConnectorFuture::ready(Err(ConnectorError::io(error.into())));
            }
        };
        let mut response = HttpResponse::new(status.try_into().unwrap(), SdkBody::from(body));
        response.headers_mut().insert("x-amzn-requestid", "req-1");
        if let Some(etag) = etag {
            response.headers_mut().insert("etag", etag);
        }
        HttpConnectorFuture::ready(Ok(response))
    }
}

/// A session over a bucket in memory, as the run of `actor`.
pub(crate) async fn session(store: &Arc<MemoryStore>, actor: &str) -> Session {
    let nothing = FakeAws::new(|request| panic!("nobody should call AWS: {}", request.line));
    let Connect { environment, run: _, work_tree: _, time_source, through } =
        nothing.connect(sandbox());
    Session {
        environment,
        account: "000000000000".to_owned(),
        arn: "arn:aws:sts::000000000000:assumed-role/sandbox/reconcile".to_owned(),
        run: Arc::new(run(actor)),
        state: Arc::<MemoryStore>::clone(store),
        work_tree: None,
        wires: Wires::new(through, "ap-northeast-1", time_source).await,
    }
}

/// What STS answers to a role of `account`.
pub(crate) fn identity(account: &str) -> Answer {
    let body = format!(
        "<GetCallerIdentityResponse><GetCallerIdentityResult>\
         <Arn>arn:aws:sts::{account}:assumed-role/deploy/alice</Arn><UserId>A</UserId>\
         <Account>{account}</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"
    );
    Answer::Body(200, body)
}

/// The target of the sandbox's environment.
pub(crate) fn sandbox() -> Target {
    Target::Sandbox { region: "ap-northeast-1".to_owned() }
}

fn environment(target: Target) -> Environment {
    Environment {
        regions: BTreeSet::new(),
        name: "test".to_owned(),
        target,
        state_bucket: "clinic-state".to_owned(),
        default: false,
        variables: BTreeMap::new(),
        tags: BTreeMap::new(),
        allow_delete: BTreeSet::new(),
        sections: BTreeMap::new(),
    }
}

fn run(actor: &str) -> RunIdentity {
    RunIdentity {
        id: format!("run-of-{actor}"),
        commit: Some("0123456789abcdef0123456789abcdef01234567".to_owned()),
        actor: Some(actor.to_owned()),
        url: None,
    }
}

/// A clock that shows 2026-11-21T12:00:00Z now.
fn clock() -> SharedTimeSource {
    let noon = Timestamp::constant(1_795_262_400, 0);
    SharedTimeSource::new(TokioTime::starting_at(noon.into()))
}
