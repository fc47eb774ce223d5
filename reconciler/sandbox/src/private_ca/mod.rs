//! AWS Private CA: certificate authorities with real keys, and the X.509 certificates that they issue.
//!
//! A CA's settings are a row of [`World::resources`], the same that CloudFormation makes and changes; its key,
//! its certificate and its state are in [`World::certificate_authorities`]. What it has issued is one row a
//! certificate. Who may call is not decided here, and no certificate is checked on behalf of those who trust a
//! CA: that is theirs to do.

mod arns;
mod audit;
mod authority;
mod bucket;
mod certificate;
mod contents;
mod crl;
mod deletion;
mod description;
mod import;
mod issue;
mod key;
mod lifecycle;
mod passthrough;
mod permissions;
mod policy;
mod providers;
mod refusal;
mod request;
mod revocation;
mod subject;
mod tags;
mod template;
mod validity;

use jiff::Timestamp;

pub(crate) use audit::AuditReport;
pub(crate) use authority::CertificateAuthority;
pub(crate) use certificate::{IssuedCertificate, TokenUse};
pub(crate) use key::{KeyAlgorithm, PrivateKey};
pub(crate) use providers::{
    ActivationProvider, AuthorityProvider, CertificateProvider, PermissionProvider,
};

use crate::call::{Answer, Call};
use crate::error::AwsError;
use crate::world::World;

/// Answers one call.
pub(crate) fn handle(world: &mut World, call: &Call) -> Answer {
    let answer = match &*call.operation {
        "CreateCertificateAuthority" => lifecycle::create_certificate_authority(world, call),
        "CreateCertificateAuthorityAuditReport" => audit::create_audit_report(world, call),
        "CreatePermission" => permissions::create_permission(world, call),
        "DeleteCertificateAuthority" => deletion::delete_certificate_authority(world, call),
        "DeletePermission" => permissions::delete_permission(world, call),
        "DeletePolicy" => policy::delete_policy(world, call),
        "DescribeCertificateAuthority" => description::describe_certificate_authority(world, call),
        "DescribeCertificateAuthorityAuditReport" => audit::describe_audit_report(world, call),
        "GetCertificate" => issue::get_certificate(world, call),
        "GetCertificateAuthorityCertificate" => import::get_authority_certificate(world, call),
        "GetCertificateAuthorityCsr" => lifecycle::get_authority_csr(world, call),
        "GetPolicy" => policy::get_policy(world, call),
        "ImportCertificateAuthorityCertificate" => {
            import::import_authority_certificate(world, call)
        }
        "IssueCertificate" => issue::issue_certificate(world, call),
        "ListCertificateAuthorities" => description::list_certificate_authorities(world, call),
        "ListPermissions" => permissions::list_permissions(world, call),
        "ListTags" => tags::list_tags(world, call),
        "PutPolicy" => policy::put_policy(world, call),
        "RestoreCertificateAuthority" => deletion::restore_certificate_authority(world, call),
        "RevokeCertificate" => revocation::revoke_certificate(world, call),
        "TagCertificateAuthority" => tags::tag_certificate_authority(world, call),
        "UntagCertificateAuthority" => tags::untag_certificate_authority(world, call),
        "UpdateCertificateAuthority" => lifecycle::update_certificate_authority(world, call),
        _ => Err(AwsError::new("UnknownOperationException", "")),
    };
    answer.map_err(|error| match error.code.as_str() {
        // What CloudFormation calls `ValidationError`.
        "ValidationError" => refusal::validation(error.message),
        _ => error,
    })
}

/// Carries out what is due: reports and CRLs are written, and CAs whose time to be restored is over go.
pub(crate) fn advance(world: &mut World, now: Timestamp) {
    audit::write_due(world, now);
    crl::write_due(world, now);
    deletion::purge_due(world, now);
}
