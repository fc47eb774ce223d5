//! How the function is set up: from the variables of its environment, read once at the start.

use std::fmt::Display;
use std::ops::RangeInclusive;
use std::str::FromStr;
use std::time::Duration;

use jiff::SignedDuration;

use crate::identity::Edge;

/// The fingerprint of the certificate by which CloudFront shows itself.
const EDGE: &str = "EDGE_CERTIFICATE_SHA256";

const MIB: u64 = 1024 * 1024;
const GIB: u64 = 1024 * MIB;

/// A signed URL is for the next request. It dies with the function's credentials at the latest.
const URL_SECONDS: Setting<u64> = Setting { name: "URL_SECONDS", default: 60, allowed: 1..=300 };

/// So long a suspension may go unnoticed.
const REGISTRY_SECONDS: Setting<i64> =
    Setting { name: "REGISTRY_SECONDS", default: 30, allowed: 0..=300 };

/// Larger objects go in parts, so that a clinic's line that breaks costs one part. S3 takes up to 5 GiB.
const PART_LIMIT_BYTES: Setting<u64> =
    Setting { name: "PART_LIMIT_BYTES", default: 64 * MIB, allowed: 0..=5 * GIB };

/// The bounds are S3's.
const PART_BYTES: Setting<u64> =
    Setting { name: "PART_BYTES", default: 16 * MIB, allowed: 5 * MIB..=5 * GIB };

/// What one object may have. The bound is what 10,000 of S3's largest parts have.
const MAX_OBJECT_BYTES: Setting<u64> =
    Setting { name: "MAX_OBJECT_BYTES", default: 1024 * GIB, allowed: 1..=50_000 * GIB };

/// How the function decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The bucket with the registrations.
    pub registry_bucket: String,
    /// How long a registration is taken without asking whether it still stands.
    pub registry_time_to_live: SignedDuration,
    /// The key that everything is stored under.
    pub kms_key: String,
    /// How long a signed URL is valid.
    pub url_lifetime: Duration,
    /// The largest object that is uploaded in one piece.
    pub part_limit: u64,
    /// The size of a part.
    pub part_size: u64,
    /// The largest object.
    pub max_object: u64,
    /// The namespace of the metrics.
    pub metrics_namespace: String,
    /// The CloudFront that stands in front, if one does.
    pub edge: Option<Edge>,
}

/// How S3 is reached: what Lambda itself sets.
#[derive(Clone)]
#[expect(missing_debug_implementations, reason = "it holds a secret")]
pub struct Access {
    /// The function's Region.
    pub region: String,
    /// The ID of its access key.
    pub key_id: String,
    /// Its secret access key.
    pub secret_key: String,
    /// Its session token, which a role's credentials have.
    pub session_token: Option<String>,
    /// An endpoint that is not AWS's.
    pub endpoint: Option<String>,
}

/// All that is wrong with the environment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the function's environment is not right: {}", .0.join("; "))]
pub struct Misconfigured(Vec<String>);

/// Reads variables and collects what is wrong with them.
struct Reader<F> {
    variable: F,
    mistakes: Vec<String>,
}

struct Setting<T> {
    name: &'static str,
    default: T,
    allowed: RangeInclusive<T>,
}

