//! The shape that every template has: known sections, whose entries say what they must.

use super::{Position, Template, TemplateError, pointer};
use serde_json::{Map, Value};

/// The sections a template may have; `Globals` is SAM's.
const SECTIONS: [&str; 12] = [
    "AWSTemplateFormatVersion",
    "Conditions",
    "Description",
    "Globals",
    "Hooks",
    "Mappings",
    "Metadata",
    "Outputs",
    "Parameters",
    "Resources",
    "Rules",
    "Transform",
];

/// The sections that map a name to what is declared by it.
const DECLARING: [&str; 6] =
    ["Parameters", "Mappings", "Conditions", "Rules", "Resources", "Outputs"];

/// Returns what is not shaped as in a template.
pub(super) fn faults(template: &Template) -> Vec<TemplateError> {
    let Some(sections) = template.body.as_object() else {
        let fault = "a template is a map of sections, `Resources` among them";
        return vec![Position::START.error(fault)];
    };
    let mut faults = Vec::new();
    let unknown = |name: &&String| !SECTIONS.contains(&name.as_str()) && !is_macro(name);
    for name in sections.keys().filter(unknown) {
        faults.push(refuse(template, &pointer("", name), unknown_section(name)));
    }
    for name in DECLARING {
        if let Some(section) = sections.get(name) {
            faults.extend(section_faults(template, name, section));
        }
    }
    let resources = sections.get("Resources");
    if resources.is_none_or(|section| section.as_object().is_some_and(Map::is_empty)) {
        let fault = "a template needs at least one resource in `Resources`";
        faults.push(refuse(template, "/Resources", fault));
    }
    faults
}

/// Tells a macro call (`Fn::Transform`, `Fn::ForEach::Name`), which may stand for anything.
fn is_macro(key: &str) -> bool {
    key.starts_with("Fn::")
}

fn section_faults(template: &Template, name: &str, section: &Value) -> Vec<TemplateError> {
    let parent = pointer("", name);
    let Some(entries) = section.as_object() else {
        return vec![refuse(template, &parent, format!("`{name}` must be a map"))];
    };
    let fault = |(key, entry): (&String, &Value)| {
        let fault = match entry.as_object() {
            None => format!("`{key}` must be a map"),
            Some(entry) => entry_fault(name, key, entry)?,
        };
        Some(refuse(template, &pointer(&parent, key), fault))
    };
    let written_out = entries.iter().filter(|(key, _)| !is_macro(key));
    written_out.filter_map(fault).collect()
}

/// Says what an entry of a section lacks.
fn entry_fault(section: &str, key: &str, entry: &Map<String, Value>) -> Option<String> {
    match section {
        "Parameters" | "Resources" if !entry.get("Type").is_some_and(Value::is_string) => {
            Some(format!("`{key}` has no `Type`"))
        }
        "Outputs" if !entry.contains_key("Value") => Some(format!("`{key}` has no `Value`")),
        "Resources" if entry.get("Properties").is_some_and(|value| !value.is_object()) => {
            Some(format!("the `Properties` of `{key}` must be a map"))
        }
        _ => None,
    }
}

fn unknown_section(name: &str) -> String {
    let near = SECTIONS.into_iter().find(|section| strsim::damerau_levenshtein(section, name) <= 2);
    match near {
        Some(near) => format!("unknown section `{name}`, did you mean `{near}`?"),
        None => format!("unknown section `{name}`"),
    }
}

fn refuse(template: &Template, pointer: &str, message: impl Into<String>) -> TemplateError {
    template.nearest_position(pointer).error(message)
}
