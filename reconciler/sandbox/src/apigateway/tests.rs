//! Entrances that other doors make: with a client's certificate.

use bytes::Bytes;
use http::{Request, Response};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::access_log::{self, Outcome};
use super::address::{Address, Astray, Entrance};
use super::visit::{ClientCertificate, Visit};
use super::{event, routing};
use crate::resources::{self, Origin};
use crate::world::World;

const REGION: &str = "ap-northeast-1";

fn create(world: &mut World, type_name: &str, properties: &Value) -> String {
    let origin = Origin {
        region: REGION,
        stack_name: "api",
        stack_id: "api",
        logical_id: type_name,
        predecessor: None,
        at: Timestamp::UNIX_EPOCH,
    };
    let properties: Map<_, _> = properties.as_object().cloned().expect("an object");
    let key = resources::create(world, origin, type_name, properties).expect("is made");
    resources::reference(world.resources.get(&key).expect("is there"))
}

/// A request that comes in by an API of one route and one stage.
fn enter(world: &mut World, path: &str) -> (Request<Bytes>, Result<Entrance, Astray>) {
    let api =
        create(world, "AWS::ApiGatewayV2::Api", &json!({ "Name": "a", "ProtocolType": "HTTP" }));
    create(world, "AWS::ApiGatewayV2::Stage", &json!({ "ApiId": api, "StageName": "$default" }));
    create(world, "AWS::ApiGatewayV2::Route", &json!({ "ApiId": api, "RouteKey": "GET /v1/me" }));
    let host = format!("{api}.execute-api.{REGION}.amazonaws.com");
    let request = Request::builder().uri(path).header("host", host);
    let request = request.body(Bytes::new()).expect("a request");
    let address = Address::of(&request).expect("is an API's");
    let entrance = address.enter(world, path);
    (request, entrance)
}

fn certificate() -> ClientCertificate {
    ClientCertificate {
        pem: "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n".to_owned(),
        subject: "CN=clinic-0001-pc01".to_owned(),
        issuer: "CN=Clinic CA".to_owned(),
        serial_number: "0a:1b".to_owned(),
        not_before: "Jan 01 00:00:00 2026 GMT".to_owned(),
        not_after: "Apr 01 00:00:00 2026 GMT".to_owned(),
    }
}

#[test]
fn the_function_and_the_log_are_told_of_the_certificate() {
    let mut world = World::default();
    let (request, entrance) = enter(&mut world, "/v1/me");
    let entrance = entrance.expect("gets in");
    let routes = entrance.api.routes(&world);
    let entrance = Entrance { certificate: Some(certificate()), ..entrance };
    let visit = Visit::of(&mut world, entrance, request, Timestamp::UNIX_EPOCH);
    let taken = routing::choose(routes, &visit.method, "/v1/me").expect("a route");
    let event = event::event(&visit, &taken);
    assert_eq!(
        event["requestContext"]["authentication"]["clientCert"],
        json!({
            "clientCertPem": certificate().pem,
            "subjectDN": "CN=clinic-0001-pc01",
            "issuerDN": "CN=Clinic CA",
            "serialNumber": "0a:1b",
            "validity": {
                "notBefore": "Jan 01 00:00:00 2026 GMT",
                "notAfter": "Apr 01 00:00:00 2026 GMT",
            },
        })
    );
    let format = r#"{"cn":"$context.identity.clientCert.subjectDN","until":"$context.identity.clientCert.validity.notAfter","route":"$context.routeKey"}"#;
    let line = access_log::line(format, &visit, &Outcome::default(), &Response::default());
    let expected = r#"{"cn":"CN=clinic-0001-pc01","until":"Apr 01 00:00:00 2026 GMT","route":"-"}"#;
    assert_eq!(line.as_deref(), Some(expected));
}

#[test]
fn without_a_certificate_there_is_no_authentication() {
    let mut world = World::default();
    let (request, entrance) = enter(&mut world, "/v1/me");
    let entrance = entrance.expect("gets in");
    let routes = entrance.api.routes(&world);
    let visit = Visit::of(&mut world, entrance, request, Timestamp::UNIX_EPOCH);
    let taken = routing::choose(routes, &visit.method, "/v1/me").expect("a route");
    assert_eq!(event::event(&visit, &taken)["requestContext"]["authentication"], Value::Null);
}
