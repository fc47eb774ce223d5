//! Custom domain names over real connections: who gets in, and what the function is told of them.

use std::io::Write as _;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use aws_sdk_cloudcontrol::types::HandlerErrorCode;
use aws_sdk_cloudformation::types::{Capability, OnFailure};
use aws_sdk_s3::primitives::ByteStream;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Empty};
use hyper_util::rt::TokioIo;
use rcgen::{ExtendedKeyUsagePurpose, date_time_ymd};
use reconcile_sandbox::{Door, Sandbox};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::version::{TLS12, TLS13};
use rustls::{ClientConfig, RootCertStore, SupportedProtocolVersion};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio_rustls::TlsConnector;

use crate::deployed::deploy;
use crate::http_apis::{Api, template};
use crate::pki::{Authority, Identity, client};
use crate::signed::told;
use crate::support::{BUCKET, cloudcontrol, cloudformation, s3, sandbox};

const DOMAIN: &str = "devices.example.jp";
const KEY: &str = "truststores/terminals.pem";

/// The template of an API that is reached by its domain only.
fn with_domain(version: Option<&str>) -> Value {
    let mut template = template();
    template["Resources"]["Api"]["Properties"]["DisableExecuteApiEndpoint"] = json!(true);
    template["Resources"]["ServerCertificate"] = json!({
        "Type": "AWS::CertificateManager::Certificate",
        "Properties": { "DomainName": DOMAIN, "ValidationMethod": "DNS" },
    });
    let mut mutual = json!({ "TruststoreUri": format!("s3://{BUCKET}/{KEY}") });
    if let Some(version) = version {
        mutual["TruststoreVersion"] = json!(version);
    }
    template["Resources"]["Domain"] = json!({
        "Type": "AWS::ApiGatewayV2::DomainName",
        "Properties": {
            "DomainName": DOMAIN,
            "DomainNameConfigurations": [{
                "CertificateArn": { "Ref": "ServerCertificate" },
                "EndpointType": "REGIONAL",
                "SecurityPolicy": "TLS_1_2",
            }],
            "MutualTlsAuthentication": mutual,
        },
    });
    template["Resources"]["Mapping"] = json!({
        "Type": "AWS::ApiGatewayV2::ApiMapping",
        "Properties": {
            "ApiId": { "Ref": "Api" },
            "DomainName": { "Ref": "Domain" },
            "Stage": { "Ref": "Stage" },
        },
    });
    let target = json!({ "Fn::GetAtt": ["Domain", "RegionalDomainName"] });
    template["Outputs"]["Target"] = json!({ "Value": target });
    template
}

/// A truststore's object; its version.
async fn put(sandbox: &Sandbox, pem: &str) -> String {
    let body = ByteStream::from(pem.as_bytes().to_vec());
    let put = s3(sandbox).put_object().bucket(BUCKET).key(KEY).body(body).send().await;
    put.expect("is put").version_id.expect("is versioned")
}

/// An open gateway, as long as this lives.
struct Gateway {
    api: Api,
    address: SocketAddr,
    authority: Authority,
    _serving: JoinSet<()>,
}

impl Gateway {
    async fn open() -> Self {
        let sandbox = sandbox();
        deploy(&sandbox, "f").await;
        let authority = Authority::new();
        let version = put(&sandbox, &authority.pem).await;
        let api = Api::before(sandbox, &with_domain(Some(&version))).await;
        let anywhere = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let door = Door::open(api.sandbox.clone(), anywhere).await.expect("opens");
        let door = door.and_tls(anywhere).await.expect("opens");
        let address = door.tls_address().expect("is open");
        let mut serving = JoinSet::new();
        serving.spawn(door.serve(std::future::pending()));
        Self { api, address, authority, _serving: serving }
    }

    fn roots(&self) -> RootCertStore {
        let pem = self.api.sandbox.server_authority().expect("is there");
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_slice(pem.as_bytes()).expect("a certificate");
        roots.add(root).expect("a root");
        roots
    }

