//! From what is written to what is meant, with everything that is wrong on the way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use reconcile_cfn::Template;
use reconcile_core::address::Address;
use reconcile_core::digest::Digest;
use reconcile_core::problem::{Place, Problem};
use reconcile_core::text::{Reference, Text};
use reconcile_engine::kind::{Links, Unit};
use reconcile_engine::load::document::Document;
use reconcile_engine::load::reader::Reader;
use reconcile_engine::load::scope::Scope;

use super::raw::{ParameterValue, RawAllow, RawException, RawIgnore, RawStack};
use super::{Allow, IgnoreDrift, Settings, Spec, TemplateFile, template_checks};

/// The largest template that CloudFormation takes (User Guide, CloudFormation quotas).
const MAX_TEMPLATE_BYTES: usize = 1_048_576;

/// The largest stack policy that CloudFormation takes (API Reference, `SetStackPolicy`).
const MAX_POLICY_BYTES: usize = 16_384;

/// The word for no service role: CloudFormation acts with the rights of whoever applies.
const CALLER: &str = "caller";

/// Says what a stack's file means: a unit per region.
pub fn interpret(raw: RawStack, document: &Document, scope: &mut Scope<'_>) -> Vec<Unit<Spec>> {
    let mut interpreter = Interpreter { reader: Reader::new(document, scope), taken: None };
    let Some(template) = interpreter.template(&raw.template) else { return Vec::new() };
    let parameters = interpreter.parameters(&raw.parameters);
    let environment = interpreter.reader.scope.environment();
    let spec = Spec {
        stack_name: interpreter.stack_name(&raw),
        region: String::new(),
        declared_in: document.file.path.clone(),
        policy: raw.policy.as_deref().and_then(|path| interpreter.policy(path)),
        termination_protection: raw.termination_protection,
        on_drift: raw.on_drift,
        allow: allow(raw.allow),
        ignore_drift: interpreter.ignore_drift(raw.ignore_drift, &template.parsed),
        capabilities: raw.capabilities.into_iter().collect(),
        tags: environment.tags.clone().into_iter().chain(interpreter.tags(raw.tags)).collect(),
        role_arn: interpreter.role(raw.role_arn.as_deref()),
        parameters,
        template,
    };
    template_checks::check(&spec, document, interpreter.reader.scope);
    interpreter.exceptions(&raw.exceptions, &spec.template.parsed);
    let depends_on = interpreter.depends_on(&raw.depends_on);
    let base = Links {
        place: document.key_place("/name"),
        region: String::new(),
        physical_name: spec.stack_name.clone(),
        references: interpreter.references(),
        depends_on,
        outputs: spec.template.parsed.outputs().map(|output| output.name.to_owned()).collect(),
        provides: BTreeSet::new(),
        needs: BTreeSet::new(),
    };
    let address = Address::new("stacks", &document.name);
    let in_region = |address: Address, region: String| {
        let spec = Spec { region: region.clone(), ..spec.clone() };
        let (provides, needs) = (template_checks::exports(&spec), template_checks::imports(&spec));
        let links = Links { region, provides, needs, ..base.clone() };
        Unit { address, links: Arc::new(links), spec }
    };
    let written = raw.region.iter().map(|region| ("/region".to_owned(), region));
    let listed = raw.regions.iter().flatten().enumerate();
    let listed = listed.map(|(index, region)| (format!("/regions/{index}"), region));
    for (pointer, region) in written.chain(listed) {
        if !environment.all_regions().any(|known| known == region) {
            let name = &environment.name;
            let message = format!("the environment `{name}` is not in {region}");
            let hint = format!("add it to `regions` in `desired/environments/{name}.yaml`");
            scope.problem(Problem::at(document.place(&pointer), message).hint(hint));
        }
    }
    if let Some(regions) = raw.regions {
        if raw.region.is_some() {
            let place = document.key_place("/region");
            let problem = Problem::at(place, "`region` and `regions` exclude each other");
            scope.problem(problem.hint("keep one of them"));
        }
        regions
            .into_iter()
            .map(|region| in_region(address.clone().with_part(&region), region))
            .collect()
    } else {
        let region = raw.region.unwrap_or_else(|| environment.target.region().to_owned());
        vec![in_region(address, region)]
    }
}

