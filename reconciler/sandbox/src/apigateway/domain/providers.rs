//! What making and changing domains and their mappings takes.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::truststore::Truststore;
use super::{API_MAPPING, DOMAIN_NAME, POLICY, TRUSTSTORE};
use crate::apigateway::PartProvider;
use crate::apigateway::model::STAGE;
use crate::cloudformation::names::suffix;
use crate::resource::Resource;
use crate::resources::{Failure, Origin, Provider, beside};
use crate::s3::{self, Location};
use crate::world::{ACCOUNT, World};

/// `AWS::ApiGatewayV2::DomainName`
pub(crate) struct DomainNameProvider;

/// `AWS::ApiGatewayV2::ApiMapping`
pub(crate) struct ApiMappingProvider;

impl Provider for DomainNameProvider {
    fn create(
        &self,
        world: &mut World,
        domain: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        settle(world, domain)?;
        let (region, name) = (origin.region, &domain.identifier);
        let id = suffix(&["domain", region, name], 10).to_lowercase();
        let attributes = [
            ("DomainNameArn", format!("arn:aws:apigateway:{region}::/domainnames/{name}")),
            ("RegionalDomainName", format!("d-{id}.execute-api.{region}.amazonaws.com")),
            ("RegionalHostedZoneId", suffix(&["zone", region], 13)),
        ];
        for (name, value) in attributes {
            domain.attributes.insert(name.to_owned(), json!(value));
        }
        Ok(())
    }

    fn update(
        &self,
        world: &mut World,
        _before: &Resource,
        after: &mut Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        settle(world, after)
    }

    /// A domain goes with its mappings.
    fn delete(&self, world: &mut World, domain: &Resource, _at: Timestamp) -> Result<(), Failure> {
        let prefix = Resource::key(&domain.region, API_MAPPING, "");
        let mappings = world.resources.with_prefix(prefix);
        let mine = mappings.filter(|(_, mapping)| mapping.text("DomainName") == domain.identifier);
        let keys: Vec<_> = mine.map(|(key, _)| key.to_owned()).collect();
        for key in keys {
            world.resources.remove(&key);
        }
        world.resources.remove(&domain.row_key());
        Ok(())
    }
}

impl Provider for ApiMappingProvider {
    fn create(
        &self,
        world: &mut World,
        mapping: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        check_mapping(world, mapping)?;
        PartProvider::API_MAPPING.create(world, mapping, origin)
    }

    fn update(
        &self,
        world: &mut World,
        _before: &Resource,
        after: &mut Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        check_mapping(world, after)
    }

    fn reference(&self, mapping: &Resource) -> String {
        PartProvider::API_MAPPING.reference(mapping)
    }
}

/// Checks a domain's settings, and takes the truststore as it is now.
fn settle(world: &World, domain: &mut Resource) -> Result<(), Failure> {
    let configurations =
        domain.properties.get("DomainNameConfigurations").and_then(Value::as_array);
    let Some([configuration]) = configurations.map(Vec::as_slice) else {
        return Err(invalid("Exactly one domain name configuration is expected"));
    };
    let text = |name: &str| configuration.get(name).and_then(Value::as_str).unwrap_or_default();
    if !matches!(text("EndpointType"), "" | "REGIONAL") {
        return Err(invalid("Only REGIONAL endpoints are supported"));
    }
    let certificate = text("CertificateArn");
    if beside(world, domain, "AWS::CertificateManager::Certificate", certificate).is_none() {
        return Err(invalid(format!("The certificate provided does not exist: {certificate}")));
    }
    let policy = policy(domain).to_owned();
    domain.attributes.shift_remove(TRUSTSTORE);
    let Some(mutual) = domain.properties.get("MutualTlsAuthentication") else { return Ok(()) };
    if policy != POLICY {
        return Err(invalid(format!(
            "Mutual TLS authentication requires security policy {POLICY}"
        )));
    }
    let pem = read(world, &domain.region, mutual)?;
    domain.attributes.insert(TRUSTSTORE.to_owned(), json!(pem));
    Ok(())
}

/// The truststore's object: the version that is named, or else the newest.
fn read(world: &World, region: &str, mutual: &Value) -> Result<String, Failure> {
    let text = |name: &str| mutual.get(name).and_then(Value::as_str).filter(|it| !it.is_empty());
    let uri = text("TruststoreUri").unwrap_or_default();
    let place = uri.strip_prefix("s3://").and_then(|place| place.split_once('/'));
    let (bucket, key) =
        place.ok_or_else(|| invalid(format!("Invalid truststore URI: \"{uri}\"")))?;
    let location = Location { region, bucket, key, version: text("TruststoreVersion") };
    let object = s3::fetch(world, location).map_err(|refused| {
        invalid(format!("The truststore {uri} could not be read: {}", refused.message))
    })?;
    Truststore::parse(&object).map_err(|error| invalid(format!("{error}: {uri}")))?;
    Ok(String::from_utf8_lossy(&object).into_owned())
}

/// What a mapping joins must be there, and the key must be free.
fn check_mapping(world: &World, mapping: &Resource) -> Result<(), Failure> {
    let name = mapping.text("DomainName");
    let Some(domain) = beside(world, mapping, DOMAIN_NAME, name) else {
        let message = format!("Invalid domain name identifier specified {ACCOUNT}:{name}");
        return Err(Failure::handler("NotFound", message));
    };
    if policy(domain) != POLICY {
        return Err(invalid(format!("HTTP APIs require security policy {POLICY}")));
    }
    let (api, stage) = (mapping.text("ApiId"), mapping.text("Stage"));
    if beside(world, mapping, STAGE, &format!("{api}|{stage}")).is_none() {
        return Err(Failure::handler(
            "NotFound",
            format!("Invalid stage identifier specified: {stage}"),
        ));
    }
    let prefix = Resource::key(&mapping.region, API_MAPPING, "");
    let mut others = world.resources.with_prefix(prefix).map(|(_, other)| other);
    let is_taken = others.any(|other| {
        other.identifier != mapping.identifier
            && other.text("DomainName") == name
            && other.text("ApiMappingKey") == mapping.text("ApiMappingKey")
    });
    if is_taken {
        let message = "ApiMapping key already exists for this domain name";
        return Err(Failure::handler("AlreadyExists", message));
    }
    Ok(())
}

/// The security policy of a domain.
fn policy(domain: &Resource) -> &str {
    let policy = domain.properties.get("DomainNameConfigurations");
    policy.and_then(|all| all.get(0)?.get("SecurityPolicy")?.as_str()).unwrap_or(POLICY)
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::handler("InvalidRequest", message)
}
