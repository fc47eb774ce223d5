//! The API as API Gateway calls it: literal events, and a shelf in place of S3.

mod audit;
mod denials;
mod edge;
mod objects;
mod parts;
mod registry;
mod shelf;
mod terminal;
mod uploads;

use gateway::{Event, Reply};
use jiff::{SignedDuration, Timestamp};
use rcgen::{CertificateParams, DistinguishedName, DnType, KeyPair, SerialNumber, date_time_ymd};
use serde_json::{Value, json};

use self::shelf::Shelf;
use crate::settings::{self, Settings};
use crate::{Answer, Service};

pub(crate) const TERMINAL: &str = "clinic-0001-pc01";
pub(crate) const PREFIX: &str = "terminals/clinic-0001-pc01/";
pub(crate) const BUCKET: &str = "clinic-backup-clinic-0001";
pub(crate) const SERIAL: [u8; 3] = [0x77, 0x1a, 0x0c];
pub(crate) const SHA256: &str = "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824";

/// The first moment of 2026; the certificate of [`pem`] is valid in that year.
pub(crate) fn now() -> Timestamp {
    "2026-01-23T10:16:31Z".parse().expect("a time")
}

/// The API over a shelf with one terminal on record.
pub(crate) struct Api {
    pub(crate) shelf: &'static Shelf,
    service: Service<&'static Shelf>,
}

impl Api {
    pub(crate) fn new() -> Self {
        Self::set_up(settings())
    }

    pub(crate) fn set_up(settings: Settings) -> Self {
        let shelf: &'static Shelf = Box::leak(Box::default());
        shelf.store("registry", "registry/clinic-0001-pc01.json", &registration().to_string());
        Self { shelf, service: Service::new(shelf, settings) }
    }

    /// An API whose registry says this of the terminal.
    pub(crate) fn on_record(document: &str) -> Self {
        let api = Self::new();
        api.shelf.store("registry", "registry/clinic-0001-pc01.json", document);
        api
    }

    pub(crate) async fn answer_at(&self, event: &Event, now: Timestamp) -> Answer {
        self.service.answer(event, now).await
    }

    pub(crate) async fn answer(&self, event: &Event) -> Answer {
        self.answer_at(event, now()).await
    }

    /// Asks as the terminal on record.
    pub(crate) async fn ask(&self, method: &str, path: &str, query: &str) -> Reply {
        self.answer(&event(method, path, query, None, Some(&pem()))).await.reply
    }

    pub(crate) async fn post(&self, path: &str, body: &Value) -> Reply {
        self.answer(&event("POST", path, "", Some(body), Some(&pem()))).await.reply
    }
}

pub(crate) fn settings() -> Settings {
    let variables = |name: &str| match name {
        "REGISTRY_BUCKET" => Some("registry".to_owned()),
        "PART_LIMIT_BYTES" => Some("20000000".to_owned()),
        "PART_BYTES" => Some("10000000".to_owned()),
        "MAX_OBJECT_BYTES" => Some("200000000000".to_owned()),
        name if name.starts_with("AWS_ENDPOINT") => None,
        name if name.ends_with("_SECONDS")
            || matches!(name, "METRICS_NAMESPACE" | "EDGE_CERTIFICATE_SHA256") =>
        {
            None
        }
        _ => Some("given".to_owned()),
    };
    settings::read(variables).expect("is right").0
}

pub(crate) fn registration() -> Value {
    json!({
        "terminal": TERMINAL,
        "clinic": "clinic-0001",
        "bucket": BUCKET,
        "prefix": PREFIX,
        "state": "enrolled",
        "serials": [{ "serial": "77:1A:0C", "notAfter": "2026-06-01T00:00:00Z" }],
        "certificate": { "pem": "the newest", "chain": "what leads to the root" },
    })
}

/// A registration with one member changed.
pub(crate) fn registration_with(member: &str, value: Value) -> String {
    let mut document = registration();
    document[member] = value;
    document.to_string()
}

/// The certificate of the terminal on record.
pub(crate) fn pem() -> String {
    certificate(&[(DnType::CommonName, TERMINAL)], &SERIAL, (2026, 2027))
}

pub(crate) fn certificate(
    subject: &[(DnType, &str)],
    serial: &[u8],
    (begins, ends): (i32, i32),
) -> String {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    for (attribute, value) in subject {
        parameters.distinguished_name.push(attribute.clone(), *value);
    }
    parameters.serial_number = Some(SerialNumber::from_slice(serial));
    parameters.not_before = date_time_ymd(begins, 1, 1);
    parameters.not_after = date_time_ymd(ends, 1, 1);
    let key = KeyPair::generate().expect("a key");
    parameters.self_signed(&key).expect("is signed").pem()
}

/// A request as API Gateway hands it over.
pub(crate) fn event(
    method: &str,
    path: &str,
    query: &str,
    body: Option<&Value>,
    pem: Option<&str>,
) -> Event {
    let authentication = pem.map(|pem| {
        json!({ "clientCert": {
            "clientCertPem": pem,
            "subjectDN": "CN=not looked at",
            "issuerDN": "CN=not looked at",
            "serialNumber": "1",
            "validity": {
                "notBefore": "May 28 12:30:02 2019 GMT",
                "notAfter": "Aug  5 09:36:04 2021 GMT"
            }
        }})
    });
    let event = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": path,
        "rawQueryString": query,
        "headers": { "content-type": "application/json", "host": "backup.example.jp" },
        "requestContext": {
            "accountId": "111122223333",
            "apiId": "p00qrldi58",
            "authentication": authentication,
            "domainName": "backup.example.jp",
            "http": { "method": method, "path": path, "sourceIp": "192.0.2.1" },
            "requestId": "JKJaXmPLvHcESHA=",
            "stage": "$default",
            "timeEpoch": 1_769_163_391_000_u64
        },
        "body": body.map(Value::to_string),
        "isBase64Encoded": false
    });
    serde_json::from_value(event).expect("is an event")
}

pub(crate) fn document(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).expect("is JSON")
}

/// Status and reason of a problem.
#[track_caller]
pub(crate) fn problem(reply: &Reply) -> (u16, String) {
    assert_eq!(reply.headers["content-type"], "application/problem+json", "{}", reply.body);
    let document = document(reply);
    assert_eq!(document["status"], reply.status_code);
    assert_eq!(document["requestId"], "JKJaXmPLvHcESHA=");
    (reply.status_code, document["reason"].as_str().expect("text").to_owned())
}

pub(crate) fn seconds(seconds: i64) -> SignedDuration {
    SignedDuration::from_secs(seconds)
}
