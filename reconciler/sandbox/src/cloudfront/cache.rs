//! Answers that are given again, and for how long.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use jiff::{SignedDuration, Timestamp};

use super::distribution::Distribution;
use super::forwarding::CachePolicy;

/// How long an error is given again at least (CloudFront Developer Guide, "How CloudFront caches HTTP 4xx and 5xx
/// status codes").
const ERRORS: SignedDuration = SignedDuration::from_secs(10);

/// Errors that are always cached.
const CACHED_ERRORS: [u16; 7] = [404, 414, 500, 501, 502, 503, 504];

/// Which answer: of what distribution, to what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key(Vec<String>);

/// How long an answer may be given again; none if it may not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Freshness(Option<SignedDuration>);

/// What the edge has kept.
#[derive(Debug, Default)]
pub(super) struct Cache(Mutex<BTreeMap<Key, Kept>>);

#[derive(Debug, Clone)]
struct Kept {
    response: Response<Bytes>,
    since: Timestamp,
    until: Timestamp,
}

impl Key {
    pub(super) fn of(
        distribution: &Distribution,
        policy: &CachePolicy,
        request: &Request<Bytes>,
    ) -> Self {
        let what = [request.method().as_str(), request.uri().path()].map(str::to_owned);
        let encodings = policy.encodings(request).unwrap_or_default().to_owned();
        let rest = policy.key.distinction(request);
        Self([distribution.id.clone(), encodings].into_iter().chain(what).chain(rest).collect())
    }
}

impl Freshness {
    pub(super) fn of(policy: &CachePolicy, response: &Response<Bytes>) -> Self {
        let said = response.headers().get(header::CACHE_CONTROL);
        let said = said.and_then(|value| value.to_str().ok()).unwrap_or_default();
        let directive = |name: &str| {
            let mut all = said
                .split(',')
                .map(|part| part.trim().split_once('=').unwrap_or_else(|| (part.trim(), "")));
            all.find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
        };
        let seconds = |name| directive(name).and_then(|value| value.parse().ok());
        let asked =
            seconds("s-maxage").or_else(|| seconds("max-age")).map(SignedDuration::from_secs);
        let is_private =
            ["no-store", "no-cache", "private"].iter().any(|name| directive(name).is_some());
        let status = response.status();
        if status.as_u16() >= 400 {
            let lasts = CACHED_ERRORS
                .contains(&status.as_u16())
                .then(|| asked.unwrap_or_default().max(ERRORS));
            return Self(lasts);
        }
        let lasts = if is_private { policy.shortest } else { asked.unwrap_or(policy.usual) };
        let lasts = lasts.min(policy.longest).max(policy.shortest);
        Self(lasts.is_positive().then_some(lasts))
    }
}

impl Cache {
    /// An answer that is still fresh, with its age.
    pub(super) fn find(&self, key: &Key, now: Timestamp) -> Option<Response<Bytes>> {
        let kept =
            self.kept().get(key).filter(|kept| kept.since <= now && now < kept.until)?.clone();
        let mut response = kept.response;
        let age = now.duration_since(kept.since).as_secs();
        response.headers_mut().insert(header::AGE, HeaderValue::from(age));
        Some(response)
    }

    pub(super) fn keep(
        &self,
        key: Key,
        response: &Response<Bytes>,
        (now, Freshness(lasts)): (Timestamp, Freshness),
    ) {
        if let Some(lasts) = lasts {
            let kept = Kept { response: response.clone(), since: now, until: now + lasts };
            self.kept().insert(key, kept);
        }
    }

    fn kept(&self) -> MutexGuard<'_, BTreeMap<Key, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_origin_says_is_kept_within_the_policy() {
        let policy = CachePolicy::of(&json!({ "MinTTL": 0, "DefaultTTL": "5", "MaxTTL": 60 }));
        let lasting = |status: u16, said: &str| {
            let mut response = Response::new(Bytes::new());
            *response.status_mut() = status.try_into().unwrap();
            if !said.is_empty() {
                response.headers_mut().insert(header::CACHE_CONTROL, said.parse().unwrap());
            }
            Freshness::of(&policy, &response).0.map(|lasts| lasts.as_secs())
        };
        assert_eq!(lasting(200, ""), Some(5));
        assert_eq!(lasting(200, "max-age=30"), Some(30));
        assert_eq!(lasting(200, "public, max-age=30, s-maxage=10"), Some(10));
        assert_eq!(lasting(200, "max-age=3600"), Some(60));
        assert_eq!(lasting(200, "no-store"), None);
        assert_eq!(lasting(404, ""), Some(10));
        assert_eq!(lasting(403, ""), None);
        assert_eq!(lasting(429, ""), None);
    }
}
