//! Names that a template refers to but does not declare.

use super::{Template, TemplateError, pointer};
use crate::intrinsics::{PSEUDO_PARAMETERS, Reference, call, direct_references};
use serde_json::Value;
use std::collections::BTreeSet;

/// Returns a fault for each reference to a name that nothing declares.
pub(super) fn faults(template: &Template) -> Vec<TemplateError> {
    let names = Names::of(template);
    let mut dangling = Vec::new();
    for section in ["Conditions", "Resources", "Outputs"] {
        let Some(entries) = template.body.get(section) else {
            continue;
        };
        walk(&pointer("", section), entries, &mut |at, value| {
            if is_plain_data(section, value) {
                return;
            }
            let faults = direct_references(value).into_iter().filter_map(|it| names.fault(&it));
            dangling.extend(faults.map(|fault| template.nearest_position(at).error(fault)));
        });
    }
    dangling.extend(attributes(template, &names));
    dangling
}

/// What a template declares, by what may refer to it.
struct Names<'t> {
    values: BTreeSet<&'t str>,
    resources: BTreeSet<&'t str>,
    conditions: BTreeSet<&'t str>,
    mappings: BTreeSet<&'t str>,
}

impl<'t> Names<'t> {
    fn of(template: &'t Template) -> Self {
        let declared = |section| -> BTreeSet<&'t str> {
            let entries = template.section(section).into_iter().flatten();
            entries.map(|(name, _)| name.as_str()).collect()
        };
        let resources = declared("Resources");
        let mut values = declared("Parameters");
        values.extend(PSEUDO_PARAMETERS);
        values.extend(&resources);
        Self {
            values,
            resources,
            conditions: declared("Conditions"),
            mappings: declared("Mappings"),
        }
    }

    fn fault(&self, reference: &Reference) -> Option<String> {
        match reference {
            Reference::Ref(name) => missing(name, "a parameter or a resource", &self.values),
            Reference::GetAtt { resource, .. } => missing(resource, "a resource", &self.resources),
            Reference::Condition(name) => missing(name, "a condition", &self.conditions),
            Reference::Mapping(name) => missing(name, "a mapping", &self.mappings),
            Reference::Import(_) => None,
        }
    }
}

/// Finds what `Condition` and `DependsOn` of resources and outputs name in vain.
fn attributes<'t>(template: &'t Template, names: &Names<'t>) -> Vec<TemplateError> {
    let mut dangling = Vec::new();
    let mut note = |section: &str, key: &str, attribute: &str, fault: Option<String>| {
        let at = pointer(&pointer(section, key), attribute);
        dangling.extend(fault.map(|fault| template.nearest_position(&at).error(fault)));
    };
    let condition = |name: &str| missing(name, "a condition", &names.conditions);
    for resource in template.resources() {
        let id = resource.logical_id;
        note("/Resources", id, "Condition", resource.condition.and_then(condition));
        for needed in resource.depends_on() {
            let fault = missing(needed, "a resource", &names.resources);
            note("/Resources", id, "DependsOn", fault);
        }
    }
    for output in template.outputs() {
        note("/Outputs", output.name, "Condition", output.condition.and_then(condition));
    }
    dangling
}

fn missing(name: &str, noun: &str, declared: &BTreeSet<&str>) -> Option<String> {
    if declared.contains(name) {
        return None;
    }
    let near = declared
        .iter()
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .min()
        .filter(|(distance, _)| *distance <= 2);
    Some(match near {
        Some((_, near)) => format!("`{name}` is not {noun}, did you mean `{near}`?"),
        None => format!("`{name}` is not {noun} of this template"),
    })
}

/// Tells a property that happens to be called `Condition`: only conditions call conditions so.
fn is_plain_data(section: &str, value: &Value) -> bool {
    section != "Conditions" && call(value).is_some_and(|(name, _)| name == "Condition")
}

/// Visits a value and all within it, each with its pointer.
pub(super) fn walk(at: &str, value: &Value, visit: &mut impl FnMut(&str, &Value)) {
    visit(at, value);
    match value {
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                walk(&pointer(at, &index.to_string()), item, visit);
            }
        }
        Value::Object(entries) => {
            for (key, entry) in entries {
                walk(&pointer(at, key), entry, visit);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
