//! The protocols that services speak: how a call is read, and how an answer or an error is written.

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use serde_json::Value;

use super::rest_json::{self, Api};
use super::services::SERVICES;
use super::{Answered, json, query, rest_xml};
use crate::error::AwsError;

/// A protocol, with what a service fills in.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Protocol {
    /// A form in, XML out.
    Query {
        /// The namespace of the answers.
        namespace: &'static str,
    },
    /// JSON in and out, the operation in a header.
    Json {
        /// `1.0` or `1.1`.
        version: &'static str,
        /// What stands before the operation.
        target: &'static str,
    },
    /// JSON in and out, the operation in method and path.
    RestJson(&'static Api),
    /// S3's REST. Its calls and answers are [`crate::s3`]'s; here are the refusals before them.
    S3,
}

impl Protocol {
    /// The protocol of a service; for one that is not played, the one that its client seems to speak.
    pub(super) fn of(service: &str, request: &Request<Bytes>) -> Self {
        if let Some(known) = SERVICES.iter().find(|known| known.name == service) {
            return known.protocol;
        }
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.map_or(&[][..], HeaderValue::as_bytes);
        if content_type.starts_with(b"application/x-www-form-urlencoded") {
            Self::Query { namespace: "" }
        } else if matches!(service, "" | "s3") && !request.headers().contains_key(json::TARGET) {
            Self::S3
        } else {
            Self::Json { version: "1.0", target: "" }
        }
    }

    /// Reads the operation and its parameters.
    pub(crate) fn decode(self, request: &Request<Bytes>) -> Result<(String, Value), AwsError> {
        match self {
            Self::Query { .. } => Ok(query::decode(request)),
            Self::Json { target, .. } => json::decode(target, request),
            Self::RestJson(api) => api.decode(request),
            Self::S3 => Err(AwsError::new("NotImplemented", "S3 reads its own calls")),
        }
    }

    /// Writes a result down.
    pub(super) fn success(
        self,
        operation: &str,
        result: &Value,
        request_id: &str,
    ) -> Response<Bytes> {
        let (status, body) = match self {
            Self::Query { namespace } => {
                (200, query::Envelope { namespace, operation, request_id }.success(result))
            }
            Self::RestJson(api) => api.success(operation, result),
            Self::Json { .. } | Self::S3 => (200, json::success(result)),
        };
        self.response(status, body, request_id)
    }

    /// Writes an error down. The operation and what it is about are not known here.
    pub(crate) fn refuse(self, error: &AwsError, request_id: &str) -> Answered {
        let body = match self {
            Self::Query { namespace } => {
                query::Envelope { namespace, operation: "", request_id }.failure(error)
            }
            Self::Json { .. } => json::failure(error),
            Self::RestJson(api) => api.failure(error),
            Self::S3 => rest_xml::failure(error, request_id),
        };
        let mut response = self.response(error.status, body, request_id);
        if let (Self::Json { .. } | Self::RestJson(_), Ok(code)) =
            (self, HeaderValue::from_str(&error.code))
        {
            response.headers_mut().insert(rest_json::ERROR_TYPE, code);
        }
        let outcome = error.code.clone();
        Answered { response, operation: String::new(), resource: None, outcome }
    }

    fn response(self, status: u16, body: String, request_id: &str) -> Response<Bytes> {
        let (content_type, id_header) = match self {
            Self::Query { .. } => ("text/xml", "x-amzn-requestid"),
            Self::Json { version: "1.1", .. } => ("application/x-amz-json-1.1", "x-amzn-requestid"),
            Self::Json { .. } => ("application/x-amz-json-1.0", "x-amzn-requestid"),
            Self::RestJson(_) => ("application/json", "x-amzn-requestid"),
            Self::S3 => ("application/xml", "x-amz-request-id"),
        };
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() =
            StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
        if let Ok(id) = HeaderValue::from_str(request_id) {
            headers.insert(id_header, id);
        }
        response
    }
}
