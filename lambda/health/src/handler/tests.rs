use std::time::Duration;

use gateway::{Event, Reply};
use serde_json::{Value, json};

use super::{Circumstances, answer};
use crate::status::Settings;

/// A request as API Gateway hands it over.
fn event(method: &str, raw_path: &str) -> Event {
    let event = json!({
        "version": "2.0",
        "routeKey": "GET /health",
        "rawPath": raw_path,
        "rawQueryString": "",
        "headers": { "host": "p00qrldi58.execute-api.ap-northeast-1.amazonaws.com" },
        "requestContext": {
            "accountId": "111122223333",
            "apiId": "p00qrldi58",
            "domainName": "p00qrldi58.execute-api.ap-northeast-1.amazonaws.com",
            "http": {
                "method": method,
                "path": raw_path,
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "curl/8.5.0"
            },
            "requestId": "JKJaXmPLvHcESHA=",
            "routeKey": "GET /health",
            "stage": "v1",
            "time": "23/Jan/2026:10:16:31 +0000",
            "timeEpoch": 1_769_163_391_000_u64
        },
        "isBase64Encoded": false
    });
    serde_json::from_value(event).expect("is an event")
}

fn asked(method: &str, raw_path: &str, environment: &[(&str, &str)]) -> Reply {
    let variable = |name: &str| {
        let found = environment.iter().find(|(key, _)| *key == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    let now = Circumstances {
        unix_seconds: 1_769_163_391,
        uptime: Duration::from_millis(61_900),
        is_cold: false,
        trace: Some("Root=1-5759e988-bd862e3fe1be46a994272793;Sampled=1"),
    };
    answer(&Settings::read(variable), &event(method, raw_path), &now)
}

fn body(reply: &Reply) -> Value {
    serde_json::from_str(&reply.body).expect("is JSON")
}

#[test]
fn health_says_when_and_to_whom() {
    let reply = asked("GET", "/v1/health", &[]);
    assert_eq!(reply.status_code, 200);
    assert_eq!(reply.headers["content-type"], "application/json");
    let expected = r#"{"ok":true,"ts":1769163391,"requestId":"JKJaXmPLvHcESHA=","sourceIp":"192.0.2.1","path":"/v1/health"}"#;
    assert_eq!(reply.body, expected);
}

#[test]
fn status_shows_the_deployment() {
    let environment = [
        ("AWS_LAMBDA_FUNCTION_NAME", "secure-lambda"),
        ("AWS_LAMBDA_FUNCTION_VERSION", "7"),
        ("AWS_LAMBDA_LOG_LEVEL", "INFO"),
        ("AWS_REGION", "ap-northeast-1"),
        ("CODE_SIGNING_POLICY", "Enforce"),
        ("COMMIT", "1f0c2d3"),
    ];
    let reply = asked("GET", "/v1/status", &environment);
    assert_eq!(reply.status_code, 200);
    let expected = json!({
        "version": env!("CARGO_PKG_VERSION"),
        "functionVersion": "7",
        "commit": "1f0c2d3",
        "coldStart": false,
        "uptimeSeconds": 61,
        "configuration": {
            "complete": true,
            "variables": {
                "AWS_LAMBDA_FUNCTION_NAME": true,
                "AWS_LAMBDA_FUNCTION_VERSION": true,
                "AWS_REGION": true,
                "COMMIT": true,
                "CODE_SIGNING_POLICY": true,
            },
            "tracing": true,
            "logLevel": "INFO",
            "codeSigning": "Enforce",
        },
    });
    assert_eq!(body(&reply), expected);
}

#[test]
fn status_tells_what_is_missing_and_no_secret() {
    let environment = [("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI"), ("COMMIT", "")];
    let reply = asked("GET", "/v1/status", &environment);
    assert!(!reply.body.contains("wJalrXUtnFEMI"));
    let configuration = &body(&reply)["configuration"];
    assert_eq!(configuration["complete"], false);
    assert_eq!(configuration["variables"]["COMMIT"], false);
    assert_eq!(configuration["codeSigning"], Value::Null);
}

#[test]
fn other_routes_and_methods_are_problems() {
    for path in ["/v1", "/v1/", "/v1/health/", "/v1/Health", "/v1/healthy", "/", "/v1/health/x"] {
        let reply = asked("GET", path, &[]);
        assert_eq!(reply.status_code, 404, "{path}");
        assert_eq!(reply.headers["content-type"], "application/problem+json");
        assert_eq!(body(&reply)["reason"], "not-found");
    }
    for method in ["POST", "PUT", "DELETE", "HEAD", "get", ""] {
        let reply = asked(method, "/v1/health", &[]);
        assert_eq!(reply.status_code, 405, "{method}");
        assert_eq!(reply.headers["allow"], "GET");
        assert_eq!(body(&reply)["requestId"], "JKJaXmPLvHcESHA=");
    }
}
