//! The text of `Fn::Sub`, taken apart.

use super::Reference;
use serde_json::Value;

/// A piece of the text given to `Fn::Sub`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SubPart<'t> {
    /// Text that stands for itself, with `${!` already written as `${`.
    Literal(&'t str),
    /// A name between `${` and `}`: of the call's own map, `Name` or `Resource.Attribute`.
    Variable(&'t str),
}

/// Takes the text of `Fn::Sub` apart; joined in order the pieces are the result.
pub fn sub_parts(text: &str) -> Vec<SubPart<'_>> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some((before, inside, after)) = next_placeholder(rest) {
        push_literal(before, &mut parts);
        if inside.starts_with('!') {
            parts.push(SubPart::Literal("${"));
            rest = &rest[before.len() + "${!".len()..];
        } else {
            parts.push(SubPart::Variable(inside.trim()));
            rest = after;
        }
    }
    push_literal(rest, &mut parts);
    parts
}

/// Returns what the variables refer to that the call's own map does not define.
pub(super) fn variables(argument: &Value) -> Vec<Reference> {
    let text = argument.get(0).unwrap_or(argument).as_str();
    let own = argument.get(1);
    let parts = text.map(sub_parts).unwrap_or_default();
    parts
        .into_iter()
        .filter_map(|part| match part {
            SubPart::Variable(name) if own.and_then(|own| own.get(name)).is_none() => Some(name),
            SubPart::Variable(_) | SubPart::Literal(_) => None,
        })
        .map(variable)
        .collect()
}

fn variable(name: &str) -> Reference {
    match name.split_once('.') {
        Some((resource, attribute)) => {
            Reference::GetAtt { resource: resource.to_owned(), attribute: attribute.to_owned() }
        }
        None => Reference::Ref(name.to_owned()),
    }
}

/// Finds the next `${…}`: what is before, inside and after it. An unclosed one is text.
fn next_placeholder(text: &str) -> Option<(&str, &str, &str)> {
    let (before, opened) = text.split_once("${")?;
    let (inside, after) = opened.split_once('}')?;
    Some((before, inside, after))
}

fn push_literal<'t>(text: &'t str, parts: &mut Vec<SubPart<'t>>) {
    if !text.is_empty() {
        parts.push(SubPart::Literal(text));
    }
}
