//! HTTP APIs that CloudFormation makes, and what their clients and functions see.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use aws_sdk_cloudformation::types::{Capability, OnFailure};
use bytes::Bytes;
use http::{Method, Request, Response};
use reconcile_sandbox::{Door, Sandbox};
use serde_json::{Value, json};
use tokio::sync::oneshot;

use crate::deployed::{bootstrap, deploy, lines, new_function, variable};
use crate::door::send;
use crate::signed::told;
use crate::support::{REGION, cloudformation, sandbox};

/// A template of one API before the function `f`, which every route leads to.
pub(crate) fn template() -> Value {
    let arn = format!("arn:aws:lambda:{REGION}:000000000000:function:f");
    json!({
        "Resources": {
            "Api": { "Type": "AWS::ApiGatewayV2::Api", "Properties": {
                "Name": "api", "ProtocolType": "HTTP",
            }},
            "Integration": { "Type": "AWS::ApiGatewayV2::Integration", "Properties": {
                "ApiId": { "Ref": "Api" },
                "IntegrationType": "AWS_PROXY",
                "IntegrationUri": arn,
                "PayloadFormatVersion": "2.0",
            }},
            "Route": { "Type": "AWS::ApiGatewayV2::Route", "Properties": {
                "ApiId": { "Ref": "Api" },
                "RouteKey": "$default",
                "Target": { "Fn::Sub": "integrations/${Integration}" },
            }},
            "Stage": { "Type": "AWS::ApiGatewayV2::Stage", "Properties": {
                "ApiId": { "Ref": "Api" }, "StageName": "$default", "AutoDeploy": true,
            }},
            "Permission": { "Type": "AWS::Lambda::Permission", "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": "f",
                "Principal": "apigateway.amazonaws.com",
                "SourceArn": { "Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*" },
            }},
        },
        "Outputs": {
            "Api": { "Value": { "Ref": "Api" } },
            "Endpoint": { "Value": { "Fn::GetAtt": ["Api", "ApiEndpoint"] } },
            "Stage": { "Value": { "Ref": "Stage" } },
            "Route": { "Value": { "Ref": "Route" } },
            "Integration": { "Value": { "Ref": "Integration" } },
        },
    })
}

/// The same with another property; none where the value is null.
fn with(mut template: Value, resource: &str, property: &str, value: Value) -> Value {
    let properties = &mut template["Resources"][resource]["Properties"];
    if value.is_null() {
        properties.as_object_mut().expect("properties").remove(property);
    } else {
        properties[property] = value;
    }
    template
}

/// An API that is open.
pub(crate) struct Api {
    pub(crate) sandbox: Sandbox,
    outputs: Value,
}

impl Api {
    /// Makes the stack, with a function behind it.
    async fn make(template: &Value) -> Self {
        let sandbox = sandbox();
        deploy(&sandbox, "f").await;
        Self::before(sandbox, template).await
    }

    /// Makes the stack in a sandbox with a function.
    pub(crate) async fn before(sandbox: Sandbox, template: &Value) -> Self {
        let create = cloudformation(&sandbox).create_stack().stack_name("api");
        let create = create.template_body(template.to_string()).on_failure(OnFailure::DoNothing);
        create.capabilities(Capability::CapabilityIam).send().await.expect("is begun");
        sandbox.advance_clock(Duration::from_mins(30)).expect("is put forward");
        let describe = cloudformation(&sandbox).describe_stacks().stack_name("api").send().await;
        let described = describe.expect("is there");
        let stack = &described.stacks()[0];
        let status = stack.stack_status().expect("a status").as_str();
        assert_eq!(status, "CREATE_COMPLETE", "{:?}", stack.stack_status_reason());
        let outputs = stack.outputs().iter().map(|output| {
            let value = output.output_value().unwrap_or_default();
            (output.output_key().unwrap_or_default().to_owned(), json!(value))
        });
        let outputs = Value::Object(outputs.collect());
        Self { sandbox, outputs }
    }

