//! A request, as far as a function here looks at it.

use std::borrow::Cow;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

/// The stage that stands in no path.
const DEFAULT_STAGE: &str = "$default";

/// An event. What is missing in it is empty, so that a function can answer it at all.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Event {
    /// The path, with the stage before it unless that is the default one.
    pub raw_path: String,
    /// What followed `?`, still encoded.
    pub raw_query_string: String,
    /// The headers that matter.
    pub headers: Headers,
    /// The body, as text or in base64.
    pub body: Option<String>,
    /// Whether the body is in base64.
    pub is_base64_encoded: bool,
    /// What API Gateway knows about the request.
    pub request_context: RequestContext,
}

/// The headers that a function here looks at; their names come in small letters.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct Headers {
    /// The viewer's certificate, in PEM, URL-encoded: from CloudFront, where that checked it.
    #[serde(rename = "cloudfront-viewer-cert-pem")]
    pub viewer_certificate: Option<String>,
}

/// What API Gateway knows about a request.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct RequestContext {
    /// API Gateway's own ID of the request.
    pub request_id: String,
    /// The stage that was asked.
    pub stage: String,
    /// When the request came, in milliseconds since 1970; zero if that is not told.
    pub time_epoch: i64,
    /// The request line, and who sent it.
    pub http: Http,
    /// How the caller proved who it is.
    pub authentication: Option<Authentication>,
}

/// The request line, and who sent it.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Http {
    /// The method, in capitals.
    pub method: String,
    /// The address that the request came from.
    pub source_ip: String,
}

/// How the caller of a domain with mutual TLS proved who it is.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Authentication {
    /// The certificate that the caller holds the key of.
    pub client_cert: Option<ClientCertificate>,
}

/// A client certificate.
///
/// API Gateway also tells subject, serial number and validity, in forms that it does not specify. They
/// are not read: the certificate says the same, and is signed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ClientCertificate {
    /// The certificate itself, in PEM.
    pub client_cert_pem: Option<String>,
}

impl Event {
    /// The path as the API's routes are written: without the stage.
    pub fn path(&self) -> &str {
        let stage = self.request_context.stage.as_str();
        if stage.is_empty() || stage == DEFAULT_STAGE {
            return &self.raw_path;
        }
        let rest = self.raw_path.strip_prefix('/').and_then(|path| path.strip_prefix(stage));
        match rest {
            Some("") => "/",
            Some(rest) if rest.starts_with('/') => rest,
            // A custom domain may map the stage to another path, or to none.
            Some(_) | None => &self.raw_path,
        }
    }

    /// The method, in capitals.
    pub fn method(&self) -> &str {
        &self.request_context.http.method
    }

    /// The decoded parameters of the query, in their order.
    pub fn query(&self) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
        form_urlencoded::parse(self.raw_query_string.as_bytes())
    }

    /// The bytes of the body; nothing if it claims to be in base64 and is not.
    pub fn body(&self) -> Option<Cow<'_, [u8]>> {
        let body = self.body.as_deref().unwrap_or_default();
        if self.is_base64_encoded {
            BASE64_STANDARD.decode(body).ok().map(Cow::Owned)
        } else {
            Some(Cow::Borrowed(body.as_bytes()))
        }
    }
}
