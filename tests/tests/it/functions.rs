//! The functions of this repository, deployed and asked over HTTP.

use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::SystemTime;

use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use bytes::Bytes;
use http::Request;
use jiff::Timestamp;
use reconcile_sandbox::Sandbox;
use reconcile_tests::binary::reconcile;
use reconcile_tests::functions::this_repository;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::Value;

/// How many requests a second, and at once, `infra/apigw.yaml` lets through.
const DECLARED: usize = 100;

/// `reconcile sandbox serve`, for as long as this lives.
struct Door {
    child: Child,
    /// Where everything is, as it says.
    told: Value,
}

impl Door {
    /// Opens the sandbox of this repository.
    fn open() -> Self {
        let mut serve = Command::new(reconcile());
        serve.args(["sandbox", "serve", "--port", "0", "--tls-port", "0", "--output", "json"]);
        serve.current_dir(this_repository());
        let mut child = serve.stdout(Stdio::piped()).spawn().expect("the program runs");
        let mut said = BufReader::new(child.stdout.take().expect("it says where it is"));
        let mut line = String::new();
        said.read_line(&mut line).expect("it says so in UTF-8");
        Self { child, told: serde_json::from_str(&line).expect("it is JSON") }
    }

    /// Where something is.
    fn text(&self, pointer: &str) -> &str {
        self.told.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// An answer to a request.
struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    /// Asks over a connection that is open.
    fn to(mut stream: impl Read + Write, request: &str) -> Self {
        stream.write_all(request.as_bytes()).expect("it reads");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it answers in UTF-8");
        let (head, body) = answer.split_once("\r\n\r\n").expect("it speaks HTTP");
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        Self {
            status: status.expect("it has a status"),
            head: head.to_lowercase(),
            body: body.to_owned(),
        }
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.body).expect("it is JSON")
    }

    fn header(&self, name: &str) -> &str {
        let named = |line: &'_ str| line.split_once(": ").is_some_and(|(it, _)| it == name);
        let line = self.head.lines().find(|line| named(line)).unwrap_or_default();
        line.split_once(": ").map_or("", |(_, value)| value)
    }
}

fn request(method: &str, (host, path): (&str, &str), headers: &str) -> String {
    format!("{method} {path} HTTP/1.1\r\nHost: {host}\r\n{headers}Connection: close\r\n\r\n")
}

/// Status and body of an answer to `GET`.
fn get(url: &str, path: &str) -> (u16, Value) {
    let (host, stage) = url.split_once('/').expect("the API has a stage");
    let port = host.rsplit_once(':').expect("it has a port").1;
    let stream = TcpStream::connect(format!("127.0.0.1:{port}")).expect("it answers");
    let answer = Answer::to(stream, &request("GET", (host, &format!("/{stage}{path}")), ""));
    (answer.status, answer.json())
}

/// Asks CloudFront by TLS, for the name that the world knows.
fn ask_the_edge(door: &Door, (method, path): (&str, &str), headers: &str) -> Answer {
    let authority = std::fs::read(this_repository().join(door.text("/tls/authority")));
    let authority = CertificateDer::from_pem_slice(&authority.expect("it is there"));
    let mut roots = RootCertStore::empty();
    roots.add(authority.expect("it is a certificate")).expect("it is an authority");
    let config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    let name = door.text("/distributions/0/name").to_owned();
    let server_name = ServerName::try_from(name.clone()).expect("it is a name");
    let tls = ClientConnection::new(Arc::new(config), server_name).expect("it is sound");
    let stream = TcpStream::connect(door.text("/tls/address")).expect("it answers");
    Answer::to(StreamOwned::new(tls, stream), &request(method, (&name, path), headers))
}

#[test]
fn answer_as_their_contract_says() {
    let run = |line: &str| {
        let mut program = Command::new(reconcile());
        let output = program.args(line.split(' ')).current_dir(this_repository()).output();
        let output = output.expect("the program runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    run("sandbox reset");
    run("apply --no-progress");
    let again: Value =
        serde_json::from_slice(&run("apply --no-progress --output json")).expect("it is JSON");
    assert_eq!((&again["status"], &again["calls"]["writes"]), (&"in_sync".into(), &0.into()));
    let door = Door::open();
    let url = door.text("/apis/0/url").trim_start_matches("http://");
    let (status, health) = get(url, "/health");
    assert_eq!((status, &health["ok"], &health["path"]), (200, &true.into(), &"/v1/health".into()));
    assert!(health["ts"].is_u64() && health["requestId"].is_string(), "{health}");
    assert_eq!(health["sourceIp"], "127.0.0.1");
    let (status, told) = get(url, "/status");
    assert_eq!((status, &told["configuration"]["complete"]), (200, &true.into()), "{told}");
    assert_eq!((get(url, "/nothing").0, get(url, "/").0), (404, 404));
    answer_the_world_through_cloudfront(&door);
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    runtime.expect("it starts").block_on(answer_so_many_at_once(url));
}

/// The public way of the first document: by TLS to the edge, from there to the API, and to the function.
fn answer_the_world_through_cloudfront(door: &Door) {
    let health = ask_the_edge(door, ("GET", "/health"), "");
    assert_eq!((health.status, &health.json()["ok"]), (200, &true.into()), "{}", health.head);
    assert_eq!(health.header("x-cache"), "miss from cloudfront");
    let hsts = health.header("strict-transport-security");
    assert_eq!(hsts, "max-age=63072000; includesubdomains");
    assert_eq!(health.header("x-frame-options"), "deny");
    // It says `no-store`: who asks again is told anew.
    let again = ask_the_edge(door, ("GET", "/health"), "");
    assert_eq!(again.header("x-cache"), "miss from cloudfront");
    assert_ne!(again.json()["requestId"], health.json()["requestId"]);
    assert_eq!(ask_the_edge(door, ("DELETE", "/health"), "").status, 403);
    let preflight = |origin: &str| {
        let headers = format!("Origin: {origin}\r\nAccess-Control-Request-Method: GET\r\n");
        let answer = ask_the_edge(door, ("OPTIONS", "/health"), &headers);
        answer.header("access-control-allow-origin").to_owned()
    };
    let ours = "https://clinic.example";
    assert_eq!((&*preflight(ours), &*preflight("https://evil.example")), (ours, ""));
}

/// As many requests as the stage declares get through in one instant, and no more.
async fn answer_so_many_at_once(url: &str) {
    let now = SharedTimeSource::new(StaticTimeSource::new(SystemTime::from(Timestamp::now())));
    let directory = this_repository().join(".reconcile/sandbox");
    let sandbox = Sandbox::open(&directory, now).expect("it is there");
    let (host, stage) = url.split_once('/').expect("the API has a stage");
    for number in 1..=DECLARED + 1 {
        let request = Request::get(format!("/{stage}/health")).header("host", host);
        let request = request.body(Bytes::new()).expect("it is a request");
        let answer = sandbox.handle(request).await.expect("it answers");
        let expected = if number <= DECLARED { 200 } else { 429 };
        assert_eq!(answer.status(), expected, "request {number}");
    }
}
