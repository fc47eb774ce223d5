//! Short-form tags and the functions they stand for.
//!
//! `!Ref` and `!Condition` keep their name; every other tag is `Fn::` and its name.

use saphyr_parser::Tag;
use serde_json::{Map, Value, json};

/// The functions that have a short form, in long form and in order.
const FUNCTIONS: [&str; 27] = [
    "Condition",
    "Fn::And",
    "Fn::Base64",
    "Fn::Cidr",
    "Fn::Contains",
    "Fn::EachMemberEquals",
    "Fn::EachMemberIn",
    "Fn::Equals",
    "Fn::FindInMap",
    "Fn::GetAZs",
    "Fn::GetAtt",
    "Fn::GetStackOutput",
    "Fn::If",
    "Fn::ImportValue",
    "Fn::Join",
    "Fn::Length",
    "Fn::Not",
    "Fn::Or",
    "Fn::RefAll",
    "Fn::Select",
    "Fn::Split",
    "Fn::Sub",
    "Fn::ToJsonString",
    "Fn::Transform",
    "Fn::ValueOf",
    "Fn::ValueOfAll",
    "Ref",
];

/// Returns the long name of a tag's function.
pub(super) fn function(tag: &Tag) -> Option<&'static str> {
    if tag.handle != "!" {
        return None;
    }
    FUNCTIONS.into_iter().find(|name| name.strip_prefix("Fn::").unwrap_or(name) == tag.suffix)
}

/// Writes a call of a function in long form.
pub(super) fn call(name: &str, argument: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), argument)]))
}

/// Returns what a scalar behind a tag passes: `!GetAtt A.B` splits at its first dot.
pub(super) fn scalar_argument(name: &str, text: &str) -> Value {
    match text.split_once('.') {
        Some((resource, attribute)) if name == "Fn::GetAtt" => json!([resource, attribute]),
        _ => Value::from(text),
    }
}

/// Says that a tag is not one of CloudFormation's, and which one is near.
pub(super) fn unknown(tag: &Tag) -> String {
    let near = FUNCTIONS
        .into_iter()
        .map(|name| name.strip_prefix("Fn::").unwrap_or(name))
        .max_by(|a, b| nearness(a, tag).total_cmp(&nearness(b, tag)))
        .filter(|name| nearness(name, tag) > 0.8);
    match near {
        Some(name) => format!("unknown tag `{tag}`, did you mean `!{name}`?"),
        None => format!("unknown tag `{tag}`"),
    }
}

fn nearness(name: &str, tag: &Tag) -> f64 {
    strsim::jaro_winkler(&name.to_lowercase(), &tag.suffix.to_lowercase())
}
