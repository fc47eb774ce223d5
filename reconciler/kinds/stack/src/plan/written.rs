//! A template as a person wrote it, to be shown: without what must not be.

use reconcile_cfn::Template;
use reconcile_cfn::intrinsics::{Reference, references, short_form};
use serde_json::Value as Json;

use super::leaves::step;

/// What is written at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Written {
    /// Nothing: a function stands above it, or the place does not exist.
    Nothing,
    /// This, in its short form.
    Shown(String),
    /// Something that is made of a `NoEcho` parameter.
    Hidden,
}

/// What is written at a path within a resource's properties.
pub(super) fn property(template: &Template, logical_id: &str, path: &str) -> Written {
    let resource = template.resource(logical_id);
    let Some(mut value) = resource.and_then(|resource| resource.body.get("Properties")) else {
        return Written::Nothing;
    };
    for part in path.split('/') {
        match step(value, part) {
            Some(below) => value = below,
            None if is_hidden(template, value) => return Written::Hidden,
            None => return Written::Nothing,
        }
    }
    shown(template, value)
}

/// What is written as the value of an output.
pub(super) fn output(template: &Template, name: &str) -> Written {
    let output = template.outputs().find(|output| output.name == name);
    output.map_or(Written::Nothing, |output| shown(template, output.value))
}

fn shown(template: &Template, value: &Json) -> Written {
    if is_hidden(template, value) { Written::Hidden } else { Written::Shown(short_form(value)) }
}

fn is_hidden(template: &Template, value: &Json) -> bool {
    let hidden: Vec<_> =
        template.parameters().filter(|one| one.no_echo).map(|one| one.name).collect();
    let of_hidden = |reference: &Reference| matches!(reference, Reference::Ref(name) if hidden.contains(&name.as_str()));
    !hidden.is_empty() && references(value).iter().any(of_hidden)
}
