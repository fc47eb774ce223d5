//! The TLS side of the door: custom domain names and distributions' aliases, told apart by the name that a client
//! asks for.
//!
//! The handshake proves that a client has the key of the certificate that it shows. Whether that certificate is
//! trusted is told in HTTP, as API Gateway does it: with 403.
//!
//! ## Caveats
//!
//! * What API Gateway does with a client that shows no certificate is not documented: here the handshake fails.
//! * HTTP/1.1 only.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::server::{Acceptor, ParsedCertificate, ResolvesServerCertUsingSni};
use rustls::version::{TLS12, TLS13};
use rustls::{
    DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme,
    SupportedProtocolVersion, client::danger::HandshakeSignatureValid,
};
use tokio::net::TcpStream;
use tokio_rustls::LazyConfigAcceptor;
use tokio_rustls::server::TlsStream;

use crate::account::Account;
use crate::apigateway::{Arrival, Domain};
use crate::certificate_manager::{ServerIdentity, server_identity};
use crate::cloudfront::Distribution;
use crate::store::StateError;
use crate::world::World;

/// What is spoken, unless a security policy is for the newest only.
static VERSIONS: [&SupportedProtocolVersion; 2] = [&TLS13, &TLS12];
static NEWEST: [&SupportedProtocolVersion; 1] = [&TLS13];

/// How long a client may take for the handshake.
const PATIENCE: Duration = Duration::from_secs(5);

/// Shakes hands with a client of one of the account's domains.
pub(super) async fn receive(
    account: &Account,
    stream: TcpStream,
) -> io::Result<(TlsStream<TcpStream>, Arrival)> {
    let shaken = tokio::time::timeout(PATIENCE, shake_hands(account, stream)).await;
    shaken.map_err(|_| io::Error::from(io::ErrorKind::TimedOut))?
}

async fn shake_hands(
    account: &Account,
    stream: TcpStream,
) -> io::Result<(TlsStream<TcpStream>, Arrival)> {
    let start = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let server_name = start.client_hello().server_name().unwrap_or_default().to_owned();
    let config = config(account, &server_name).map_err(io::Error::other)?;
    let stream = start.into_stream(Arc::new(config)).await?;
    let shown = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let certificate = shown.map(|certificate| certificate.clone().into_owned());
    Ok((stream, Arrival { server_name, certificate }))
}

/// How to answer for a server name: with its domain's certificate, and by its domain's rules.
fn config(account: &Account, server_name: &str) -> Result<ServerConfig, Unanswerable> {
    let found = account.transact(|world, _| {
        let host = Host::find(world, server_name)?;
        let identity = server_identity(world, &host.certificate);
        Some((host, identity))
    })?;
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
    let versions = found.as_ref().map_or(&VERSIONS[..], |(host, _)| host.versions);
    let builder = builder.with_protocol_versions(versions)?;
    let Some((host, identity)) = found else {
        // Whoever asks for a name that is not here is told so.
        let nobody = Arc::new(ResolvesServerCertUsingSni::new());
        return Ok(builder.with_no_client_auth().with_cert_resolver(nobody));
    };
    let ServerIdentity { chain, key } = identity.ok_or(Unanswerable::NoCertificate)?;
    let builder = if host.is_mutual {
        builder.with_client_cert_verifier(Arc::new(AnyCertificate(provider)))
    } else {
        builder.with_no_client_auth()
    };
    let mut config = builder.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

/// What a name asks of a handshake.
struct Host {
    /// The ARN of the certificate that it shows.
    certificate: String,
    is_mutual: bool,
    versions: &'static [&'static SupportedProtocolVersion],
}

impl Host {
    /// Finds the domain or the distribution of a name.
    fn find(world: &World, name: &str) -> Option<Self> {
        if let Some(Distribution { certificate, oldest_tls, .. }) =
            Distribution::by_alias(world, name)
        {
            let is_strict = oldest_tls.starts_with("TLSv1.3");
            let versions = if is_strict { &NEWEST[..] } else { &VERSIONS };
            return Some(Self { certificate, is_mutual: false, versions });
        }
        let domain = Domain::find(world, name)?;
        let is_mutual = domain.is_mutual();
        Some(Self { certificate: domain.certificate, is_mutual, versions: &VERSIONS })
    }
}

/// Why no hands can be shaken, whoever comes.
#[derive(Debug, thiserror::Error)]
enum Unanswerable {
    #[error("the account cannot be read")]
    State(#[from] StateError),
    #[error("the domain has no certificate")]
    NoCertificate,
    #[error("TLS could not be set up")]
    Tls(#[from] rustls::Error),
}

/// Takes any certificate whose key the client has: the gateway judges it.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ClientCertVerifier for AnyCertificate {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        ParsedCertificate::try_from(end_entity).map(|_| ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
