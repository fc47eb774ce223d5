//! Who is nobody here. Each denial has its status, its reason, and no call to S3 that it does not need.

use jiff::Timestamp;
use rcgen::DnType;
use serde_json::{Value, json};

use super::{
    Api, SERIAL, TERMINAL, certificate, event, now, pem, problem, registration, registration_with,
    seconds,
};
use crate::storage::StorageError;

const CN: DnType = DnType::CommonName;

/// What the API says to somebody with this certificate.
async fn told(api: &Api, pem: Option<&str>) -> (u16, String) {
    let answer = api.answer(&event("GET", "/v1/me", "", None, pem)).await;
    problem(&answer.reply)
}

async fn told_at(api: &Api, time: Timestamp) -> (u16, String) {
    let answer = api.answer_at(&event("GET", "/v1/me", "", None, Some(&pem())), time).await;
    problem(&answer.reply)
}

fn is(status: u16, reason: &str) -> (u16, String) {
    (status, reason.to_owned())
}

#[tokio::test]
async fn the_terminal_on_record_is_admitted() {
    let api = Api::new();
    let reply = api.ask("GET", "/v1/me", "").await;
    assert_eq!(reply.status_code, 200, "{}", reply.body);
}

#[tokio::test]
async fn nobody_is_asked_for_without_a_certificate() {
    let api = Api::new();
    assert_eq!(told(&api, None).await, is(401, "certificate-missing"));
    let mut event = event("GET", "/v1/me", "", None, None);
    event.request_context.authentication = Some(gateway::Authentication::default());
    let answer = api.answer(&event).await;
    assert_eq!(problem(&answer.reply), is(401, "certificate-missing"));
    assert_eq!(api.shelf.calls(), [""; 0]);
}

#[tokio::test]
async fn a_certificate_has_to_be_one() {
    let api = Api::new();
    let pem = pem();
    let labelled = pem.replace("CERTIFICATE", "PRIVATE KEY");
    let cut = pem.lines().take(4).chain(["-----END CERTIFICATE-----"]).collect::<Vec<_>>();
    let two = format!("{pem}{pem}");
    for wrong in ["", "CN=clinic-0001-pc01", &labelled, &cut.join("\n"), &two] {
        assert_eq!(told(&api, Some(wrong)).await, is(401, "certificate-unreadable"), "{wrong}");
    }
    assert_eq!(api.shelf.calls(), [""; 0]);
}

#[tokio::test]
async fn a_certificate_has_one_common_name() {
    let api = Api::new();
    let again = DnType::CustomDnType(vec![2, 5, 4, 3]);
    for subject in [
        vec![],
        vec![(DnType::OrganizationName, TERMINAL)],
        vec![(CN, TERMINAL), (again.clone(), "clinic-0002-pc01")],
        vec![(CN, TERMINAL), (again, TERMINAL)],
    ] {
        let pem = certificate(&subject, &SERIAL, (2026, 2027));
        let expected = is(403, "common-name-not-single");
        assert_eq!(told(&api, Some(&pem)).await, expected, "{subject:?}");
    }
    for name in ["", "../clinic-0001-pc01", "clinic-0001/pc01", "clinic 0001", "クリニック"] {
        let pem = certificate(&[(CN, name)], &SERIAL, (2026, 2027));
        assert_eq!(told(&api, Some(&pem)).await, is(403, "common-name-invalid"), "{name}");
    }
    assert_eq!(api.shelf.calls(), [""; 0]);
}

#[tokio::test]
async fn other_attributes_of_the_subject_do_not_matter() {
    let subject =
        [(DnType::CountryName, "JP"), (DnType::OrganizationName, "clinic-0002"), (CN, TERMINAL)];
    let pem = certificate(&subject, &SERIAL, (2026, 2027));
    let answer = Api::new().answer(&event("GET", "/v1/me", "", None, Some(&pem))).await;
    assert_eq!(answer.reply.status_code, 200);
}

#[tokio::test]
async fn a_certificate_has_its_time() {
    let api = Api::new();
    let at = |time: &str| time.parse::<Timestamp>().expect("a time");
    let early = told_at(&api, at("2025-12-31T23:59:59Z")).await;
    assert_eq!(early, is(403, "certificate-not-valid-yet"));
    let late = told_at(&api, at("2027-01-01T00:00:01Z")).await;
    assert_eq!(late, is(403, "certificate-expired"));
    assert_eq!(api.shelf.calls(), [""; 0]);
}

