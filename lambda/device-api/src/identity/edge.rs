//! CloudFront in front of the API: whose certificate a request brings, where the edge checked it.
//!
//! API Gateway then tells of the certificate by which CloudFront shows itself, and CloudFront of the terminal's, in
//! a header (CloudFront Developer Guide, "Viewer mTLS headers": URL-encoded PEM). CloudFront replaces what a viewer
//! wrote there. From anybody else the header says nothing, since everybody can write it.

use std::borrow::Cow;

use gateway::Event;
use percent_encoding::percent_decode_str;
use sha2::{Digest as _, Sha256};
use x509_parser::pem::parse_x509_pem;

use super::Unusable;

/// The SHA-256 of the certificate by which CloudFront shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge(pub [u8; 32]);

impl Edge {
    /// Reads 64 hexadecimal digits; colons may stand between them, as `openssl x509 -fingerprint` writes it.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut digest = [0; 32];
        hex::decode_to_slice(text.replace(':', ""), &mut digest).ok()?;
        Some(Self(digest))
    }

    /// Whether this certificate is CloudFront's.
    fn shows(self, pem: &str) -> bool {
        let parsed = parse_x509_pem(pem.as_bytes());
        parsed.is_ok_and(|(_, pem)| Sha256::digest(&pem.contents)[..] == self.0)
    }
}

/// The certificate that the caller was proved to hold the key of.
pub(crate) fn certificate(event: &Event, edge: Option<Edge>) -> Result<Cow<'_, str>, Unusable> {
    let authentication = event.request_context.authentication.as_ref();
    let shown = authentication.and_then(|it| it.client_cert.as_ref()?.client_cert_pem.as_deref());
    let shown = shown.ok_or(Unusable::Missing)?;
    if !edge.is_some_and(|edge| edge.shows(shown)) {
        return Ok(Cow::Borrowed(shown));
    }
    let told = event.headers.viewer_certificate.as_deref().ok_or(Unusable::Missing)?;
    percent_decode_str(told).decode_utf8().map_err(|_| Unusable::Unreadable)
}
