//! Access logs: a line a request, in the format of the stage.

use bytes::Bytes;
use http::Response;
use regex::{Captures, Regex};

use super::visit::Visit;
use crate::world::ACCOUNT;

/// What became of a request.
#[derive(Debug, Default)]
pub(super) struct Outcome {
    /// Empty when no route was taken.
    pub(super) route_key: String,
    pub(super) error: Option<&'static str>,
    pub(super) integration: Option<IntegrationOutcome>,
    pub(super) latency_ms: u128,
}

/// What became of the function's part.
#[derive(Debug, Default)]
pub(super) struct IntegrationOutcome {
    /// The request ID of the invocation.
    pub(super) request_id: String,
    pub(super) latency_ms: u128,
    /// The status of the invocation, not of the answer.
    pub(super) status: u16,
    /// The status that the function answered.
    pub(super) answered: Option<u16>,
    pub(super) error: Option<String>,
}

/// Writes the line.
pub(super) fn line(
    format: &str,
    visit: &Visit,
    outcome: &Outcome,
    response: &Response<Bytes>,
) -> Option<String> {
    let variable = Regex::new(r"\$context((?:\.[A-Za-z0-9_]+)+)").ok()?;
    let line = variable.replace_all(format, |found: &Captures<'_>| {
        let name = found.get(1).map_or("", |name| name.as_str()).trim_start_matches('.');
        let value = of_request(name, visit)
            .or_else(|| of_certificate(name, visit))
            .or_else(|| of_outcome(name, outcome, response));
        value.filter(|value| !value.is_empty()).unwrap_or_else(|| "-".to_owned())
    });
    Some(line.into_owned())
}

fn of_request(name: &str, visit: &Visit) -> Option<String> {
    let entrance = &visit.entrance;
    Some(match name {
        "accountId" => ACCOUNT.to_owned(),
        "apiId" => entrance.api.id.clone(),
        "domainName" => entrance.domain_name.clone(),
        "domainPrefix" => visit.domain_prefix().to_owned(),
        "dataProcessed" => visit.body.len().to_string(),
        "extendedRequestId" | "requestId" => visit.request_id.clone(),
        "httpMethod" => visit.method.clone(),
        "identity.sourceIp" => visit.source_ip.to_string(),
        "identity.userAgent" => visit.header("user-agent").to_owned(),
        "path" => entrance.raw_path.clone(),
        "protocol" => visit.protocol.to_owned(),
        "requestTime" => visit.time(),
        "requestTimeEpoch" => visit.at.as_millisecond().to_string(),
        "stage" => entrance.stage.name.clone(),
        _ => return None,
    })
}

fn of_certificate(name: &str, visit: &Visit) -> Option<String> {
    let certificate = visit.entrance.certificate.as_ref()?;
    Some(match name.strip_prefix("identity.clientCert.")? {
        "clientCertPem" => certificate.pem.replace('\n', "\\n"),
        "subjectDN" => certificate.subject.clone(),
        "issuerDN" => certificate.issuer.clone(),
        "serialNumber" => certificate.serial_number.clone(),
        "validity.notBefore" => certificate.not_before.clone(),
        "validity.notAfter" => certificate.not_after.clone(),
        _ => return None,
    })
}

fn of_outcome(name: &str, outcome: &Outcome, response: &Response<Bytes>) -> Option<String> {
    let integration = outcome.integration.as_ref();
    Some(match name {
        "awsEndpointRequestId" | "integration.requestId" => integration?.request_id.clone(),
        "error.message" => outcome.error?.to_owned(),
        "error.messageString" => format!("\"{}\"", outcome.error?),
        "integration.error" | "integrationErrorMessage" => integration?.error.clone()?,
        "integration.latency" | "integrationLatency" => integration?.latency_ms.to_string(),
        "integration.status" => integration?.answered?.to_string(),
        "integration.integrationStatus" | "integrationStatus" => integration?.status.to_string(),
        "responseLatency" => outcome.latency_ms.to_string(),
        "responseLength" => response.body().len().to_string(),
        "routeKey" => outcome.route_key.clone(),
        "status" => response.status().as_u16().to_string(),
        _ => return None,
    })
}
