//! The event that a function gets: payload format 2.0.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::header;
use serde_json::{Map, Value, json};

use super::routing::Taken;
use super::visit::{ClientCertificate, Visit};
use crate::world::ACCOUNT;

/// Bodies of these types, and of every type of text, are told as they are; all others as base64.
const TEXTS: [&str; 3] = ["application/json", "application/xml", "application/javascript"];

/// Writes the event down.
pub(super) fn event(visit: &Visit, taken: &Taken) -> Value {
    let mut event = Map::new();
    let mut put = |name: &str, value: Value| drop(event.insert(name.to_owned(), value));
    put("version", json!("2.0"));
    put("routeKey", json!(taken.route.key));
    put("rawPath", json!(visit.entrance.raw_path));
    put("rawQueryString", json!(visit.query));
    if !visit.cookies.is_empty() {
        put("cookies", json!(visit.cookies));
    }
    put("headers", json!(visit.headers));
    let query = query(&visit.query);
    if !query.is_empty() {
        put("queryStringParameters", json!(query));
    }
    put("requestContext", context(visit, taken));
    if !taken.parameters.is_empty() {
        put("pathParameters", json!(taken.parameters));
    }
    if !visit.entrance.stage.variables.is_empty() {
        put("stageVariables", json!(visit.entrance.stage.variables));
    }
    let (body, is_base64) = body(visit);
    if let Some(body) = body {
        put("body", json!(body));
    }
    put("isBase64Encoded", json!(is_base64));
    Value::Object(event)
}

fn context(visit: &Visit, taken: &Taken) -> Value {
    let entrance = &visit.entrance;
    let mut context = json!({
        "accountId": ACCOUNT,
        "apiId": entrance.api.id,
        "domainName": entrance.domain_name,
        "domainPrefix": visit.domain_prefix(),
        "http": {
            "method": visit.method,
            "path": entrance.raw_path,
            "protocol": visit.protocol,
            "sourceIp": visit.source_ip,
            "userAgent": visit.header(header::USER_AGENT.as_str()),
        },
        "requestId": visit.request_id,
        "routeKey": taken.route.key,
        "stage": entrance.stage.name,
        "time": visit.time(),
        "timeEpoch": visit.at.as_millisecond(),
    });
    if let Some(certificate) = &entrance.certificate {
        context["authentication"] = json!({ "clientCert": client_cert(certificate) });
    }
    context
}

fn client_cert(certificate: &ClientCertificate) -> Value {
    let ClientCertificate { pem, subject, issuer, serial_number, not_before, not_after } =
        certificate;
    json!({
        "clientCertPem": pem,
        "subjectDN": subject,
        "issuerDN": issuer,
        "serialNumber": serial_number,
        "validity": { "notBefore": not_before, "notAfter": not_after },
    })
}

/// The parameters of a query, several of one name as one.
fn query(query: &str) -> BTreeMap<String, String> {
    let mut parameters: BTreeMap<String, String> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(query.as_bytes()) {
        parameters
            .entry(name.into_owned())
            .and_modify(|known| *known = format!("{known},{value}"))
            .or_insert_with(|| value.into_owned());
    }
    parameters
}

/// The body, if there is one, and whether it is written as base64.
fn body(visit: &Visit) -> (Option<String>, bool) {
    if visit.body.is_empty() {
        return (None, false);
    }
    let content_type = visit.header(header::CONTENT_TYPE.as_str());
    let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let is_text = essence.starts_with("text/") || TEXTS.contains(&essence.as_str());
    let is_plain = is_text && !visit.headers.contains_key(header::CONTENT_ENCODING.as_str());
    match str::from_utf8(&visit.body) {
        Ok(text) if is_plain => (Some(text.to_owned()), false),
        Ok(_) | Err(_) => (Some(STANDARD.encode(&visit.body)), true),
    }
}
