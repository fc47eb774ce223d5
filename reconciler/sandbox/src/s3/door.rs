//! S3's protocol as the `s3s` crate speaks it, between a request and [`Operations`].

use std::fmt;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use bytes::Bytes;
use http::{HeaderValue, Method, Response, StatusCode};
use http_body_util::BodyExt as _;
use s3s::access::{S3Access, S3AccessContext};
use s3s::auth::{S3Auth, SecretKey};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::path::S3Path;
use s3s::service::{S3Service, S3ServiceBuilder};
use s3s::{Body, S3Error, S3Result, s3_error};

use super::host::AmazonHost;
use super::operations::{Operations, SignedFor};
use crate::account::Account;
use crate::credentials::Key;
use crate::signature::unsigned_uri;
use crate::wire::{Answered, Incoming};
use crate::world::ACCOUNT;

/// Takes in S3's requests whose signature was verified.
///
/// `s3s` verifies what is signed in a header once more, because it reads chunked bodies only behind their
/// signature.
pub(crate) struct S3Door {
    service: S3Service,
}

impl S3Door {
    pub(crate) fn new(account: Arc<Account>) -> Self {
        let mut builder = S3ServiceBuilder::new(Operations::new(Arc::clone(&account)));
        builder.set_auth(Keys(account));
        builder.set_access(NoteOperation);
        builder.set_host(AmazonHost);
        let mut config = S3Config::default();
        // Signatures carry the account's time, which may be years from the machine's that s3s reads.
        config.presigned_url_max_skew_time_secs = u32::MAX;
        builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
        Self { service: builder.build() }
    }

    /// Answers one request.
    pub(crate) async fn answer(&self, incoming: Incoming) -> Answered {
        let note = Note::default();
        let is_head = incoming.request.method() == Method::HEAD;
        let mut request = incoming.request.map(Body::from);
        // s3s judges the age of a presigned URL by the machine's clock, but takes an unsigned request.
        hoist(&mut request);
        *request.uri_mut() = unsigned_uri(request.uri());
        request.extensions_mut().insert(note.clone());
        request.extensions_mut().insert(SignedFor { region: incoming.region });
        let response = match self.service.call(request).await {
            Ok(response) => response,
            Err(_) => refused(),
        };
        let (mut head, body) = response.into_parts();
        let body = body.collect().await.map(http_body_util::Collected::to_bytes);
        let body = body.unwrap_or_default();
        let outcome = outcome(head.status, &body);
        if let Ok(id) = HeaderValue::from_str(&incoming.request_id) {
            head.headers.insert("x-amz-request-id", id);
        }
        let (operation, resource) = note.read();
        // These have the headers of a body that they do not have.
        let is_bodiless = is_head || head.status == StatusCode::NOT_MODIFIED;
        let body = if is_bodiless { Bytes::new() } else { body };
        Answered { response: Response::from_parts(head, body), operation, resource, outcome }
    }
}

impl fmt::Debug for S3Door {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("S3Door").finish_non_exhaustive()
    }
}

/// Gives a presigned request the headers that its signer put into the query, as some SDKs do.
fn hoist(request: &mut http::Request<Body>) {
    let query = request.uri().query().unwrap_or_default().to_owned();
    let moved = form_urlencoded::parse(query.as_bytes());
    for (name, value) in moved.filter(|(name, _)| name.starts_with("x-amz-")) {
        let name = http::HeaderName::try_from(&*name);
        if let (Ok(name), Ok(value)) = (name, HeaderValue::from_str(&value)) {
            request.headers_mut().entry(name).or_insert(value);
        }
    }
}

fn refused() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::BAD_REQUEST;
    response
}

/// `OK`, or the code in an error's XML; a refusal without a body is known by its status only.
fn outcome(status: StatusCode, body: &[u8]) -> String {
    if status.is_success() {
        return "OK".to_owned();
    }
    let text = String::from_utf8_lossy(body);
    let code = text.split_once("<Code>").and_then(|(_, rest)| rest.split_once("</Code>"));
    code.map_or_else(|| status.as_u16().to_string(), |(code, _)| code.to_owned())
}

/// Which operation `s3s` found a request to be, and on what.
#[derive(Debug, Clone, Default)]
struct Note(Arc<OnceLock<(String, Option<String>)>>);

impl Note {
    fn read(&self) -> (String, Option<String>) {
        self.0.get().cloned().unwrap_or_default()
    }
}

/// Notes what every request is, and lets it pass unless it means another account's bucket.
struct NoteOperation;

#[async_trait]
impl S3Access for NoteOperation {
    async fn check(&self, context: &mut S3AccessContext<'_>) -> S3Result<()> {
        let resource = match context.s3_path() {
            S3Path::Root => None,
            S3Path::Bucket { bucket } => Some(bucket.to_string()),
            S3Path::Object { bucket, key } => Some(format!("{bucket}/{key}")),
        };
        let operation = context.s3_op().name().to_owned();
        if let Some(Note(note)) = context.extensions_mut().get() {
            note.get_or_init(|| (operation, resource));
        }
        match context.headers().get("x-amz-expected-bucket-owner") {
            Some(owner) if owner != ACCOUNT => Err(s3_error!(AccessDenied, "Access Denied")),
            Some(_) | None => Ok(()),
        }
    }
}

/// The secrets of the access keys.
struct Keys(Arc<Account>);

#[async_trait]
impl S3Auth for Keys {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let found = self.0.transact(|world, _| Key::find(world, access_key));
        match found.map_err(S3Error::internal_error)? {
            Some(key) => Ok(SecretKey::from(key.secret())),
            None => Err(s3_error!(InvalidAccessKeyId)),
        }
    }
}