#[tokio::test]
async fn a_terminal_has_to_be_registered_in_this_spelling() {
    let api = Api::new();
    for name in ["clinic-0001-pc02", "Clinic-0001-PC01", "CLINIC-0001-PC01"] {
        let pem = certificate(&[(CN, name)], &SERIAL, (2026, 2027));
        assert_eq!(told(&api, Some(&pem)).await, is(403, "terminal-not-registered"), "{name}");
        let read = format!("read registry/registry/{name}.json unless None");
        assert_eq!(api.shelf.calls(), [read]);
    }
}

#[tokio::test]
async fn a_terminal_has_to_be_enrolled() {
    for (state, reason) in [("suspended", "terminal-suspended"), ("revoked", "terminal-revoked")] {
        let api = Api::on_record(&registration_with("state", state.into()));
        assert_eq!(told(&api, Some(&pem())).await, is(403, reason));
    }
}

#[tokio::test]
async fn a_serial_number_has_to_be_allowed() {
    let api = Api::new();
    let other = certificate(&[(CN, TERMINAL)], &[0x77, 0x1a, 0x0d], (2026, 2027));
    assert_eq!(told(&api, Some(&other)).await, is(403, "serial-not-allowed"));
    let none = Api::on_record(&registration_with("serials", json!([])));
    assert_eq!(told(&none, Some(&pem())).await, is(403, "serial-not-allowed"));
    // The certificate would be valid until the end of the year; it was replaced.
    let end = "2026-06-01T00:00:00Z".parse::<Timestamp>().expect("a time");
    assert_eq!(told_at(&api, end + seconds(1)).await, is(403, "serial-not-allowed"));
    let event = event("GET", "/v1/me", "", None, Some(&pem()));
    assert_eq!(api.answer_at(&event, end).await.reply.status_code, 200);
}

#[tokio::test]
async fn a_registry_that_cannot_be_read_denies() {
    let api = Api::new();
    api.shelf.fail(Some(StorageError::Failed("AccessDenied".to_owned())));
    assert_eq!(told(&api, Some(&pem())).await, is(503, "registry-unreadable"));
}

#[tokio::test]
async fn a_registry_that_is_not_understood_denies() {
    let without = |member: &str| {
        let mut document = registration();
        document.as_object_mut().expect("an object").remove(member);
        document.to_string()
    };
    let with = |member: &str, value: Value| registration_with(member, value);
    for document in [
        String::new(),
        "null".to_owned(),
        "[]".to_owned(),
        registration().to_string().replace('}', ""),
        without("state"),
        without("prefix"),
        with("state", "active".into()),
        with("prefix", "".into()),
        with("prefix", "terminals/../".into()),
        with("readOnly", true.into()),
        // Another terminal's document under this one's key.
        with("terminal", "clinic-0001-pc02".into()),
        with("terminal", "Clinic-0001-PC01".into()),
    ] {
        let api = Api::on_record(&document);
        assert_eq!(told(&api, Some(&pem())).await, is(500, "registry-malformed"), "{document}");
    }
}

#[tokio::test]
async fn strangers_do_not_learn_which_routes_there_are() {
    let api = Api::new();
    for (method, path) in
        [("GET", "/"), ("POST", "/v1/uploads"), ("PATCH", "/v1/me"), ("GET", "/v2")]
    {
        let answer = api.answer_at(&event(method, path, "", None, None), now()).await;
        assert_eq!(problem(&answer.reply), is(401, "certificate-missing"));
    }
    for (method, path, status, reason) in [
        ("GET", "/", 404, "route-unknown"),
        ("GET", "/v1/me/", 404, "route-unknown"),
        ("GET", "/v1/ME", 404, "route-unknown"),
        ("GET", "/v1/uploads/../me", 404, "route-unknown"),
        ("PATCH", "/v1/me", 405, "method-not-allowed"),
        ("PUT", "/v1/uploads", 405, "method-not-allowed"),
        ("GET", "/v1/uploads/id", 405, "method-not-allowed"),
    ] {
        assert_eq!(
            problem(&api.ask(method, path, "").await),
            is(status, reason),
            "{method} {path}"
        );
    }
}
