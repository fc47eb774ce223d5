//! Typed reading of a document. The only place in the workspace that names `serde_yaml`.
//!
//! What reaches it has passed its kind's schema, so what can still fail is a type's own parsing.

use std::fmt;
use std::sync::Arc;

use reconcile_core::problem::{Place, Problem, SourceFile};
use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, IgnoredAny, IntoDeserializer, MapAccess,
    Visitor,
};
use serde_yaml::with::singleton_map_recursive;

use super::header::HEADER_KEYS;
use super::tree::Node;

/// Reads a file as `T`, without those keys of the header that `T` does not declare.
pub(super) fn read<T: DeserializeOwned>(file: &Arc<SourceFile>, root: &Node) -> Result<T, Problem> {
    let body = Body(serde_yaml::Deserializer::from_str(&file.text));
    // A variant with data is written as a map of one key, as the schema has it, not as a YAML tag.
    singleton_map_recursive::deserialize(body).map_err(|error| problem(file, root, &error))
}

fn problem(file: &Arc<SourceFile>, root: &Node, error: &serde_yaml::Error) -> Problem {
    let message = error.to_string();
    let Some(at) = error.location() else {
        return Problem::at(Place { file: Arc::clone(file), range: root.value_range("") }, message);
    };
    let place = format!(" at line {} column {}", at.line(), at.column());
    let line = file.text.split_inclusive('\n').take(at.line() - 1);
    let line_start: usize = line.map(str::len).sum();
    let rest = file.text.get(line_start..).unwrap_or_default();
    let column = rest.char_indices().nth(at.column() - 1);
    let byte = line_start + column.map_or(0, |(byte, _)| byte);
    let range = root.range_around(byte);
    Problem::at(Place { file: Arc::clone(file), range }, message.replace(&place, ""))
}

/// A document whose root is a map, header included.
struct Body<D>(D);

impl<'de, D: Deserializer<'de>> Deserializer<'de> for Body<D> {
    type Error = D::Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        name: &'static str,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, D::Error> {
        let visitor = Headless { visitor, fields };
        self.0.deserialize_struct(name, fields, visitor)
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, D::Error> {
        self.0.deserialize_any(visitor)
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
        unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
    }
}

/// Shows a visitor or its map without the header.
struct Headless<V> {
    visitor: V,
    fields: &'static [&'static str],
}

impl<'de, V: Visitor<'de>> Visitor<'de> for Headless<V> {
    type Value = V::Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.visitor.expecting(f)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<V::Value, A::Error> {
        let Self { visitor, fields } = self;
        visitor.visit_map(HeadlessMap { map, fields })
    }
}

struct HeadlessMap<A> {
    map: A,
    fields: &'static [&'static str],
}

impl<'de, A: MapAccess<'de>> MapAccess<'de> for HeadlessMap<A> {
    type Error = A::Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, A::Error> {
        while let Some(key) = self.map.next_key::<String>()? {
            let declared = self.fields.contains(&key.as_str());
            if declared || !HEADER_KEYS.contains(&key.as_str()) {
                return seed.deserialize(key.into_deserializer()).map(Some);
            }
            self.map.next_value::<IgnoredAny>()?;
        }
        Ok(None)
    }

    fn next_value_seed<S: DeserializeSeed<'de>>(&mut self, seed: S) -> Result<S::Value, A::Error> {
        self.map.next_value_seed(seed)
    }
}
