//! APIs, stages, routes and integrations, as their resources describe them.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::Value;

use crate::resource::Resource;
use crate::world::World;

pub(super) const API: &str = "AWS::ApiGatewayV2::Api";
pub(super) const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";
pub(super) const ROUTE: &str = "AWS::ApiGatewayV2::Route";
pub(super) const STAGE: &str = "AWS::ApiGatewayV2::Stage";

/// How long an integration may take unless it says otherwise, and at most.
const TIMEOUT: Duration = Duration::from_secs(30);

/// An HTTP API.
#[derive(Debug, Clone)]
pub(crate) struct Api {
    pub(crate) id: String,
    pub(crate) region: String,
    pub(crate) name: String,
    is_disabled: bool,
    /// The CORS configuration, if there is one.
    pub(super) cors: Option<Value>,
}

/// A stage of an API.
#[derive(Debug, Clone)]
pub(super) struct Stage {
    pub(super) name: String,
    pub(super) variables: BTreeMap<String, String>,
    /// The log group's ARN and the format of its lines.
    pub(super) access_log: Option<(String, String)>,
    settings: Value,
}

/// How many requests a route takes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Throttle {
    pub(super) per_second: f64,
    pub(super) burst: f64,
}

/// A route, with what answers it.
#[derive(Debug, Clone)]
pub(super) struct Route {
    /// `GET /pets/{id}`, or `$default`.
    pub(super) key: String,
    pub(super) authorization: String,
    pub(super) integration: Option<Integration>,
}

/// What answers a route.
#[derive(Debug, Clone)]
pub(super) struct Integration {
    pub(super) kind: String,
    /// The function's ARN, or API Gateway's ARN of its invocation.
    pub(super) uri: String,
    pub(super) payload_format: String,
    pub(super) timeout: Duration,
}

impl Api {
    pub(super) fn find(world: &World, region: &str, id: &str) -> Option<Self> {
        world.resources.get(&Resource::key(region, API, id)).map(Self::of)
    }

    /// Every API of the account.
    pub(crate) fn all(world: &World) -> impl Iterator<Item = Self> {
        let resources = world.resources.iter().map(|(_, resource)| resource);
        resources.filter(|resource| resource.type_name == API).map(Self::of)
    }

    fn of(resource: &Resource) -> Self {
        Self {
            id: resource.identifier.clone(),
            region: resource.region.clone(),
            name: resource.text("Name").to_owned(),
            is_disabled: resource.properties.get("DisableExecuteApiEndpoint").is_some_and(truth),
            cors: resource.properties.get("CorsConfiguration").cloned(),
        }
    }

    /// Whether its own host does not answer.
    pub(crate) fn is_disabled(&self) -> bool {
        self.is_disabled
    }

    /// The names of its stages.
    pub(crate) fn stages(&self, world: &World) -> Vec<String> {
        parts(world, self, STAGE).map(|stage| stage.text("StageName").to_owned()).collect()
    }

    /// Its routes.
    pub(super) fn routes(&self, world: &World) -> Vec<Route> {
        parts(world, self, ROUTE).map(|route| Route::of(world, self, route)).collect()
    }
}

impl Stage {
    pub(super) fn find(world: &World, api: &Api, name: &str) -> Option<Self> {
        let key = Resource::key(&api.region, STAGE, &format!("{}|{name}", api.id));
        let resource = world.resources.get(&key)?;
        let variables = resource.properties.get("StageVariables").and_then(Value::as_object);
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        let pairs = variables.into_iter().flatten();
        let log = resource.properties.get("AccessLogSettings");
        let log_text = |name: &str| log?.get(name)?.as_str().map(str::to_owned);
        Some(Self {
            name: name.to_owned(),
            variables: pairs.map(|(name, value)| (name.clone(), text(value))).collect(),
            access_log: log_text("DestinationArn").zip(log_text("Format")),
            settings: Value::Object(resource.properties.clone()),
        })
    }

    /// How many requests a route takes: the route's own settings, the stage's, or the account's.
    pub(super) fn throttle(&self, route: &str) -> Throttle {
        let of_route = self.settings.get("RouteSettings").and_then(|routes| routes.get(route));
        let of_stage = self.settings.get("DefaultRouteSettings");
        let setting = |name: &str, otherwise: f64| {
            let found = [of_route, of_stage].into_iter().flatten().find_map(|at| at.get(name));
            found.and_then(number).unwrap_or(otherwise)
        };
        Throttle {
            per_second: setting("ThrottlingRateLimit", 10_000.0),
            burst: setting("ThrottlingBurstLimit", 5_000.0),
        }
    }
}

impl Route {
    fn of(world: &World, api: &Api, resource: &Resource) -> Self {
        let target = resource.text("Target").strip_prefix("integrations/").unwrap_or_default();
        let key = Resource::key(&api.region, INTEGRATION, &format!("{}|{target}", api.id));
        let authorization = match resource.text("AuthorizationType") {
            "" => "NONE",
            other => other,
        };
        Self {
            key: resource.text("RouteKey").to_owned(),
            authorization: authorization.to_owned(),
            integration: world.resources.get(&key).map(Integration::of),
        }
    }
}

impl Integration {
    fn of(resource: &Resource) -> Self {
        let timeout = resource.properties.get("TimeoutInMillis").and_then(number);
        Self {
            kind: resource.text("IntegrationType").to_owned(),
            uri: resource.text("IntegrationUri").to_owned(),
            payload_format: resource.text("PayloadFormatVersion").to_owned(),
            timeout: timeout.map_or(TIMEOUT, |timeout| TIMEOUT.min(milliseconds(timeout))),
        }
    }

    /// The ARN of the function, with its qualifier if there is one.
    pub(super) fn function_arn(&self) -> &str {
        let arn = self.uri.split_once("/functions/").map_or(&*self.uri, |(_, arn)| arn);
        arn.strip_suffix("/invocations").unwrap_or(arn)
    }
}

/// What of this type belongs to an API.
fn parts<'a>(world: &'a World, api: &Api, type_name: &str) -> impl Iterator<Item = &'a Resource> {
    let prefix = Resource::key(&api.region, type_name, &format!("{}|", api.id));
    world.resources.with_prefix(prefix).map(|(_, resource)| resource)
}

fn milliseconds(count: f64) -> Duration {
    Duration::try_from_secs_f64(count / 1000.0).unwrap_or_default()
}

/// Templates write booleans as text, too.
fn truth(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}

/// And numbers.
fn number(value: &Value) -> Option<f64> {
    value.as_f64().or_else(|| value.as_str()?.parse().ok())
}
