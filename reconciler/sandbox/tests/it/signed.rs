//! Requests signed by AWS's signer, sent by nobody in particular.

use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SignatureLocation,
    SigningSettings, UriPathNormalizationMode, sign,
};
use aws_sigv4::sign::v4;
use bytes::Bytes;
use http::{Method, Request, Response};
use reconcile_sandbox::Sandbox;

use crate::support::REGION;

pub(crate) const HOST: &str = "127.0.0.1:4599";

/// Who signs, when and for what.
#[derive(Clone)]
pub(crate) struct Signer {
    pub(crate) service: &'static str,
    pub(crate) credentials: Credentials,
    pub(crate) time: SystemTime,
    /// Signs the query instead of a header.
    pub(crate) lifetime: Option<Duration>,
}

impl Signer {
    /// Signs as the sandbox's own identity, by the sandbox's clock.
    pub(crate) fn of(sandbox: &Sandbox, service: &'static str) -> Self {
        Self {
            service,
            credentials: sandbox.credentials(),
            time: sandbox.time_source().now(),
            lifetime: None,
        }
    }

    pub(crate) fn presigning(self, lifetime: Duration) -> Self {
        Self { lifetime: Some(lifetime), ..self }
    }

    /// Signs a request to [`HOST`]; `path` may have a query.
    pub(crate) fn sign(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: impl Into<Bytes>,
    ) -> Request<Bytes> {
        let body = body.into();
        let uri = format!("http://{HOST}{path}");
        let mut request = Request::builder().method(method).uri(uri).header("host", HOST);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(body.clone()).expect("a request");
        let mut settings = SigningSettings::default();
        if self.service == "s3" {
            settings.percent_encoding_mode = PercentEncodingMode::Single;
            settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
            settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
        }
        let is_unsigned = self.service == "s3" && self.lifetime.is_some();
        if self.lifetime.is_some() {
            settings.signature_location = SignatureLocation::QueryParams;
            settings.expires_in = self.lifetime;
        }
        let identity = self.credentials.clone().into();
        let parameters = v4::SigningParams::builder()
            .identity(&identity)
            .region(REGION)
            .name(self.service)
            .time(self.time)
            .settings(settings)
            .build()
            .expect("parameters")
            .into();
        let payload =
            if is_unsigned { SignableBody::UnsignedPayload } else { SignableBody::Bytes(&body) };
        let headers: Vec<_> = request
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str(), value.to_str().expect("text")))
            .collect();
        let (method, uri) = (request.method().as_str(), request.uri().to_string());
        let signable =
            SignableRequest::new(method, uri, headers.into_iter(), payload).expect("signable");
        let (instructions, _) = sign(signable, &parameters).expect("is signed").into_parts();
        instructions.apply_to_request_http1x(&mut request);
        let path = request.uri().path_and_query().expect("a path").clone();
        *request.uri_mut() = path.into();
        request
    }

    /// A call of an awsQuery service.
    pub(crate) fn form(&self, form: &'static str) -> Request<Bytes> {
        let content_type = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        self.sign(Method::POST, "/", &content_type, form)
    }

    /// A call of an awsJson service.
    pub(crate) fn json(&self, target: &str, body: impl Into<Bytes>) -> Request<Bytes> {
        let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", target)];
        self.sign(Method::POST, "/", &headers, body)
    }

    /// S3's `GET`.
    pub(crate) fn get(&self, path: &str) -> Request<Bytes> {
        self.sign(Method::GET, path, &[], Bytes::new())
    }
}

/// The status and the body's text.
pub(crate) fn told(response: &Response<Bytes>) -> (u16, String) {
    (response.status().as_u16(), String::from_utf8_lossy(response.body()).into_owned())
}

/// The status, and the error's code as the protocol carries it.
pub(crate) fn refusal(response: &Response<Bytes>) -> (u16, String) {
    let (status, text) = told(response);
    let code = match response.headers().get("x-amzn-errortype") {
        Some(code) => {
            let code = code.to_str().expect("text");
            assert!(text.contains(&format!("\"__type\":\"{code}\"")), "{text}");
            code
        }
        None => text
            .split_once("<Code>")
            .and_then(|(_, rest)| rest.split_once("</Code>"))
            .map_or("", |(code, _)| code),
    };
    (status, code.to_owned())
}
