//! What of a viewer's request the cache goes by, and what of it the origin is told.

use bytes::Bytes;
use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Uri, header};
use jiff::SignedDuration;
use serde_json::Value;

use super::distribution::{Distribution, OriginServer, is_true, number, text, texts};
use crate::apigateway::Peer;

/// Names of headers, cookies or query parameters.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Names {
    These(Vec<String>),
    AllBut(Vec<String>),
}

/// What reaches the origin, and, of a cache policy, tells cached answers apart.
#[derive(Debug, Clone, Default)]
pub(super) struct Forwarded {
    headers: Names,
    cookies: Names,
    queries: Names,
}

/// How answers are cached.
#[derive(Debug, Clone)]
pub(super) struct CachePolicy {
    pub(super) key: Forwarded,
    pub(super) shortest: SignedDuration,
    pub(super) usual: SignedDuration,
    pub(super) longest: SignedDuration,
    /// Whether compressed answers are told apart.
    takes_encodings: bool,
}

impl Default for Names {
    fn default() -> Self {
        Self::These(Vec::new())
    }
}

impl Names {
    fn of(config: &Value, behavior: &str, list: &str) -> Self {
        let named = texts(&config[list]).iter().map(|name| name.to_lowercase()).collect();
        match text(&config[behavior]) {
            "whitelist" => Self::These(named),
            "allExcept" => Self::AllBut(named),
            "all" | "allViewer" | "allViewerAndWhitelistCloudFront" => Self::AllBut(Vec::new()),
            _ => Self::default(),
        }
    }

    /// The names of both.
    fn or(&self, other: &Self) -> Self {
        let only = |names: &[String], keeps: &dyn Fn(&String) -> bool| {
            names.iter().filter(|name| keeps(name)).cloned().collect()
        };
        match (self, other) {
            (Self::These(one), Self::These(two)) => Self::These([&one[..], two].concat()),
            (Self::AllBut(but), Self::These(these)) | (Self::These(these), Self::AllBut(but)) => {
                Self::AllBut(only(but, &|name| !these.contains(name)))
            }
            (Self::AllBut(one), Self::AllBut(two)) => {
                Self::AllBut(only(one, &|name| two.contains(name)))
            }
        }
    }

    fn contain(&self, name: &str) -> bool {
        let name = name.to_lowercase();
        match self {
            Self::These(names) => names.contains(&name),
            Self::AllBut(names) => !names.contains(&name),
        }
    }
}

impl Forwarded {
    /// Reads the part that cache policies and origin request policies have in common.
    pub(super) fn of(config: &Value) -> Self {
        let queries = &config["QueryStringsConfig"];
        Self {
            headers: Names::of(&config["HeadersConfig"], "HeaderBehavior", "Headers"),
            cookies: Names::of(&config["CookiesConfig"], "CookieBehavior", "Cookies"),
            queries: Names::of(queries, "QueryStringBehavior", "QueryStrings"),
        }
    }

    /// What one or the other lets through.
    fn or(&self, other: &Self) -> Self {
        Self {
            headers: self.headers.or(&other.headers),
            cookies: self.cookies.or(&other.cookies),
            queries: self.queries.or(&other.queries),
        }
    }

    /// The headers of a request that are taken.
    fn taken_headers<'a>(
        &self,
        request: &'a Request<Bytes>,
    ) -> impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)> {
        let own = [header::HOST, header::COOKIE, header::CONNECTION, header::USER_AGENT];
        let all = request.headers().iter();
        all.filter(move |(name, _)| !own.contains(name) && self.headers.contain(name.as_str()))
    }

    fn taken_queries<'a>(&self, request: &'a Request<Bytes>) -> Vec<&'a str> {
        let parts = request.uri().query().unwrap_or_default().split('&');
        let is_taken = |part: &&str| {
            let name = part.split_once('=').map_or(*part, |(name, _)| name);
            !part.is_empty() && self.queries.contain(name)
        };
        parts.filter(is_taken).collect()
    }

    fn taken_cookies(&self, request: &Request<Bytes>) -> Vec<String> {
        let all = request.headers().get_all(header::COOKIE).iter();
        let all = all.filter_map(|value| value.to_str().ok()).flat_map(|text| text.split(';'));
        let is_taken = |cookie: &&str| {
            cookie.split_once('=').is_some_and(|(name, _)| self.cookies.contain(name))
        };
        all.map(str::trim).filter(is_taken).map(str::to_owned).collect()
    }

    /// What of a request tells it apart from another one to the same path.
    pub(super) fn distinction(&self, request: &Request<Bytes>) -> Vec<String> {
        let headers = self
            .taken_headers(request)
            .map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value.as_bytes())));
        let queries = self.taken_queries(request).into_iter().map(|part| format!("?{part}"));
        headers.chain(queries).chain(self.taken_cookies(request)).collect()
    }
}

