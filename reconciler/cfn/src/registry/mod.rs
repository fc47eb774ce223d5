//! What CloudFormation's registry publishes of each resource type.
//!
//! The facts are a checked-in digest (`registry/types.jsonl`, made by `registry/make.py`),
//! one line a type in order of name, so that start-up reads nothing and a look-up one line.
//! It knows what a schema says, not what a type really does.

mod path;
#[cfg(test)]
mod tests;

use serde::Deserialize;
use std::cmp::Ordering;
use std::collections::BTreeSet;

/// The digest of all types: JSON lines sorted by name, each beginning with it.
const TYPES: &str = include_str!("../../registry/types.jsonl");

/// How every line of the digest begins.
const NAME: &str = r#"{"name":""#;

/// The type behind every `Custom::…` type.
const CUSTOM: &str = "AWS::CloudFormation::CustomResource";

/// Stands among a type's properties for any name.
const ANY: &str = "*";

/// A resource type as the registry describes it.
///
/// Property paths are names joined by `/`, with `*` for any list item.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ResourceType {
    name: &'static str,
    #[serde(default)]
    create_only: Vec<&'static str>,
    #[serde(default)]
    conditional_create_only: Vec<&'static str>,
    #[serde(default)]
    read_only: Vec<&'static str>,
    #[serde(default)]
    write_only: Vec<&'static str>,
    #[serde(default)]
    required: Vec<&'static str>,
    primary_identifier: Vec<&'static str>,
    #[serde(default)]
    tags: Option<&'static str>,
    #[serde(default)]
    unordered: Vec<&'static str>,
    #[serde(default)]
    handlers: &'static str,
    #[serde(default)]
    drift: DriftSupport,
    #[serde(default)]
    others: Vec<&'static str>,
}

/// An operation that a type's provider handles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Handler {
    /// It can be created.
    Create,
    /// One can be read, as Cloud Control's `GetResource` does.
    Read,
    /// It can be changed in place.
    Update,
    /// It can be deleted.
    Delete,
    /// All of them can be listed.
    List,
}

/// Whether CloudFormation detects drift of a type, by its published list.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum DriftSupport {
    /// The list says that it does.
    Supported,
    /// The list says that it does not.
    Unsupported,
    /// The list, as far as it was read, does not name the type.
    #[default]
    Unlisted,
}

/// Whether a change makes CloudFormation replace the resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Replacement {
    /// The change is made in place.
    Never,
    /// It depends on the value or on what else changes.
    Conditional,
    /// A new resource is created and the old one removed.
    Always,
}

/// Looks a type up by its full name; `Custom::…` types are all the custom resource.
pub fn resource_type(name: &str) -> Option<ResourceType> {
    let name = if name.starts_with("Custom::") { CUSTOM } else { name };
    serde_json::from_str(line(name)?).ok()
}

/// Returns the names of all types, in order.
pub fn names() -> impl Iterator<Item = &'static str> {
    TYPES.lines().filter_map(name_of)
}

/// Returns the known type whose name is nearest to a misspelt one, if any is near.
pub fn suggest(name: &str) -> Option<&'static str> {
    names()
        .map(|known| (strsim::damerau_levenshtein(known, name), known))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, known)| known)
}

impl ResourceType {
    /// Returns the type's name.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Predicts what a change of the property at a path does to the resource.
    pub fn replaces(&self, path: &str) -> Replacement {
        let at = |patterns: &[&str]| path::relate(path, patterns);
        match (at(&self.create_only), at(&self.conditional_create_only)) {
            _ if self.is_immutable() => Replacement::Always,
            (path::Relation::Within, _) => Replacement::Always,
            (path::Relation::Above, _) | (_, path::Relation::Within | path::Relation::Above) => {
                Replacement::Conditional
            }
            (path::Relation::Apart, path::Relation::Apart) => Replacement::Never,
        }
    }

    /// Tells whether the type has handlers but none that updates: any change replaces.
    pub fn is_immutable(&self) -> bool {
        self.handles(Handler::Create) && !self.handles(Handler::Update)
    }

    /// Tells whether AWS sets the property, so that a template cannot.
    pub fn is_read_only(&self, path: &str) -> bool {
        path::relate(path, &self.read_only) == path::Relation::Within
    }

    /// Tells whether the property can be set but never read back.
    pub fn is_write_only(&self, path: &str) -> bool {
        path::relate(path, &self.write_only) == path::Relation::Within
    }

    /// Tells whether the list at a path means the same in any order.
    pub fn is_unordered(&self, path: &str) -> bool {
        path::is_one_of(path, &self.unordered)
    }

    /// Returns the properties that AWS sets: what `Fn::GetAtt` can give, as paths.
    pub fn read_only(&self) -> &[&'static str] {
        &self.read_only
    }

    /// Returns the properties that can be set but never read back, as paths.
    pub fn write_only(&self) -> &[&'static str] {
        &self.write_only
    }

    /// Returns the properties that a template must set.
    pub fn required(&self) -> &[&'static str] {
        &self.required
    }

    /// Returns the names of all top-level properties that the schema has.
    pub fn properties(&self) -> BTreeSet<&'static str> {
        [
            &self.create_only,
            &self.conditional_create_only,
            &self.read_only,
            &self.write_only,
            &self.required,
            &self.others,
        ]
        .into_iter()
        .flatten()
        .chain(&self.tags)
        .filter_map(|path| path.split('/').next())
        .filter(|name| *name != ANY)
        .collect()
    }

    /// Tells whether a template may set properties that the schema does not name.
    pub fn takes_any_property(&self) -> bool {
        self.others == [ANY]
    }

    /// Returns the properties that together name one resource of the type, as paths.
    pub fn primary_identifier(&self) -> &[&'static str] {
        &self.primary_identifier
    }

    /// Returns the property that holds tags, if the type can be tagged.
    pub fn tag_property(&self) -> Option<&'static str> {
        self.tags
    }

    /// Tells whether the type's provider handles an operation.
    pub fn handles(&self, handler: Handler) -> bool {
        self.handlers.contains(match handler {
            Handler::Create => 'c',
            Handler::Read => 'r',
            Handler::Update => 'u',
            Handler::Delete => 'd',
            Handler::List => 'l',
        })
    }

    /// Tells whether CloudFormation can detect drift of the type.
    pub fn drift_support(&self) -> DriftSupport {
        self.drift
    }
}

/// Finds a type's line by bisecting the text between the bounds of whole lines.
fn line(name: &str) -> Option<&'static str> {
    let mut rest = TYPES;
    while !rest.is_empty() {
        let middle = rest.floor_char_boundary(rest.len() / 2);
        let start = rest[..middle].rfind('\n').map_or(0, |newline| newline + 1);
        let end = rest[start..].find('\n').map_or(rest.len(), |length| start + length);
        let line = &rest[start..end];
        match name_of(line)?.cmp(name) {
            Ordering::Equal => return Some(line),
            Ordering::Less => rest = rest.get(end + 1..).unwrap_or_default(),
            Ordering::Greater => rest = &rest[..start],
        }
    }
    None
}

fn name_of(line: &'static str) -> Option<&'static str> {
    line.strip_prefix(NAME)?.split('"').next()
}
