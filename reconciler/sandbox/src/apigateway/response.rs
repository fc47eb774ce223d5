//! What API Gateway makes of a function's answer, and what it answers itself.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value, json};

/// The type of an answer that names none.
const PLAIN: HeaderValue = HeaderValue::from_static("text/plain;charset=UTF-8");
const JSON: HeaderValue = HeaderValue::from_static("application/json");

/// Reads an answer of payload format 2.0; none if it is not one.
pub(super) fn interpret(payload: &[u8]) -> Option<Response<Bytes>> {
    let answer: Value = serde_json::from_slice(payload).ok()?;
    match answer.as_object().filter(|members| members.contains_key("statusCode")) {
        Some(members) => written(members),
        None => Some(inferred(&answer)),
    }
}

/// The response that a function describes.
fn written(members: &Map<String, Value>) -> Option<Response<Bytes>> {
    let status = members.get("statusCode")?;
    let status = status.as_u64().or_else(|| status.as_str()?.parse().ok())?;
    let status = StatusCode::from_u16(status.try_into().ok()?).ok()?;
    let body = match members.get("body") {
        None | Some(Value::Null) => Bytes::new(),
        Some(Value::String(text)) if is_base64(members) => STANDARD.decode(text).ok()?.into(),
        Some(Value::String(text)) => Bytes::from(text.clone()),
        Some(_) => return None,
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, PLAIN);
    for (name, value) in members.get("headers").and_then(Value::as_object).into_iter().flatten() {
        let name: HeaderName = name.parse().ok()?;
        // The length is that of what is sent.
        if name != header::CONTENT_LENGTH {
            headers.insert(name, value_of(value)?);
        }
    }
    for cookie in members.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        headers.append(header::SET_COOKIE, value_of(cookie)?);
    }
    Some(response)
}

fn is_base64(members: &Map<String, Value>) -> bool {
    members.get("isBase64Encoded").is_some_and(|is| *is == json!(true))
}

fn value_of(value: &Value) -> Option<HeaderValue> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Null | Value::Array(_) | Value::Object(_) => return None,
    };
    text.try_into().ok()
}

/// The response to an answer that is any other JSON.
fn inferred(answer: &Value) -> Response<Bytes> {
    let body = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
    let mut response = Response::new(Bytes::from(body));
    response.headers_mut().insert(header::CONTENT_TYPE, JSON);
    response
}

/// An answer of API Gateway's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Refusal {
    pub(super) status: u16,
    pub(super) message: &'static str,
}

impl Refusal {
    pub(super) const FORBIDDEN: Self = Self { status: 403, message: "Forbidden" };
    pub(super) const INTERNAL: Self = Self { status: 500, message: "Internal Server Error" };
    pub(super) const NOT_FOUND: Self = Self { status: 404, message: "Not Found" };
    pub(super) const TOO_LARGE: Self = Self { status: 413, message: "Request Entity Too Large" };
    pub(super) const TOO_MANY: Self = Self { status: 429, message: "Too Many Requests" };
    pub(super) const UNAUTHORIZED: Self = Self { status: 401, message: "Unauthorized" };
    pub(super) const UNAVAILABLE: Self = Self { status: 503, message: "Service Unavailable" };

    pub(super) fn response(self) -> Response<Bytes> {
        let mut response =
            Response::new(Bytes::from(json!({ "message": self.message }).to_string()));
        *response.status_mut() =
            StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        response.headers_mut().insert(header::CONTENT_TYPE, JSON);
        response
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(answer: &Value) -> Option<(u16, String, String)> {
        let response = interpret(answer.to_string().as_bytes())?;
        let content_type = response.headers()[header::CONTENT_TYPE].to_str().expect("text");
        let body = String::from_utf8_lossy(response.body()).into_owned();
        Some((response.status().as_u16(), content_type.to_owned(), body))
    }

    #[test]
    fn any_json_is_an_answer() {
        let json = |body: &str| Some((200, "application/json".to_owned(), body.to_owned()));
        assert_eq!(read(&json!({ "message": "hello" })), json(r#"{"message":"hello"}"#));
        assert_eq!(read(&json!("hello")), json("hello"));
        assert_eq!(read(&Value::Null), json("null"));
    }

    #[test]
    fn a_function_can_describe_its_answer() {
        let plain = |status, body: &str| {
            Some((status, "text/plain;charset=UTF-8".to_owned(), body.to_owned()))
        };
        assert_eq!(read(&json!({ "statusCode": 204 })), plain(204, ""));
        let encoded = json!({ "statusCode": 200, "body": "aGk=", "isBase64Encoded": true });
        assert_eq!(read(&encoded), plain(200, "hi"));
        let answer = json!({
            "statusCode": "201", "body": "x", "cookies": ["a=1", "b=2"],
            "headers": { "Content-Type": "text/html", "X-Count": 3, "Content-Length": "99" },
        });
        let response = interpret(answer.to_string().as_bytes()).expect("is read");
        assert_eq!(response.status(), 201);
        let headers = response.headers();
        assert_eq!(
            (&headers["content-type"], &headers["x-count"]),
            (&"text/html".parse().expect("a value"), &"3".parse().expect("a value"))
        );
        let cookies: Vec<_> = headers.get_all(header::SET_COOKIE).iter().collect();
        assert_eq!(cookies, ["a=1", "b=2"]);
        assert!(!headers.contains_key(header::CONTENT_LENGTH));
    }

    #[test]
    fn what_cannot_be_sent_is_no_answer() {
        for answer in [
            json!({ "statusCode": 99 }),
            json!({ "statusCode": "ok" }),
            json!({ "statusCode": 200, "body": { "a": 1 } }),
            json!({ "statusCode": 200, "headers": { "a": ["b"] } }),
            json!({ "statusCode": 200, "body": "?", "isBase64Encoded": true }),
        ] {
            assert_eq!(read(&answer), None, "{answer}");
        }
        assert!(interpret(b"no json").is_none());
    }
}
