//! The shape that every template has, so that the typed views need not doubt it.

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

/// Refuses what is not shaped as a template.
pub(super) fn shape(template: &Template) -> Result<(), TemplateError> {
    let start = Position { line: 1, column: 1 };
    let Some(sections) = template.body.as_object() else {
        return Err(start.error("a template is a map of sections, `Resources` among them"));
    };
    for name in sections.keys() {
        if !SECTIONS.contains(&name.as_str()) && !is_macro(name) {
            return Err(refuse(template, &pointer("", name), unknown_section(name)));
        }
    }
    for name in [
        "Parameters",
        "Mappings",
        "Conditions",
        "Resources",
        "Outputs",
    ] {
        if let Some(section) = sections.get(name) {
            entries(template, name, section)?;
        }
    }
    let resources = sections.get("Resources").and_then(Value::as_object);
    if resources.is_none_or(Map::is_empty) {
        return Err(start.error("a template needs at least one resource in `Resources`"));
    }
    Ok(())
}

fn entries(template: &Template, name: &str, section: &Value) -> Result<(), TemplateError> {
    let parent = pointer("", name);
    let Some(entries) = section.as_object() else {
        return Err(refuse(template, &parent, format!("`{name}` must be a map")));
    };
    for (key, entry) in entries.iter().filter(|(key, _)| !is_macro(key)) {
        let fault = match entry.as_object() {
            None => Some(format!("`{key}` must be a map")),
            Some(entry) => fault(name, key, entry),
        };
        if let Some(fault) = fault {
            return Err(refuse(template, &pointer(&parent, key), fault));
        }
    }
    Ok(())
}

/// Says what an entry of a section lacks.
fn fault(section: &str, key: &str, entry: &Map<String, Value>) -> Option<String> {
    match section {
        "Parameters" | "Resources" if !has_text(entry, "Type") => {
            Some(format!("`{key}` has no `Type`"))
        }
        "Outputs" if !entry.contains_key("Value") => Some(format!("`{key}` has no `Value`")),
        "Resources"
            if entry
                .get("Properties")
                .is_some_and(|value| !value.is_object()) =>
        {
            Some(format!("the `Properties` of `{key}` must be a map"))
        }
        _ => None,
    }
}

fn has_text(entry: &Map<String, Value>, key: &str) -> bool {
    entry.get(key).is_some_and(Value::is_string)
}

/// Tells a macro call (`Fn::Transform`, `Fn::ForEach::Name`), which may stand for anything.
fn is_macro(key: &str) -> bool {
    key.starts_with("Fn::")
}

fn unknown_section(name: &str) -> String {
    let near = SECTIONS
        .into_iter()
        .find(|section| strsim::damerau_levenshtein(section, name) <= 2);
    match near {
        Some(near) => format!("unknown section `{name}`, did you mean `{near}`?"),
        None => format!("unknown section `{name}`"),
    }
}

fn refuse(template: &Template, pointer: &str, message: impl Into<String>) -> TemplateError {
    template.nearest_position(pointer).error(message)
}
