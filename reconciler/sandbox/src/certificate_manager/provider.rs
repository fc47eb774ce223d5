//! Certificates as CloudFormation makes them.

use jiff::Timestamp;
use serde_json::Value;

use super::CERTIFICATE;
use super::authority::ServerAuthority;
use crate::private_ca::{KeyAlgorithm, PrivateKey};
use crate::resource::Resource;
use crate::resources::{Failure, Origin, Provider};
use crate::world::World;

/// What a certificate's key is unless the template says otherwise.
const DEFAULT_KEY: &str = "RSA_2048";

/// `AWS::CertificateManager::Certificate`
pub(crate) struct ServerCertificateProvider;

impl Provider for ServerCertificateProvider {
    fn create(
        &self,
        world: &mut World,
        certificate: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        if certificate.text("ValidationMethod") == "EMAIL" {
            return Err(invalid("The sandbox validates no domains by e-mail"));
        }
        if certificate.properties.contains_key("CertificateAuthorityArn") {
            return Err(invalid("The sandbox's Certificate Manager has an authority of its own"));
        }
        let asked = Some(certificate.text("KeyAlgorithm")).filter(|name| !name.is_empty());
        let key = KeyAlgorithm::of(asked.unwrap_or(DEFAULT_KEY)).and_then(PrivateKey::generate);
        let key = key.map_err(|error| invalid(error.message))?;
        let issued = ServerAuthority::kept(world)
            .and_then(|authority| authority.certify(names(certificate), &key));
        let issued = issued.map_err(|error| {
            Failure::handler("ServiceInternalError", format!("{error} (Service: Acm)"))
        })?;
        world.server_certificates.insert(certificate.identifier.clone(), issued);
        Ok(())
    }

    /// One that a domain shows stays.
    fn delete(
        &self,
        world: &mut World,
        certificate: &Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        let arn = &certificate.identifier;
        let domains = Resource::key(&certificate.region, "AWS::ApiGatewayV2::DomainName", "");
        let shows = |domain: &Resource| {
            let configurations = domain.properties.get("DomainNameConfigurations");
            let mut configurations = configurations.and_then(Value::as_array).into_iter().flatten();
            configurations.any(|configuration| configuration["CertificateArn"] == **arn)
        };
        if world.resources.with_prefix(domains).any(|(_, domain)| shows(domain)) {
            let message = format!("Certificate {arn} is in use. (Service: Acm, Status Code: 400)");
            return Err(Failure::handler("ResourceConflict", message));
        }
        world.server_certificates.remove(arn);
        world.resources.remove(&Resource::key(&certificate.region, CERTIFICATE, arn));
        Ok(())
    }
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::handler("InvalidRequest", message)
}

/// The names that a certificate is for, the first of them its subject.
fn names(certificate: &Resource) -> Vec<String> {
    let others = certificate.properties.get("SubjectAlternativeNames").and_then(Value::as_array);
    let others = others.into_iter().flatten().filter_map(Value::as_str);
    let first = certificate.text("DomainName");
    let others = others.filter(|other| *other != first);
    std::iter::once(first).chain(others).map(str::to_owned).collect()
}
