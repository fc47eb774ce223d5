//! What the account holds, shown to whoever checks it from outside; this is not an AWS call.

use serde_json::Value;

use crate::apigateway::{Api, Domain};
use crate::cloudfront::Distribution;
use crate::resource::Resource;
use crate::sandbox::Sandbox;
use crate::store::StateError;

/// A live resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveResource {
    /// The region.
    pub region: String,
    /// `AWS::S3::Bucket`
    pub type_name: String,
    /// The primary identifier.
    pub identifier: String,
    /// The live properties.
    pub properties: Value,
}

/// An HTTP API that answers by its own host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveApi {
    /// The region.
    pub region: String,
    /// The ID, which is the first label of its host.
    pub id: String,
    /// The name.
    pub name: String,
    /// The names of its stages.
    pub stages: Vec<String>,
}

/// A custom domain name, which a door answers for by TLS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LiveDomain {
    /// The name.
    pub name: String,
    /// Whether clients must show a certificate.
    pub is_mutual: bool,
    /// What API Gateway warns of in the truststore.
    pub warnings: Vec<String>,
}

impl Sandbox {
    /// Every live resource, whoever made it and whether or not a stack knows of it.
    pub fn resources(&self) -> Result<Vec<LiveResource>, StateError> {
        self.account().transact(|world, _| {
            world.resources.iter().map(|(_, resource)| LiveResource::of(resource)).collect()
        })
    }

    /// Every HTTP API that a door answers for.
    pub fn http_apis(&self) -> Result<Vec<LiveApi>, StateError> {
        self.account().transact(|world, _| {
            let open = Api::all(world).filter(|api| !api.is_disabled());
            let live = open.map(|api| LiveApi {
                stages: api.stages(world),
                region: api.region,
                id: api.id,
                name: api.name,
            });
            live.collect()
        })
    }

    /// Every alias of CloudFront's distributions, which a door answers for by TLS.
    pub fn aliases(&self) -> Result<Vec<String>, StateError> {
        let aliases = |distribution: Distribution| distribution.aliases;
        self.account().transact(|world, _| Distribution::all(world).flat_map(aliases).collect())
    }

    /// Every custom domain name.
    pub fn custom_domains(&self) -> Result<Vec<LiveDomain>, StateError> {
        self.account().transact(|world, now| {
            let live = Domain::all(world).map(|domain| LiveDomain {
                is_mutual: domain.is_mutual(),
                warnings: domain.warnings(now),
                name: domain.name,
            });
            live.collect()
        })
    }
}

impl LiveApi {
    /// Where a door with this port answers for the API's stages: names below `localhost` are this machine.
    pub fn urls(&self, port: u16) -> impl Iterator<Item = String> {
        let origin = format!("http://{}.execute-api.{}.localhost:{port}", self.id, self.region);
        self.stages.iter().map(move |stage| match stage.as_str() {
            "$default" => format!("{origin}/"),
            stage => format!("{origin}/{stage}"),
        })
    }
}

impl LiveResource {
    fn of(resource: &Resource) -> Self {
        let Resource { type_name, region, identifier, properties, attributes: _, created: _ } =
            resource;
        Self {
            region: region.clone(),
            type_name: type_name.clone(),
            identifier: identifier.clone(),
            properties: Value::Object(properties.clone()),
        }
    }
}