    pub(crate) fn output(&self, name: &str) -> &str {
        self.outputs[name].as_str().unwrap_or_default()
    }

    fn host(&self) -> String {
        format!("{}.execute-api.{REGION}.localhost:4599", self.output("Api"))
    }

    fn request(&self, method: &str, path: &str) -> http::request::Builder {
        Request::builder().method(method).uri(path).header("host", self.host())
    }

    async fn answer(&self, request: http::request::Builder, body: &str) -> Response<Bytes> {
        let request = request.body(Bytes::from(body.to_owned())).expect("a request");
        self.sandbox.handle(request).await.expect("is answered")
    }

    /// Gets a path; status and body.
    pub(crate) async fn get(&self, path: &str) -> (u16, String) {
        told(&self.answer(self.request("GET", path), "").await)
    }

    /// Gets a path from a function that gives its event back.
    async fn event(&self, path: &str) -> Value {
        let (status, body) = self.get(path).await;
        assert_eq!(status, 200, "{body}");
        serde_json::from_str(&body).expect("is JSON")
    }

    /// Lets the function answer this.
    async fn answered(&self, answer: &Value) -> Response<Bytes> {
        let request = self.request("PUT", "/").header("content-type", "application/json");
        self.answer(request, &answer.to_string()).await
    }
}

fn message(text: &str) -> String {
    json!({ "message": text }).to_string()
}

#[tokio::test]
async fn references_and_attributes_are_those_of_aws() {
    let api = Api::make(&template()).await;
    let id = api.output("Api");
    assert_eq!(id.len(), 10);
    assert_eq!(api.output("Endpoint"), format!("https://{id}.execute-api.{REGION}.amazonaws.com"));
    assert_eq!(api.output("Stage"), "$default");
    assert_eq!((api.output("Route").len(), api.output("Integration").len()), (7, 7));
}

#[tokio::test]
async fn an_api_is_found_with_the_urls_of_its_stages() {
    let mut template = template();
    let mut dev = template["Resources"]["Stage"].clone();
    dev["Properties"]["StageName"] = json!("dev");
    template["Resources"]["Dev"] = dev;
    let api = Api::make(&template).await;
    let [live] = &*api.sandbox.http_apis().expect("can be read") else { panic!("not one API") };
    assert_eq!((live.name.as_str(), live.id.as_str()), ("api", api.output("Api")));
    let origin = format!("http://{}", api.host());
    let urls: Vec<_> = live.urls(4599).collect();
    assert_eq!(urls, [format!("{origin}/"), format!("{origin}/dev")]);
}

#[tokio::test]
async fn the_event_is_payload_format_2() {
    let stage = json!({ "table": "t" });
    let api = Api::make(&with(template(), "Stage", "StageVariables", stage)).await;
    let request = api
        .request("POST", "/my%20path?a=1&a=2&b=%20x")
        .header("cookie", "one=1; two=2")
        .header("content-type", "text/plain")
        .header("user-agent", "agent")
        .header("x-twice", "1")
        .header("x-twice", "2")
        .header("x-amzn-trace-id", "Root=1-6955b900-000000000000000000000000");
    let (status, body) = told(&api.answer(request, "hello").await);
    assert_eq!(status, 200, "{body}");
    let mut event: Value = serde_json::from_str(&body).expect("is JSON");
    let request_id = event["requestContext"]["requestId"].take();
    assert_eq!(request_id.as_str().map(str::len), Some(16));
    let (id, host) = (api.output("Api"), api.host());
    let expected = json!({
        "version": "2.0",
        "routeKey": "$default",
        "rawPath": "/my path",
        "rawQueryString": "a=1&a=2&b=%20x",
        "cookies": ["one=1", "two=2"],
        "headers": {
            "content-length": "5",
            "content-type": "text/plain",
            "host": host,
            "user-agent": "agent",
            "x-amzn-trace-id": "Root=1-6955b900-000000000000000000000000",
            "x-forwarded-for": "127.0.0.1",
            "x-forwarded-port": "443",
            "x-forwarded-proto": "https",
            "x-twice": "1,2",
        },
        "queryStringParameters": { "a": "1,2", "b": " x" },
        "requestContext": {
            "accountId": "000000000000",
            "apiId": id,
            "domainName": format!("{id}.execute-api.{REGION}.localhost"),
            "domainPrefix": id,
            "http": {
                "method": "POST",
                "path": "/my path",
                "protocol": "HTTP/1.1",
                "sourceIp": "127.0.0.1",
                "userAgent": "agent",
            },
            "requestId": null,
            "routeKey": "$default",
            "stage": "$default",
            "time": "01/Jan/2026:00:30:00 +0000",
            "timeEpoch": 1_767_227_400_000_i64,
        },
        "stageVariables": { "table": "t" },
        "body": "hello",
        "isBase64Encoded": false,
    });
    assert_eq!(event, expected);
}