impl CachePolicy {
    pub(super) fn of(config: &Value) -> Self {
        let key = &config["ParametersInCacheKeyAndForwardedToOrigin"];
        let seconds = |name: &str| number(&config[name]).map(SignedDuration::from_secs);
        let encodings = ["EnableAcceptEncodingGzip", "EnableAcceptEncodingBrotli"];
        Self {
            key: Forwarded::of(key),
            shortest: seconds("MinTTL").unwrap_or_default(),
            usual: seconds("DefaultTTL").unwrap_or_default(),
            longest: seconds("MaxTTL").unwrap_or_default(),
            takes_encodings: encodings.iter().any(|name| is_true(&key[*name])),
        }
    }

    /// What a viewer takes, in the one way that CloudFront tells it on: `br,gzip`.
    pub(super) fn encodings(&self, request: &Request<Bytes>) -> Option<&'static str> {
        let asked = request.headers().get(header::ACCEPT_ENCODING)?.to_str().ok()?;
        let takes = |name: &str| asked.split(',').any(|part| part.trim().starts_with(name));
        match (self.takes_encodings, takes("br"), takes("gzip")) {
            (true, true, true) => Some("br,gzip"),
            (true, true, false) => Some("br"),
            (true, false, true) => Some("gzip"),
            _ => None,
        }
    }
}

/// What the origin is asked for a viewer's request.
pub(super) fn request(
    (distribution, origin): (&Distribution, &OriginServer),
    (cache, forwarded): (&CachePolicy, &Forwarded),
    request: Request<Bytes>,
) -> Request<Bytes> {
    let onward = cache.key.or(forwarded);
    let (queries, cookies) = (onward.taken_queries(&request), onward.taken_cookies(&request));
    let taken = onward.taken_headers(&request);
    let mut headers: HeaderMap = taken.map(|(name, value)| (name.clone(), value.clone())).collect();
    let peer = request.extensions().get::<Peer>().copied();
    let own = [
        ("host", origin.host.clone()),
        ("user-agent", "Amazon CloudFront".to_owned()),
        ("via", format!("1.1 {} (CloudFront)", distribution.domain_name)),
        ("x-forwarded-for", peer.map(|peer| peer.0.ip().to_string()).unwrap_or_default()),
        ("cookie", cookies.join("; ")),
        ("accept-encoding", cache.encodings(&request).unwrap_or_default().to_owned()),
    ];
    let named = origin.headers.iter().map(|(name, value)| (name.as_str(), value.clone()));
    for (name, value) in own.into_iter().chain(named).filter(|(_, value)| !value.is_empty()) {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            headers.insert(name, value);
        }
    }
    let mut target = format!("{}{}", origin.path, request.uri().path());
    if !queries.is_empty() {
        target = format!("{target}?{}", queries.join("&"));
    }
    let (head, body) = request.into_parts();
    let mut onward = Request::new(body);
    *onward.method_mut() = head.method;
    *onward.version_mut() = head.version;
    // An origin's path that is none would have been refused when the distribution was made.
    *onward.uri_mut() = PathAndQuery::try_from(target).map(Uri::from).unwrap_or(head.uri);
    *onward.headers_mut() = headers;
    if let Some(peer) = peer {
        onward.extensions_mut().insert(peer);
    }
    onward
}
