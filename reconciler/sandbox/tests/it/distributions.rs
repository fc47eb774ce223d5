//! CloudFront before an HTTP API: who may pass, what the origin is told, and what is given again.

use std::time::Duration;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use crate::deployed::deploy;
use crate::http_apis::{Api, template};
use crate::signed::told;
use crate::support::{REGION, sandbox};

/// An API that one origin may call from a browser, with a distribution before its stage `v1`.
fn with_distribution() -> Value {
    let mut template = template();
    let resources = &mut template["Resources"];
    resources["Stage"]["Properties"]["StageName"] = json!("v1");
    resources["Api"]["Properties"]["CorsConfiguration"] =
        json!({ "AllowOrigins": ["https://www.example.jp"], "AllowMethods": ["GET"] });
    resources["Cache"] = json!({ "Type": "AWS::CloudFront::CachePolicy", "Properties": {
        "CachePolicyConfig": {
            "Name": "cache", "MinTTL": 0, "DefaultTTL": 5, "MaxTTL": 60,
            "ParametersInCacheKeyAndForwardedToOrigin": {
                "EnableAcceptEncodingGzip": true,
                "CookiesConfig": { "CookieBehavior": "none" },
                "HeadersConfig": { "HeaderBehavior": "whitelist", "Headers": ["origin"] },
                "QueryStringsConfig": { "QueryStringBehavior": "none" },
            },
        },
    }});
    resources["Onward"] = json!({ "Type": "AWS::CloudFront::OriginRequestPolicy", "Properties": {
        "OriginRequestPolicyConfig": {
            "Name": "onward",
            "CookiesConfig": { "CookieBehavior": "none" },
            "HeadersConfig": {
                "HeaderBehavior": "whitelist", "Headers": ["origin", "access-control-request-method"],
            },
            "QueryStringsConfig": { "QueryStringBehavior": "whitelist", "QueryStrings": ["page"] },
        },
    }});
    resources["Headers"] = json!({ "Type": "AWS::CloudFront::ResponseHeadersPolicy", "Properties": {
        "ResponseHeadersPolicyConfig": { "Name": "headers", "SecurityHeadersConfig": {
            "StrictTransportSecurity": {
                "AccessControlMaxAgeSec": 63_072_000, "IncludeSubdomains": true, "Override": true,
            },
        }},
    }});
    let behavior = |protocol: &str| {
        json!({
            "TargetOriginId": "api",
            "ViewerProtocolPolicy": protocol,
            "AllowedMethods": ["GET", "HEAD", "OPTIONS"],
            "CachePolicyId": { "Ref": "Cache" },
            "OriginRequestPolicyId": { "Ref": "Onward" },
            "ResponseHeadersPolicyId": { "Ref": "Headers" },
        })
    };
    let (mut strict, mut polite) = (behavior("https-only"), behavior("redirect-to-https"));
    strict["PathPattern"] = json!("/strict/*");
    polite["PathPattern"] = json!("polite*");
    resources["Distribution"] = json!({ "Type": "AWS::CloudFront::Distribution", "Properties": {
        "DistributionConfig": {
            "Enabled": true,
            "Aliases": ["www.example.jp"],
            "Origins": [{
                "Id": "api",
                "DomainName": { "Fn::Sub": "${Api}.execute-api.${AWS::Region}.amazonaws.com" },
                "OriginPath": "/v1",
                "CustomOriginConfig": { "OriginProtocolPolicy": "https-only" },
            }],
            "CacheBehaviors": [strict, polite],
            "DefaultCacheBehavior": behavior("allow-all"),
        },
    }});
    template["Outputs"]["Edge"] =
        json!({ "Value": { "Fn::GetAtt": ["Distribution", "DomainName"] } });
    template
}

async fn open() -> Api {
    let sandbox = sandbox();
    deploy(&sandbox, "f").await;
    Api::before(sandbox, &with_distribution()).await
}

fn asking(api: &Api, method: &str, path: &str) -> http::request::Builder {
    let host = api.output("Edge").replace(".net", ".localhost:4599");
    Request::builder().method(method).uri(path).header("host", host)
}

