//! Custom domain names: which API a name and a path lead to, and whose certificates get in.
//!
//! Owns what a domain is and decides who may enter. How a connection comes about, and the domain's own
//! certificate, are the door's.

mod providers;
mod truststore;

use bytes::Bytes;
use http::Request;
use http::header::HOST;
use jiff::Timestamp;
use rustls::pki_types::CertificateDer;
use serde_json::Value;

use super::address::{Astray, Entrance, decoded};
use super::model::{Api, Stage};
use super::visit::ClientCertificate;
use crate::resource::Resource;
use crate::world::World;

pub(crate) use providers::{ApiMappingProvider, DomainNameProvider};
use truststore::Truststore;

pub(super) const API_MAPPING: &str = "AWS::ApiGatewayV2::ApiMapping";
pub(super) const DOMAIN_NAME: &str = "AWS::ApiGatewayV2::DomainName";

/// The attribute that holds the truststore as it was when the domain last changed.
const TRUSTSTORE: &str = "Truststore";

/// The one policy that HTTP APIs and mutual TLS take. It lets TLS 1.2 and 1.3 in.
const POLICY: &str = "TLS_1_2";

/// How a request came in by TLS: an extension of the request.
#[derive(Debug, Clone)]
pub(crate) struct Arrival {
    /// The name that the client asked for in the handshake.
    pub(crate) server_name: String,
    /// The certificate whose key the client proved to have.
    pub(crate) certificate: Option<CertificateDer<'static>>,
}

/// A custom domain name.
#[derive(Debug, Clone)]
pub(crate) struct Domain {
    pub(crate) name: String,
    pub(crate) region: String,
    /// The ARN of the certificate that it shows.
    pub(crate) certificate: String,
    truststore: Option<Truststore>,
}

impl Domain {
    /// Finds the domain that a server name is for: its own, or that of a wildcard.
    pub(crate) fn find(world: &World, server_name: &str) -> Option<Self> {
        let wildcard = server_name.split_once('.').map(|(_, parent)| format!("*.{parent}"));
        let named = |name: &str| {
            let resources = world.resources.iter().map(|(_, resource)| resource);
            let mut domains = resources.filter(|resource| resource.type_name == DOMAIN_NAME);
            domains.find(|domain| domain.identifier.eq_ignore_ascii_case(name)).map(Self::of)
        };
        named(server_name).or_else(|| named(&wildcard?))
    }

    /// Every custom domain name of the account.
    pub(crate) fn all(world: &World) -> impl Iterator<Item = Self> {
        let resources = world.resources.iter().map(|(_, resource)| resource);
        resources.filter(|resource| resource.type_name == DOMAIN_NAME).map(Self::of)
    }

    fn of(resource: &Resource) -> Self {
        let pem = resource.attributes.get(TRUSTSTORE).and_then(Value::as_str);
        let configuration = resource.properties.get("DomainNameConfigurations");
        let certificate = configuration.and_then(|all| all.get(0)?.get("CertificateArn")?.as_str());
        Self {
            name: resource.identifier.clone(),
            region: resource.region.clone(),
            certificate: certificate.unwrap_or_default().to_owned(),
            // It was read when the domain was made; had it not been one, there would be no domain.
            truststore: pem.map(|pem| Truststore::parse(pem.as_bytes()).unwrap_or_default()),
        }
    }

    /// Whether its clients must show a certificate.
    pub(crate) fn is_mutual(&self) -> bool {
        self.truststore.is_some()
    }

    /// What API Gateway warns of in the truststore.
    pub(crate) fn warnings(&self, now: Timestamp) -> Vec<String> {
        self.truststore.as_ref().map(|truststore| truststore.warnings(now)).unwrap_or_default()
    }

    /// Lets a request in, or tells why not.
    pub(super) fn enter(
        &self,
        world: &World,
        arrival: &Arrival,
        request: &Request<Bytes>,
        now: Timestamp,
    ) -> Result<Entrance, Astray> {
        // Otherwise a client could pass one domain's check, and ask another one.
        let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
        let host = host.map(|host| host.split_once(':').map_or(host, |(name, _)| name));
        if !host.is_some_and(|host| host.eq_ignore_ascii_case(&arrival.server_name)) {
            return Err(Astray::Forbidden);
        }
        let certificate = self.identify(arrival, now)?;
        let raw_path = decoded(request.uri().path());
        let (mapping, route_path) = self.mapping(world, &raw_path).ok_or(Astray::Forbidden)?;
        let api = Api::find(world, &self.region, mapping.text("ApiId")).ok_or(Astray::Nowhere)?;
        let stage = Stage::find(world, &api, mapping.text("Stage")).ok_or(Astray::Nowhere)?;
        let domain_name = arrival.server_name.clone();
        Ok(Entrance { api, stage, domain_name, raw_path, route_path, certificate })
    }

    /// The client's certificate, if the domain asks for one and trusts it.
    fn identify(
        &self,
        arrival: &Arrival,
        now: Timestamp,
    ) -> Result<Option<ClientCertificate>, Astray> {
        let Some(truststore) = &self.truststore else { return Ok(None) };
        let certificate = arrival.certificate.as_ref().ok_or(Astray::Forbidden)?;
        if let Err(why) = truststore.trusts(certificate, now) {
            tracing::info!(domain = self.name, %why, "a client's certificate is not trusted");
            return Err(Astray::Forbidden);
        }
        ClientCertificate::of(certificate).map(Some).ok_or(Astray::Forbidden)
    }

    /// The mapping with the longest key that the path begins with, and what of the path comes after it.
    fn mapping<'a>(&self, world: &'a World, path: &str) -> Option<(&'a Resource, String)> {
        let prefix = Resource::key(&self.region, API_MAPPING, "");
        let mappings = world.resources.with_prefix(prefix).map(|(_, mapping)| mapping);
        let mine = mappings.filter(|mapping| mapping.text("DomainName") == self.name);
        let taken = mine.filter_map(|mapping| {
            let key = mapping.text("ApiMappingKey");
            after(path, key).map(|rest| (key.len(), mapping, rest))
        });
        let (_, mapping, rest) = taken.max_by_key(|(length, ..)| *length)?;
        Some((mapping, rest))
    }
}

/// What of a path comes after a mapping's key, in whole segments.
fn after(path: &str, key: &str) -> Option<String> {
    if key.is_empty() {
        return Some(path.to_owned());
    }
    match path.strip_prefix('/')?.strip_prefix(key)? {
        "" => Some("/".to_owned()),
        rest => rest.starts_with('/').then(|| rest.to_owned()),
    }
}

#[cfg(test)]
mod tests;
