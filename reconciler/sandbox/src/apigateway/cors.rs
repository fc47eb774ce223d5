//! Cross-origin requests, as the API's CORS configuration answers them.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::Value;

use super::visit::Visit;

/// Answers a preflight request; none where it is not one, or where CORS is not configured.
pub(super) fn preflight(visit: &Visit) -> Option<Response<Bytes>> {
    let cors = visit.entrance.api.cors.as_ref()?;
    let asks = |name: HeaderName| visit.headers.contains_key(name.as_str());
    let is_preflight = visit.method == "OPTIONS"
        && asks(header::ORIGIN)
        && asks(header::ACCESS_CONTROL_REQUEST_METHOD);
    if !is_preflight {
        return None;
    }
    let mut response = Response::default();
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    if allow(cors, visit, headers) {
        put(headers, header::ACCESS_CONTROL_ALLOW_METHODS, list(cors, "AllowMethods"));
        put(headers, header::ACCESS_CONTROL_ALLOW_HEADERS, list(cors, "AllowHeaders"));
        let age = cors
            .get("MaxAge")
            .map(|age| age.as_str().map_or_else(|| age.to_string(), str::to_owned));
        put(headers, header::ACCESS_CONTROL_MAX_AGE, age);
    }
    Some(response)
}

/// Puts the API's headers in place of the function's.
pub(super) fn dress(visit: &Visit, headers: &mut HeaderMap) {
    let Some(cors) = &visit.entrance.api.cors else { return };
    for name in [
        header::ACCESS_CONTROL_ALLOW_CREDENTIALS,
        header::ACCESS_CONTROL_ALLOW_HEADERS,
        header::ACCESS_CONTROL_ALLOW_METHODS,
        header::ACCESS_CONTROL_ALLOW_ORIGIN,
        header::ACCESS_CONTROL_EXPOSE_HEADERS,
        header::ACCESS_CONTROL_MAX_AGE,
    ] {
        headers.remove(name);
    }
    if allow(cors, visit, headers) {
        put(headers, header::ACCESS_CONTROL_EXPOSE_HEADERS, list(cors, "ExposeHeaders"));
    }
}

/// Allows the request's origin, if the API does.
fn allow(cors: &Value, visit: &Visit, headers: &mut HeaderMap) -> bool {
    let origin = visit.header(header::ORIGIN.as_str());
    let origins = cors.get("AllowOrigins").and_then(Value::as_array).into_iter().flatten();
    let mut origins = origins.filter_map(Value::as_str);
    let allowed = origins.find_map(|allowed| match allowed {
        "*" => Some("*"),
        "http://*" | "https://*" => {
            origin.starts_with(allowed.trim_end_matches('*')).then_some(origin)
        }
        _ => (allowed == origin).then_some(origin),
    });
    let Some(allowed) = allowed.filter(|_| !origin.is_empty()) else { return false };
    put(headers, header::ACCESS_CONTROL_ALLOW_ORIGIN, Some(allowed.to_owned()));
    if cors.get("AllowCredentials").is_some_and(|allow| *allow == Value::Bool(true)) {
        put(headers, header::ACCESS_CONTROL_ALLOW_CREDENTIALS, Some("true".to_owned()));
    }
    true
}

fn list(cors: &Value, name: &str) -> Option<String> {
    let items = cors.get(name)?.as_array()?.iter().filter_map(Value::as_str);
    Some(items.collect::<Vec<_>>().join(","))
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: Option<String>) {
    if let Some(value) = value.and_then(|value| HeaderValue::try_from(value).ok()) {
        headers.insert(name, value);
    }
}