async fn answer(api: &Api, request: http::request::Builder) -> Response<Bytes> {
    let request = request.body(Bytes::new()).expect("a request");
    api.sandbox.handle(request).await.expect("is answered")
}

fn header<'a>(response: &'a Response<Bytes>, name: &str) -> &'a str {
    response.headers().get(name).map_or("", |value| value.to_str().expect("is text"))
}

#[tokio::test]
async fn an_origin_is_told_what_the_policies_let_through() {
    let api = open().await;
    let request = asking(&api, "GET", "/health?page=2&utm=x")
        .header("cookie", "session=1")
        .header("user-agent", "browser")
        .header("x-own", "1")
        .header("accept-encoding", "gzip, deflate, br");
    let response = answer(&api, request).await;
    let (status, body) = told(&response);
    assert_eq!((status, header(&response, "x-cache")), (200, "Miss from cloudfront"), "{body}");
    let hsts = header(&response, "strict-transport-security");
    assert_eq!(hsts, "max-age=63072000; includeSubDomains");
    let event: Value = serde_json::from_str(&body).expect("is JSON");
    let host = format!("{}.execute-api.{REGION}.amazonaws.com", api.output("Api"));
    let via = format!("1.1 {} (CloudFront)", api.output("Edge"));
    for (at, expected) in [
        ("/rawPath", json!("/v1/health")),
        ("/rawQueryString", json!("page=2")),
        ("/cookies", Value::Null),
        ("/headers/host", json!(host)),
        ("/headers/user-agent", json!("Amazon CloudFront")),
        ("/headers/via", json!(via)),
        ("/headers/accept-encoding", json!("br,gzip")),
        ("/headers/x-own", Value::Null),
        ("/headers/x-forwarded-for", json!("127.0.0.1")),
    ] {
        assert_eq!(event.pointer(at).unwrap_or(&Value::Null), &expected, "{at} of {event}");
    }
}

#[tokio::test]
async fn an_answer_is_given_again_while_it_is_fresh() {
    let api = open().await;
    let get = async |path: &str| {
        let response = answer(&api, asking(&api, "GET", path)).await;
        (told(&response).1, header(&response, "x-cache").to_owned())
    };
    let (first, state) = get("/status").await;
    assert_eq!(state, "Miss from cloudfront");
    // A query that is not in the key makes no other answer.
    assert_eq!(get("/status?bust=1").await, (first.clone(), "Hit from cloudfront".to_owned()));
    let other =
        answer(&api, asking(&api, "GET", "/status").header("origin", "https://a.example")).await;
    assert_eq!(header(&other, "x-cache"), "Miss from cloudfront");
    api.sandbox.advance_clock(Duration::from_secs(6)).expect("is put forward");
    let (again, state) = get("/status").await;
    assert_eq!(state, "Miss from cloudfront");
    assert_ne!(first, again, "the function was asked again");
}

#[tokio::test]
async fn who_may_not_pass_is_told_by_the_edge() {
    let api = open().await;
    let status = async |method: &str, path: &str| {
        let response = answer(&api, asking(&api, method, path)).await;
        (response.status().as_u16(), header(&response, "location").to_owned())
    };
    assert_eq!(status("GET", "/strict/health").await.0, 403);
    let location =
        format!("https://{}/polite?a=1", api.output("Edge").replace(".net", ".localhost"));
    assert_eq!(status("GET", "/polite?a=1").await, (301, location));
    assert_eq!(status("DELETE", "/health").await.0, 403);
    let unknown = Request::builder().uri("/").header("host", "dnobody.cloudfront.localhost:4599");
    assert_ne!(answer(&api, unknown).await.status(), 200);
}

#[tokio::test]
async fn a_preflight_reaches_the_api() {
    let api = open().await;
    let preflight = |origin: &str| {
        asking(&api, "OPTIONS", "/health")
            .header("origin", origin)
            .header("access-control-request-method", "GET")
    };
    let allowed = answer(&api, preflight("https://www.example.jp")).await;
    assert_eq!(allowed.status(), 204);
    assert_eq!(header(&allowed, "access-control-allow-origin"), "https://www.example.jp");
    let other = answer(&api, preflight("https://evil.example")).await;
    assert_eq!(header(&other, "access-control-allow-origin"), "");
}
