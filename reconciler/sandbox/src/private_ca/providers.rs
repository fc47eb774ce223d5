//! Private CA's resource types: the same CAs and certificates that its API makes.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::authority::{self, Status};
use super::deletion;
use super::import;
use super::issue::{self, Order};
use super::lifecycle::{self, is_disabled, set_disabled};
use super::permissions::{self, Permission};
use super::refusal::failure;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::{Failure, Origin, Provider};
use crate::world::World;

/// The type of the resources that give CAs their certificates.
const ACTIVATION: &str = "AWS::ACMPCA::CertificateAuthorityActivation";

/// `AWS::ACMPCA::CertificateAuthority`
pub(crate) struct AuthorityProvider;

impl Provider for AuthorityProvider {
    fn create(
        &self,
        world: &mut World,
        settings: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        lifecycle::register(world, settings, None, origin.at).map_err(|error| failure(&error))
    }

    fn update(
        &self,
        world: &mut World,
        before: &Resource,
        after: &mut Resource,
        at: Timestamp,
    ) -> Result<(), Failure> {
        update_settings(world, before, after, at).map_err(|error| failure(&error))
    }

    fn delete(&self, world: &mut World, settings: &Resource, at: Timestamp) -> Result<(), Failure> {
        if settings.awaits_deletion() {
            return Ok(());
        }
        deletion::delete_as_usual(world, &settings.identifier, at).map_err(|error| failure(&error))
    }
}

/// Takes over new settings of a CA. A CA without a certificate takes none, not even tags.
fn update_settings(
    world: &mut World,
    before: &Resource,
    after: &Resource,
    at: Timestamp,
) -> Result<(), AwsError> {
    let authority = authority::of_arn(world, &after.region, &after.identifier)?;
    authority.check(at, &[Status::Active, Status::Disabled])?;
    let revocation = "RevocationConfiguration";
    if before.properties.get(revocation) == after.properties.get(revocation) {
        return Ok(());
    }
    lifecycle::configured(world, after, at)
}

/// `AWS::ACMPCA::Certificate`
pub(crate) struct CertificateProvider;

impl Provider for CertificateProvider {
    fn create(
        &self,
        world: &mut World,
        resource: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let authority = resource.text("CertificateAuthorityArn").to_owned();
        let parameters = Value::Object(resource.properties.clone());
        let order = Order {
            region: &resource.region,
            authority: &authority,
            request: resource.text("CertificateSigningRequest").as_bytes(),
            parameters: &parameters,
        };
        let issued = issue::issue(world, &order, origin.at, origin.at);
        let issued = issued.map_err(|error| failure(&error))?;
        let arn = issued.arn();
        let certificate = json!(issued.certificate.pem);
        resource.attributes.insert("Certificate".to_owned(), certificate);
        resource.identifier = format!("{arn}|{authority}");
        resource.attributes.insert("Arn".to_owned(), json!(arn));
        Ok(())
    }

    fn reference(&self, resource: &Resource) -> String {
        resource.attribute("Arn").to_owned()
    }
}

/// `AWS::ACMPCA::CertificateAuthorityActivation`
pub(crate) struct ActivationProvider;

impl Provider for ActivationProvider {
    fn create(
        &self,
        world: &mut World,
        activation: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        activate(world, activation, origin.at).map_err(|error| failure(&error))
    }

    fn update(
        &self,
        world: &mut World,
        before: &Resource,
        after: &mut Resource,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let is_other = |name: &&str| before.properties.get(*name) != after.properties.get(*name);
        let done = if ["Certificate", "CertificateChain"].iter().any(is_other) {
            activate(world, after, at)
        } else {
            put_status(world, after, at)
        };
        done.map_err(|error| failure(&error))
    }

    /// Takes the CA out of use, so that it can be deleted.
    fn delete(
        &self,
        world: &mut World,
        activation: &Resource,
        at: Timestamp,
    ) -> Result<(), Failure> {
        world.resources.remove(&activation.row_key());
        set_disabled(world, &activation.identifier, true, at);
        Ok(())
    }
}

/// Gives a CA its certificate and its status.
fn activate(world: &mut World, activation: &mut Resource, at: Timestamp) -> Result<(), AwsError> {
    let arn = activation.text("CertificateAuthorityArn").to_owned();
    let (own, chain) = (activation.text("Certificate"), activation.text("CertificateChain"));
    let chain = Some(chain.trim()).filter(|chain| !chain.is_empty());
    import::install(world, (&activation.region, &arn), own, chain, at)?;
    let complete = std::iter::once(own.trim()).chain(chain).collect::<Vec<_>>().join("\n");
    activation.attributes.insert("CompleteCertificateChain".to_owned(), json!(complete));
    put_status(world, activation, at)
}

/// Puts the CA into the status that its activation asks for: in use, unless it says otherwise.
fn put_status(world: &mut World, activation: &mut Resource, at: Timestamp) -> Result<(), AwsError> {
    let status = activation.text("Status");
    let disabled = is_disabled(if status.is_empty() { "ACTIVE" } else { status })?;
    set_disabled(world, &activation.identifier, disabled, at);
    activation.properties.insert("Status".to_owned(), shown(disabled));
    Ok(())
}

fn shown(disabled: bool) -> Value {
    json!(if disabled { Status::Disabled.as_str() } else { Status::Active.as_str() })
}

/// Lets a CA's activation, if there is one, show its status.
pub(super) fn show_status(world: &mut World, arn: &str) {
    let Some(authority) = world.certificate_authorities.get(arn) else { return };
    let (key, disabled) = (Resource::key(&authority.region, ACTIVATION, arn), authority.disabled);
    if let Some(activation) = world.resources.get_mut(&key) {
        activation.properties.insert("Status".to_owned(), shown(disabled));
    }
}

/// `AWS::ACMPCA::Permission`
pub(crate) struct PermissionProvider;

impl Provider for PermissionProvider {
    fn create(
        &self,
        world: &mut World,
        permission: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let arn = permission.text("CertificateAuthorityArn");
        let asked = Value::Object(permission.properties.clone());
        Permission::read(&asked, origin.at)
            .and_then(|new| permissions::grant(world, arn, new))
            .map_err(|error| failure(&error))
    }

    fn delete(
        &self,
        world: &mut World,
        permission: &Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        let arn = permission.text("CertificateAuthorityArn");
        permissions::revoke(world, arn, permission.text("Principal"));
        world.resources.remove(&permission.row_key());
        Ok(())
    }
}
