//! Events of all kinds, up to the decision.

use std::sync::LazyLock;
use std::time::Duration;

use base64::Engine as _;
use bolero::check;
use device_api::{Answer, Service, settings};
use gateway::Event;
use jiff::Timestamp;
use rcgen::{CertificateParams, DnType, KeyPair, SerialNumber};
use serde_json::json;
use tokio::runtime::Builder;

use crate::witness::Witness;

/// The certificate of the terminal on record, in DER.
static CERTIFICATE: LazyLock<Vec<u8>> = LazyLock::new(|| {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name.push(DnType::CommonName, "clinic-0001-pc01");
    parameters.serial_number = Some(SerialNumber::from_slice(&[0x77, 0x1a, 0x0c]));
    let key = KeyPair::generate().expect("a key");
    parameters.self_signed(&key).expect("is signed").der().to_vec()
});

fn answer(event: &Event) -> Answer {
    let variable = |name: &str| match name {
        "REGISTRY_BUCKET" => Some("registry".to_owned()),
        "KMS_KEY_ID" | "AWS_REGION" | "AWS_ACCESS_KEY_ID" | "AWS_SECRET_ACCESS_KEY" => {
            Some("given".to_owned())
        }
        _ => None,
    };
    let (settings, _) = settings::read(variable).expect("is right");
    let now: Timestamp = "2026-01-23T10:16:31Z".parse().expect("a time");
    let runtime = Builder::new_current_thread().build().expect("a runtime");
    let answer = runtime.block_on(Service::new(Witness, settings).answer(event, now));
    let line = answer.record.line("DeviceApi", now, Duration::ZERO);
    assert_eq!(line["status"], answer.reply.status_code);
    assert!((200..=599).contains(&answer.reply.status_code));
    answer
}

fn spoilt(good: &[u8], changes: &[(u16, u8)]) -> Vec<u8> {
    let mut spoilt = good.to_vec();
    for (at, byte) in changes {
        let at = usize::from(*at) % spoilt.len();
        spoilt[at] = *byte;
    }
    spoilt
}

fn pem(der: &[u8]) -> String {
    let base64 = base64::prelude::BASE64_STANDARD.encode(der);
    format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n")
}

fn event(method: &str, path: &str, query: &str, body: &str, certificate: &str) -> Event {
    let event = json!({
        "rawPath": path,
        "rawQueryString": query,
        "body": body,
        "requestContext": {
            "http": { "method": method },
            "authentication": { "clientCert": { "clientCertPem": certificate } },
        },
    });
    serde_json::from_value(event).expect("is an event")
}

#[test]
fn any() {
    check!().for_each(|bytes| {
        if let Ok(event) = serde_json::from_slice(bytes) {
            answer(&event);
        }
    });
}

/// An event with some of its bytes changed: often still JSON, and no longer what it should be.
#[test]
fn with_spoilt_bytes() {
    let good = json!({
        "rawPath": "/v1/downloads",
        "rawQueryString": "path=a",
        "body": null,
        "isBase64Encoded": false,
        "requestContext": {
            "stage": "$default",
            "requestId": "1",
            "http": { "method": "GET" },
            "authentication": { "clientCert": { "clientCertPem": pem(&CERTIFICATE) } },
        },
    });
    let good = good.to_string().into_bytes();
    check!().with_type::<Vec<(u16, u8)>>().for_each(|changes| {
        if let Ok(event) = serde_json::from_slice(&spoilt(&good, changes)) {
            answer(&event);
        }
    });
}

/// What an admitted terminal may send.
#[test]
fn of_the_terminal() {
    const ROUTES: [(&str, &str); 9] = [
        ("POST", "/v1/uploads"),
        ("DELETE", "/v1/uploads/{}"),
        ("POST", "/v1/uploads/{}/parts"),
        ("POST", "/v1/uploads/{}/complete"),
        ("GET", "/v1/downloads"),
        ("GET", "/v1/objects"),
        ("GET", "/v1/certificate"),
        ("GET", "/v1/me"),
        ("GET", "{}"),
    ];
    let certificate = pem(&CERTIFICATE);
    check!().with_type::<(u8, String, String)>().for_each(|(route, text, body)| {
        let (method, path) = ROUTES[usize::from(*route) % ROUTES.len()];
        let path = path.replace("{}", text);
        for query in [text.clone(), format!("path={text}"), format!("prefix={text}&after={body}")] {
            answer(&event(method, &path, &query, body, &certificate));
        }
    });
}

/// What an admitted terminal may ask to store.
#[test]
fn of_an_upload() {
    let certificate = pem(&CERTIFICATE);
    check!().with_type::<(String, u64, [u8; 32], u8)>().for_each(|(path, size, digest, parts)| {
        let digest = hex::encode(digest);
        let parts = vec![&digest; usize::from(*parts)];
        let body = json!({ "path": path, "size": size, "sha256": digest, "parts": parts });
        answer(&event("POST", "/v1/uploads", "", &body.to_string(), &certificate));
    });
}

/// A certificate with some of its bytes changed.
#[test]
fn with_a_spoilt_certificate() {
    check!().with_type::<Vec<(u16, u8)>>().for_each(|changes| {
        let der = spoilt(&CERTIFICATE, changes);
        answer(&event("GET", "/v1/me", "", "", &pem(&der)));
    });
}
