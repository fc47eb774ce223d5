//! What the functions meet: a registered terminal, its certificate, and an S3 to look it up in.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc;
use std::thread;

use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use rcgen::{CertificateParams, DnType, KeyPair, SerialNumber};
use reconcile_sandbox::{Door, Sandbox};
use serde_json::{Value, json};
use tokio::runtime::Builder;

use crate::Failure;

const REGION: &str = "ap-northeast-1";
const REGISTRY: &str = "clinic-backup-registry";

/// A clinic with one terminal.
pub(crate) struct Clinic {
    address: SocketAddr,
    certificate: String,
    keys: (String, String),
}

impl Clinic {
    /// Registers the terminal in an S3 that lives as long as this program.
    pub(crate) fn open() -> Result<Self, Failure> {
        let sandbox = Sandbox::in_memory(SharedTimeSource::new(SystemTimeSource::new()));
        sandbox.ensure_bucket(REGISTRY, REGION)?;
        let keys = sandbox.credentials();
        let keys = (keys.access_key_id().to_owned(), keys.secret_access_key().to_owned());
        let (opened, open) = mpsc::channel();
        thread::spawn(move || {
            let served = serve(&sandbox, &opened);
            // Whoever waits for the address is told by the channel's end.
            drop((served, opened));
        });
        let address = open.recv()?;
        Ok(Self { address, certificate: certificate()?, keys })
    }

    /// The environment variables, as Lambda and a template would set them.
    pub(crate) fn environment(&self) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.address);
        let (id, secret) = &self.keys;
        let variables = [
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", id),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_ENDPOINT_URL_S3", &endpoint),
            ("REGISTRY_BUCKET", REGISTRY),
            ("KMS_KEY_ID", "alias/clinic-backup"),
        ];
        variables.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }

    /// The event of `GET /v1/health` on stage `v1`.
    pub(crate) fn health(&self) -> String {
        self.event("GET", "/v1/health", "v1", &Value::Null)
    }

    /// The event of `POST /v1/uploads`.
    pub(crate) fn upload(&self) -> String {
        let sha256 = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";
        let body = json!({ "path": "2026/01/23/backup.zip", "size": 5, "sha256": sha256 });
        self.event("POST", "/v1/uploads", "$default", &body)
    }

    fn event(&self, method: &str, path: &str, stage: &str, body: &Value) -> String {
        let event = json!({
            "version": "2.0",
            "rawPath": path,
            "rawQueryString": "",
            "headers": { "content-type": "application/json", "host": "backup.example.jp" },
            "requestContext": {
                "accountId": "111122223333",
                "apiId": "p00qrldi58",
                "authentication": { "clientCert": { "clientCertPem": self.certificate } },
                "http": { "method": method, "path": path, "sourceIp": "192.0.2.1" },
                "requestId": "JKJaXmPLvHcESHA=",
                "stage": stage
            },
            "body": body.to_string(),
            "isBase64Encoded": false
        });
        event.to_string()
    }
}

/// Serves S3 on a thread of its own, so that it does not wait for what is measured.
fn serve(sandbox: &Sandbox, opened: &mpsc::Sender<SocketAddr>) -> Result<(), Failure> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        register(sandbox).await?;
        let door = Door::open(sandbox.clone(), (Ipv4Addr::LOCALHOST, 0).into()).await?;
        opened.send(door.address())?;
        door.serve(std::future::pending()).await;
        Ok(())
    })
}

async fn register(sandbox: &Sandbox) -> Result<(), Failure> {
    let config = aws_sdk_s3::Config::builder()
        .behavior_version(BehaviorVersion::v2026_01_12())
        .region(Region::new(REGION))
        .credentials_provider(sandbox.credentials())
        .http_client(sandbox.http_client())
        .time_source(sandbox.time_source())
        .build();
    let document = json!({
        "terminal": "clinic-0001-pc01",
        "clinic": "clinic-0001",
        "bucket": "clinic-backup-clinic-0001",
        "prefix": "terminals/clinic-0001-pc01/",
        "state": "enrolled",
        "serials": [{ "serial": "771a0c", "notAfter": "2099-01-01T00:00:00Z" }],
    });
    let put = aws_sdk_s3::Client::from_conf(config).put_object().bucket(REGISTRY);
    let put = put.key("registry/clinic-0001-pc01.json");
    put.body(document.to_string().into_bytes().into()).send().await?;
    Ok(())
}

fn certificate() -> Result<String, Failure> {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "clinic-0001-pc01");
    parameters.serial_number = Some(SerialNumber::from_slice(&[0x77, 0x1a, 0x0c]));
    Ok(parameters.self_signed(&KeyPair::generate()?)?.pem())
}
