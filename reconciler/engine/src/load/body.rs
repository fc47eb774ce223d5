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
use serde_path_to_error::{Path, Segment, Track};
use serde_yaml::with::singleton_map_recursive;

use super::header::HEADER_KEYS;
use super::tree::Node;

/// Reads a file as `T`, without those keys of the header that `T` does not declare.
pub(super) fn read<T: DeserializeOwned>(file: &Arc<SourceFile>, root: &Node) -> Result<T, Problem> {
    let mut track = Track::new();
    let body = Body(serde_yaml::Deserializer::from_str(&file.text));
    let tracked = serde_path_to_error::Deserializer::new(body, &mut track);
    // A variant with data is written as a map of one key, as the schema has it, not as a YAML tag.
    singleton_map_recursive::deserialize(tracked).map_err(|error| {
        let path = track.path();
        let range = root.value_range(&pointer(&path));
        let message = format!("`{path}` is not valid: {}", own_words(&error, &path));
        Problem::at(Place { file: Arc::clone(file), range }, message)
    })
}

fn pointer(path: &Path) -> String {
    let steps = path.iter().filter_map(|step| match step {
        Segment::Seq { index } => Some(format!("/{index}")),
        Segment::Map { key } => Some(format!("/{}", key.replace('~', "~0").replace('/', "~1"))),
        // A variant is a key, and that key was passed as one.
        Segment::Enum { .. } | Segment::Unknown => None,
    });
    steps.collect()
}

/// What a type says about a value, without the path and position that the YAML library puts around it.
fn own_words(error: &serde_yaml::Error, path: &Path) -> String {
    let text = error.to_string();
    let text = error.location().map_or_else(
        || text.clone(),
        |at| text.replace(&format!(" at line {} column {}", at.line(), at.column()), ""),
    );
    match text.split_once(": ") {
        Some((start, words)) if path.to_string().starts_with(start) => words.to_owned(),
        _ => text,
    }
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