#[tokio::test]
async fn bodies_that_are_not_text_are_encoded() {
    let api = Api::make(&template()).await;
    for (content_type, is_encoded) in [
        (Some("application/json; charset=utf-8"), false),
        (Some("text/csv"), false),
        (Some("application/x-www-form-urlencoded"), true),
        (Some("application/octet-stream"), true),
        (None, true),
    ] {
        let request = api.request("POST", "/");
        let request = match content_type {
            Some(content_type) => request.header("content-type", content_type),
            None => request,
        };
        let (_, event) = told(&api.answer(request, "{}").await);
        let event: Value = serde_json::from_str(&event).expect("is JSON");
        assert_eq!(event["isBase64Encoded"], json!(is_encoded), "{content_type:?}");
        assert_eq!(event["body"], if is_encoded { "e30=" } else { "{}" });
    }
}

#[tokio::test]
async fn routes_and_named_stages_are_told_by_the_path() {
    let mut template = with(template(), "Stage", "StageName", json!("dev"));
    let route = json!("GET /clinics/{clinic}/files/{path+}");
    template = with(template, "Route", "RouteKey", route);
    let api = Api::make(&template).await;
    let event = api.event("/dev/clinics/c%2D1/files/a/b").await;
    assert_eq!(event["rawPath"], "/dev/clinics/c-1/files/a/b");
    assert_eq!(event["pathParameters"], json!({ "clinic": "c-1", "path": "a/b" }));
    assert_eq!(event["requestContext"]["stage"], "dev");
    assert_eq!(event["requestContext"]["routeKey"], "GET /clinics/{clinic}/files/{path+}");
    let not_found = (404, message("Not Found"));
    for path in ["/clinics/c-1/files/a", "/dev", "/dev/clinics/c-1", "/prod/clinics/c-1/files/a"] {
        assert_eq!(api.get(path).await, not_found, "{path}");
    }
    let post = api.request("POST", "/dev/clinics/c-1/files/a");
    assert_eq!(told(&api.answer(post, "").await), not_found);
    let elsewhere =
        Request::builder().uri("/").header("host", "zzz.execute-api.eu-west-1.localhost");
    assert_eq!(told(&api.answer(elsewhere, "").await), not_found);
}

