//! What a request says of its signature, before any of it is believed.

use std::fmt;

use bytes::Bytes;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Request, Uri};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::{ALGORITHM, Refusal};

/// A signature, and what it claims to cover.
#[derive(Debug, Clone)]
pub(crate) struct Claim {
    pub(crate) place: Place,
    pub(crate) access_key_id: String,
    pub(crate) scope: Scope,
    /// `20260101T000000Z`, as it is signed.
    pub(super) amz_date: String,
    pub(super) signed_headers: Vec<String>,
    pub(super) signature: String,
    pub(super) token: Option<String>,
}

/// Where a signature stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// In `Authorization`.
    Header,
    /// In the query: a presigned URL.
    Query {
        /// Seconds that it lives for.
        lifetime: i64,
    },
}

/// The credential scope: the day, the region and the service that a signature is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scope {
    day: String,
    pub(crate) region: String,
    pub(crate) service: String,
}

impl fmt::Display for Scope {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { day, region, service } = self;
        write!(formatter, "{day}/{region}/{service}/aws4_request")
    }
}

impl Scope {
    /// Splits `AKID/20260101/eu-central-1/s3/aws4_request` into the access key ID and the scope.
    fn of_credential(credential: &str) -> Option<(String, Self)> {
        let mut parts = credential.rsplitn(5, '/');
        parts.next().filter(|end| *end == "aws4_request")?;
        let service = parts.next()?.to_owned();
        let region = parts.next()?.to_owned();
        let day = parts.next()?.to_owned();
        Some((parts.next()?.to_owned(), Self { day, region, service }))
    }
}

impl Claim {
    /// Reads the claim of a request; there is none in an anonymous one.
    pub(crate) fn of(request: &Request<Bytes>) -> Option<Result<Self, Refusal>> {
        let headers = request.headers();
        match text(headers, AUTHORIZATION.as_str()) {
            Some(authorization) => Some(Self::of_header(&authorization, headers)),
            None => Self::of_query(request.uri().query().unwrap_or_default()),
        }
    }

    /// Service and region of a request, even where the rest of its claim cannot be read.
    pub(crate) fn scope_of(request: &Request<Bytes>) -> Option<Scope> {
        let authorization = text(request.headers(), AUTHORIZATION.as_str());
        let credential = match &authorization {
            Some(authorization) => parameter(authorization, "Credential")?.to_owned(),
            None => query_value(request.uri().query()?, "X-Amz-Credential")?,
        };
        Scope::of_credential(&credential).map(|(_, scope)| scope)
    }

    fn of_header(authorization: &str, headers: &HeaderMap) -> Result<Self, Refusal> {
        if authorization.starts_with("AWS ") {
            return Err(Refusal::OtherVersion);
        }
        if !authorization.starts_with(ALGORITHM) {
            return Err(Refusal::incomplete(
                "Authorization must be of the algorithm AWS4-HMAC-SHA256",
            ));
        }
        let part = |name: &'static str| {
            parameter(authorization, name).ok_or_else(|| {
                Refusal::incomplete(format!("Authorization header requires '{name}' parameter."))
            })
        };
        let (access_key_id, scope) = credential(part("Credential")?)?;
        let amz_date = text(headers, "x-amz-date").ok_or_else(|| {
            Refusal::incomplete("Authorization header requires existence of a 'X-Amz-Date' header.")
        })?;
        Ok(Self {
            place: Place::Header,
            access_key_id,
            scope,
            amz_date,
            signed_headers: names(part("SignedHeaders")?),
            signature: part("Signature")?.to_owned(),
            token: text(headers, "x-amz-security-token"),
        })
    }

    fn of_query(query: &str) -> Option<Result<Self, Refusal>> {
        if query_value(query, "AWSAccessKeyId").is_some() {
            return Some(Err(Refusal::OtherVersion));
        }
        let algorithm = query_value(query, "X-Amz-Algorithm")?;
        let part = |name: &'static str| {
            query_value(query, name)
                .ok_or_else(|| Refusal::incomplete(format!("The query requires '{name}'.")))
        };
        let read = || {
            if algorithm != ALGORITHM {
                return Err(Refusal::incomplete("X-Amz-Algorithm must be AWS4-HMAC-SHA256"));
            }
            let (access_key_id, scope) = credential(&part("X-Amz-Credential")?)?;
            let lifetime = part("X-Amz-Expires")?
                .parse()
                .map_err(|_| Refusal::incomplete("X-Amz-Expires should be a number"))?;
            Ok(Self {
                place: Place::Query { lifetime },
                access_key_id,
                scope,
                amz_date: part("X-Amz-Date")?,
                signed_headers: names(&part("X-Amz-SignedHeaders")?),
                signature: part("X-Amz-Signature")?,
                token: query_value(query, "X-Amz-Security-Token"),
            })
        };
        Some(read())
    }

    /// When it was signed, which must be on the day of its scope.
    pub(super) fn signed_at(&self) -> Result<Timestamp, Refusal> {
        let read = DateTime::strptime("%Y%m%dT%H%M%SZ", &self.amz_date)
            .and_then(|time| time.to_zoned(TimeZone::UTC));
        let time = read.map_err(|_| {
            Refusal::incomplete(format!(
                "Date must be in ISO-8601 'basic format'. Got '{}'.",
                self.amz_date
            ))
        })?;
        if !self.amz_date.starts_with(&self.scope.day) {
            return Err(Refusal::incomplete("Date in Credential scope does not match YYYYMMDD"));
        }
        Ok(time.timestamp())
    }
}

/// The URI without what a presigned query adds to it.
pub(crate) fn unsigned_uri(uri: &Uri) -> Uri {
    const ADDED: [&str; 7] = [
        "X-Amz-Algorithm",
        "X-Amz-Credential",
        "X-Amz-Date",
        "X-Amz-Expires",
        "X-Amz-SignedHeaders",
        "X-Amz-Signature",
        "X-Amz-Security-Token",
    ];
    let query = uri.query().unwrap_or_default();
    let kept: Vec<_> = query
        .split('&')
        .filter(|pair| !ADDED.contains(&pair.split('=').next().unwrap_or_default()))
        .collect();
    let rest = if kept.is_empty() { String::new() } else { format!("?{}", kept.join("&")) };
    Uri::try_from(format!("{}{rest}", uri.path())).unwrap_or_else(|_| uri.clone())
}

fn credential(credential: &str) -> Result<(String, Scope), Refusal> {
    Scope::of_credential(credential).ok_or_else(|| {
        Refusal::incomplete(format!(
            "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
        ))
    })
}

/// The value of `name` in `AWS4-HMAC-SHA256 Credential=..., SignedHeaders=..., Signature=...`.
fn parameter<'a>(authorization: &'a str, name: &str) -> Option<&'a str> {
    authorization
        .split([',', ' '])
        .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))
        .filter(|value| !value.is_empty())
}

fn query_value(query: &str, name: &str) -> Option<String> {
    form_urlencoded::parse(query.as_bytes())
        .find(|(found, _)| found == name)
        .map(|(_, value)| value.into_owned())
}

fn names(list: &str) -> Vec<String> {
    list.split(';').map(str::to_owned).collect()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}
