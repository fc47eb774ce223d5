//! Lambda's resource types: the same functions, versions and configurations that its API makes.

use jiff::Timestamp;
use serde_json::Value;

use super::name::{self, FunctionName};
use super::package::Source;
use super::refusal::failure;
use super::versions::Publication;
use super::{aliases, code_signing, deployment, policy, versions};
use crate::cloudformation::names::suffix;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources::{Failure, Origin, Provider};
use crate::world::World;

/// `AWS::Lambda::Function`
pub(crate) struct FunctionProvider;

impl Provider for FunctionProvider {
    fn create(
        &self,
        world: &mut World,
        function: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        source(function)
            .and_then(|source| deployment::create(world, function, &source, origin.at))
            .map_err(|error| failure(&error))
    }

    /// Code is deployed again only where the template says something else than before.
    fn update(
        &self,
        world: &mut World,
        before: &Resource,
        after: &mut Resource,
        at: Timestamp,
    ) -> Result<(), Failure> {
        if before.properties == after.properties {
            return Ok(());
        }
        let redeploys = ["Code", "Architectures"]
            .iter()
            .any(|name| before.properties.get(*name) != after.properties.get(*name));
        let deployed = redeploys.then(|| source(after)).transpose();
        deployed
            .and_then(|source| deployment::update(world, after, source.as_ref(), at))
            .map_err(|error| failure(&error))
    }

    fn delete(
        &self,
        world: &mut World,
        function: &Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        deployment::delete(world, &function.region, &function.identifier);
        Ok(())
    }
}

fn source(function: &Resource) -> Result<Source, AwsError> {
    let code = function.properties.get("Code").unwrap_or(&Value::Null);
    Source::of_template(code, function.text("Runtime"))
}

/// `AWS::Lambda::Version`
pub(crate) struct VersionProvider;

impl Provider for VersionProvider {
    fn create(
        &self,
        world: &mut World,
        version: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let name = FunctionName::parse(version.text("FunctionName")).name;
        let text = |name: &str| version.properties.get(name).and_then(Value::as_str);
        let publication =
            Publication { description: text("Description"), code_sha256: text("CodeSha256") };
        let published = versions::number(world, (&version.region, &name), publication, origin.at);
        let published = published.map_err(|error| failure(&error))?;
        let function = published.function;
        if published.is_old {
            let message = format!(
                "A version for this Lambda function exists ( {} ). Modify the function to create a new version.",
                function.version
            );
            return Err(Failure::handler("AlreadyExists", message));
        }
        version.identifier = function.version_arn();
        version.attributes = versions::attributes(&function);
        Ok(())
    }

    fn delete(&self, world: &mut World, version: &Resource, _at: Timestamp) -> Result<(), Failure> {
        let named = FunctionName::parse(&version.identifier);
        let number = named.qualifier.unwrap_or_default();
        let deleted = versions::delete(world, &version.region, &named.name, &number);
        deleted.map_err(|error| failure(&error))
    }
}

/// `AWS::Lambda::Alias`
pub(crate) struct AliasProvider;

impl Provider for AliasProvider {
    fn create(
        &self,
        world: &mut World,
        alias: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let function = FunctionName::parse(alias.text("FunctionName")).name;
        alias.identifier = name::qualified_arn(&alias.region, &function, alias.text("Name"));
        if world.resources.contains(&alias.row_key()) {
            let key = alias.row_key();
            return Err(Failure::already_exists(&alias.type_name, &alias.identifier, key));
        }
        aliases::check(world, alias).map_err(|error| failure(&error))?;
        aliases::settle(alias);
        Ok(())
    }

    fn update(
        &self,
        world: &mut World,
        _before: &Resource,
        after: &mut Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        aliases::check(world, after).map_err(|error| failure(&error))
    }
}

/// `AWS::Lambda::Permission`
pub(crate) struct PermissionProvider;

impl Provider for PermissionProvider {
    fn create(
        &self,
        world: &mut World,
        permission: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let Origin { stack_name, stack_id, logical_id, predecessor, .. } = origin;
        let unique = suffix(&[stack_id, logical_id, predecessor.unwrap_or_default()], 12);
        let id = format!("{stack_name}-{logical_id}-{unique}");
        policy::admit(world, permission, &id).map_err(|error| failure(&error))
    }

    fn reference(&self, permission: &Resource) -> String {
        permission.attribute("Id").to_owned()
    }
}

/// `AWS::Lambda::CodeSigningConfig`
pub(crate) struct CodeSigningConfigProvider;

impl Provider for CodeSigningConfigProvider {
    fn create(
        &self,
        world: &mut World,
        configuration: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        code_signing::create(world, configuration).map_err(|error| failure(&error))
    }

    fn update(
        &self,
        _world: &mut World,
        _before: &Resource,
        after: &mut Resource,
        at: Timestamp,
    ) -> Result<(), Failure> {
        code_signing::settle(after, at).map_err(|error| failure(&error))
    }

    fn delete(
        &self,
        world: &mut World,
        configuration: &Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        code_signing::delete(world, configuration).map_err(|error| failure(&error))
    }
}
