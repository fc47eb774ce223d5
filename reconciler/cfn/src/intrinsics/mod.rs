//! Intrinsic functions as values: what they refer to, and how a person would write them.
//!
//! It recognises calls and takes them apart; it evaluates nothing.

mod short;
mod sub;
#[cfg(test)]
mod tests;

pub use short::short_form;
pub use sub::{SubPart, sub_parts};

use serde_json::Value;

/// The parameters that every template has without declaring them.
pub const PSEUDO_PARAMETERS: [&str; 8] = [
    "AWS::AccountId",
    "AWS::NoValue",
    "AWS::NotificationARNs",
    "AWS::Partition",
    "AWS::Region",
    "AWS::StackId",
    "AWS::StackName",
    "AWS::URLSuffix",
];

/// Something that a value needs from elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// A parameter, a pseudo parameter or a resource's `Ref` value.
    Ref(String),
    /// An attribute of a resource.
    GetAtt {
        /// The resource's logical ID.
        resource: String,
        /// The attribute's name, which may have dots.
        attribute: String,
    },
    /// An export of another stack; its name may itself be computed.
    Import(Value),
    /// A condition of the template.
    Condition(String),
    /// A mapping of the template, if its name is written out.
    Mapping(String),
}

impl Reference {
    /// Returns the logical ID or parameter that is named, if this names one.
    pub fn logical_name(&self) -> Option<&str> {
        match self {
            Self::Ref(name) => Some(name),
            Self::GetAtt { resource, .. } => Some(resource),
            Self::Import(_) | Self::Condition(_) | Self::Mapping(_) => None,
        }
    }
}

/// Takes a value apart as a function call: its long name and its argument.
pub fn call(value: &Value) -> Option<(&str, &Value)> {
    let object = value.as_object()?;
    let (name, argument) = object.iter().next().filter(|_| object.len() == 1)?;
    let is_function = match name.as_str() {
        "Ref" | "Condition" => argument.is_string(),
        name => name.starts_with("Fn::"),
    };
    is_function.then_some((name, argument))
}

/// Tells whether a value has no function call in it: what is written is what is meant.
pub fn is_literal(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().all(is_literal),
        Value::Object(entries) => call(value).is_none() && entries.values().all(is_literal),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => true,
    }
}

/// Returns everything that a value refers to, each once, in the order it is written.
pub fn references(value: &Value) -> Vec<Reference> {
    let mut found = Vec::new();
    collect(value, &mut found);
    found
}

/// Returns what a call itself refers to, without what its arguments refer to.
pub fn direct_references(value: &Value) -> Vec<Reference> {
    match call(value) {
        Some(("Ref", Value::String(name))) => vec![Reference::Ref(name.clone())],
        Some(("Condition", Value::String(name))) => vec![Reference::Condition(name.clone())],
        Some(("Fn::If", argument)) => first_text(argument, Reference::Condition),
        Some(("Fn::FindInMap", argument)) => first_text(argument, Reference::Mapping),
        Some(("Fn::ImportValue", name)) => vec![Reference::Import(name.clone())],
        Some(("Fn::GetAtt", argument)) => get_att(argument)
            .map(|(resource, attribute)| Reference::GetAtt {
                resource: resource.to_owned(),
                attribute: short_form(&attribute),
            })
            .into_iter()
            .collect(),
        Some(("Fn::Sub", argument)) => sub::variables(argument),
        Some(_) | None => Vec::new(),
    }
}

/// Splits the argument of `Fn::GetAtt`, in either of its forms, into resource and attribute.
///
/// The attribute is a value because it may be computed by `Ref`.
pub fn get_att(argument: &Value) -> Option<(&str, Value)> {
    match argument {
        Value::String(text) => {
            let (resource, attribute) = text.split_once('.')?;
            Some((resource, Value::from(attribute)))
        }
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(resource), attribute] => Some((resource, attribute.clone())),
            _ => None,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => None,
    }
}

fn collect(value: &Value, found: &mut Vec<Reference>) {
    for reference in direct_references(value) {
        if !found.contains(&reference) {
            found.push(reference);
        }
    }
    match value {
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        Value::Object(entries) => {
            for entry in entries.values() {
                collect(entry, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn first_text(argument: &Value, reference: fn(String) -> Reference) -> Vec<Reference> {
    let name = argument.get(0).and_then(Value::as_str);
    name.map(|name| reference(name.to_owned())).into_iter().collect()
}
