//! `ApiPassthrough`: what a caller wants a certificate to say in place of the request.

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rcgen::{CustomExtension, DistinguishedName, SanType};
use serde_json::Value;

use super::refusal::invalid_args;
use super::subject;
use crate::error::AwsError;

/// What is to stand in a certificate.
#[derive(Debug, Default)]
pub(super) struct Passthrough {
    pub(super) subject: Option<DistinguishedName>,
    pub(super) alternative_names: Vec<SanType>,
    pub(super) extensions: Vec<CustomExtension>,
}

impl Passthrough {
    /// Reads it. Usages of the key are not looked at: every template that is played sets them itself.
    pub(super) fn read(parameters: Option<&Value>) -> Result<Self, AwsError> {
        let Some(parameters) = parameters else { return Ok(Self::default()) };
        let subject = parameters.get("Subject").filter(|subject| !subject.is_null());
        let extensions = parameters.get("Extensions");
        let list = |name: &str| {
            let list = extensions.and_then(|extensions| extensions.get(name)?.as_array());
            list.map_or(&[][..], Vec::as_slice)
        };
        if !list("CertificatePolicies").is_empty() {
            return Err(invalid_args("The sandbox issues no certificates with policies"));
        }
        Ok(Self {
            subject: subject.map(subject::of_parameters).transpose()?,
            alternative_names: list("SubjectAlternativeNames")
                .iter()
                .map(alternative_name)
                .collect::<Result<_, _>>()?,
            extensions: list("CustomExtensions").iter().map(custom).collect::<Result<_, _>>()?,
        })
    }
}

fn alternative_name(name: &Value) -> Result<SanType, AwsError> {
    let text = |member: &str| name.get(member).and_then(Value::as_str);
    let found = if let Some(name) = text("DnsName") {
        name.try_into().ok().map(SanType::DnsName)
    } else if let Some(name) = text("Rfc822Name") {
        name.try_into().ok().map(SanType::Rfc822Name)
    } else if let Some(name) = text("UniformResourceIdentifier") {
        name.try_into().ok().map(SanType::URI)
    } else if let Some(address) = text("IpAddress") {
        address.parse::<IpAddr>().ok().map(SanType::IpAddress)
    } else {
        None
    };
    found.ok_or_else(|| invalid_args(format!("The sandbox cannot write down the name {name}")))
}

fn custom(extension: &Value) -> Result<CustomExtension, AwsError> {
    let text = |member: &str| extension.get(member).and_then(Value::as_str).unwrap_or_default();
    let (oid, content) =
        (subject::oid(text("ObjectIdentifier")), STANDARD.decode(text("Value")).ok());
    let (Some(oid), Some(content)) = (oid, content) else {
        return Err(invalid_args(format!("The extension {extension} cannot be written down")));
    };
    let mut custom = CustomExtension::from_oid_content(&oid, content);
    let critical = extension.get("Critical");
    custom
        .set_criticality(critical.is_some_and(|critical| *critical == true || *critical == "true"));
    Ok(custom)
}
