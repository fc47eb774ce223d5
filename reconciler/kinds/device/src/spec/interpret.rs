//! From what is written to what is meant, with everything that is wrong on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use device_registry::{Name, Prefix};
use reconcile_core::address::Address;
use reconcile_core::problem::Problem;
use reconcile_engine::kind::{Links, Unit};
use reconcile_engine::load::document::Document;
use reconcile_engine::load::reader::Reader;
use reconcile_engine::load::scope::Scope;

use super::raw::{RawDevice, RawState};
use super::{Settings, Spec, Standing};
use crate::csr::SigningRequest;

/// Says what a terminal's file means.
pub fn interpret(raw: &RawDevice, document: &Document, scope: &mut Scope<'_>) -> Vec<Unit<Spec>> {
    let mut interpreter = Interpreter { reader: Reader::new(document, scope) };
    interpreter.unit(raw).into_iter().collect()
}

/// Finds what is wrong with the environment's section, and terminals that have one key.
pub fn check(units: &[Unit<Spec>], scope: &mut Scope<'_>) {
    let environment = scope.environment();
    match (Settings::of(environment), units.first()) {
        (Err(problem), _) => scope.problem(problem),
        (Ok(None), Some(unit)) => {
            let message = format!(
                "the environment `{}` does not say where terminals are registered",
                environment.name
            );
            let hint = format!(
                "add `devices: {{ registry: BUCKET, auditReports: BUCKET }}` to desired/environments/{}.yaml",
                environment.name
            );
            scope.problem(Problem::at(unit.links.place.clone(), message).hint(hint));
        }
        (Ok(_), _) => {}
    }
    let mut keys: BTreeMap<&str, &Spec> = BTreeMap::new();
    for unit in units {
        let key = unit.spec.request.public_key.as_str();
        if let Some(first) = keys.insert(key, &unit.spec) {
            let (one, two) = (&first.name, &unit.spec.name);
            let message = format!("`{one}` and `{two}` have the same key");
            let hint = "each terminal makes a key of its own, which never leaves it: make a new signing request on one of them";
            scope.problem(Problem::at(unit.links.place.clone(), message).hint(hint));
        }
    }
}

/// A terminal's file being interpreted.
struct Interpreter<'a, 'e> {
    reader: Reader<'a, 'e>,
}

impl Interpreter<'_, '_> {
    fn unit(&mut self, raw: &RawDevice) -> Option<Unit<Spec>> {
        let written = self.reader.document.name.clone();
        let name = self.name("/name", &written);
        let clinic = self.reader.plain("/clinic", &raw.clinic);
        let clinic = self.name("/clinic", &clinic);
        let prefix = self.prefix(raw);
        let request = self.request(raw);
        let authority = self.reader.text("/authority", &raw.authority);
        let bucket = self.reader.text("/bucket", &raw.bucket);
        let standing = self.standing(raw);
        self.check_spans(raw);
        let links = self.links();
        let spec = Spec {
            declared_in: self.reader.document.file.path.clone(),
            name: name?,
            clinic: clinic?,
            prefix: prefix?,
            request: Arc::new(request?),
            authority,
            bucket,
            validity: raw.validity,
            renew_before: raw.renew_before,
            overlap: raw.overlap,
            standing: standing?,
            issue_again: raw.allow.issue_again.iter().cloned().collect(),
            revoke: raw.allow.revoke.iter().cloned().collect(),
        };
        Some(Unit { address: Address::new("devices", &written), spec, links: Arc::new(links) })
    }

    fn name(&mut self, pointer: &str, written: &str) -> Option<Name> {
        match Name::try_from(written.to_owned()) {
            Ok(name) => Some(name),
            Err(error) => {
                self.reader.problem(pointer, error.to_string(), "");
                None
            }
        }
    }

    fn prefix(&mut self, raw: &RawDevice) -> Option<Prefix> {
        let written = match &raw.prefix {
            Some(written) => self.reader.plain("/prefix", written),
            None => format!("terminals/{}/", self.reader.document.name),
        };
        match Prefix::try_from(written) {
            Ok(prefix) => Some(prefix),
            Err(error) => {
                self.reader.problem("/prefix", error.to_string(), "");
                None
            }
        }
    }

    fn request(&mut self, raw: &RawDevice) -> Option<SigningRequest> {
        let document = self.reader.document;
        let folder = document.file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let path = format!("{folder}/{}", raw.csr);
        let file = self.reader.scope.file(document, "/csr", &path)?;
        match SigningRequest::of_terminal(&document.name, &file.text) {
            Ok(request) => Some(request),
            Err(refusal) => {
                let message = format!("`{}`: {}", raw.csr, refusal.message);
                self.reader.problem("/csr", message, &refusal.hint);
                None
            }
        }
    }

    fn standing(&mut self, raw: &RawDevice) -> Option<Standing> {
        match (raw.state, raw.reason) {
            (RawState::Enrolled, None) => Some(Standing::Enrolled),
            (RawState::Suspended, None) => Some(Standing::Suspended),
            (RawState::Revoked, Some(reason)) => Some(Standing::Revoked(reason)),
            (RawState::Revoked, None) => {
                let hint = "write why, such as `reason: key-compromise` of a stolen terminal";
                self.reader.problem("/state", "a revocation has a `reason`", hint);
                None
            }
            (RawState::Enrolled | RawState::Suspended, Some(_)) => {
                let hint = "take it out, or write `state: revoked`";
                self.reader.problem("/reason", "only a revocation has a `reason`", hint);
                None
            }
        }
    }

    fn check_spans(&mut self, raw: &RawDevice) {
        if raw.renew_before >= raw.validity {
            let message = format!(
                "a certificate that is good for {} cannot be renewed {} before its end",
                raw.validity, raw.renew_before
            );
            self.reader.problem(
                "/renewBefore",
                message,
                "write a shorter time: a third of `validity`",
            );
        }
    }

    fn links(&mut self) -> Links {
        let document = self.reader.document;
        let environment = self.reader.scope.environment();
        let mut references = self.reader.take_references();
        // What is wrong with the section is said once, not at every terminal.
        if let (Ok(Some(settings)), Some(section)) =
            (Settings::of(environment), environment.sections.get(Settings::SECTION))
        {
            let place = &section.place;
            references.extend(settings.references().map(|found| (found.clone(), place.clone())));
        }
        Links {
            place: document.key_place("/name"),
            region: environment.target.region().to_owned(),
            physical_name: document.name.clone(),
            references,
            depends_on: Vec::new(),
            outputs: BTreeSet::new(),
            provides: BTreeSet::new(),
            needs: BTreeSet::new(),
        }
    }
}