/// Finds what is wrong with the environment's section, and stacks that share a name in a region.
pub fn check(units: &[Unit<Spec>], scope: &mut Scope<'_>) {
    if let Err(problem) = Settings::of(scope.environment()) {
        scope.problem(problem);
    }
    let mut seen: BTreeMap<(&str, &str), &Unit<Spec>> = BTreeMap::new();
    for unit in units {
        let name = (unit.spec.region.as_str(), unit.spec.stack_name.as_str());
        if let Some(first) = seen.insert(name, unit) {
            let message = format!(
                "`{}` and `{}` are both the stack `{}` in {}",
                first.address, unit.address, name.1, name.0
            );
            let problem = Problem::at(unit.links.place.clone(), message);
            scope.problem(problem.hint("give one of them another `stackName`"));
        }
    }
}

/// A stack's file being interpreted.
struct Interpreter<'a, 'e> {
    reader: Reader<'a, 'e>,
    /// What the environment says of all stacks, once the stack was found to take it.
    taken: Option<Settings>,
}

impl Interpreter<'_, '_> {
    fn template(&mut self, path: &str) -> Option<TemplateFile> {
        let file = self.reader.scope.file(self.reader.document, "/template", path)?;
        if file.text.len() > MAX_TEMPLATE_BYTES {
            let message = format!(
                "`{path}` has {} bytes, and CloudFormation takes {MAX_TEMPLATE_BYTES} at most",
                file.text.len()
            );
            self.reader.problem("/template", message, "split it into two stacks");
            return None;
        }
        match Template::parse(&file.text) {
            Ok(parsed) => Some(TemplateFile {
                path: path.to_owned(),
                digest: Digest::of(&file.text),
                text: Arc::from(file.text.as_str()),
                parsed: Arc::new(parsed),
            }),
            Err(error) => {
                let place = Place::at_line_column(&file, error.line, error.column);
                let message = format!("not a CloudFormation template: {}", error.message);
                self.reader.scope.problem(Problem::at(place, message));
                None
            }
        }
    }

    fn policy(&mut self, path: &str) -> Option<Arc<str>> {
        let file = self.reader.scope.file(self.reader.document, "/policy", path)?;
        if let Err(error) = serde_json::from_str::<serde_json::Value>(&file.text) {
            let place = Place::at_line_column(&file, error.line(), error.column());
            self.reader.scope.problem(Problem::at(place, format!("not a stack policy: {error}")));
            return None;
        }
        if file.text.len() > MAX_POLICY_BYTES {
            let message =
                format!("`{path}` is larger than a stack policy may be: {MAX_POLICY_BYTES} bytes");
            self.reader.problem("/policy", message, "");
            return None;
        }
        Some(Arc::from(file.text.as_str()))
    }

    fn stack_name(&mut self, raw: &RawStack) -> String {
        let Some(written) = &raw.stack_name else { return self.reader.document.name.clone() };
        let name = self.reader.plain("/stackName", written);
        let mut characters = name.chars();
        let valid = characters.next().is_some_and(|first| first.is_ascii_alphabetic())
            && characters.all(|c| c.is_ascii_alphanumeric() || c == '-')
            && name.len() <= 128;
        if !valid && !name.is_empty() {
            let message = format!("`{name}` cannot be the name of a stack");
            let hint = "letters, digits and hyphens, a letter first, at most 128";
            self.reader.problem("/stackName", message, hint);
        }
        name
    }

