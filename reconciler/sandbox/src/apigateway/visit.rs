//! One request to an API: what its function is told of it, and what its access log says.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderMap, Request, Version, header};
use jiff::Timestamp;
use pem::{EncodeConfig, LineEnding, Pem};
use rustls::pki_types::CertificateDer;
use sha2::{Digest as _, Sha256};
use x509_parser::certificate::X509Certificate;
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::{ASN1Time, FromDer as _};
use x509_parser::x509::X509Name;

use super::address::Entrance;
use crate::world::World;

/// Who is at the other end of a connection: an extension of a request that came in by a door.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

/// The certificate that a client showed, as `requestContext.authentication.clientCert` tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ClientCertificate {
    pub(crate) pem: String,
    pub(crate) subject: String,
    pub(crate) issuer: String,
    pub(crate) serial_number: String,
    /// `May 28 12:30:02 2019 GMT`
    pub(crate) not_before: String,
    pub(crate) not_after: String,
}

impl ClientCertificate {
    /// Tells of a certificate; nothing of one that cannot be read.
    pub(super) fn of(der: &CertificateDer<'_>) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let validity = certificate.validity();
        Some(Self {
            pem: pem::encode_config(
                &Pem::new("CERTIFICATE", der.as_ref()),
                EncodeConfig::new().set_line_ending(LineEnding::LF),
            ),
            subject: distinguished(certificate.subject())?,
            issuer: distinguished(certificate.issuer())?,
            serial_number: certificate.raw_serial_as_string(),
            not_before: time(validity.not_before)?,
            not_after: time(validity.not_after)?,
        })
    }
}

/// `C=JP,O=Clinic,CN=clinic-0001-pc01`
fn distinguished(name: &X509Name<'_>) -> Option<String> {
    let attributes = name.iter_attributes().map(|attribute| {
        let kind = oid2abbrev(attribute.attr_type(), oid_registry()).ok()?;
        Some(format!("{kind}={}", attribute.as_str().ok()?))
    });
    attributes.collect::<Option<Vec<_>>>().map(|attributes| attributes.join(","))
}

fn time(time: ASN1Time) -> Option<String> {
    let time = Timestamp::from_second(time.timestamp()).ok()?;
    Some(time.strftime("%b %e %H:%M:%S %Y GMT").to_string())
}

/// A request on its way.
#[derive(Debug)]
pub(super) struct Visit {
    pub(super) entrance: Entrance,
    pub(super) request_id: String,
    pub(super) at: Timestamp,
    pub(super) method: String,
    pub(super) query: String,
    pub(super) protocol: &'static str,
    pub(super) source_ip: IpAddr,
    /// Values of one name are joined with commas; without cookies.
    pub(super) headers: BTreeMap<String, String>,
    pub(super) cookies: Vec<String>,
    /// X-Ray's header, as the client sent it or as API Gateway makes it.
    pub(super) trace: String,
    pub(super) body: Bytes,
}

impl Visit {
    pub(super) fn of(
        world: &mut World,
        entrance: Entrance,
        request: Request<Bytes>,
        at: Timestamp,
    ) -> Self {
        let number = world.next("api-requests").to_string();
        let digest = Sha256::digest(format!("{}|{number}", entrance.api.id));
        let request_id = STANDARD.encode(digest.get(..11).unwrap_or_default());
        let (head, body) = request.into_parts();
        let source_ip = head
            .extensions
            .get()
            .map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |peer: &Peer| peer.0.ip());
        let mut headers = joined(&head.headers);
        let cookies = headers.remove(header::COOKIE.as_str()).unwrap_or_default();
        let cookies = cookies.split(';').map(str::trim).filter(|cookie| !cookie.is_empty());
        let trace = headers.get("x-amzn-trace-id").cloned();
        let trace = trace.unwrap_or_else(|| crate::lambda::trace_root(at, &request_id));
        let source = source_ip.to_string();
        let earlier = headers.get("x-forwarded-for");
        let forwarded_for =
            earlier.map_or_else(|| source.clone(), |all| format!("{all}, {source}"));
        let added = [
            ("x-amzn-trace-id", trace.clone()),
            ("x-forwarded-for", forwarded_for),
            ("x-forwarded-port", "443".to_owned()),
            ("x-forwarded-proto", "https".to_owned()),
        ];
        headers.extend(added.map(|(name, value)| (name.to_owned(), value)));
        // Clients need not send it, and the gateway tells it all the same.
        headers.entry("content-length".to_owned()).or_insert_with(|| body.len().to_string());
        Self {
            request_id,
            at,
            method: head.method.as_str().to_owned(),
            query: head.uri.query().unwrap_or_default().to_owned(),
            protocol: if head.version == Version::HTTP_10 { "HTTP/1.0" } else { "HTTP/1.1" },
            source_ip,
            cookies: cookies.map(str::to_owned).collect(),
            headers,
            trace,
            body,
            entrance,
        }
    }

    pub(super) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(String::as_str).unwrap_or_default()
    }

    /// `12/Mar/2020:19:03:58 +0000`
    pub(super) fn time(&self) -> String {
        self.at.strftime("%d/%b/%Y:%H:%M:%S +0000").to_string()
    }

    /// The first label of the host.
    pub(super) fn domain_prefix(&self) -> &str {
        let name = &self.entrance.domain_name;
        name.split_once('.').map_or(name, |(prefix, _)| prefix)
    }
}

/// Headers by name, several of one name as one.
fn joined(headers: &HeaderMap) -> BTreeMap<String, String> {
    let mut joined: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in headers {
        let value = String::from_utf8_lossy(value.as_bytes());
        let separator = if *name == header::COOKIE { "; " } else { "," };
        joined
            .entry(name.as_str().to_owned())
            .and_modify(|known| *known = format!("{known}{separator}{value}"))
            .or_insert_with(|| value.into_owned());
    }
    joined
}
