//! From what is written to what is meant, with everything that is wrong on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use reconcile_core::address::Address;
use reconcile_core::problem::{Problem, did_you_mean};
use reconcile_engine::kind::{Links, Unit};
use reconcile_engine::load::document::Document;
use reconcile_engine::load::reader::Reader;
use reconcile_engine::load::scope::Scope;

use super::raw::RawArtifact;
use super::{Architecture, Function, LIVE, Package, Spec, output};
use crate::sources::{Asked, SourceError, Sources};

/// Says what an artifact's file means: the package and, where it is declared, the function that runs it.
pub fn interpret(raw: &RawArtifact, document: &Document, scope: &mut Scope<'_>) -> Vec<Unit<Spec>> {
    let address = Address::new("artifacts", &document.name);
    let mut interpreter = Interpreter { reader: Reader::new(document, scope) };
    let package = interpreter.package(raw, &address);
    let function = interpreter.function(raw, &address);
    // A function without its package would be a second mistake for the same reason.
    package.map(|package| [package].into_iter().chain(function).collect()).unwrap_or_default()
}

/// Finds functions that two artifacts claim.
pub fn check(units: &[Unit<Spec>], scope: &mut Scope<'_>) {
    let mut seen: BTreeMap<String, &Address> = BTreeMap::new();
    for unit in units {
        let Spec::Function(function) = &unit.spec else { continue };
        if let Some(first) = seen.insert(function.name.to_string(), &unit.address) {
            let (one, two) = (first.name(), unit.address.name());
            let message = format!("`{one}` and `{two}` are both the code of `{}`", function.name);
            let problem = Problem::at(unit.links.place.clone(), message);
            scope.problem(problem.hint("a function runs one package: take one of them out"));
        }
    }
}

/// An artifact's file being interpreted.
struct Interpreter<'a, 'e> {
    reader: Reader<'a, 'e>,
}

impl Interpreter<'_, '_> {
    fn package(&mut self, raw: &RawArtifact, address: &Address) -> Option<Unit<Spec>> {
        let bucket = self.reader.text("/bucket", &raw.bucket);
        let signing_profile = self.reader.text("/signingProfile", &raw.signing_profile);
        let architecture = self.architecture(&raw.architecture);
        let profile = self.reader.plain("/profile", &raw.profile);
        let asked = Asked { krate: &raw.krate, profile: &profile, features: &raw.features };
        let sources = self.sources(&asked)?;
        let place = self.reader.document.key_place("/crate");
        let package = Package {
            name: self.reader.document.name.clone(),
            declared_in: format!("{}:{}", self.reader.document.file.path, place.line_column().0),
            krate: raw.krate.clone(),
            sources,
            architecture: architecture?,
            profile,
            features: raw.features.clone(),
            runs_on_lambda: !self.reader.scope.environment().target.is_sandbox(),
            bucket,
            signing_profile,
            sign_again: raw.allow.sign_again.iter().cloned().collect(),
        };
        let outputs = output::ALL.map(str::to_owned).into();
        let links = self.links(raw.krate.clone(), outputs);
        Some(Unit {
            address: address.clone(),
            spec: Spec::Package(Box::new(package)),
            links: Arc::new(links),
        })
    }

    fn function(&mut self, raw: &RawArtifact, address: &Address) -> Option<Unit<Spec>> {
        let Some(written) = &raw.function else {
            if raw.code_signing_config.is_some() {
                let message = "`codeSigningConfig` is a function's, and no `function` is declared";
                self.reader.problem("/codeSigningConfig", message, "say which function has it");
            }
            return None;
        };
        let function = Function {
            declared_in: self.reader.document.file.path.clone(),
            package: address.clone(),
            name: self.reader.text("/function", written),
            code_signing_config: raw
                .code_signing_config
                .as_deref()
                .map(|written| self.reader.text("/codeSigningConfig", written)),
        };
        let place = self.reader.document.place("/function");
        let mut links = self.links(function.name.to_string(), BTreeSet::new());
        let of_package = output::ALL.map(|output| (function.of_package(output), place.clone()));
        links.references.extend(of_package);
        let address = address.clone().with_part(LIVE);
        Some(Unit { address, spec: Spec::Function(function), links: Arc::new(links) })
    }

    /// The links of a unit, with the references that were read since the last one.
    fn links(&mut self, physical_name: String, outputs: BTreeSet<String>) -> Links {
        Links {
            place: self.reader.document.key_place("/name"),
            region: self.reader.scope.environment().target.region().to_owned(),
            physical_name,
            references: self.reader.take_references(),
            depends_on: Vec::new(),
            outputs,
            provides: BTreeSet::new(),
            needs: BTreeSet::new(),
        }
    }

    fn architecture(&mut self, written: &str) -> Option<Architecture> {
        let word = self.reader.plain("/architecture", written);
        let architecture = match word.parse::<Architecture>() {
            Ok(architecture) => architecture,
            Err(error) => {
                let known = did_you_mean(&word, ["arm64", "x86_64", "host"]);
                let hint = known.unwrap_or_else(|| "write `arm64`, `x86_64` or `host`".to_owned());
                self.reader.problem("/architecture", error.to_string(), &hint);
                return None;
            }
        };
        if architecture == Architecture::Host
            && !self.reader.scope.environment().target.is_sandbox()
        {
            let message = "`host` is this machine's own, which Lambda need not have";
            self.reader.problem("/architecture", message, "write `arm64` or `x86_64`");
            return None;
        }
        Some(architecture)
    }

    fn sources(&mut self, asked: &Asked<'_>) -> Option<Sources> {
        let error = match Sources::read(self.reader.scope.files(), asked) {
            Ok(sources) => return Some(sources),
            Err(error) => error,
        };
        let (pointer, hint) = match &error {
            SourceError::NoCrate { name: _, hint } => ("/crate".to_owned(), hint.clone()),
            SourceError::NoBinary { .. } | SourceError::Broken { .. } => {
                ("/crate".to_owned(), None)
            }
            SourceError::ManyBinaries { .. } => {
                ("/crate".to_owned(), Some("move each to a crate of its own".to_owned()))
            }
            SourceError::NoProfile { name: _, hint } => ("/profile".to_owned(), hint.clone()),
            SourceError::NoFeature { name: _, index, hint } => {
                (format!("/features/{index}"), hint.clone())
            }
        };
        self.reader.problem(&pointer, error.to_string(), hint.as_deref().unwrap_or_default());
        None
    }
}
