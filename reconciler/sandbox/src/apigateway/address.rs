//! Which API a request is for, and which of its stages: told from the host and the path.

use bytes::Bytes;
use http::Request;
use http::header::HOST;

use super::model::{Api, Stage};
use super::visit::ClientCertificate;
use crate::world::World;

/// An API's own host.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address {
    api: String,
    region: String,
    /// As it was written, without the port.
    domain_name: String,
}

/// Where a request goes in: a stage of an API, whatever the name was that it came by.
#[derive(Debug)]
pub(crate) struct Entrance {
    pub(super) api: Api,
    pub(super) stage: Stage,
    pub(super) domain_name: String,
    /// The path as the function is told it.
    pub(super) raw_path: String,
    /// The path as routes match it: without the stage.
    pub(super) route_path: String,
    /// What the client showed, where TLS asked for it.
    pub(super) certificate: Option<ClientCertificate>,
}

/// Why a request gets nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Astray {
    /// It may not come in this way.
    Forbidden,
    /// There is no such API, or it has no such stage.
    Nowhere,
}

impl Address {
    /// Reads `<api>.execute-api.<region>.amazonaws.com`, and the same below `localhost`, with any port.
    pub(crate) fn of(request: &Request<Bytes>) -> Option<Self> {
        Self::parse(request.headers().get(HOST)?.to_str().ok()?)
    }

    fn parse(host: &str) -> Option<Self> {
        let name = host.split_once(':').map_or(host, |(name, _)| name);
        let place =
            name.strip_suffix(".amazonaws.com").or_else(|| name.strip_suffix(".localhost"))?;
        let (api, region) = place.split_once(".execute-api.")?;
        let is_label = |text: &str| !text.is_empty() && !text.contains('.');
        (is_label(api) && is_label(region)).then(|| Self {
            api: api.to_owned(),
            region: region.to_owned(),
            domain_name: name.to_owned(),
        })
    }

    /// Finds the stage: the one that the path begins with, or else `$default`.
    pub(super) fn enter(self, world: &World, path: &str) -> Result<Entrance, Astray> {
        let Self { api, region, domain_name } = self;
        let api = Api::find(world, &region, &api).ok_or(Astray::Nowhere)?;
        if api.is_disabled() {
            return Err(Astray::Forbidden);
        }
        let raw_path = decoded(path);
        let first = raw_path.split('/').nth(1).unwrap_or_default();
        let named = Stage::find(world, &api, first);
        let route_path = match &named {
            Some(_) => raw_path.get(1 + first.len()..).filter(|rest| !rest.is_empty()),
            None => Some(raw_path.as_str()),
        };
        let route_path = route_path.unwrap_or("/").to_owned();
        let stage =
            named.or_else(|| Stage::find(world, &api, "$default")).ok_or(Astray::Nowhere)?;
        Ok(Entrance { api, stage, domain_name, raw_path, route_path, certificate: None })
    }
}

/// The path without its percent signs, which is how HTTP APIs see it; what then is a question mark ends it.
pub(super) fn decoded(path: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(path).decode_utf8_lossy().into_owned();
    decoded.split('?').next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_api_is_known_by_its_host() {
        for (host, api) in [
            ("abc.execute-api.eu-west-1.amazonaws.com", Some(("abc", "eu-west-1"))),
            ("abc.execute-api.eu-west-1.localhost:4599", Some(("abc", "eu-west-1"))),
            ("abc.execute-api.localhost:4599", None),
            ("my.bucket.execute-api.eu-west-1.localhost", None),
            ("abc.localhost", None),
            ("localhost:4599", None),
            ("abc.execute-api.eu-west-1.example.com", None),
        ] {
            let found = Address::parse(host).map(|address| (address.api, address.region));
            let expected = api.map(|(api, region)| (api.to_owned(), region.to_owned()));
            assert_eq!(found, expected, "{host}");
        }
    }

    #[test]
    fn paths_are_seen_decoded() {
        assert_eq!(decoded("/a%2Fb/c%20d"), "/a/b/c d");
        assert_eq!(decoded("/a%3Fb=c/d"), "/a");
    }
}
