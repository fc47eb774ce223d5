//! Issuing certificates, and giving them out.

use aws_smithy_types::base64;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::arns;
use super::authority::{self, CertificateAuthority, Status};
use super::certificate::{self, Certificate, IssuedCertificate, TokenUse};
use super::contents::Contents;
use super::crl::CrlConfiguration;
use super::passthrough::Passthrough;
use super::refusal::{in_progress, in_words, invalid_args, malformed_csr, not_found, validation};
use super::request::{self, SigningRequest};
use super::template::{Purpose, Template};
use super::validity::Period;
use crate::call::{Answer, Call};
use crate::cloudformation::names::suffix;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::world::World;

/// The name under which the laboratory sets how long a certificate is being issued.
pub(super) const DURATION: &str = "AWS::ACMPCA::Certificate";

/// How long a token stands for the same certificate.
const TOKEN: SignedDuration = SignedDuration::from_mins(5);

/// What is asked for, by a call or a template.
pub(super) struct Order<'a> {
    pub(super) region: &'a str,
    pub(super) authority: &'a str,
    /// In PEM.
    pub(super) request: &'a [u8],
    /// The other members of `IssueCertificate`.
    pub(super) parameters: &'a Value,
}

impl Order<'_> {
    fn text(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).and_then(Value::as_str)
    }
}

/// Answers `IssueCertificate`.
pub(super) fn issue_certificate(world: &mut World, call: &Call) -> Answer {
    let authority = authority::find(world, call)?.arn.clone();
    let token = call.text("IdempotencyToken").map(|token| format!("{authority}|{token}"));
    let used = token.as_ref().and_then(|token| world.issuance_tokens.get(token));
    if let Some(used) = used.filter(|used| call.now < used.until) {
        return Ok(json!({ "CertificateArn": used.certificate }));
    }
    let request = base64::decode(call.required("Csr")?)
        .map_err(|_| malformed_csr("The certificate signing request is not base64"))?;
    call.required("SigningAlgorithm")?;
    let order = Order {
        region: &call.region,
        authority: &authority,
        request: &request,
        parameters: &call.parameters,
    };
    let ready = call.now + world.duration(DURATION);
    let arn = issue(world, &order, call.now, ready)?.arn();
    if let Some(token) = token {
        let used = TokenUse { certificate: arn.clone(), until: call.now + TOKEN };
        world.issuance_tokens.insert(token, used);
    }
    Ok(json!({ "CertificateArn": arn }))
}

/// Issues a certificate.
pub(super) fn issue(
    world: &mut World,
    order: &Order<'_>,
    now: Timestamp,
    ready: Timestamp,
) -> Result<IssuedCertificate, AwsError> {
    let count = world.next("private-ca-certificates");
    let authority = authority::of_arn(world, order.region, order.authority)?;
    let (template, template_arn) = Template::of(order.text("TemplateArn"))?;
    let is_root = template.purpose == Purpose::Root;
    // A root CA issues its own certificate also when it has none yet, or none that is still valid.
    let allowed = if is_root {
        &[Status::PendingCertificate, Status::Active, Status::Expired][..]
    } else {
        &[Status::Active]
    };
    // As terraform-provider-aws #37592 quotes it.
    let words = "The certificate authority is not in a valid state for issuing certificates";
    authority.check(now, allowed).map_err(|error| in_words(error, words))?;
    let algorithm = authority.key.algorithm();
    let signing = algorithm.signs_with(order.text("SigningAlgorithm").unwrap_or_default())?;
    let request = SigningRequest::read(order.request)?;
    let passthrough =
        if template.hears_api { order.parameters.get("ApiPassthrough") } else { None };
    let validity = (order.parameters.get("Validity"), order.parameters.get("ValidityNotBefore"));
    let period = Period::read(validity.0, validity.1, now)?;
    let settings = authority.settings(world)?;
    let serial = serial(order.authority, count);
    let contents = Contents {
        passthrough: Passthrough::read(passthrough)?,
        crl: CrlConfiguration::of(settings)?.and_then(|crl| crl.url(authority)),
        serial: hex::decode(&serial).unwrap_or_default(),
        template,
        request,
        period,
    };
    let pem = if is_root {
        let pair = authority.key.pair(signing)?;
        check_own(settings, &contents, &request::key_identifier(pair.public_key_raw()))?;
        contents.self_signed(&pair)?
    } else {
        check_below(authority, settings, &contents, now)?;
        contents.signed_by(&authority.issuer(signing)?)?
    };
    let issued = IssuedCertificate {
        authority: order.authority.to_owned(),
        serial,
        certificate: Certificate::read(&pem)?,
        self_signed: is_root,
        template: template_arn,
        issued: now,
        ready,
        revocation: None,
    };
    world.certificates.insert(issued.arn(), issued.clone());
    Ok(issued)
}

