use serde_json::json;

use super::*;

fn event(raw_path: &str, stage: &str) -> Event {
    let event = json!({ "rawPath": raw_path, "requestContext": { "stage": stage } });
    serde_json::from_value(event).expect("is an event")
}

#[test]
fn a_stage_is_no_part_of_the_path() {
    for (raw_path, stage, path) in [
        ("/v1/health", "v1", "/health"),
        ("/health", "$default", "/health"),
        ("/v1", "v1", "/"),
        ("/v1/", "v1", "/"),
        ("/v1/v1/uploads", "v1", "/v1/uploads"),
        ("/v10/health", "v1", "/v10/health"),
        ("/health", "v1", "/health"),
        ("/v1/health", "", "/v1/health"),
        ("", "v1", ""),
    ] {
        assert_eq!(event(raw_path, stage).path(), path, "{raw_path} of stage {stage}");
    }
}

#[test]
fn a_body_may_be_in_base64() {
    let body = |body: &str, is_base64_encoded| Event {
        body: Some(body.to_owned()),
        is_base64_encoded,
        ..Event::default()
    };
    assert_eq!(body("e30=", true).body().as_deref(), Some(b"{}".as_slice()));
    assert_eq!(body("e30=", false).body().as_deref(), Some(b"e30=".as_slice()));
    assert_eq!(body("{}", true).body(), None);
    assert_eq!(Event::default().body().as_deref(), Some(b"".as_slice()));
}

#[test]
fn a_query_is_decoded_in_order() {
    let event = Event { raw_query_string: "a=%E3%81%82+b&c&a=2".to_owned(), ..Event::default() };
    let query: Vec<_> = event.query().collect();
    let expected = [("a", "あ b"), ("c", ""), ("a", "2")];
    assert_eq!(query, expected.map(|(name, value)| (name.into(), value.into())));
}

#[test]
fn a_problem_is_a_document() {
    let problem = Problem::new(403, "serial-not-allowed", "it was replaced").with("serial", "0a");
    let reply = problem.reply("request");
    assert_eq!(reply.status_code, 403);
    assert_eq!(reply.headers["content-type"], "application/problem+json");
    let document: serde_json::Value = serde_json::from_str(&reply.body).expect("is JSON");
    let expected = json!({
        "type": "about:blank", "title": "Forbidden", "status": 403, "reason": "serial-not-allowed",
        "detail": "it was replaced", "requestId": "request", "serial": "0a",
    });
    assert_eq!(document, expected);
}

#[test]
fn an_answer_has_the_gateways_shape() {
    let reply = serde_json::to_value(Reply::json(200, &json!({}))).expect("is JSON");
    let expected = json!({
        "statusCode": 200,
        "headers": { "cache-control": "no-store", "content-type": "application/json" },
        "body": "{}",
    });
    assert_eq!(reply, expected);
}
