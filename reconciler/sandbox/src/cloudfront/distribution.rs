//! Distributions, their behaviors and origins, as their resources describe them.

use http::{HeaderMap, Method};
use serde_json::Value;

use super::forwarding::{CachePolicy, Forwarded};
use super::headers::HeadersPolicy;
use super::is_read;
use crate::resource::Resource;
use crate::wildcard;
use crate::world::World;

const DISTRIBUTION: &str = "AWS::CloudFront::Distribution";
const CACHE_POLICY: &str = "AWS::CloudFront::CachePolicy";
const ORIGIN_REQUEST_POLICY: &str = "AWS::CloudFront::OriginRequestPolicy";
const RESPONSE_HEADERS_POLICY: &str = "AWS::CloudFront::ResponseHeadersPolicy";

/// The methods of a behavior that names none.
const READS: [&str; 2] = ["GET", "HEAD"];

/// A distribution.
#[derive(Debug, Clone)]
pub(crate) struct Distribution {
    pub(super) id: String,
    /// CloudFront's own name for it.
    pub(super) domain_name: String,
    /// The names that its owner gave it.
    pub(crate) aliases: Vec<String>,
    /// The ARN of the certificate that it shows by its aliases.
    pub(crate) certificate: String,
    /// The security policy: the oldest TLS version that it takes, and a year.
    pub(crate) oldest_tls: String,
    pub(super) is_enabled: bool,
    origins: Vec<OriginServer>,
    behaviors: Vec<Behavior>,
    /// For what matches none of their patterns.
    default: Behavior,
}

/// Where a distribution has its answers from.
#[derive(Debug, Clone)]
pub(super) struct OriginServer {
    id: String,
    pub(super) host: String,
    pub(super) path: String,
    /// Headers that are put on every request.
    pub(super) headers: Vec<(String, String)>,
}

/// How a viewer may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ViewerProtocol {
    Any,
    HttpsOnly,
    Redirect,
}

/// What holds for the paths of a pattern.
#[derive(Debug, Clone)]
pub(super) struct Behavior {
    pattern: String,
    target: String,
    pub(super) viewer_protocol: ViewerProtocol,
    allowed: Vec<String>,
    cached: Vec<String>,
    cache: Option<CachePolicy>,
    forwarded: Option<Forwarded>,
    headers: Option<HeadersPolicy>,
}

impl Distribution {
    /// Every distribution of the account.
    pub(crate) fn all(world: &World) -> impl Iterator<Item = Self> {
        let resources = world.resources.iter().map(|(_, resource)| resource);
        let found = resources.filter(|resource| resource.type_name == DISTRIBUTION);
        found.map(|resource| Self::of(world, resource))
    }

    /// The distribution that is called by this alias.
    pub(crate) fn by_alias(world: &World, name: &str) -> Option<Self> {
        let is_named = |alias: &String| {
            let wildcard = alias.strip_prefix('*').map(|parent| {
                name.split_once('.').is_some_and(|(_, rest)| parent.strip_prefix('.') == Some(rest))
            });
            wildcard.unwrap_or_else(|| alias.eq_ignore_ascii_case(name))
        };
        Self::all(world).find(|distribution| distribution.aliases.iter().any(is_named))
    }

    /// The distribution that a host in the clear names: CloudFront's own name or the same below `localhost`, or an
    /// alias, with any port.
    pub(crate) fn by_host(world: &World, host: &str) -> Option<Self> {
        let name = host.split_once(':').map_or(host, |(name, _)| name);
        let Some((label, _)) = name.split_once(".cloudfront.") else {
            return Self::by_alias(world, name);
        };
        let own = format!("{label}.cloudfront.net");
        let is_own = name == own || name == format!("{label}.cloudfront.localhost");
        Self::all(world).find(|distribution| is_own && distribution.domain_name == own)
    }

    fn of(world: &World, resource: &Resource) -> Self {
        let none = Value::Null;
        let config = resource.properties.get("DistributionConfig").unwrap_or(&none);
        let viewer = &config["ViewerCertificate"];
        let behaviors = items(&config["CacheBehaviors"]);
        Self {
            id: resource.identifier.clone(),
            domain_name: resource.attribute("DomainName").to_owned(),
            aliases: texts(&config["Aliases"]),
            certificate: text(&viewer["AcmCertificateArn"]).to_owned(),
            oldest_tls: text(&viewer["MinimumProtocolVersion"]).to_owned(),
            is_enabled: is_true(&config["Enabled"]),
            origins: items(&config["Origins"]).map(OriginServer::of).collect(),
            behaviors: behaviors.map(|value| Behavior::of(world, value)).collect(),
            default: Behavior::of(world, &config["DefaultCacheBehavior"]),
        }
    }