/// A serial number of 16 bytes: positive as it stands, and without a leading zero.
fn serial(authority: &str, count: u64) -> String {
    let digits = suffix(&["certificate", authority, &count.to_string()], 31).to_lowercase();
    format!("{}{digits}", 4 + count % 4)
}

/// A root's own certificate is for a root, and for its own key.
fn check_own(settings: &Resource, contents: &Contents, own_key: &[u8]) -> Result<(), AwsError> {
    if settings.text("Type") != "ROOT" {
        return Err(invalid_args(format!(
            "{} is no root certificate authority",
            settings.identifier
        )));
    }
    if contents.request.key_identifier != own_key {
        return Err(malformed_csr(
            "The certificate signing request is not the certificate authority's own",
        ));
    }
    Ok(())
}

/// What a CA issues ends with its own certificate, and is no CA that its own does not allow.
fn check_below(
    authority: &CertificateAuthority,
    settings: &Resource,
    contents: &Contents,
    now: Timestamp,
) -> Result<(), AwsError> {
    let is_short_lived = settings.text("UsageMode") == "SHORT_LIVED_CERTIFICATE";
    if is_short_lived && !contents.period.is_short(now) {
        return Err(invalid_args(
            "A certificate authority for short-lived certificates issues none that is valid for more than 7 days",
        ));
    }
    let own = &authority.installed()?.certificate;
    if contents.period.not_after > own.not_after {
        return Err(validation(
            "The certificate validity specified exceeds the certificate authority validity",
        ));
    }
    let Purpose::Subordinate { path_length } = contents.template.purpose else { return Ok(()) };
    let allowed = certificate::parsed(own.pem.as_bytes())?.with(|own| {
        let constraints = own.basic_constraints().ok().flatten();
        Ok(constraints.and_then(|constraints| constraints.value.path_len_constraint))
    })?;
    match allowed {
        Some(allowed) if u32::from(path_length) >= allowed => Err(invalid_args(format!(
            "The path length must be smaller than that of the certificate authority, which is {allowed}"
        ))),
        Some(_) | None => Ok(()),
    }
}

/// Answers `GetCertificate`.
pub(super) fn get_certificate(world: &World, call: &Call) -> Answer {
    let authority = authority::find(world, call)?;
    let present = [Status::PendingCertificate, Status::Active, Status::Disabled, Status::Expired];
    // As terraform-provider-aws #26968 quotes it.
    let words = format!(
        "The certificate authority {} is not in the correct state to have issued certificates.",
        authority.arn
    );
    authority.check(call.now, &present).map_err(|error| in_words(error, words))?;
    let arn = call.required("CertificateArn")?;
    if !arn.starts_with(&arns::certificates(&authority.arn)) {
        let message = format!("{arn} is not the ARN of a certificate of {}", authority.arn);
        return Err(AwsError::new("InvalidArnException", message));
    }
    let issued = world.certificates.get(arn);
    let issued = issued.ok_or_else(|| not_found(format!("Could not find certificate {arn}")))?;
    if call.now < issued.ready {
        return Err(in_progress(format!("The certificate {arn} is being issued")));
    }
    Ok(json!({
        "Certificate": issued.certificate.pem,
        "CertificateChain": chain(world, issued),
    }))
}

/// The certificates above one, the root last; none above a root.
pub(super) fn chain(world: &World, issued: &IssuedCertificate) -> Option<String> {
    if issued.self_signed {
        return None;
    }
    let above = world.certificate_authorities.get(&issued.authority)?.certificate.as_ref()?;
    let further = above.chain.iter().map(String::as_str);
    let chain = std::iter::once(above.certificate.pem.as_str()).chain(further);
    Some(chain.collect::<Vec<_>>().join("\n"))
}
