//! CloudFront in front: its header is believed from CloudFront, and from nobody else.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rcgen::DnType;
use sha2::{Digest as _, Sha256};
use x509_parser::pem::parse_x509_pem;

use super::{Api, SERIAL, certificate, event, pem, problem, settings};
use crate::identity::Edge;
use crate::settings::Settings;

fn edge_certificate() -> String {
    certificate(&[(DnType::CommonName, "edge.backup.example.jp")], &[1], (2026, 2027))
}

/// The API behind a CloudFront that shows this certificate.
fn behind(certificate: &str) -> Api {
    let (_, pem) = parse_x509_pem(certificate.as_bytes()).expect("is PEM");
    let edge = Some(Edge(Sha256::digest(&pem.contents).into()));
    Api::set_up(Settings { edge, ..settings() })
}

async fn status(api: &Api, shown: &str, told: Option<&str>) -> (u16, String) {
    let mut event = event("GET", "/v1/me", "", None, Some(shown));
    event.headers.viewer_certificate =
        told.map(|told| utf8_percent_encode(told, NON_ALPHANUMERIC).to_string());
    let reply = api.answer(&event).await.reply;
    if reply.status_code == 200 { (200, String::new()) } else { problem(&reply) }
}

#[tokio::test]
async fn the_edge_tells_who_the_terminal_is() {
    let edge = edge_certificate();
    let api = behind(&edge);
    assert_eq!(status(&api, &edge, Some(&pem())).await.0, 200);
    let missing = (401, "certificate-missing".to_owned());
    assert_eq!(status(&api, &edge, None).await, missing);
    let unreadable = (401, "certificate-unreadable".to_owned());
    assert_eq!(status(&api, &edge, Some("no certificate")).await, unreadable);
    // The API's own domain stays a way in, and says itself who comes.
    assert_eq!(status(&api, &pem(), None).await.0, 200);
}

#[tokio::test]
async fn nobody_else_is_believed() {
    let edge = edge_certificate();
    let other = certificate(&[(DnType::CommonName, "clinic-0002-pc01")], &SERIAL, (2026, 2027));
    let stranger = (403, "terminal-not-registered".to_owned());
    assert_eq!(status(&behind(&edge), &other, Some(&pem())).await, stranger);
    // Without the setting, CloudFront is a stranger, too.
    assert_eq!(status(&Api::new(), &edge, Some(&pem())).await, stranger);
}

#[test]
fn a_fingerprint_is_read_as_openssl_writes_it() {
    let digits = "0f".repeat(32);
    let written = vec!["0F"; 32].join(":");
    assert_eq!(Edge::parse(&written), Some(Edge([15; 32])));
    assert_eq!(Edge::parse(&digits), Edge::parse(&written));
    assert_eq!(Edge::parse("0f"), None);
}
