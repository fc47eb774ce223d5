//! The sandbox over the network: what another program meets.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_sdk_s3::presigning::PresigningConfig;
use bytes::Bytes;
use http::{Method, Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use reconcile_sandbox::{Door, Sandbox};
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::signed::{refusal, told};
use crate::support::{BUCKET, REGION, body, open, s3, sandbox, text};

/// An open door, and how it is closed.
struct Served {
    address: SocketAddr,
    close: oneshot::Sender<()>,
    serving: JoinHandle<()>,
}

async fn serve(sandbox: &Sandbox) -> Served {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let door = Door::open(sandbox.clone(), address).await.expect("opens");
    let address = door.address();
    let (close, closed) = oneshot::channel();
    let serving = tokio::spawn(door.serve(async move { closed.await.unwrap_or_default() }));
    Served { address, close, serving }
}

/// S3's client as another program has it: it knows the endpoint and its credentials.
fn client(sandbox: &Sandbox, endpoint: &str) -> aws_sdk_s3::Client {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .endpoint_url(endpoint)
        .credentials_provider(sandbox.credentials())
        .time_source(sandbox.time_source())
        .force_path_style(true)
        .build();
    aws_sdk_s3::Client::from_conf(config)
}

/// Sends a request as it stands.
pub(crate) async fn send(address: SocketAddr, request: Request<Bytes>) -> Response<Bytes> {
    let stream = TcpStream::connect(address).await.expect("connects");
    let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
    let (mut sender, connection) = handshake.expect("is HTTP");
    tokio::spawn(connection);
    let response = sender.send_request(request.map(Full::new)).await.expect("is answered");
    let (head, body) = response.into_parts();
    Response::from_parts(head, body.collect().await.expect("is whole").to_bytes())
}

fn for_a_minute(sandbox: &Sandbox) -> PresigningConfig {
    let config = PresigningConfig::builder().expires_in(Duration::from_mins(1));
    config.start_time(sandbox.time_source().now()).build().expect("is valid")
}

/// The request that a presigned URL stands for.
fn presigned(method: Method, url: &str) -> Request<Bytes> {
    let url: http::Uri = url.parse().expect("a URL");
    let request = Request::builder()
        .method(method)
        .uri(url.path_and_query().expect("a path").as_str())
        .header("host", url.authority().expect("a host").as_str());
    request.body(Bytes::new()).expect("a request")
}

#[tokio::test]
async fn a_client_of_the_sdk_writes_and_reads() {
    let sandbox = sandbox();
    let served = serve(&sandbox).await;
    let client = client(&sandbox, &format!("http://{}", served.address));
    let put = client.put_object().bucket(BUCKET).key("a/ü b.txt").body(body("hello"));
    put.send().await.expect("is put");
    let got = client.get_object().bucket(BUCKET).key("a/ü b.txt").send().await.expect("is read");
    assert_eq!(text(got.body).await, "hello");
    let head = client.head_object().bucket(BUCKET).key("a/ü b.txt").send().await;
    assert_eq!(head.expect("is there").content_length(), Some(5));
}

#[tokio::test]
async fn buckets_have_hosts_of_their_own() {
    let sandbox = sandbox();
    let put = s3(&sandbox).put_object().bucket(BUCKET).key("key").body(body("hello"));
    put.send().await.expect("is put");
    let served = serve(&sandbox).await;
    // The names below `localhost` need no resolver here: only what is sent counts.
    let client = client(&sandbox, "http://localhost:4599").config().to_builder();
    let client = aws_sdk_s3::Client::from_conf(client.force_path_style(false).build());
    let config = for_a_minute(&sandbox);
    let get = client.get_object().bucket(BUCKET).key("key").presigned(config).await;
    let get = get.expect("is signed");
    assert!(get.uri().starts_with(&format!("http://{BUCKET}.localhost:4599/")), "{}", get.uri());
    let response = send(served.address, presigned(Method::GET, get.uri())).await;
    assert_eq!(told(&response), (200, "hello".to_owned()));
}

#[tokio::test]
async fn a_presigned_url_is_for_one_request_until_it_expires() {
    let sandbox = sandbox();
    let served = serve(&sandbox).await;
    let client = client(&sandbox, &format!("http://{}", served.address));
    let put = client.put_object().bucket(BUCKET).key("key").body(body("hello"));
    put.send().await.expect("is put");
    let config = for_a_minute(&sandbox);
    let get = client.get_object().bucket(BUCKET).key("key").presigned(config).await;
    let url = get.expect("is signed").uri().to_owned();
    let response = send(served.address, presigned(Method::GET, &url)).await;
    assert_eq!(told(&response), (200, "hello".to_owned()));

    let mismatch = (403, "SignatureDoesNotMatch".to_owned());
    let altered = url.replace("/key?", "/kez?");
    let response = send(served.address, presigned(Method::GET, &altered)).await;
    assert_eq!(refusal(&response), mismatch);
    let response = send(served.address, presigned(Method::DELETE, &url)).await;
    assert_eq!(refusal(&response), mismatch);

    sandbox.advance_clock(Duration::from_secs(61)).expect("is put forward");
    let response = send(served.address, presigned(Method::GET, &url)).await;
    assert_eq!(refusal(&response), (403, "AccessDenied".to_owned()));
    assert!(told(&response).1.contains("Request has expired"));
    assert_eq!(response.headers()["date"], "Thu, 01 Jan 2026 00:01:01 GMT");
}

#[tokio::test]
async fn other_processes_see_what_happens_at_the_door() {
    let directory = tempfile::tempdir().expect("a directory");
    let (at_the_door, beside) = (open(directory.path()), open(directory.path()));
    let served = serve(&at_the_door).await;
    let client = client(&at_the_door, &format!("http://{}", served.address));
    client.put_object().bucket(BUCKET).key("k").body(body("x")).send().await.expect("is put");
    let got = s3(&beside).get_object().bucket(BUCKET).key("k").send().await.expect("is read");
    assert_eq!(text(got.body).await, "x");

    Sandbox::reset(directory.path()).expect("is emptied");
    let buckets = client.list_buckets().send().await.expect("lists");
    assert!(buckets.buckets().is_empty());
    client.list_buckets().send().await.expect("goes on");
}

#[tokio::test]
async fn a_closed_door_ends_cleanly() {
    let sandbox = sandbox();
    let Served { address, close, serving } = serve(&sandbox).await;
    let client = client(&sandbox, &format!("http://{address}"));
    // The client keeps its connection, which does not keep the door open.
    client.list_buckets().send().await.expect("lists");
    close.send(()).expect("is open");
    serving.await.expect("ends");
    assert!(TcpStream::connect(address).await.is_err());
}
