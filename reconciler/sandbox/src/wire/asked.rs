//! What a request asks, as far as it can be told before a service acts on it.

use bytes::Bytes;
use http::Request;
use http::header::HOST;
use serde_json::{Map, Value};

use super::protocol::Protocol;
use super::services;
use crate::s3;
use crate::signature::Claim;
use crate::world::ACCOUNT;

/// A request in the words of the API reference.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    /// As signatures name it.
    pub(crate) service: String,
    pub(crate) region: String,
    /// `DescribeStacks`; empty when it cannot be told.
    pub(crate) operation: String,
    /// The stack, or the bucket and key, that the call names.
    pub(crate) resource: Option<String>,
    pub(crate) parameters: Value,
    pub(crate) protocol: Protocol,
}

impl Asked {
    pub(crate) fn of(request: &Request<Bytes>) -> Self {
        let scope = Claim::scope_of(request);
        let (service, region) =
            scope.map(|scope| (scope.service, scope.region)).unwrap_or_default();
        let protocol = Protocol::of(&service, request);
        let (operation, parameters, resource) = match protocol {
            Protocol::S3 => of_s3(request),
            Protocol::Query { .. } | Protocol::Json { .. } | Protocol::RestJson(_) => {
                let (operation, parameters) = protocol.decode(request).unwrap_or_default();
                let resource = services::subject(&parameters);
                (operation, parameters, resource)
            }
        };
        Self { service, region, operation, resource, parameters, protocol }
    }

    /// `cloudformation:DescribeStacks`
    pub(crate) fn name(&self) -> String {
        format!("{}:{}", self.service, self.operation)
    }

    /// The IAM action that the call needs.
    pub(crate) fn action(&self) -> String {
        match self.protocol {
            Protocol::S3 => format!("s3:{}", s3::action(&self.operation)),
            Protocol::Query { .. } | Protocol::Json { .. } | Protocol::RestJson(_) => {
                match self.service.as_str() {
                    // Cloud Control's permissions are spelt with CloudFormation's prefix.
                    "cloudcontrolapi" => format!("cloudformation:{}", self.operation),
                    _ => self.name(),
                }
            }
        }
    }

    /// What the call is about as policies name it, where that can be told.
    pub(crate) fn arn(&self) -> Option<String> {
        let resource = self.resource.as_deref()?;
        match self.service.as_str() {
            _ if resource.starts_with("arn:") => Some(resource.to_owned()),
            "s3" => Some(format!("\"arn:aws:s3:::{resource}\"")),
            "cloudformation" => {
                Some(format!("arn:aws:cloudformation:{}:{ACCOUNT}:stack/{resource}/*", self.region))
            }
            _ => None,
        }
    }
}

/// S3 has no parameters but those of the query, and conditions in headers.
fn of_s3(request: &Request<Bytes>) -> (String, Value, Option<String>) {
    let query = request.uri().query().unwrap_or_default();
    let mut parameters: Map<String, Value> = form_urlencoded::parse(query.as_bytes())
        .filter(|(name, _)| !name.starts_with("X-Amz-") && name != "x-id")
        .map(|(name, value)| (name.into_owned(), Value::String(value.into_owned())))
        .collect();
    let address = s3::Address::of(&header(request, HOST.as_str()), request.uri().path());
    let copies = request.headers().contains_key("x-amz-copy-source");
    let asks = |name: &str| parameters.contains_key(name);
    let operation = s3::operation(request.method(), &address, asks, copies).to_owned();
    for name in ["if-match", "if-none-match", "x-amz-copy-source"] {
        let value = header(request, name);
        if !value.is_empty() {
            parameters.insert(name.to_owned(), Value::String(value));
        }
    }
    (operation, Value::Object(parameters), address.resource())
}

fn header(request: &Request<Bytes>, name: &str) -> String {
    let value = request.headers().get(name).and_then(|value| value.to_str().ok());
    value.unwrap_or_default().to_owned()
}
