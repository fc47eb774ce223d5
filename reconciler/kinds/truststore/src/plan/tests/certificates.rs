//! Certificates that make no truststore.

use rcgen::{BasicConstraints, IsCa, KeyPair, KeyUsagePurpose, PKCS_ECDSA_P384_SHA384};

use super::story::{Ca, params};
use crate::certificate::Certificate;
use crate::chain::{flaws, pem};

fn of(cas: &[&Ca]) -> Vec<Certificate> {
    cas.iter().map(|ca| ca.certificate.clone()).collect()
}

#[test]
fn a_chain_up_to_its_root_is_right() {
    let root = Ca::root("Root");
    let middle = root.issues("Middle");
    let issuing =
        middle.certifies(params("C"), KeyPair::generate_for(&PKCS_ECDSA_P384_SHA384).unwrap());
    let all = of(&[&issuing, &middle, &root]);
    assert_eq!(flaws(&all), Vec::<String>::new());
    assert_eq!(Certificate::all_in(&pem(&all)), all);
}

#[test]
fn two_chains_stand_beside_each_other() {
    let (old, new) = (Ca::root("Root 2026"), Ca::root("Root 2036"));
    let (first, second) = (old.issues("Issuing 2026"), new.issues("Issuing 2036"));
    assert_eq!(flaws(&of(&[&second, &new, &first, &old])), Vec::<String>::new());
}

#[test]
fn each_way_to_be_wrong_is_told() {
    let root = Ca::root("Root");
    let (issuing, other) = (root.issues("Issuing"), Ca::root("Root"));
    let mut leaf = params("Terminal");
    leaf.is_ca = IsCa::NoCa;
    let leaf = root.certifies(leaf, KeyPair::generate().unwrap());
    let mut mute = params("Mute");
    mute.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    mute.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    let mute = Ca::self_signed(mute);
    let second = issuing.issues("Second");
    let deepest = second.issues("Third");
    let told = [
        flaws(&of(&[&issuing])),
        flaws(&of(&[&root, &issuing])),
        flaws(&of(&[&issuing, &other])),
        flaws(&of(&[&issuing, &root, &other])),
        flaws(&of(&[&leaf, &root])),
        flaws(&of(&[&mute])),
        flaws(&of(&[&deepest, &second, &issuing, &root])),
    ];
    insta::assert_snapshot!(told.map(|flaws| flaws.join("\n") + "\n").join("\n"), @r"
    `CN=Root`, which issued `CN=Issuing`, is missing

    `CN=Root` stands before `CN=Issuing`, which it issued

    `CN=Issuing` is not signed by the key of `CN=Root`

    2 certificates have the one name `CN=Root`

    `CN=Terminal` may not issue certificates: it is no CA

    `CN=Mute` may not issue certificates: it is no CA

    a terminal's certificate by `CN=Third` would make a chain of 5, and 4 is the most
    ");
}

#[test]
fn there_is_a_limit() {
    let root = Ca::root("Root");
    let many = vec![root.certificate; 1_001];
    let told = flaws(&many).join("\n");
    assert!(told.contains("1001 certificates are more than 1000"), "{told}");
}

/// Made by `openssl req -x509 -newkey rsa:1024 -noenc -sha1 -days 36500 -subj /CN=Weak`.
const WEAK: &str = include_str!("weak.pem");

#[test]
fn a_short_key_and_sha_1_are_weak() {
    let weak = Certificate::from_pem(WEAK).unwrap();
    let told = flaws(&[weak]).join("\n");
    assert!(told.starts_with("the key of `CN=Weak` is not RSA of 2048 bits"), "{told}");
    let sha1 = Certificate::from_pem(include_str!("sha1.pem")).unwrap();
    let told = flaws(&[sha1]).join("\n");
    assert!(told.starts_with("the certificate of `CN=Old` is signed with SHA-1"), "{told}");
}
