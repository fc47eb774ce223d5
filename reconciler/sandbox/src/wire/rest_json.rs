//! The restJson1 protocol: the operation in method and path, parameters in path, query, headers and body.

use bytes::Bytes;
use http::Request;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use super::json;
use crate::error::AwsError;

/// The header of an error's code.
pub(super) const ERROR_TYPE: &str = "x-amzn-errortype";

/// What a service fills in.
#[derive(Debug)]
pub(crate) struct Api {
    pub(crate) routes: &'static [Route],
    /// The body of an error, whose members differ from service to service.
    pub(crate) failure: fn(&AwsError) -> Value,
}

/// An operation and where it is called.
#[derive(Debug)]
pub(crate) struct Route {
    pub(crate) operation: &'static str,
    pub(crate) method: &'static str,
    /// `/signing-profiles/{profileName}`: a part in braces is the parameter of that name.
    pub(crate) path: &'static str,
    /// The status of a success; 204 has no body.
    pub(crate) status: u16,
    /// Parameters that are headers, by the header's name.
    pub(crate) headers: &'static [(&'static str, &'static str)],
    pub(crate) body: Body,
}

/// What the body of a request is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Body {
    /// A JSON object whose members are parameters.
    Members,
    /// Something of the caller's own, which is not read here.
    Payload,
}

impl Route {
    /// An operation all of whose parameters are in path, query and body.
    pub(crate) const fn new(
        operation: &'static str,
        method: &'static str,
        path: &'static str,
        status: u16,
    ) -> Self {
        Self { operation, method, path, status, headers: &[], body: Body::Members }
    }

    /// The parameters in a path that is this route's.
    fn labels(&self, path: &str) -> Option<Vec<(&'static str, String)>> {
        let mut given = path.trim_end_matches('/').split('/');
        let mut labels = Vec::new();
        for part in self.path.split('/') {
            let given = given.next()?;
            match part.strip_prefix('{').and_then(|part| part.strip_suffix('}')) {
                Some(_) if given.is_empty() => return None,
                Some(name) => {
                    labels.push((name, percent_decode_str(given).decode_utf8_lossy().into_owned()));
                }
                None if part == given => {}
                None => return None,
            }
        }
        given.next().is_none().then_some(labels)
    }
}

impl Api {
    /// The operation and its parameters.
    pub(super) fn decode(&self, request: &Request<Bytes>) -> Result<(String, Value), AwsError> {
        let uri = request.uri();
        let found = self.routes.iter().find_map(|route| {
            let is_method = route.method == request.method().as_str();
            is_method.then(|| route.labels(uri.path())).flatten().map(|labels| (route, labels))
        });
        let Some((route, labels)) = found else {
            return Err(AwsError { status: 404, ..AwsError::new("UnknownOperationException", "") });
        };
        let mut parameters = match route.body {
            Body::Members => members(request)?,
            Body::Payload => Map::new(),
        };
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            add(&mut parameters, &name, value.into_owned());
        }
        for (header, name) in route.headers {
            let value = request.headers().get(*header).and_then(|value| value.to_str().ok());
            if let Some(value) = value {
                add(&mut parameters, name, value.to_owned());
            }
        }
        for (name, value) in labels {
            parameters.insert(name.to_owned(), Value::String(value));
        }
        Ok((route.operation.to_owned(), Value::Object(parameters)))
    }

    /// The status and the body of a success.
    pub(super) fn success(&self, operation: &str, result: &Value) -> (u16, String) {
        let route = self.routes.iter().find(|route| route.operation == operation);
        match route.map_or(200, |route| route.status) {
            204 => (204, String::new()),
            status => (status, json::success(result)),
        }
    }

    /// The body of an error; its code is in a header.
    pub(super) fn failure(&self, error: &AwsError) -> String {
        (self.failure)(error).to_string()
    }
}

/// The members of the body.
fn members(request: &Request<Bytes>) -> Result<Map<String, Value>, AwsError> {
    if request.body().is_empty() {
        return Ok(Map::new());
    }
    match serde_json::from_slice(request.body()) {
        Ok(Value::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(AwsError::new("SerializationException", "")),
    }
}

/// Adds a parameter of the query; one that is given again is a list.
fn add(parameters: &mut Map<String, Value>, name: &str, value: String) {
    let value = Value::String(value);
    match parameters.get_mut(name) {
        None => drop(parameters.insert(name.to_owned(), value)),
        Some(Value::Array(items)) => items.push(value),
        Some(earlier) => *earlier = Value::Array(vec![earlier.take(), value]),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const API: Api = Api {
        routes: &[
            Route::new("List", "GET", "/v1/things", 200),
            Route::new("Get", "GET", "/v1/things/{Name}", 200),
            Route::new("Put", "PUT", "/v1/things/{Name}", 200),
            Route {
                operation: "Call",
                method: "POST",
                path: "/v1/things/{Name}/calls",
                status: 204,
                headers: &[("x-kind", "Kind")],
                body: Body::Payload,
            },
        ],
        failure: |error| json!({ "message": error.message }),
    };

    fn decoded(method: &str, uri: &str, body: &'static str) -> Result<(String, Value), AwsError> {
        API.decode(&request(method, uri, body))
    }

    fn request(method: &str, uri: &str, body: &'static str) -> Request<Bytes> {
        let request = Request::builder().method(method).uri(uri).header("x-kind", "dry");
        request.body(Bytes::from_static(body.as_bytes())).expect("is a request")
    }

    #[test]
    fn an_operation_is_found_by_method_and_path() {
        let found = |method, uri| decoded(method, uri, "").map(|(operation, _)| operation);
        assert_eq!(found("GET", "/v1/things/"), Ok("List".to_owned()));
        assert_eq!(found("GET", "/v1/things/a"), Ok("Get".to_owned()));
        for (method, uri) in [("POST", "/v1/things"), ("GET", "/v1/things/a/b"), ("GET", "/v1")] {
            assert_eq!(found(method, uri).map_err(|error| error.status), Err(404), "{uri}");
        }
    }

    #[test]
    fn parameters_come_from_everywhere() {
        let uri = "/v1/things/a%2Fb?keys=1&keys=2&one=x";
        let (_, put) = decoded("PUT", uri, r#"{"Size":3}"#).expect("is decoded");
        assert_eq!(put, json!({ "Size": 3, "keys": ["1", "2"], "one": "x", "Name": "a/b" }));
        let (_, call) = decoded("POST", "/v1/things/a/calls", r#"{"Name":3}"#).expect("is decoded");
        assert_eq!(call, json!({ "Kind": "dry", "Name": "a" }));
        assert_eq!(API.success("Call", &Value::Null), (204, String::new()));
    }

    #[test]
    fn a_body_that_is_no_json_is_refused() {
        let refused = decoded("PUT", "/v1/things/a", "{").map_err(|error| error.code);
        assert_eq!(refused, Err("SerializationException".to_owned()));
    }
}