    /// Asks for a path, with this version of TLS.
    async fn ask(
        &self,
        identity: Option<&Identity>,
        version: &'static SupportedProtocolVersion,
    ) -> Result<Response<Bytes>, String> {
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider);
        let config = config.with_protocol_versions(&[version]).expect("is known");
        let config = config.with_root_certificates(self.roots());
        let config = match identity {
            None => config.with_no_client_auth(),
            Some(Identity { certificate, key }) => {
                let chain = CertificateDer::from_pem_slice(certificate.as_bytes());
                let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
                let config = config.with_client_auth_cert(vec![chain.expect("one")], key);
                config.expect("fit each other")
            }
        };
        self.send(config, DOMAIN, DOMAIN).await
    }

    /// Asks as whom the configuration says.
    async fn send(
        &self,
        config: ClientConfig,
        server_name: &'static str,
        host: &str,
    ) -> Result<Response<Bytes>, String> {
        let stream = TcpStream::connect(self.address).await.expect("connects");
        let name = ServerName::try_from(server_name).expect("a name");
        let connected = TlsConnector::from(Arc::new(config)).connect(name, stream).await;
        let stream = connected.map_err(|error| error.to_string())?;
        let handshake = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(|error| error.to_string())?;
        let broken = tokio::spawn(connection);
        let request = Request::builder().uri("/v1/me").header("host", host);
        let request = request.body(Empty::<Bytes>::new()).expect("a request");
        match sender.send_request(request).await {
            Ok(response) => {
                let (head, body) = response.into_parts();
                let body = body.collect().await.expect("is whole").to_bytes();
                Ok(Response::from_parts(head, body))
            }
            Err(_) => Err(format!("{:?}", broken.await.expect("ends"))),
        }
    }

    async fn status(&self, identity: &Identity) -> u16 {
        self.ask(Some(identity), &TLS13).await.expect("is answered").status().as_u16()
    }
}

#[tokio::test]
async fn a_terminal_gets_in_and_its_function_is_told_of_it() {
    let gateway = Gateway::open().await;
    let terminal = gateway.authority.certify(&client("clinic-0001-pc01"));
    for version in [&TLS12, &TLS13] {
        let response = gateway.ask(Some(&terminal), version).await.expect("is answered");
        let (status, body) = told(&response);
        assert_eq!(status, 200, "{body}");
        let event: Value = serde_json::from_str(&body).expect("is JSON");
        let context = &event["requestContext"];
        assert_eq!(context["domainName"], DOMAIN);
        assert_eq!(context["domainPrefix"], "devices");
        assert_eq!(
            (&event["rawPath"], &event["headers"]["host"]),
            (&json!("/v1/me"), &json!(DOMAIN))
        );
        let certificate = &context["authentication"]["clientCert"];
        assert_eq!(certificate["clientCertPem"], terminal.certificate.replace("\r\n", "\n"));
        assert_eq!(certificate["subjectDN"], "CN=clinic-0001-pc01");
        assert_eq!(certificate["issuerDN"], "CN=Clinic CA");
        assert_eq!(certificate["validity"]["notAfter"], "Jan  1 00:00:00 2040 GMT");
    }
}

