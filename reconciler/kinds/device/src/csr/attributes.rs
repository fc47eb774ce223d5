//! What a request asks for besides a certificate for its subject and key.
//!
//! | attribute or extension | |
//! |---|---|
//! | subject key identifier, S/MIME capabilities | let through: certreq and OpenSSL add them, and the CA takes no notice |
//! | key usage of digital signature and key encipherment | let through: every terminal's certificate has it |
//! | extended key usage of client authentication | let through, for the same reason |
//! | basic constraints that say "no CA" | let through |
//! | Windows's version, CSP and client (Microsoft's `1.3.6.1.4.1.311.13.2.3`, `.13.2.2`, `.21.20`) | let through: certreq always adds them |
//! | a challenge password | refused: a secret has no place in git |
//! | anything else | refused: it asks for more, or nobody knows what it asks for |

use x509_parser::asn1_rs::{Any, Oid, oid};
use x509_parser::cri_attributes::{ExtensionRequest, ParsedCriAttribute, X509CriAttribute};
use x509_parser::extensions::{ExtendedKeyUsage, KeyUsage, ParsedExtension, X509Extension};
use x509_parser::prelude::FromDer;

use super::{Refusal, again};

/// What certreq says of the machine.
const OF_WINDOWS: [Oid<'_>; 3] =
    [oid!(1.3.6.1.4.1.311.13.2.3), oid!(1.3.6.1.4.1.311.13.2.2), oid!(1.3.6.1.4.1.311.21.20)];

/// Extensions as older programs of Microsoft ask for them.
const MICROSOFT_EXTENSIONS: Oid<'_> = oid!(1.3.6.1.4.1.311.2.1.14);

/// S/MIME capabilities (RFC 2633).
const SMIME_CAPABILITIES: Oid<'_> = oid!(1.2.840.113549.1.9.15);

/// Checks every attribute of a request.
pub(super) fn check(attributes: &[X509CriAttribute<'_>], name: &str) -> Result<(), Refusal> {
    for attribute in attributes {
        match attribute.parsed_attribute() {
            ParsedCriAttribute::ExtensionRequest(_) => check_extensions(attribute, name)?,
            ParsedCriAttribute::ChallengePassword(_) => {
                let hint = format!(
                    "take it for known to all who read the repository; leave the password empty, and {}",
                    super::how_to_make_one(name)
                );
                return Err(Refusal::new("a challenge password stands in it", hint));
            }
            ParsedCriAttribute::UnsupportedAttribute => {
                if attribute.oid == MICROSOFT_EXTENSIONS {
                    check_extensions(attribute, name)?;
                } else if !OF_WINDOWS.contains(&attribute.oid) {
                    let oid = attribute.oid.to_id_string();
                    return Err(again(
                        format!("it has the attribute {oid}, which is not taken"),
                        name,
                    ));
                }
            }
        }
    }
    Ok(())
}

/// Checks the extensions of an attribute, whose value is a set of exactly one list of them.
fn check_extensions(attribute: &X509CriAttribute<'_>, name: &str) -> Result<(), Refusal> {
    let malformed = || again("the extensions that it asks for are malformed", name);
    let (_, set) = Any::from_der(attribute.value).map_err(|_| malformed())?;
    let (behind, _) = Any::from_der(set.data).map_err(|_| malformed())?;
    let requested = <ExtensionRequest<'_> as FromDer<'_, _>>::from_der(set.data);
    let (_, requested) = requested.map_err(|_| malformed())?;
    if !behind.is_empty() {
        return Err(malformed());
    }
    for extension in &requested.extensions {
        if let Some(asked) = too_much(extension) {
            return Err(again(format!("it asks for {asked}"), name));
        }
    }
    Ok(())
}

/// What an extension asks for, if that is more than a terminal gets.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "what is not known to be harmless is refused, whatever the parser learns to read"
)]
fn too_much(extension: &X509Extension<'_>) -> Option<String> {
    match extension.parsed_extension() {
        ParsedExtension::SubjectKeyIdentifier(_) => None,
        ParsedExtension::KeyUsage(usage) => more_usage(*usage).map(str::to_owned),
        ParsedExtension::ExtendedKeyUsage(usage) => {
            let only_client = ExtendedKeyUsage {
                any: false,
                server_auth: false,
                client_auth: true,
                code_signing: false,
                email_protection: false,
                time_stamping: false,
                ocsp_signing: false,
                other: Vec::new(),
            };
            (*usage != only_client)
                .then(|| "an extended key usage other than client authentication".to_owned())
        }
        ParsedExtension::BasicConstraints(constraints) => {
            constraints.ca.then(|| "being a CA (basic constraints)".to_owned())
        }
        ParsedExtension::SubjectAlternativeName(_) => {
            Some("other names (subject alternative name)".to_owned())
        }
        _ if extension.oid == SMIME_CAPABILITIES => None,
        _ => Some(format!("the extension {}, which is not taken", extension.oid.to_id_string())),
    }
}

fn more_usage(usage: KeyUsage) -> Option<&'static str> {
    /// `digitalSignature` and `keyEncipherment`.
    const OURS: u16 = 0b101;
    if usage.key_cert_sign() || usage.crl_sign() {
        Some("signing certificates or revocation lists (key usage)")
    } else if usage.flags & !OURS != 0 {
        Some("a key usage other than digital signature and key encipherment")
    } else {
        None
    }
}