#[tokio::test]
async fn the_function_decides_on_the_answer() {
    let api = Api::make(&template()).await;
    let answer = json!({
        "statusCode": 201, "body": "aGk=", "isBase64Encoded": true,
        "cookies": ["a=1", "b=2"], "headers": { "Content-Type": "text/html" },
    });
    let response = api.answered(&answer).await;
    assert_eq!(told(&response), (201, "hi".to_owned()));
    assert_eq!(response.headers()["content-type"], "text/html");
    assert_eq!(response.headers().get_all("set-cookie").iter().count(), 2);
    assert_eq!(response.headers()["apigw-requestid"].len(), 16);

    let inferred = api.answered(&json!({ "ok": true })).await;
    assert_eq!(told(&inferred), (200, r#"{"ok":true}"#.to_owned()));
    assert_eq!(inferred.headers()["content-type"], "application/json");

    let error = (500, message("Internal Server Error"));
    assert_eq!(told(&api.answered(&json!({ "statusCode": 1 })).await), error);
    let failing = api.request("PUT", "/").header("content-type", "text/plain");
    assert_eq!(told(&api.answer(failing, "no JSON").await), error);
}

#[tokio::test]
async fn an_api_needs_the_functions_permission() {
    let error = (500, message("Internal Server Error"));
    let other = json!({ "Fn::Sub": "arn:aws:execute-api:${AWS::Region}:${AWS::AccountId}:${Api}/*/POST/*" });
    let template = with(template(), "Permission", "SourceArn", other);
    let api = Api::make(&with(template, "Route", "RouteKey", json!("ANY /a"))).await;
    assert_eq!(api.get("/a").await, error);
    assert_eq!(told(&api.answer(api.request("POST", "/a"), "").await).0, 200);
}

#[tokio::test]
async fn what_cannot_be_integrated_fails() {
    let error = (500, message("Internal Server Error"));
    let uri = format!("arn:aws:lambda:{REGION}:000000000000:function:g");
    for (property, value) in [
        ("IntegrationUri", json!(uri)),
        ("PayloadFormatVersion", json!("1.0")),
        ("IntegrationType", json!("HTTP_PROXY")),
    ] {
        let api = Api::make(&with(template(), "Integration", property, value)).await;
        assert_eq!(api.get("/").await, error, "{property}");
    }
}

#[tokio::test]
async fn a_function_that_is_late_is_not_waited_for() {
    let sandbox = sandbox();
    let function = new_function(&sandbox, "f", bootstrap()).environment(variable("INIT", "sleep"));
    function.send().await.expect("is made");
    let template = with(template(), "Integration", "TimeoutInMillis", json!(200));
    let api = Api::before(sandbox, &template).await;
    assert_eq!(api.get("/").await, (503, message("Service Unavailable")));
}

#[tokio::test]
async fn a_closed_endpoint_forbids() {
    let api = with(template(), "Api", "DisableExecuteApiEndpoint", json!(true));
    let api = Api::make(&api).await;
    assert_eq!(api.get("/").await, (403, message("Forbidden")));
}

#[tokio::test]
async fn routes_with_an_authorizer_let_nobody_in() {
    for (kind, expected) in [("AWS_IAM", (403, "Forbidden")), ("JWT", (401, "Unauthorized"))] {
        let api = Api::make(&with(template(), "Route", "AuthorizationType", json!(kind))).await;
        assert_eq!(api.get("/").await, (expected.0, message(expected.1)));
    }
}

#[tokio::test]
async fn too_many_requests_are_refused_until_time_has_passed() {
    let settings = json!({ "ThrottlingBurstLimit": 2, "ThrottlingRateLimit": 1 });
    let api = Api::make(&with(template(), "Stage", "DefaultRouteSettings", settings)).await;
    let too_many = (429, message("Too Many Requests"));
    let statuses = [api.get("/").await.0, api.get("/").await.0];
    assert_eq!(statuses, [200, 200]);
    assert_eq!(api.get("/").await, too_many);
    api.sandbox.advance_clock(Duration::from_secs(1)).expect("is put forward");
    assert_eq!(api.get("/").await.0, 200);
    assert_eq!(api.get("/").await, too_many);
}

#[tokio::test]
async fn too_long_bodies_are_refused() {
    let api = Api::make(&template()).await;
    let too_large = (413, message("Request Entity Too Large"));
    let post = api.request("POST", "/").header("content-type", "text/plain");
    assert_eq!(told(&api.answer(post, &"x".repeat(10 * 1024 * 1024 + 1)).await), too_large);
    // What API Gateway takes, Lambda may not.
    let post = api.request("POST", "/").header("content-type", "text/plain");
    assert_eq!(told(&api.answer(post, &"x".repeat(7 * 1024 * 1024)).await), too_large);
}

#[tokio::test]
async fn cross_origin_requests_are_answered_by_the_configuration() {
    let cors = json!({
        "AllowOrigins": ["https://example.jp"], "AllowMethods": ["GET", "PUT"],
        "AllowHeaders": ["authorization"], "ExposeHeaders": ["x-count"],
        "MaxAge": 300, "AllowCredentials": true,
    });
    let template = with(template(), "Api", "CorsConfiguration", cors);
    let api = Api::make(&with(template, "Route", "RouteKey", json!("PUT /"))).await;
    let preflight = |origin: &str| {
        let request = api.request("OPTIONS", "/anything").header("origin", origin);
        request.header("access-control-request-method", "PUT")
    };
    let allowed = api.answer(preflight("https://example.jp"), "").await;
    assert_eq!(told(&allowed), (204, String::new()));
    for (name, value) in [
        ("access-control-allow-origin", "https://example.jp"),
        ("access-control-allow-methods", "GET,PUT"),
        ("access-control-allow-headers", "authorization"),
        ("access-control-allow-credentials", "true"),
        ("access-control-max-age", "300"),
    ] {
        assert_eq!(allowed.headers()[name], value, "{name}");
    }
    let foreign = api.answer(preflight("https://example.com"), "").await;
    assert!(!foreign.headers().contains_key("access-control-allow-origin"));

    let answer = json!({ "statusCode": 200, "headers": { "access-control-allow-origin": "*" } });
    let request = api.request("PUT", "/").header("content-type", "application/json");
    let request = request.header("origin", "https://example.jp");
    let answered = api.answer(request, &answer.to_string()).await;
    assert_eq!(answered.headers()["access-control-allow-origin"], "https://example.jp");
    assert_eq!(answered.headers()["access-control-expose-headers"], "x-count");
    let answered = api.answered(&answer).await;
    assert!(!answered.headers().contains_key("access-control-allow-origin"));
}

#[tokio::test]
async fn every_request_is_a_line_of_the_access_log() {
    let format = "$context.requestId $context.httpMethod $context.path $context.routeKey $context.status $context.responseLength $context.integrationStatus $context.integration.status $context.error.message $context.identity.sourceIp $context.none";
    let mut template = template();
    template["Resources"]["Logs"] =
        json!({ "Type": "AWS::Logs::LogGroup", "Properties": { "LogGroupName": "/api" } });
    let destination = json!({ "Fn::GetAtt": ["Logs", "Arn"] });
    let settings = json!({ "DestinationArn": destination, "Format": format });
    let template = with(template, "Stage", "AccessLogSettings", settings);
    let api = Api::make(&with(template, "Route", "RouteKey", json!("PUT /"))).await;
    api.answered(&json!({ "statusCode": 201, "body": "hello" })).await;
    api.get("/other").await;
    let lines = lines(&api.sandbox, "/api").await;
    let lines: Vec<_> = lines.iter().filter_map(|line| line.split_once(' ')).collect();
    let lines: Vec<_> = lines.into_iter().map(|(_, rest)| rest).collect();
    assert_eq!(
        lines,
        [
            "PUT / PUT / 201 5 200 201 - 127.0.0.1 -",
            "GET /other - 404 23 - - Not Found 127.0.0.1 -"
        ]
    );
}

#[tokio::test]
async fn the_door_leads_to_apis_and_functions_back_to_it() {
    let api = Api::make(&template()).await;
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let door = Door::open(api.sandbox.clone(), address).await.expect("opens");
    let address = door.address();
    let (close, closed) = oneshot::channel();
    let serving = tokio::spawn(door.serve(async move { closed.await.unwrap_or_default() }));
    let get = api.request(Method::GET.as_str(), "/hello").body(Bytes::new()).expect("a request");
    let (status, event) = told(&send(address, get).await);
    assert_eq!(status, 200, "{event}");
    let event: Value = serde_json::from_str(&event).expect("is JSON");
    assert_eq!(event["rawPath"], "/hello");
    let seen = crate::deployed::invoke(&api.sandbox, "f", &json!({ "do": "variables" })).await;
    assert_eq!(seen.payload["AWS_ENDPOINT_URL"], format!("http://{address}"));
    close.send(()).expect("is open");
    serving.await.expect("ends");
}