#[tokio::test]
async fn who_is_not_trusted_is_forbidden() {
    let gateway = Gateway::open().await;
    let authority = &gateway.authority;
    let stranger = Authority::new().certify(&client("clinic-0001-pc01"));
    let mut expired = client("clinic-0001-pc01");
    expired.not_after = date_time_ymd(2025, 12, 31);
    let mut early = client("clinic-0001-pc01");
    early.not_before = date_time_ymd(2026, 1, 2);
    let mut server = client("clinic-0001-pc01");
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    assert_eq!(gateway.status(&stranger).await, 403);
    for parameters in [expired, early, server] {
        assert_eq!(gateway.status(&authority.certify(&parameters)).await, 403, "{parameters:?}");
    }
    let response = gateway.ask(Some(&stranger), &TLS13).await.expect("is answered");
    assert_eq!(told(&response).1, r#"{"message":"Forbidden"}"#);
    let none = gateway.ask(None, &TLS13).await.expect_err("is refused");
    assert!(none.contains("CertificateRequired"), "{none}");
}

#[tokio::test]
async fn a_domain_is_not_reached_by_another_name() {
    let gateway = Gateway::open().await;
    let config = |gateway: &Gateway| {
        let Identity { certificate, key } = gateway.authority.certify(&client("pc"));
        let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
        let config = ClientConfig::builder_with_provider(provider);
        let config = config.with_protocol_versions(&[&TLS13]).expect("is known");
        let chain = vec![CertificateDer::from_pem_slice(certificate.as_bytes()).expect("one")];
        let key = PrivateKeyDer::from_pem_slice(key.as_bytes()).expect("a key");
        let config = config.with_root_certificates(gateway.roots());
        config.with_client_auth_cert(chain, key).expect("fit each other")
    };
    let unknown = gateway.send(config(&gateway), "other.example.jp", "other.example.jp").await;
    assert!(unknown.expect_err("is refused").contains("AccessDenied"));
    let fronted = gateway.send(config(&gateway), DOMAIN, "other.example.jp").await;
    assert_eq!(fronted.expect("is answered").status(), 403);
    // Its own host is disabled, or mutual TLS could be passed by.
    assert_eq!(gateway.api.get("/v1/me").await.0, 403);
    let target = gateway.api.output("Target");
    assert!(target.starts_with("d-") && target.contains(".execute-api."), "{target}");
}

#[tokio::test]
async fn a_certificate_that_a_domain_shows_stays() {
    let gateway = Gateway::open().await;
    let sandbox = &gateway.api.sandbox;
    let certificate = "AWS::CertificateManager::Certificate";
    let control = cloudcontrol(sandbox);
    let listed = control.list_resources().type_name(certificate).send().await.expect("lists");
    let arn = listed.resource_descriptions()[0].identifier().expect("has an ARN").to_owned();
    assert!(arn.starts_with("arn:aws:acm:"), "{arn}");
    let delete = control.delete_resource().type_name(certificate).identifier(&arn).send().await;
    let token = delete.expect("is begun").progress_event.and_then(|event| event.request_token);
    let status = control.get_resource_request_status().request_token(token.expect("has a token"));
    let event = status.send().await.expect("is there").progress_event.expect("is there");
    assert_eq!(event.error_code, Some(HandlerErrorCode::ResourceConflict));
    assert!(event.status_message.is_some_and(|message| message.contains("is in use")));
    let terminal = gateway.authority.certify(&client("pc01"));
    assert_eq!(gateway.status(&terminal).await, 200);
}

#[tokio::test]
async fn the_truststore_is_the_version_that_is_pinned() {
    let gateway = Gateway::open().await;
    let sandbox = &gateway.api.sandbox;
    let (old, new) = (&gateway.authority, Authority::new());
    let (before, after) = (old.certify(&client("pc01")), new.certify(&client("pc01")));
    let version = put(sandbox, &new.pem).await;
    assert_eq!((gateway.status(&before).await, gateway.status(&after).await), (200, 403));
    let template = with_domain(Some(&version)).to_string();
    let update = cloudformation(sandbox).update_stack().stack_name("api").template_body(template);
    update.capabilities(Capability::CapabilityIam).send().await.expect("is begun");
    sandbox.advance_clock(std::time::Duration::from_mins(30)).expect("is put forward");
    assert_eq!((gateway.status(&before).await, gateway.status(&after).await), (403, 200));
}

#[tokio::test]
async fn what_is_no_truststore_makes_no_domain() {
    for (pem, version, why) in [
        (Some("no certificates"), None, "is not a valid PEM bundle"),
        (None, None, "could not be read: The specified key does not exist"),
        (None, Some("none"), "could not be read: The specified version does not exist"),
    ] {
        let sandbox = sandbox();
        deploy(&sandbox, "f").await;
        if let Some(pem) = pem {
            put(&sandbox, pem).await;
        }
        let create = cloudformation(&sandbox).create_stack().stack_name("api");
        let create = create.template_body(with_domain(version).to_string());
        create.on_failure(OnFailure::DoNothing).send().await.expect("is begun");
        sandbox.advance_clock(std::time::Duration::from_mins(30)).expect("is put forward");
        let described = cloudformation(&sandbox).describe_stack_events().stack_name("api");
        let events = described.send().await.expect("is there");
        let reasons = events.stack_events().iter();
        let mut reasons = reasons.filter_map(|event| event.resource_status_reason());
        assert!(reasons.any(|reason| reason.contains(why)), "{why}: {events:?}");
    }
}

/// What a program says; none where it is not installed.
async fn run(mut command: Command) -> Option<Output> {
    let command = move || command.stdin(Stdio::null()).output();
    let output = tokio::task::spawn_blocking(command).await.expect("ends");
    if output.is_err() {
        let mut told = std::io::stderr();
        writeln!(told, "not checked: the program is not installed").expect("is told");
    }
    output.ok()
}

fn curl(directory: &Path, port: u16) -> Command {
    let mut curl = Command::new("curl");
    let resolved = format!("{DOMAIN}:{port}:127.0.0.1");
    curl.current_dir(directory).args(["--silent", "--show-error", "--cacert", "root.pem"]);
    curl.args(["--resolve", &resolved, "--write-out", "%{http_code}", "--output", "/dev/null"]);
    curl.arg(format!("https://{DOMAIN}:{port}/v1/me"));
    curl
}

#[tokio::test]
async fn curl_and_openssl_agree() {
    let gateway = Gateway::open().await;
    let directory = tempfile::tempdir().expect("a directory");
    let terminal = gateway.authority.certify(&client("clinic-0001-pc01"));
    let root = gateway.api.sandbox.server_authority().expect("is there");
    for (name, content) in [
        ("root.pem", &root),
        ("terminal.pem", &terminal.certificate),
        ("terminal.key", &terminal.key),
    ] {
        std::fs::write(directory.path().join(name), content).expect("is written");
    }
    let port = gateway.address.port();
    for tls in ["--tlsv1.3", "--tls-max=1.2"] {
        let mut with = curl(directory.path(), port);
        with.args(tls.split('=')).args(["--cert", "terminal.pem", "--key", "terminal.key"]);
        if let Some(output) = run(with).await {
            assert_eq!(String::from_utf8_lossy(&output.stdout), "200", "{tls}: {output:?}");
        }
    }
    if let Some(output) = run(curl(directory.path(), port)).await {
        assert!(!output.status.success(), "{output:?}");
    }
    for (version, is_taken) in [("-tls1_1", false), ("-tls1_2", true)] {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(directory.path()).args(["s_client", version, "-brief"]);
        openssl.args(["-connect", &format!("127.0.0.1:{port}"), "-servername", DOMAIN]);
        // OpenSSL itself no longer offers TLS 1.1, unless it is told to.
        openssl.args(["-cipher", "ALL:@SECLEVEL=0", "-CAfile", "root.pem"]);
        openssl.args(["-cert", "terminal.pem", "-key", "terminal.key"]);
        if let Some(output) = run(openssl).await {
            assert_eq!(output.status.success(), is_taken, "{version}: {output:?}");
            // It is the gateway that refuses, and not the program.
            let told = String::from_utf8_lossy(&output.stderr);
            assert_eq!(told.contains("SSL alert number"), !is_taken, "{version}: {told}");
        }
    }
}
