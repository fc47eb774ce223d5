//! A clinic with a terminal: the API, and an S3 behind it over the network.

use std::net::{Ipv4Addr, SocketAddr};

use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use bytes::Bytes;
use device_api::storage::S3;
use device_api::{Service, settings};
use gateway::Event;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use hyper_util::rt::TokioIo;
use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, KeyPair, SerialNumber};
use reconcile_sandbox::{Door, Sandbox};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tokio::net::TcpStream;

pub(crate) const BUCKET: &str = "clinic-backup-clinic-0001";
pub(crate) const PREFIX: &str = "terminals/clinic-0001-pc01/";
const REGION: &str = "ap-northeast-1";
const REGISTRY: &str = "clinic-backup-registry";

/// An account with the clinic's bucket, the registry, and the API of one terminal.
pub(crate) struct Clinic {
    pub(crate) sandbox: Sandbox,
    service: Service<S3>,
    pem: String,
}

impl Clinic {
    pub(crate) async fn open() -> Self {
        let sandbox = Sandbox::in_memory(SharedTimeSource::new(SystemTimeSource::new()));
        for bucket in [BUCKET, REGISTRY] {
            sandbox.ensure_bucket(bucket, REGION).expect("the bucket is made");
        }
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let door = Door::open(sandbox.clone(), address).await.expect("opens");
        let endpoint = format!("http://{}", door.address());
        tokio::spawn(door.serve(std::future::pending()));
        let keys = sandbox.credentials();
        let variable = |name: &str| match name {
            "REGISTRY_BUCKET" => Some(REGISTRY.to_owned()),
            "KMS_KEY_ID" => Some("alias/clinic-backup".to_owned()),
            "PART_LIMIT_BYTES" | "PART_BYTES" => Some((5 * 1024 * 1024).to_string()),
            "AWS_REGION" => Some(REGION.to_owned()),
            "AWS_ACCESS_KEY_ID" => Some(keys.access_key_id().to_owned()),
            "AWS_SECRET_ACCESS_KEY" => Some(keys.secret_access_key().to_owned()),
            "AWS_ENDPOINT_URL_S3" => Some(endpoint.clone()),
            _ => None,
        };
        let (settings, access) = settings::read(variable).expect("is right");
        let service = Service::new(S3::new(&access, &settings), settings);
        let clinic = Self { sandbox, service, pem: certificate() };
        clinic.register().await;
        clinic
    }

    async fn register(&self) {
        let document = json!({
            "terminal": "clinic-0001-pc01",
            "clinic": "clinic-0001",
            "bucket": BUCKET,
            "prefix": PREFIX,
            "state": "enrolled",
            "serials": [{ "serial": "771a0c", "notAfter": "2099-01-01T00:00:00Z" }],
        });
        let put = self.s3().put_object().bucket(REGISTRY).key("registry/clinic-0001-pc01.json");
        put.body(document.to_string().into_bytes().into()).send().await.expect("is registered");
    }

    /// The account as its operator sees it.
    pub(crate) fn s3(&self) -> aws_sdk_s3::Client {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::v2026_01_12())
            .region(Region::new(REGION))
            .credentials_provider(self.sandbox.credentials())
            .http_client(self.sandbox.http_client())
            .time_source(self.sandbox.time_source())
            .build();
        aws_sdk_s3::Client::from_conf(config)
    }

    /// Asks the API, and answers its status and what it says.
    pub(crate) async fn ask(
        &self,
        method: &str,
        path: &str,
        query: &str,
        body: &Value,
    ) -> (u16, Value) {
        let event = json!({
            "rawPath": path,
            "rawQueryString": query,
            "body": body.to_string(),
            "requestContext": {
                "stage": "$default",
                "requestId": "JKJaXmPLvHcESHA=",
                "http": { "method": method, "sourceIp": "192.0.2.1" },
                "authentication": { "clientCert": { "clientCertPem": self.pem } },
            },
        });
        let event: Event = serde_json::from_value(event).expect("is an event");
        let reply = self.service.answer(&event, Timestamp::now()).await.reply;
        (reply.status_code, serde_json::from_str(&reply.body).unwrap_or_default())
    }

    /// What the API signs for an upload of these bytes.
    pub(crate) async fn put(&self, path: &str, content: &'static str) -> Signed {
        let wanted =
            json!({ "path": path, "size": content.len(), "sha256": sha256(content.as_bytes()) });
        let (status, reply) = self.ask("POST", "/v1/uploads", "", &wanted).await;
        assert_eq!(status, 200, "{reply}");
        Signed::read(&reply["put"], content.as_bytes())
    }
}

/// A signed request, as a terminal has it.
#[derive(Debug, Clone)]
pub(crate) struct Signed {
    pub(crate) method: String,
    pub(crate) url: String,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Bytes,
}

impl Signed {
    pub(crate) fn read(value: &Value, body: &'static [u8]) -> Self {
        let headers = value["headers"].as_object().expect("headers").iter();
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        Self {
            method: text(&value["method"]),
            url: text(&value["url"]),
            headers: headers.map(|(name, value)| (name.clone(), text(value))).collect(),
            body: Bytes::from_static(body),
        }
    }

    /// Changes a header, or leaves it out.
    pub(crate) fn with(mut self, name: &str, value: Option<&str>) -> Self {
        let before = self.headers.len();
        self.headers.retain(|(header, _)| header != name);
        assert_ne!(self.headers.len(), before, "`{name}` is among the headers");
        self.headers.extend(value.map(|value| (name.to_owned(), value.to_owned())));
        self
    }

    /// Sends it, and answers the status and S3's error code.
    pub(crate) async fn send(&self) -> (u16, String) {
        let response = self.response().await;
        let text = String::from_utf8_lossy(response.body()).into_owned();
        let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
        (response.status().as_u16(), code.map(|(code, _)| code.to_owned()).unwrap_or_default())
    }

    pub(crate) async fn response(&self) -> Response<Bytes> {
        let url: http::Uri = self.url.parse().expect("a URL");
        let host = url.authority().expect("a host").as_str();
        let mut request = Request::builder()
            .method(self.method.as_str())
            .uri(url.path_and_query().expect("a path").as_str())
            .header("host", host);
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        let request = request.body(Full::new(self.body.clone())).expect("a request");
        let stream = TcpStream::connect(host).await.expect("connects");
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.expect("is HTTP");
        tokio::spawn(connection);
        let (head, body) = sender.send_request(request).await.expect("is answered").into_parts();
        Response::from_parts(head, body.collect().await.expect("is whole").to_bytes())
    }
}

pub(crate) fn sha256(content: &[u8]) -> String {
    hex::encode(Sha256::digest(content))
}

fn certificate() -> String {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "clinic-0001-pc01");
    parameters.serial_number = Some(SerialNumber::from_slice(&[0x77, 0x1a, 0x0c]));
    let key = KeyPair::generate().expect("a key");
    parameters.self_signed(&key).expect("is signed").pem()
}
