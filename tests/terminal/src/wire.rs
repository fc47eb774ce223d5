//! Connections: TLS 1.3 and nothing older, to the API with the terminal's certificate and to S3 without.

use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, Uri, header};
use http_body_util::Full;
use hyper::body::Incoming;
use hyper_rustls::{FixedServerNameResolver, HttpsConnector, HttpsConnectorBuilder};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use rustls::client::WantsClientCert;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{InvalidDnsNameError, ServerName};
use rustls::version::TLS13;
use rustls::{ClientConfig, ConfigBuilder, RootCertStore};

use crate::args::ApiArgs;
use crate::identity::{Identity, IdentityError, certificates};

/// The API and S3 give an answer up far sooner; what takes longer is a file on its way.
const PATIENCE: Duration = Duration::from_mins(15);

type Connector = HttpsConnector<HttpConnector>;

/// A way to one kind of server.
#[derive(Debug, Clone)]
pub(crate) struct Wire {
    client: Client<Connector, Full<Bytes>>,
    /// The name of a server that is connected to by another address.
    host: Option<HeaderValue>,
}

/// Why a request was not answered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum WireError {
    /// The authority's file cannot be read.
    #[error("failed to read the authority `{}`", path.display())]
    Authority { path: PathBuf, source: io::Error },
    /// An authority's certificate is none.
    #[error("the authority cannot be trusted")]
    Untrusted(#[source] IdentityError),
    /// The API has no name.
    #[error("the API's name cannot be one")]
    Name(#[source] InvalidDnsNameError),
    /// TLS cannot be set up.
    #[error("failed to set TLS up")]
    Tls(#[from] rustls::Error),
    /// A request cannot be written.
    #[error("failed to write a request")]
    Request(#[from] http::Error),
    /// A signed request goes to a server that is neither behind TLS nor this machine.
    #[error("`{0}` is not behind TLS")]
    Plain(Uri),
    /// There is no answer.
    #[error("no answer came")]
    NoAnswer(#[from] hyper_util::client::legacy::Error),
    /// There is no answer in time.
    #[error("no answer came in time")]
    TooLate,
    /// The answer breaks off.
    #[error("the answer broke off")]
    BrokenOff(#[from] hyper::Error),
}

impl Wire {
    /// The way to the API, as this terminal.
    pub(crate) fn to_api(args: &ApiArgs, identity: Identity) -> Result<Self, WireError> {
        let Identity { key, chain } = identity;
        let config = tls(roots(args.authority.as_ref())?)?.with_client_auth_cert(chain, key)?;
        let builder = HttpsConnectorBuilder::new().with_tls_config(config).https_only();
        let connector = match (args.connect, args.api.host()) {
            (Some(_), Some(name)) => {
                let name = ServerName::try_from(name.to_owned()).map_err(WireError::Name)?;
                let always = FixedServerNameResolver::new(name);
                builder.with_server_name_resolver(always).enable_http1()
            }
            (Some(_) | None, _) => builder.enable_http1(),
        };
        let host = args.connect.and_then(|_| args.api.authority());
        let host = host.map(|host| HeaderValue::try_from(host.as_str())).transpose();
        Ok(Self { client: client(connector.build()), host: host.map_err(http::Error::from)? })
    }

    /// The way to S3, as whoever has a signed request.
    pub(crate) fn to_s3() -> Result<Self, WireError> {
        let config = tls(roots(None)?)?.with_no_client_auth();
        let builder = HttpsConnectorBuilder::new().with_tls_config(config).https_or_http();
        Ok(Self { client: client(builder.enable_http1().build()), host: None })
    }

    pub(crate) async fn send(
        &self,
        mut request: Request<Full<Bytes>>,
    ) -> Result<Response<Incoming>, WireError> {
        let uri = request.uri();
        // Only a sandbox on this machine has an S3 without TLS.
        if uri.scheme_str() != Some("https") && !is_this_machine(uri) {
            return Err(WireError::Plain(uri.clone()));
        }
        if let Some(host) = &self.host {
            request.headers_mut().insert(header::HOST, host.clone());
        }
        let answer = tokio::time::timeout(PATIENCE, self.client.request(request)).await;
        Ok(answer.map_err(|_| WireError::TooLate)??)
    }
}

/// Where a request for a path of the API goes.
pub(crate) fn address(args: &ApiArgs, path_and_query: &str) -> Result<Uri, WireError> {
    let authority = match args.connect {
        Some(address) => SocketAddr::to_string(&address),
        None => args.api.authority().map(ToString::to_string).unwrap_or_default(),
    };
    let uri = Uri::builder().scheme("https").authority(authority);
    Ok(uri.path_and_query(path_and_query).build()?)
}

fn client(connector: Connector) -> Client<Connector, Full<Bytes>> {
    Client::builder(TokioExecutor::new()).build(connector)
}

fn tls(roots: RootCertStore) -> Result<ConfigBuilder<ClientConfig, WantsClientCert>, WireError> {
    let builder = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()));
    Ok(builder.with_protocol_versions(&[&TLS13])?.with_root_certificates(roots))
}

/// The one authority that is named, or else those of this machine.
fn roots(authority: Option<&PathBuf>) -> Result<RootCertStore, WireError> {
    let mut roots = RootCertStore::empty();
    let Some(path) = authority else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        return Ok(roots);
    };
    let failed = |source| WireError::Authority { path: path.clone(), source };
    let pem = std::fs::read_to_string(path).map_err(failed)?;
    for certificate in certificates(&pem).map_err(WireError::Untrusted)? {
        roots.add(certificate)?;
    }
    Ok(roots)
}

fn is_this_machine(uri: &Uri) -> bool {
    let host = uri.host().unwrap_or_default();
    let address: Option<IpAddr> = host.trim_matches(['[', ']']).parse().ok();
    host == "localhost" || address.is_some_and(|address| address.is_loopback())
}
