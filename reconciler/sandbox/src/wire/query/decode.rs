//! From a form's flat names (`Tags.member.1.Key`) to a nested JSON object.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

/// The operation and its parameters. Every scalar is a string: the form does not know of types.
pub(super) fn form(body: &[u8]) -> (String, Value) {
    let mut operation = String::new();
    let mut root = Node::default();
    for (name, value) in form_urlencoded::parse(body) {
        match &*name {
            "Action" => operation = value.into_owned(),
            "Version" => {}
            signature if signature.starts_with("X-Amz-") => {}
            _ => root.place(&name, value.into_owned()),
        }
    }
    let parameters = match root.into_value() {
        Value::Object(parameters) => parameters,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Map::new()
        }
    };
    (operation, Value::Object(parameters))
}

/// A name's value, and what stands under it.
#[derive(Default)]
struct Node {
    value: Option<String>,
    children: BTreeMap<String, Self>,
}

impl Node {
    fn place(&mut self, path: &str, value: String) {
        let node = path
            .split('.')
            .fold(self, |node, part| node.children.entry(part.to_owned()).or_default());
        node.value = Some(value);
    }

    fn into_value(mut self) -> Value {
        if self.children.len() == 1 {
            if let Some(members) = self.take_numbered("member") {
                return Value::Array(members.map(Self::into_value).collect());
            }
            if let Some(entries) = self.take_numbered("entry") {
                return Value::Object(entries.filter_map(Self::into_entry).collect());
            }
        }
        if self.children.is_empty() {
            return Value::String(self.value.unwrap_or_default());
        }
        let members = self.children.into_iter().map(|(name, node)| (name, node.into_value()));
        Value::Object(members.collect())
    }

    /// The children of the child `name` in the order of their numbers, if numbers are all it has.
    fn take_numbered(&mut self, name: &str) -> Option<impl Iterator<Item = Self>> {
        let list = self.children.get(name)?;
        let numbers: Option<Vec<u64>> =
            list.children.keys().map(|number| number.parse().ok()).collect();
        numbers.filter(|numbers| !numbers.is_empty())?;
        let list = self.children.remove(name)?;
        let mut numbered: Vec<(u64, Self)> = list
            .children
            .into_iter()
            .filter_map(|(number, node)| Some((number.parse().ok()?, node)))
            .collect();
        numbered.sort_by_key(|(number, _)| *number);
        Some(numbered.into_iter().map(|(_, node)| node))
    }

    /// A map's entry: its key and its value.
    fn into_entry(mut self) -> Option<(String, Value)> {
        let key = self.children.remove("key")?.value?;
        Some((key, self.children.remove("value")?.into_value()))
    }
}
