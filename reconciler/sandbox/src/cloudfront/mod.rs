//! CloudFront: distributions in front of HTTP APIs.
//!
//! Owns the edge: which distribution a request is for, whether it may pass, what of it reaches the origin, what is
//! answered from the cache, and the headers that are put on the answer.
//!
//! Sources: CloudFront Developer Guide, "Distribution settings reference", "Request and response behavior for custom
//! origins", "Manage how long content stays in the cache", "Control the cache key", "Add or remove HTTP headers in
//! CloudFront responses".
//!
//! ## Caveats
//!
//! * Origins are the account's HTTP APIs by their own hosts; all others answer 502.
//! * A distribution answers by TLS for its aliases, and by its own name in the clear only, where most refuse.
//! * Countries and firewalls are not played: nobody is kept out by them. Nor are signed URLs, functions at the edge,
//!   origin failover, mutual TLS, compression, and the CORS and Server-Timing headers of a policy.
//! * Managed policies are not the account's resources, and not known: a behavior with one answers 502.
//! * There is one edge, whose cache ends with the process.

mod cache;
mod distribution;
mod forwarding;
mod headers;
mod provider;

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use jiff::Timestamp;
use sha2::{Digest as _, Sha256};

use cache::{Cache, Freshness, Key};
pub(crate) use distribution::Distribution;
use distribution::{Behavior, ViewerProtocol};
pub(crate) use provider::DistributionProvider;

use crate::account::Account;
use crate::apigateway::{Address, HttpApis};

/// Where this one edge says that it is.
const POINT_OF_PRESENCE: HeaderValue = HeaderValue::from_static("NRT57-P1");

/// How a viewer came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Viewer {
    /// In the clear.
    Http,
    /// By TLS.
    Https,
}

/// The account's distributions.
#[derive(Debug, Default)]
pub(crate) struct Edge {
    cache: Cache,
}

impl Edge {
    /// Answers a viewer's request.
    pub(crate) async fn answer(
        &self,
        (account, apis): (&Account, &HttpApis),
        distribution: &Distribution,
        viewer: Viewer,
        request: Request<Bytes>,
    ) -> Response<Bytes> {
        let behavior = distribution.behavior(request.uri().path());
        let now = account.clock().timestamp();
        let id = request_id(distribution, &request, now);
        let passed = pass(distribution, behavior, viewer, &request);
        let (mut response, state) = match passed {
            Some(own) => (own, "Error from cloudfront"),
            None => self.serve((apis, now), distribution, behavior, request).await,
        };
        behavior.dress(response.headers_mut());
        let via = format!("1.1 {} (CloudFront)", distribution.domain_name);
        for (name, value) in [("via", via), ("x-amz-cf-id", id), ("x-cache", state.to_owned())] {
            if let Ok(value) = HeaderValue::try_from(value) {
                response.headers_mut().insert(name, value);
            }
        }
        response.headers_mut().insert("x-amz-cf-pop", POINT_OF_PRESENCE);
        response
    }

    /// Answers from the cache, or from the origin.
    async fn serve(
        &self,
        (apis, now): (&HttpApis, Timestamp),
        distribution: &Distribution,
        behavior: &Behavior,
        request: Request<Bytes>,
    ) -> (Response<Bytes>, &'static str) {
        let Some((policy, forwarded)) = behavior.policies() else {
            return (refusal(StatusCode::BAD_GATEWAY), "Error from cloudfront");
        };
        let cached = behavior.caches(request.method());
        let key = cached.then(|| Key::of(distribution, policy, &request));
        if let Some(found) = key.as_ref().and_then(|key| self.cache.find(key, now)) {
            return (found, "Hit from cloudfront");
        }
        let origin = behavior.origin(distribution);
        let onward = origin.map(|origin| {
            forwarding::request((distribution, origin), (policy, forwarded), request)
        });
        let Some((onward, address)) = onward.and_then(|onward| {
            let address = Address::of(&onward)?;
            Some((onward, address))
        }) else {
            return (refusal(StatusCode::BAD_GATEWAY), "Error from cloudfront");
        };
        let response = apis.answer_at(address, onward).await;
        if let Some(key) = key {
            let freshness = Freshness::of(policy, &response);
            self.cache.keep(key, &response, (now, freshness));
        }
        let is_error = response.status().is_client_error() || response.status().is_server_error();
        (response, if is_error { "Error from cloudfront" } else { "Miss from cloudfront" })
    }
}

/// CloudFront's own answer to a request that may not pass.
fn pass(
    distribution: &Distribution,
    behavior: &Behavior,
    viewer: Viewer,
    request: &Request<Bytes>,
) -> Option<Response<Bytes>> {
    if !distribution.is_enabled {
        return Some(refusal(StatusCode::FORBIDDEN));
    }
    match (viewer, behavior.viewer_protocol) {
        (Viewer::Http, ViewerProtocol::HttpsOnly) => return Some(refusal(StatusCode::FORBIDDEN)),
        (Viewer::Http, ViewerProtocol::Redirect) => return Some(redirect(request)),
        _ => {}
    }
    (!behavior.allows(request.method())).then(|| refusal(StatusCode::FORBIDDEN))
}

fn redirect(request: &Request<Bytes>) -> Response<Bytes> {
    let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = host.unwrap_or_default();
    let host = host.split_once(':').map_or(host, |(name, _)| name);
    let mut response = refusal(StatusCode::MOVED_PERMANENTLY);
    if let Ok(location) = HeaderValue::try_from(format!("https://{host}{}", request.uri())) {
        response.headers_mut().insert(header::LOCATION, location);
    }
    response
}

/// A page of CloudFront's own.
fn refusal(status: StatusCode) -> Response<Bytes> {
    let reason = status.canonical_reason().unwrap_or_default();
    let page = format!(
        "<html>\n<head><title>{code} {reason}</title></head>\n<body>\n<center><h1>{code} {reason}</h1></center>\n\
         <hr><center>CloudFront</center>\n</body>\n</html>\n",
        code = status.as_u16()
    );
    let mut response = Response::new(Bytes::from(page));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html"));
    response
}

/// What names a request in CloudFront's logs.
fn request_id(distribution: &Distribution, request: &Request<Bytes>, now: Timestamp) -> String {
    let text = format!("{}|{}|{}|{now}", distribution.id, request.method(), request.uri());
    let digest = Sha256::digest(text);
    digest.iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

/// Whether a method has no effect, so that its answer may be given again.
fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD | Method::OPTIONS)
}