/// Reads the function's environment.
pub fn read(
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(Settings, Access), Misconfigured> {
    let mut reader = Reader { variable, mistakes: Vec::new() };
    let settings = Settings {
        registry_bucket: reader.required("REGISTRY_BUCKET"),
        registry_time_to_live: SignedDuration::from_secs(reader.number(&REGISTRY_SECONDS)),
        kms_key: reader.required("KMS_KEY_ID"),
        url_lifetime: Duration::from_secs(reader.number(&URL_SECONDS)),
        part_limit: reader.number(&PART_LIMIT_BYTES),
        part_size: reader.number(&PART_BYTES),
        max_object: reader.number(&MAX_OBJECT_BYTES),
        metrics_namespace: reader
            .optional("METRICS_NAMESPACE")
            .unwrap_or_else(|| "DeviceApi".into()),
        edge: reader.edge(),
    };
    let endpoint = reader.optional("AWS_ENDPOINT_URL_S3");
    let access = Access {
        region: reader.required("AWS_REGION"),
        key_id: reader.required("AWS_ACCESS_KEY_ID"),
        secret_key: reader.required("AWS_SECRET_ACCESS_KEY"),
        session_token: reader.optional("AWS_SESSION_TOKEN"),
        endpoint: endpoint.or_else(|| reader.optional("AWS_ENDPOINT_URL")),
    };
    let Reader { mistakes, .. } = reader;
    if mistakes.is_empty() { Ok((settings, access)) } else { Err(Misconfigured(mistakes)) }
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn optional(&self, name: &str) -> Option<String> {
        (self.variable)(name).filter(|value| !value.is_empty())
    }

    fn required(&mut self, name: &str) -> String {
        self.optional(name).unwrap_or_else(|| {
            self.mistakes.push(format!("`{name}` is not set"));
            String::new()
        })
    }

    fn edge(&mut self) -> Option<Edge> {
        let text = self.optional(EDGE)?;
        let edge = Edge::parse(&text);
        if edge.is_none() {
            self.mistakes.push(format!("`{EDGE}` is `{text}`, not a SHA-256 in hexadecimal"));
        }
        edge
    }

    fn number<T: FromStr + PartialOrd + Display + Copy>(&mut self, setting: &Setting<T>) -> T {
        let Setting { name, default, allowed } = setting;
        let Some(text) = self.optional(name) else { return *default };
        let number = text.parse().ok().filter(|number| allowed.contains(number));
        number.unwrap_or_else(|| {
            let (least, most) = (allowed.start(), allowed.end());
            self.mistakes
                .push(format!("`{name}` is `{text}`, not a number from {least} to {most}"));
            *default
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEEDED: [(&str, &str); 5] = [
        ("REGISTRY_BUCKET", "registry"),
        ("KMS_KEY_ID", "alias/clinic"),
        ("AWS_REGION", "ap-northeast-1"),
        ("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7EXAMPLE"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
    ];

    fn environment(more: &[(&str, &str)]) -> Result<(Settings, Access), Misconfigured> {
        read(|name| {
            let mut all = more.iter().chain(&NEEDED);
            all.find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn what_is_not_set_has_a_default() {
        let (settings, access) = environment(&[]).expect("is right");
        assert_eq!(settings.url_lifetime, Duration::from_mins(1));
        assert_eq!(settings.part_limit, 64 * MIB);
        assert_eq!((access.session_token, access.endpoint), (None, None));
    }

    #[test]
    fn the_endpoint_of_s3_goes_before_the_one_of_all() {
        let all = ("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
        let (_, access) = environment(&[all]).expect("is right");
        assert_eq!(access.endpoint.as_deref(), Some("http://127.0.0.1:1"));
        let s3 = ("AWS_ENDPOINT_URL_S3", "http://127.0.0.1:2");
        let (_, access) = environment(&[all, s3]).expect("is right");
        assert_eq!(access.endpoint.as_deref(), Some("http://127.0.0.1:2"));
    }

    #[test]
    fn all_mistakes_are_told_at_once() {
        let wrong = [("URL_SECONDS", "301"), ("PART_BYTES", "1"), ("KMS_KEY_ID", ""), (EDGE, "0f")];
        let error = environment(&wrong).err().expect("is wrong").to_string();
        let expected = "the function's environment is not right: \
            `KMS_KEY_ID` is not set; \
            `URL_SECONDS` is `301`, not a number from 1 to 300; \
            `PART_BYTES` is `1`, not a number from 5242880 to 5368709120; \
            `EDGE_CERTIFICATE_SHA256` is `0f`, not a SHA-256 in hexadecimal";
        assert_eq!(error, expected);
    }
}
