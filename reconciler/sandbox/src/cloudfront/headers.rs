//! The headers that a policy puts on answers, and those that it takes off.

use http::{HeaderMap, HeaderName, HeaderValue};
use serde_json::Value;

use super::distribution::{is_true, items, number, text};

/// A response headers policy.
#[derive(Debug, Clone, Default)]
pub(super) struct HeadersPolicy {
    removed: Vec<HeaderName>,
    added: Vec<Added>,
}

#[derive(Debug, Clone)]
struct Added {
    name: HeaderName,
    value: HeaderValue,
    /// Whether what the origin says is replaced.
    overrides: bool,
}

impl HeadersPolicy {
    pub(super) fn of(config: &Value) -> Self {
        let security = &config["SecurityHeadersConfig"];
        let frame = &security["FrameOptions"];
        let referrer = &security["ReferrerPolicy"];
        let content = &security["ContentSecurityPolicy"];
        let known = [
            ("strict-transport-security", security, "StrictTransportSecurity"),
            ("x-content-type-options", security, "ContentTypeOptions"),
            ("x-xss-protection", security, "XSSProtection"),
        ];
        let known = known.into_iter().filter_map(|(name, all, key)| {
            let part = all.get(key)?;
            Some((name, value_of(key, part), is_true(&part["Override"])))
        });
        let plain = [
            ("x-frame-options", frame, "FrameOption"),
            ("referrer-policy", referrer, "ReferrerPolicy"),
            ("content-security-policy", content, "ContentSecurityPolicy"),
        ];
        let plain = plain.into_iter().filter_map(|(name, part, key)| {
            Some((name, part.get(key)?.as_str()?.to_owned(), is_true(&part["Override"])))
        });
        let custom = items(&config["CustomHeadersConfig"]["Items"]).map(|item| {
            (text(&item["Header"]), text(&item["Value"]).to_owned(), is_true(&item["Override"]))
        });
        let removed = items(&config["RemoveHeadersConfig"]["Items"]);
        Self {
            removed: removed.filter_map(|item| text(&item["Header"]).parse().ok()).collect(),
            added: known.chain(plain).chain(custom).filter_map(Added::of).collect(),
        }
    }

    pub(super) fn dress(&self, headers: &mut HeaderMap) {
        for name in &self.removed {
            headers.remove(name);
        }
        for Added { name, value, overrides } in &self.added {
            if *overrides || !headers.contains_key(name) {
                headers.insert(name, value.clone());
            }
        }
    }
}

impl Added {
    fn of((name, value, overrides): (&str, String, bool)) -> Option<Self> {
        Some(Self { name: name.parse().ok()?, value: value.try_into().ok()?, overrides })
    }
}

/// The value of a header that is described by its parts.
fn value_of(key: &str, part: &Value) -> String {
    match key {
        "StrictTransportSecurity" => {
            let age = number(&part["AccessControlMaxAgeSec"]).unwrap_or_default();
            let subdomains =
                if is_true(&part["IncludeSubdomains"]) { "; includeSubDomains" } else { "" };
            let preload = if is_true(&part["Preload"]) { "; preload" } else { "" };
            format!("max-age={age}{subdomains}{preload}")
        }
        "XSSProtection" => {
            let protection = if is_true(&part["Protection"]) { "1" } else { "0" };
            let block = if is_true(&part["ModeBlock"]) { "; mode=block" } else { "" };
            format!("{protection}{block}")
        }
        _ => "nosniff".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_policy_adds_replaces_and_takes_away() {
        let policy = HeadersPolicy::of(&json!({
            "SecurityHeadersConfig": {
                "StrictTransportSecurity": {
                    "AccessControlMaxAgeSec": "63072000", "IncludeSubdomains": "true", "Override": true,
                },
                "ContentTypeOptions": { "Override": true },
                "FrameOptions": { "FrameOption": "DENY", "Override": false },
            },
            "CustomHeadersConfig": { "Items": [{ "Header": "X-Own", "Value": "1", "Override": true }] },
            "RemoveHeadersConfig": { "Items": [{ "Header": "Server" }] },
        }));
        let mut headers = HeaderMap::new();
        headers.insert("server", HeaderValue::from_static("origin"));
        headers.insert("x-own", HeaderValue::from_static("0"));
        headers.insert("x-frame-options", HeaderValue::from_static("SAMEORIGIN"));
        policy.dress(&mut headers);
        let mut told: Vec<_> = headers
            .iter()
            .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
            .collect();
        told.sort();
        assert_eq!(
            told,
            [
                "strict-transport-security: max-age=63072000; includeSubDomains",
                "x-content-type-options: nosniff",
                "x-frame-options: SAMEORIGIN",
                "x-own: 1",
            ]
        );
    }
}