    /// The behavior of a path: the first whose pattern it matches.
    pub(super) fn behavior(&self, path: &str) -> &Behavior {
        let path = path.strip_prefix('/').unwrap_or(path);
        let matching = |behavior: &&Behavior| {
            let pattern = behavior.pattern.strip_prefix('/').unwrap_or(&behavior.pattern);
            wildcard::matches(pattern, path)
        };
        let found = self.behaviors.iter().find(matching);
        found.unwrap_or(&self.default)
    }
}

impl OriginServer {
    fn of(value: &Value) -> Self {
        let headers = items(&value["OriginCustomHeaders"]);
        let pair = |header: &Value| {
            (text(&header["HeaderName"]).to_owned(), text(&header["HeaderValue"]).to_owned())
        };
        Self {
            id: text(&value["Id"]).to_owned(),
            host: text(&value["DomainName"]).to_owned(),
            path: text(&value["OriginPath"]).to_owned(),
            headers: headers.map(pair).collect(),
        }
    }
}

impl Behavior {
    fn of(world: &World, value: &Value) -> Self {
        let policy = |type_name: &str, name: &str| -> Option<Value> {
            let id = value.get(name)?.as_str()?;
            let mut resources = world.resources.iter().map(|(_, resource)| resource);
            let is_it =
                |policy: &&Resource| policy.type_name == type_name && policy.identifier == id;
            // Its one property is the policy.
            resources.find(is_it)?.properties.values().next().cloned()
        };
        let methods = |name: &str| match texts(&value[name]) {
            named if named.is_empty() => READS.map(str::to_owned).to_vec(),
            named => named,
        };
        let forwarded = match value.get("OriginRequestPolicyId") {
            None => Some(Forwarded::default()),
            Some(_) => {
                policy(ORIGIN_REQUEST_POLICY, "OriginRequestPolicyId").map(|it| Forwarded::of(&it))
            }
        };
        Self {
            pattern: text(&value["PathPattern"]).to_owned(),
            target: text(&value["TargetOriginId"]).to_owned(),
            viewer_protocol: match text(&value["ViewerProtocolPolicy"]) {
                "allow-all" => ViewerProtocol::Any,
                "redirect-to-https" => ViewerProtocol::Redirect,
                _ => ViewerProtocol::HttpsOnly,
            },
            allowed: methods("AllowedMethods"),
            cached: methods("CachedMethods"),
            cache: policy(CACHE_POLICY, "CachePolicyId").map(|it| CachePolicy::of(&it)),
            forwarded,
            headers: policy(RESPONSE_HEADERS_POLICY, "ResponseHeadersPolicyId")
                .map(|it| HeadersPolicy::of(&it)),
        }
    }

    pub(super) fn allows(&self, method: &Method) -> bool {
        self.allowed.iter().any(|allowed| allowed == method.as_str())
    }

    /// Whether answers to this method are kept.
    pub(super) fn caches(&self, method: &Method) -> bool {
        is_read(method) && self.cached.iter().any(|cached| cached == method.as_str())
    }

    /// What the cache goes by, and what else the origin is told; none if one of the policies is not known.
    pub(super) fn policies(&self) -> Option<(&CachePolicy, &Forwarded)> {
        self.cache.as_ref().zip(self.forwarded.as_ref())
    }

    pub(super) fn origin<'a>(&self, distribution: &'a Distribution) -> Option<&'a OriginServer> {
        distribution.origins.iter().find(|origin| origin.id == self.target)
    }

    /// Puts the policy's headers on an answer.
    pub(super) fn dress(&self, headers: &mut HeaderMap) {
        if let Some(policy) = &self.headers {
            policy.dress(headers);
        }
    }
}

pub(super) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

pub(super) fn items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub(super) fn texts(value: &Value) -> Vec<String> {
    items(value).filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Templates write booleans as text, too.
pub(super) fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}

/// And numbers.
pub(super) fn number(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}
