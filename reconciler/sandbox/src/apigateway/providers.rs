//! What the types of API Gateway do beyond the registry's facts: mostly, that the service chooses their IDs.

use jiff::Timestamp;
use serde_json::json;

use super::model::{API, INTEGRATION, ROUTE, STAGE};
use crate::cloudformation::names::suffix;
use crate::resource::Resource;
use crate::resources::{Failure, Origin, Provider};
use crate::world::{ACCOUNT, World};

/// `AWS::ApiGatewayV2::Api`
pub(crate) struct ApiProvider;

/// `AWS::ApiGatewayV2::Stage`
pub(crate) struct StageProvider;

/// `AWS::ApiGatewayV2::Route`
pub(crate) struct RouteProvider;

/// A type that belongs to an API, and whose ID the service chooses.
pub(crate) struct PartProvider {
    /// The attribute that is the ID.
    id: &'static str,
    /// What the identifier consists of.
    identifier: [&'static str; 2],
}

impl PartProvider {
    pub(crate) const API_MAPPING: Self =
        Self { id: "ApiMappingId", identifier: ["ApiMappingId", "DomainName"] };
    pub(crate) const AUTHORIZER: Self =
        Self { id: "AuthorizerId", identifier: ["AuthorizerId", "ApiId"] };
    pub(crate) const DEPLOYMENT: Self =
        Self { id: "DeploymentId", identifier: ["ApiId", "DeploymentId"] };
    pub(crate) const INTEGRATION: Self =
        Self { id: "IntegrationId", identifier: ["ApiId", "IntegrationId"] };
    const ROUTE: Self = Self { id: "RouteId", identifier: ["ApiId", "RouteId"] };
}

impl Provider for ApiProvider {
    fn create(
        &self,
        _world: &mut World,
        api: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let id = chosen(api, origin, 10);
        let region = origin.region;
        let attributes = [
            ("ApiEndpoint", format!("https://{id}.execute-api.{region}.amazonaws.com")),
            ("ApiId", id.clone()),
            ("ExecuteApiArn", format!("arn:aws:execute-api:{region}:{ACCOUNT}:{id}")),
        ];
        for (name, value) in attributes {
            api.attributes.insert(name.to_owned(), json!(value));
        }
        api.identifier = id;
        Ok(())
    }

    /// An API goes with all that belongs to it.
    fn delete(&self, world: &mut World, api: &Resource, _at: Timestamp) -> Result<(), Failure> {
        for type_name in [INTEGRATION, ROUTE, STAGE] {
            let prefix = Resource::key(&api.region, type_name, &format!("{}|", api.identifier));
            let keys: Vec<_> =
                world.resources.with_prefix(prefix).map(|(key, _)| key.to_owned()).collect();
            for key in keys {
                world.resources.remove(&key);
            }
        }
        world.resources.remove(&api.row_key());
        Ok(())
    }
}

impl Provider for StageProvider {
    fn create(
        &self,
        world: &mut World,
        stage: &mut Resource,
        _origin: Origin<'_>,
    ) -> Result<(), Failure> {
        require_api(world, stage)
    }

    fn reference(&self, stage: &Resource) -> String {
        stage.text("StageName").to_owned()
    }
}

impl Provider for RouteProvider {
    fn create(
        &self,
        world: &mut World,
        route: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        let key = route.text("RouteKey");
        let prefix = Resource::key(&route.region, ROUTE, &format!("{}|", route.text("ApiId")));
        let is_same = |(_, other): (&str, &Resource)| other.text("RouteKey") == key;
        if world.resources.with_prefix(prefix).any(is_same) {
            let message = format!("Route with key {key} already exists for this API");
            return Err(Failure::handler("AlreadyExists", message));
        }
        PartProvider::ROUTE.create(world, route, origin)
    }

    fn reference(&self, route: &Resource) -> String {
        PartProvider::ROUTE.reference(route)
    }
}

impl Provider for PartProvider {
    fn create(
        &self,
        world: &mut World,
        part: &mut Resource,
        origin: Origin<'_>,
    ) -> Result<(), Failure> {
        require_api(world, part)?;
        let id = chosen(part, origin, 7);
        part.attributes.insert(self.id.to_owned(), json!(id));
        let [one, other] =
            self.identifier.map(|name| if name == self.id { &*id } else { part.text(name) });
        part.identifier = format!("{one}|{other}");
        Ok(())
    }

    fn reference(&self, part: &Resource) -> String {
        part.attribute(self.id).to_owned()
    }
}

/// An ID as API Gateway chooses them.
fn chosen(resource: &Resource, origin: Origin<'_>, length: usize) -> String {
    suffix(&["id", &resource.row_key(), &origin.at.to_string()], length).to_lowercase()
}

fn require_api(world: &World, part: &Resource) -> Result<(), Failure> {
    let id = part.text("ApiId");
    if world.resources.contains(&Resource::key(&part.region, API, id)) {
        return Ok(());
    }
    Err(Failure::handler("NotFound", format!("Invalid API identifier specified {ACCOUNT}:{id}")))
}
