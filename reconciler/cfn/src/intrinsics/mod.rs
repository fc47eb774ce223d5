//! Intrinsic functions as values: what they refer to, and how a person would write them.
//!
//! It recognises calls and takes them apart; it evaluates nothing.

mod short;
mod sub;
#[cfg(test)]
mod tests;

pub use short::short_form;
pub use sub::{SubPart, sub_parts};

use serde_json::{Map, Value};

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
    match (call(value), value) {
        (Some((name, argument)), _) => collect_call(name, argument, found),
        (None, Value::Array(items)) => items.iter().for_each(|item| collect(item, found)),
        (None, Value::Object(entries)) => {
            for entry in entries.values() {
                collect(entry, found);
            }
        }
        (None, Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => {}
    }
}

fn collect_call(name: &str, argument: &Value, found: &mut Vec<Reference>) {
    match (name, argument) {
        ("Ref", Value::String(target)) => add(Reference::Ref(target.clone()), found),
        ("Condition", Value::String(condition)) => {
            add(Reference::Condition(condition.clone()), found);
        }
        ("Fn::GetAtt", _) => collect_get_att(argument, found),
        ("Fn::ImportValue", _) => {
            add(Reference::Import(argument.clone()), found);
            collect(argument, found);
        }
        ("Fn::Sub", _) => collect_sub(argument, found),
        ("Fn::If" | "Fn::FindInMap", Value::Array(parts)) => {
            if let Some(Value::String(first)) = parts.first() {
                let reference = if name == "Fn::If" {
                    Reference::Condition
                } else {
                    Reference::Mapping
                };
                add(reference(first.clone()), found);
            }
            for part in parts {
                collect(part, found);
            }
        }
        _ => collect(argument, found),
    }
}

fn collect_get_att(argument: &Value, found: &mut Vec<Reference>) {
    let Some((resource, attribute)) = get_att(argument) else {
        return;
    };
    collect(&attribute, found);
    let attribute = short_form(&attribute);
    let resource = resource.to_owned();
    add(
        Reference::GetAtt {
            resource,
            attribute,
        },
        found,
    );
}

fn collect_sub(argument: &Value, found: &mut Vec<Reference>) {
    let none = Map::new();
    let (text, variables) = match argument {
        Value::String(text) => (text.as_str(), &none),
        Value::Array(parts) => match parts.as_slice() {
            [Value::String(text), Value::Object(variables)] => (text.as_str(), variables),
            _ => return,
        },
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return,
    };
    for part in sub_parts(text) {
        match part {
            SubPart::Variable(name) if variables.contains_key(name) => {}
            SubPart::Variable(name) => add(sub::variable(name), found),
            SubPart::Literal(_) => {}
        }
    }
    variables.values().for_each(|value| collect(value, found));
}

fn add(reference: Reference, found: &mut Vec<Reference>) {
    if !found.contains(&reference) {
        found.push(reference);
    }
}
