//! Certificate templates: what a certificate may be used for, and who else has a say in its contents.

use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, KeyUsagePurpose};

use super::refusal::invalid_args;
use crate::error::AwsError;

const PREFIX: &str = "arn:aws:acm-pca:::template/";

/// What is issued when no template is named.
const DEFAULT: &str = "EndEntityCertificate";

/// A template of AWS's own ("AWS Private CA template definitions" in its user guide).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Template {
    pub(super) purpose: Purpose,
    /// Whether `ApiPassthrough` is heard.
    pub(super) hears_api: bool,
    /// Whether the extensions of the request are taken over that the template does not set.
    pub(super) hears_request: bool,
}

/// What a certificate is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Purpose {
    /// A root CA's own.
    Root,
    /// A CA below another one, with so many below it at most.
    Subordinate { path_length: u8 },
    /// Whoever proves who it is with it.
    EndEntity(Vec<ExtendedKeyUsagePurpose>),
}

impl Template {
    /// The template that an ARN names.
    pub(super) fn of(arn: Option<&str>) -> Result<(Self, String), AwsError> {
        let arn = arn.map_or_else(|| format!("{PREFIX}{DEFAULT}/V1"), str::to_owned);
        let name = arn.strip_prefix(PREFIX).and_then(|name| name.strip_suffix("/V1"));
        let template = name.and_then(Self::named);
        let template = template
            .ok_or_else(|| invalid_args(format!("The sandbox does not know the template {arn}")))?;
        Ok((template, arn))
    }

    fn named(name: &str) -> Option<Self> {
        let (name, hears_api, hears_request) = [
            ("_APIPassthrough", true, false),
            ("_CSRPassthrough", false, true),
            ("_APICSRPassthrough", true, true),
        ]
        .into_iter()
        .find_map(|(suffix, api, request)| Some((name.strip_suffix(suffix)?, api, request)))
        .unwrap_or((name, false, false));
        let (server, client) =
            (ExtendedKeyUsagePurpose::ServerAuth, ExtendedKeyUsagePurpose::ClientAuth);
        let purpose = match name {
            "RootCACertificate" => Purpose::Root,
            "EndEntityCertificate" => Purpose::EndEntity(vec![server, client]),
            "EndEntityClientAuthCertificate" => Purpose::EndEntity(vec![client]),
            "EndEntityServerAuthCertificate" => Purpose::EndEntity(vec![server]),
            _ => {
                let path_length = name.strip_prefix("SubordinateCACertificate_PathLen")?;
                let path_length = path_length.parse().ok().filter(|length| *length <= 3)?;
                Purpose::Subordinate { path_length }
            }
        };
        Some(Self { purpose, hears_api, hears_request })
    }
}

impl Purpose {
    pub(super) fn key_usages(&self) -> Vec<KeyUsagePurpose> {
        match self {
            Self::Root | Self::Subordinate { .. } => vec![
                KeyUsagePurpose::DigitalSignature,
                KeyUsagePurpose::KeyCertSign,
                KeyUsagePurpose::CrlSign,
            ],
            Self::EndEntity(_) => {
                vec![KeyUsagePurpose::DigitalSignature, KeyUsagePurpose::KeyEncipherment]
            }
        }
    }

    pub(super) fn extended_key_usages(&self) -> Vec<ExtendedKeyUsagePurpose> {
        match self {
            Self::Root | Self::Subordinate { .. } => Vec::new(),
            Self::EndEntity(usages) => usages.clone(),
        }
    }

    /// That the holder is a CA; that it is none is not critical, and is added by hand.
    pub(super) fn is_ca(&self) -> IsCa {
        match self {
            Self::Root => IsCa::Ca(BasicConstraints::Unconstrained),
            Self::Subordinate { path_length } => {
                IsCa::Ca(BasicConstraints::Constrained(*path_length))
            }
            Self::EndEntity(_) => IsCa::NoCa,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Option<Template> {
        Template::of(Some(&format!("{PREFIX}{name}/V1"))).ok().map(|(template, _)| template)
    }

    #[test]
    fn templates_are_told_by_their_names() {
        let client = Purpose::EndEntity(vec![ExtendedKeyUsagePurpose::ClientAuth]);
        let template = named("EndEntityClientAuthCertificate_APICSRPassthrough");
        let expected = Template { purpose: client, hears_api: true, hears_request: true };
        assert_eq!(template, Some(expected));
        let path_length = |name| named(name).map(|template| template.purpose);
        let expected = Some(Purpose::Subordinate { path_length: 3 });
        assert_eq!(path_length("SubordinateCACertificate_PathLen3"), expected);
        assert_eq!(path_length("SubordinateCACertificate_PathLen4"), None);
        assert_eq!(named("EndEntityCertificate_OtherPassthrough"), None);
    }
}
