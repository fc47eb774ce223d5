//! The schema of a kind's files: its own keys behind the header that all kinds share.

use serde_json::{Map, Value as Json, json};

use super::super::environment::ENVIRONMENT;
use super::super::header::Header;
use super::super::kinds::KindInfo;

/// The JSON Schema of a kind's files, for editors; an environment's has a section for each of `kinds` that has
/// settings.
pub fn generated(kind: &KindInfo, kinds: &[KindInfo]) -> String {
    format!("{:#}\n", schema(kind, kinds))
}

/// The JSON Schema of a kind's files.
pub(super) fn schema(kind: &KindInfo, kinds: &[KindInfo]) -> Json {
    let mut body = (kind.schema)().to_value();
    let mut header = schemars::schema_for!(Header).to_value();
    strict(&mut body);
    strict(&mut header);
    let mut properties = take_map(&mut header, "properties");
    if let Some(word) = properties.get_mut("kind").and_then(Json::as_object_mut) {
        word.insert("const".to_owned(), json!(kind.word));
    }
    if kind.plural == ENVIRONMENT.plural {
        properties.shift_remove("environments");
    }
    let mut required = vec![json!("kind"), json!("name")];
    for (key, value) in take_map(&mut body, "properties") {
        properties.entry(key).or_insert(value);
    }
    if kind.plural == ENVIRONMENT.plural {
        properties.extend(kinds.iter().filter_map(section));
    }
    if let Some(Json::Array(more)) = body.get_mut("required").map(Json::take) {
        required.extend(more.into_iter().filter(|key| key != "kind" && key != "name"));
    }
    let mut schema = Map::new();
    schema.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    schema.insert("title".to_owned(), json!(kind.word));
    schema.extend(body.get_mut("description").map(|text| ("description".to_owned(), text.take())));
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Json::Object(properties));
    schema.insert("required".to_owned(), Json::Array(required));
    schema.insert("additionalProperties".to_owned(), json!(false));
    if let Json::Object(rest) = body {
        for (key, value) in rest {
            schema.entry(key).or_insert(value);
        }
    }
    Json::Object(schema)
}

/// What an environment may say of a kind as a whole.
fn section(kind: &KindInfo) -> Option<(String, Json)> {
    let mut schema = (kind.settings)()?.to_value();
    strict(&mut schema);
    if let Some(map) = schema.as_object_mut() {
        map.shift_remove("$schema");
        map.shift_remove("title");
    }
    Some((kind.plural.to_owned(), schema))
}

fn take_map(schema: &mut Json, key: &str) -> Map<String, Json> {
    match schema.get_mut(key).map(Json::take) {
        Some(Json::Object(map)) => map,
        _ => Map::new(),
    }
}

/// Takes `null` out of every type: a key that is not wanted is left out, not left empty.
fn strict(schema: &mut Json) {
    if let Json::Array(items) = schema {
        items.iter_mut().for_each(strict);
    }
    let Some(map) = schema.as_object_mut() else {
        return;
    };
    if map.get("default").is_some_and(Json::is_null) {
        map.shift_remove("default");
    }
    if let Some(Json::Array(types)) = map.get_mut("type") {
        types.retain(|name| name != "null");
        if let [only] = types.as_mut_slice() {
            let only = only.take();
            map.insert("type".to_owned(), only);
        }
    }
    if let Some(Json::Array(options)) = map.get_mut("anyOf") {
        options.retain(|option| option != &json!({ "type": "null" }));
        if let [only] = options.as_mut_slice() {
            let only = only.take();
            map.shift_remove("anyOf");
            if let Json::Object(only) = only {
                only.into_iter().for_each(|(key, value)| {
                    map.entry(key).or_insert(value);
                });
            }
        }
    }
    map.values_mut().for_each(strict);
}
