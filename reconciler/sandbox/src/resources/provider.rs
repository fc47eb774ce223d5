//! What a type's provider does beyond the registry's facts, and which types have one.

use jiff::Timestamp;

use super::identity::physical_name;
use super::trail::TrailProvider;
use super::values::ParameterProvider;
use super::{Failure, Origin};
use crate::apigateway::{
    ApiMappingProvider, ApiProvider, DomainNameProvider, PartProvider, RouteProvider, StageProvider,
};
use crate::certificate_manager::ServerCertificateProvider;
use crate::cloudfront::DistributionProvider;
use crate::kms::{KeyAliasProvider, KeyProvider};
use crate::lambda::{
    AliasProvider, CodeSigningConfigProvider, FunctionProvider, PermissionProvider, VersionProvider,
};
use crate::private_ca::{self, ActivationProvider, AuthorityProvider, CertificateProvider};
use crate::resource::Resource;
use crate::s3::{BucketPolicyProvider, BucketProvider};
use crate::signer::SigningProfileProvider;
use crate::world::World;

/// The behaviour of a type. What it leaves out, the registry's facts say.
pub(crate) trait Provider: Sync {
    /// Takes part in creating: refuses, or settles what the service settles and keeps what belongs to it.
    /// The resource has its name and attributes, and is not yet in the world.
    fn create(
        &self,
        _world: &mut World,
        _resource: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// Takes part in changing `before` into `after`, which is not yet in the world.
    fn update(
        &self,
        _world: &mut World,
        _before: &Resource,
        _after: &mut Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        Ok(())
    }

    /// Takes the resource out of the world, with all that belongs to it, or refuses.
    fn delete(
        &self,
        world: &mut World,
        resource: &Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        world.resources.remove(&resource.row_key());
        Ok(())
    }

    /// What `Ref` gives.
    fn reference(&self, resource: &Resource) -> String {
        resource.identifier.clone()
    }
}

/// The provider of a type.
pub(super) fn provider(type_name: &str) -> &'static dyn Provider {
    match type_name {
        "AWS::ACMPCA::Certificate" => &CertificateProvider,
        "AWS::ACMPCA::CertificateAuthority" => &AuthorityProvider,
        "AWS::ACMPCA::CertificateAuthorityActivation" => &ActivationProvider,
        // A name that Lambda's has, too.
        "AWS::ACMPCA::Permission" => &private_ca::PermissionProvider,
        "AWS::ApiGatewayV2::Api" => &ApiProvider,
        "AWS::ApiGatewayV2::ApiMapping" => &ApiMappingProvider,
        "AWS::ApiGatewayV2::Authorizer" => &PartProvider::AUTHORIZER,
        "AWS::ApiGatewayV2::Deployment" => &PartProvider::DEPLOYMENT,
        "AWS::ApiGatewayV2::DomainName" => &DomainNameProvider,
        "AWS::ApiGatewayV2::Integration" => &PartProvider::INTEGRATION,
        "AWS::ApiGatewayV2::Route" => &RouteProvider,
        "AWS::ApiGatewayV2::Stage" => &StageProvider,
        "AWS::CertificateManager::Certificate" => &ServerCertificateProvider,
        "AWS::CloudFront::Distribution" => &DistributionProvider,
        "AWS::CloudTrail::Trail" => &TrailProvider,
        "AWS::IAM::Policy" => &InlinePolicyProvider,
        "AWS::KMS::Alias" => &KeyAliasProvider,
        "AWS::KMS::Key" => &KeyProvider,
        "AWS::Lambda::Alias" => &AliasProvider,
        "AWS::Lambda::CodeSigningConfig" => &CodeSigningConfigProvider,
        "AWS::Lambda::Function" => &FunctionProvider,
        "AWS::Lambda::Permission" => &PermissionProvider,
        "AWS::Lambda::Version" => &VersionProvider,
        "AWS::S3::Bucket" => &BucketProvider,
        "AWS::S3::BucketPolicy" => &BucketPolicyProvider,
        "AWS::SSM::Parameter" => &ParameterProvider,
        "AWS::Signer::SigningProfile" => &SigningProfileProvider,
        _ => &Generic,
    }
}

/// A type that does what the registry's facts say, and no more.
struct Generic;

impl Provider for Generic {}

/// `AWS::IAM::Policy`
struct InlinePolicyProvider;

impl Provider for InlinePolicyProvider {
    fn reference(&self, resource: &Resource) -> String {
        physical_name(resource).to_owned()
    }
}
