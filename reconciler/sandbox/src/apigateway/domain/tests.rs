//! Truststores and paths, without a connection.

use jiff::{SignedDuration, Timestamp};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose, date_time_ymd,
};
use rustls::pki_types::CertificateDer;

use super::after;
use super::truststore::{NotATruststore, Truststore};
use crate::apigateway::visit::ClientCertificate;

/// An authority with its key.
struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

/// 2026-01-01T00:00:00Z
fn now() -> Timestamp {
    Timestamp::from_second(1_767_225_600).expect("a time")
}

fn named(name: &str) -> CertificateParams {
    let mut parameters = CertificateParams::default();
    parameters.distinguished_name = DistinguishedName::new();
    parameters.distinguished_name.push(DnType::OrganizationName, "Clinics");
    parameters.distinguished_name.push(DnType::CommonName, name);
    parameters.not_before = date_time_ymd(2025, 12, 1);
    parameters.not_after = date_time_ymd(2026, 12, 1);
    parameters
}

impl Authority {
    fn below(parent: Option<&Self>, name: &str) -> Self {
        let key = KeyPair::generate().expect("a key");
        let mut parameters = named(name);
        parameters.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        parameters.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let made = match parent {
            Some(Self { issuer, .. }) => parameters.signed_by(&key, issuer),
            None => parameters.self_signed(&key),
        };
        let pem = made.expect("is signed").pem();
        Self { issuer: Issuer::new(parameters, key), pem }
    }

    fn certify(&self, parameters: &CertificateParams) -> CertificateDer<'static> {
        let key = KeyPair::generate().expect("a key");
        parameters.signed_by(&key, &self.issuer).expect("is signed").into()
    }
}

fn client() -> CertificateParams {
    let mut parameters = named("clinic-0001-pc01");
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    parameters
}

fn store(pems: &[&Authority]) -> Truststore {
    let pem: String = pems.iter().map(|authority| authority.pem.as_str()).collect();
    Truststore::parse(pem.as_bytes()).expect("is a truststore")
}

#[test]
fn a_client_is_trusted_along_the_truststores_own_chain() {
    let root = Authority::below(None, "root");
    let issuing = Authority::below(Some(&root), "issuing");
    let certificate = issuing.certify(&client());
    assert_eq!(store(&[&issuing, &root]).trusts(&certificate, now()), Ok(()));
    // The chain that a client brings along is not asked, so all of it must be in the truststore.
    assert!(store(&[&root]).trusts(&certificate, now()).is_err());
    assert!(store(&[&issuing]).trusts(&certificate, now()).is_err());
    let stranger = Authority::below(None, "root");
    assert!(store(&[&issuing, &stranger]).trusts(&certificate, now()).is_err());
}

#[test]
fn a_chain_has_four_authorities_at_most() {
    let mut chain = vec![Authority::below(None, "0")];
    for name in ["1", "2", "3", "4"] {
        let next = Authority::below(chain.last(), name);
        chain.push(next);
    }
    let all: Vec<_> = chain.iter().collect();
    let truststore = store(&all);
    let trusts = |at: usize| truststore.trusts(&chain[at].certify(&client()), now()).is_ok();
    assert_eq!([trusts(0), trusts(3), trusts(4)], [true, true, false]);
}

#[test]
fn a_certificate_is_trusted_in_its_time_and_for_clients_only() {
    let root = Authority::below(None, "root");
    let truststore = store(&[&root]);
    let trusts = |parameters: &CertificateParams, at| {
        truststore.trusts(&root.certify(parameters), at).map_err(|error| error.to_string())
    };
    let months = |count: i64| now() + SignedDuration::from_hours(count * 30 * 24);
    assert_eq!(trusts(&client(), now()), Ok(()));
    assert!(trusts(&client(), months(12)).unwrap_err().contains("CertExpired"));
    assert!(trusts(&client(), months(-3)).unwrap_err().contains("CertNotValidYet"));
    let mut server = client();
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    assert!(trusts(&server, now()).unwrap_err().contains("RequiredEkuNotFound"));
    // An expired root trusts nobody, whatever the client's certificate says.
    let mut late = client();
    late.not_after = date_time_ymd(2030, 1, 1);
    assert!(trusts(&late, months(12)).is_err());
}

#[test]
fn a_bundle_is_one_of_certificates() {
    let root = Authority::below(None, "root");
    let parse = |pem: &str| Truststore::parse(pem.as_bytes()).map(|_| ());
    assert_eq!(parse(""), Err(NotATruststore::NotPem));
    assert_eq!(parse("root"), Err(NotATruststore::NotPem));
    let key = KeyPair::generate().expect("a key").serialize_pem();
    assert_eq!(parse(&key), Err(NotATruststore::NotPem));
    assert_eq!(parse(&root.pem.replace("MII", "?II")), Err(NotATruststore::NotPem));
    assert_eq!(parse(&root.pem.repeat(1_001)), Err(NotATruststore::TooMany));
    assert_eq!(parse(&" ".repeat(1024 * 1024 + 1)), Err(NotATruststore::TooLarge));
    assert_eq!(parse(&format!("our root:\n{}", root.pem)), Ok(()));
}

#[test]
fn what_keeps_clients_out_is_warned_of() {
    let root = Authority::below(None, "root");
    assert!(store(&[&root]).warnings(now()).is_empty());
    let warned = store(&[&root, &Authority::below(None, "root")]).warnings(now());
    assert_eq!(warned, ["Certificate \"O=Clinics, CN=root\" has the subject of another one"]);
    let later = now() + SignedDuration::from_hours(12 * 30 * 24);
    let warned = store(&[&root]).warnings(later);
    assert_eq!(warned, ["Certificate \"O=Clinics, CN=root\" is expired or not yet valid"]);
    let leaf = pem::encode(&pem::Pem::new("CERTIFICATE", root.certify(&client()).as_ref()));
    let warned = Truststore::parse(leaf.as_bytes()).expect("is a bundle").warnings(now());
    let expected = "Certificate \"O=Clinics, CN=clinic-0001-pc01\" is not an authority's";
    assert_eq!(warned, [expected]);
}

#[test]
fn a_certificate_is_told_as_api_gateway_tells_it() {
    let root = Authority::below(None, "root");
    let mut parameters = client();
    parameters.serial_number = Some(vec![0x0a, 0x1b].into());
    let told = ClientCertificate::of(&root.certify(&parameters)).expect("can be read");
    assert!(told.pem.starts_with("-----BEGIN CERTIFICATE-----\nMII"), "{}", told.pem);
    let ClientCertificate { pem: _, subject, issuer, serial_number, not_before, not_after } = told;
    assert_eq!(
        [subject, issuer, serial_number, not_before, not_after],
        [
            "O=Clinics,CN=clinic-0001-pc01",
            "O=Clinics,CN=root",
            "0a:1b",
            "Dec  1 00:00:00 2025 GMT",
            "Dec  1 00:00:00 2026 GMT",
        ]
    );
}

#[test]
fn mappings_take_whole_segments() {
    for (path, key, rest) in [
        ("/v1/me", "", Some("/v1/me")),
        ("/v1/me", "v1", Some("/me")),
        ("/v1", "v1", Some("/")),
        ("/v10/me", "v1", None),
        ("/a/b/me", "a/b", Some("/me")),
        ("/a", "a/b", None),
    ] {
        assert_eq!(after(path, key).as_deref(), rest, "{path} {key}");
    }
}
