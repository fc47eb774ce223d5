//! Two clinics' account: buckets, a registry, the function, and the domain in front of it.

use std::collections::BTreeMap;
use std::io::{Cursor, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use aws_sdk_cloudformation::types::{OnFailure, Parameter, StackStatus};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{Environment, FunctionCode, Runtime};
use aws_sdk_s3::config::{BehaviorVersion, Region};
use aws_smithy_async::time::{SharedTimeSource, SystemTimeSource};
use reconcile_sandbox::{Door, Sandbox};
use reconcile_tests::binary::built;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use zip::write::{SimpleFileOptions, ZipWriter};

use super::pki::Authority;
use super::program::Terminal;

const REGION: &str = "ap-northeast-1";
const DOMAIN: &str = "devices.example.jp";
const REGISTRY: &str = "clinic-registry";
const TRUSTSTORES: &str = "clinic-truststores";
const CLINICS: [&str; 2] = ["clinic-0001", "clinic-0002"];

/// What files larger than this go in, which is the least that S3 takes.
pub(super) const PART: usize = 5 * 1024 * 1024;

/// An open account.
pub(super) struct Clinics {
    pub(super) sandbox: Sandbox,
    pub(super) authority: Authority,
    at: SocketAddr,
    _serving: JoinSet<()>,
}

/// A service's client in process: the SDKs' builders are alike, and of no common type.
macro_rules! client {
    ($service:ident, $sandbox:expr) => {
        $service::Client::from_conf(
            $service::Config::builder()
                .behavior_version(BehaviorVersion::v2026_01_12())
                .region(Region::new(REGION))
                .credentials_provider($sandbox.credentials())
                .http_client($sandbox.http_client())
                .time_source($sandbox.time_source())
                .build(),
        )
    };
}

impl Clinics {
    pub(super) async fn open() -> Self {
        let sandbox = Sandbox::in_memory(SharedTimeSource::new(SystemTimeSource::new()));
        for bucket in CLINICS.into_iter().chain([REGISTRY, TRUSTSTORES]) {
            sandbox.ensure_bucket(bucket, REGION).expect("is made");
        }
        let authority = Authority::new();
        let truststore = put(&sandbox, (TRUSTSTORES, "terminals.pem"), &authority.pem).await;
        let function = Box::pin(make_function(&sandbox)).await;
        make_domain(&sandbox, &function, &truststore).await;
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let door = Door::open(sandbox.clone(), anywhere).await.expect("opens");
        let door = door.and_tls(anywhere).await.expect("opens");
        let at = door.tls_address().expect("is open");
        let mut serving = JoinSet::new();
        serving.spawn(door.serve(std::future::pending()));
        Self { sandbox, authority, at, _serving: serving }
    }

    /// A terminal that has a request.
    pub(super) fn terminal(&self, name: &'static str) -> Terminal {
        let authority = self.sandbox.server_authority().expect("is there");
        Terminal::new(name, DOMAIN, (self.at, &authority))
    }

    /// A terminal of a clinic that is enrolled: it has a certificate, and is on record.
    pub(super) async fn enrolled(&self, name: &'static str) -> Terminal {
        let terminal = self.terminal(name);
        let certificate = self.authority.issue(&terminal.request(), 1, |_| {});
        terminal.install(&certificate).expect("is its own");
        self.record(&terminal, &json!({ "state": "enrolled" })).await;
        terminal
    }

    /// Writes down what is on record about a terminal: what is usual, and what is said here.
    pub(super) async fn record(&self, terminal: &Terminal, more: &Value) {
        let name = terminal.name;
        let clinic = name.rsplit_once('-').map_or(name, |(clinic, _)| clinic);
        let mut record = json!({
            "terminal": name,
            "clinic": clinic,
            "bucket": clinic,
            "prefix": format!("terminals/{name}/"),
            "state": "enrolled",
            "serials": [allowed("7701")],
        });
        for (member, value) in more.as_object().into_iter().flatten() {
            record[member] = value.clone();
        }
        let key = format!("registry/{name}.json");
        put(&self.sandbox, (REGISTRY, &key), &record.to_string()).await;
    }

    /// How often an operation of S3 was called.
    pub(super) fn calls(&self, operation: &str) -> usize {
        let calls = self.sandbox.call_log();
        calls.iter().filter(|call| call.service == "s3" && call.operation == operation).count()
    }
}

/// A serial number that is allowed as long as its certificate is valid.
pub(super) fn allowed(serial: &str) -> Value {
    json!({ "serial": serial, "notAfter": "2070-01-01T00:00:00Z" })
}

async fn put(sandbox: &Sandbox, (bucket, key): (&str, &str), text: &str) -> String {
    let put = client!(aws_sdk_s3, sandbox).put_object().bucket(bucket).key(key);
    let put = put.body(text.as_bytes().to_vec().into()).send().await;
    put.expect("is put").version_id.expect("is versioned")
}

/// Deploys the function as it was built for this machine; its ARN.
async fn make_function(sandbox: &Sandbox) -> String {
    let script = format!("#!/bin/sh\nexec '{}'\n", built("device-api").display());
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().unix_permissions(0o755);
    zip.start_file("bootstrap", options).expect("begins");
    zip.write_all(script.as_bytes()).expect("is written");
    let package = zip.finish().expect("is whole").into_inner();
    let part = PART.to_string();
    let variables = [
        ("REGISTRY_BUCKET", REGISTRY),
        ("KMS_KEY_ID", "alias/clinic-data"),
        ("PART_LIMIT_BYTES", &part),
        ("PART_BYTES", &part),
        // A suspension is to be noticed at once.
        ("REGISTRY_SECONDS", "0"),
    ];
    let variables = variables.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let environment = Environment::builder().set_variables(Some(variables.into_iter().collect()));
    let create = client!(aws_sdk_lambda, sandbox).create_function().function_name("device-api");
    let create = create.runtime(Runtime::from("provided.al2023")).handler("bootstrap").timeout(10);
    let create = create.role(format!("arn:aws:iam::{}:role/f", sandbox.account_id()));
    let create = create.code(FunctionCode::builder().zip_file(Blob::new(package)).build());
    let created = create.environment(environment.build()).send().await.expect("is made");
    created.function_arn.expect("has an ARN")
}

/// Makes the stack of `infra/device-domain.yaml`.
async fn make_domain(sandbox: &Sandbox, function: &str, truststore: &str) {
    let template = concat!(env!("CARGO_MANIFEST_DIR"), "/../infra/device-domain.yaml");
    let template = std::fs::read_to_string(template).expect("there is a template");
    let key = format!("arn:aws:kms:{REGION}:{}:key/lambda", sandbox.account_id());
    let uri = format!("s3://{TRUSTSTORES}/terminals.pem");
    let parameters = BTreeMap::from([
        ("Prefix", "clinic"),
        ("DomainName", DOMAIN),
        ("HostedZoneId", "Z0123456789"),
        ("TruststoreUri", &uri),
        ("TruststoreVersion", truststore),
        ("FunctionArn", function),
        ("LambdaKeyArn", &key),
    ]);
    let parameters = parameters.into_iter().map(|(name, value)| {
        Parameter::builder().parameter_key(name).parameter_value(value).build()
    });
    let client = client!(aws_sdk_cloudformation, sandbox);
    let create = client.create_stack().stack_name("device-domain").template_body(template);
    let create = create.set_parameters(Some(parameters.collect()));
    create.on_failure(OnFailure::DoNothing).send().await.expect("is begun");
    sandbox.advance_clock(Duration::from_mins(30)).expect("is put forward");
    let described = client.describe_stacks().stack_name("device-domain").send().await;
    let described = described.expect("is there");
    let stack = described.stacks().first().expect("is there");
    let status = stack.stack_status().map(StackStatus::as_str);
    assert_eq!(status, Some("CREATE_COMPLETE"), "{:?}", stack.stack_status_reason());
}