    /// The stack's own role, or else the environment's, unless the stack wants none.
    fn role(&mut self, written: Option<&str>) -> Option<Text> {
        match written {
            Some(CALLER) => None,
            Some(written) => Some(self.reader.text("/roleArn", written)),
            None => {
                // What is wrong with the section is said once, not at every stack.
                self.taken = Settings::of(self.reader.scope.environment()).ok().flatten();
                self.taken.as_ref().map(|settings| settings.role_arn.clone())
            }
        }
    }

    fn references(&mut self) -> Vec<(Reference, Place)> {
        let mut references = self.reader.take_references();
        if let Some(Settings { role_arn, place }) = &self.taken {
            let taken = role_arn.references();
            references.extend(taken.map(|found| (found.clone(), place.clone())));
        }
        references
    }

    fn parameters(&mut self, raw: &BTreeMap<String, ParameterValue>) -> BTreeMap<String, Text> {
        let text = |(name, ParameterValue(items)): (&String, &ParameterValue)| {
            let pointer = format!("/parameters/{name}");
            (name.clone(), self.reader.text(&pointer, &items.join(",")))
        };
        raw.iter().map(text).collect()
    }

    fn tags(&mut self, raw: BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut tags = BTreeMap::new();
        for (key, written) in raw {
            let pointer = format!("/tags/{}", key.replace('~', "~0").replace('/', "~1"));
            if key.starts_with("aws:") || key.starts_with("reconcile:") {
                let message = format!("the tag `{key}` has a prefix that is reserved");
                self.reader.problem(&pointer, message, "`aws:` is AWS's, `reconcile:` is ours");
            }
            tags.insert(key, self.reader.plain(&pointer, &written));
        }
        tags
    }

    fn ignore_drift(&mut self, raw: Vec<RawIgnore>, template: &Template) -> Vec<IgnoreDrift> {
        let mut ignored = Vec::new();
        for (index, RawIgnore { resource, property, reason, until }) in raw.into_iter().enumerate()
        {
            let at = format!("/ignoreDrift/{index}");
            self.resource(&at, &resource, template);
            if let Some(until) = self.day(&at, &until) {
                ignored.push(IgnoreDrift { resource, property, reason, until });
            }
        }
        ignored
    }

    /// What is wrong with exceptions by themselves; the rules are judged by whoever has them.
    fn exceptions(&mut self, raw: &[RawException], template: &Template) {
        for (index, RawException { rule: _, resource, reason: _, until }) in raw.iter().enumerate()
        {
            let at = format!("/exceptions/{index}");
            if let Some(resource) = resource {
                self.resource(&at, resource, template);
            }
            self.day(&at, until);
        }
    }

    fn resource(&mut self, at: &str, logical_id: &str, template: &Template) {
        if template.resource(logical_id).is_none() {
            let message = format!("the template has no resource `{logical_id}`");
            self.reader.problem(&format!("{at}/resource"), message, "");
        }
    }

    fn day(&mut self, at: &str, written: &str) -> Option<Date> {
        let day = written.parse();
        if let Err(error) = &day {
            let message = format!("`{written}` is not a day: {error}");
            self.reader.problem(&format!("{at}/until"), message, "write `YYYY-MM-DD`");
        }
        day.ok()
    }

    fn depends_on(&mut self, raw: &[String]) -> Vec<(Address, Place)> {
        let mut addresses = Vec::new();
        for (index, written) in raw.iter().enumerate() {
            let pointer = format!("/dependsOn/{index}");
            match written.parse::<Address>() {
                Ok(address) => addresses.push((address, self.reader.document.place(&pointer))),
                Err(error) => self.reader.problem(&pointer, error.to_string(), ""),
            }
        }
        addresses
    }
}

fn allow(raw: RawAllow) -> Allow {
    let RawAllow { replace, delete, skip_rollback, adopt, recreate } = raw;
    Allow {
        replace: replace.into_iter().collect(),
        delete: delete.into_iter().collect(),
        skip_rollback: skip_rollback.into_iter().collect(),
        adopt,
        recreate,
    }
}
