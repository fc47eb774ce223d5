//! From what is written to what is meant, with everything that is wrong on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reconcile_core::address::Address;
use reconcile_engine::kind::{Links, Unit};
use reconcile_engine::load::document::Document;
use reconcile_engine::load::reader::Reader;
use reconcile_engine::load::scope::Scope;

use super::{RawTruststore, Spec, output};

/// A beginning of a fingerprint that names one CA: what the plan shows of it has twelve digits.
const SHORTEST: usize = 8;

/// Says what a truststore's file means.
pub fn interpret(
    raw: &RawTruststore,
    document: &Document,
    scope: &mut Scope<'_>,
) -> Vec<Unit<Spec>> {
    let mut reader = Reader::new(document, scope);
    let bucket = reader.text("/bucket", &raw.bucket);
    let mut authorities = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (index, written) in raw.authorities.iter().enumerate() {
        let pointer = format!("/authorities/{index}");
        if seen.insert(written, index).is_some() {
            reader.problem(&pointer, format!("`{written}` is there twice"), "keep one of them");
        }
        authorities.push(reader.text(&pointer, written));
    }
    for (index, fingerprint) in raw.allow.remove.iter().enumerate() {
        let is_hex = fingerprint.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
        if !is_hex || !(SHORTEST..=64).contains(&fingerprint.len()) {
            let message = format!("`{fingerprint}` is not the SHA-256 of a certificate");
            let hint = "write what the plan shows of the CA: 12 or more of the digest's digits, in lower case";
            reader.problem(&format!("/allow/remove/{index}"), message, hint);
        }
    }
    let spec = Spec {
        name: document.name.clone(),
        declared_in: document.file.path.clone(),
        bucket,
        authorities,
        removable: raw.allow.remove.clone(),
    };
    let links = Links {
        place: document.key_place("/name"),
        region: reader.scope.environment().target.region().to_owned(),
        physical_name: spec.key(),
        references: reader.take_references(),
        depends_on: Vec::new(),
        outputs: output::ALL.map(str::to_owned).into(),
        provides: BTreeSet::new(),
        needs: BTreeSet::new(),
    };
    vec![Unit {
        address: Address::new("truststores", &document.name),
        spec,
        links: Arc::new(links),
    }]
}

/// Finds nothing: two truststores have two names, and so two objects.
pub fn check(_: &[Unit<Spec>], _: &mut Scope<'_>) {}
