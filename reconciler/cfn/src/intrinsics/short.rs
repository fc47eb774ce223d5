//! A value on one line, written as a person would write it in YAML.
//!
//! It is for reading in a diff, not for parsing back.

use super::{call, get_att};
use serde_json::Value;
use std::fmt::Write as _;

/// Writes a value in short form: `!Sub ${Prefix}-key`, `!GetAtt Key.Arn`, `{Effect: Allow}`.
pub fn short_form(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            let mut out = String::new();
            flow(value, &mut out);
            out
        }
    }
}

fn flow(value: &Value, out: &mut String) {
    match (call(value), value) {
        (Some((name, argument)), _) => call_form(name, argument, out),
        (None, Value::String(text)) => scalar(text, out),
        (None, Value::Array(items)) => sequence(items, out),
        (None, Value::Object(entries)) => {
            out.push('{');
            for (index, (key, entry)) in entries.iter().enumerate() {
                separate(index, out);
                scalar(key, out);
                out.push_str(": ");
                flow(entry, out);
            }
            out.push('}');
        }
        (None, Value::Null | Value::Bool(_) | Value::Number(_)) => {
            let _infallible = write!(out, "{value}");
        }
    }
}

fn call_form(name: &str, argument: &Value, out: &mut String) {
    let tag = name.strip_prefix("Fn::").unwrap_or(name);
    let _infallible = write!(out, "!{tag} ");
    match (name, get_att(argument), argument) {
        ("Fn::GetAtt", Some((resource, Value::String(attribute))), _) => {
            let _infallible = write!(out, "{resource}.{attribute}");
        }
        (_, _, Value::String(text)) => out.push_str(text),
        _ => flow(argument, out),
    }
}

fn sequence(items: &[Value], out: &mut String) {
    out.push('[');
    for (index, item) in items.iter().enumerate() {
        separate(index, out);
        flow(item, out);
    }
    out.push(']');
}

fn separate(index: usize, out: &mut String) {
    if index > 0 {
        out.push_str(", ");
    }
}

/// Writes text bare where flow style cannot mistake it for anything else.
fn scalar(text: &str, out: &mut String) {
    let ends_oddly = text.trim() != text || text.ends_with(':');
    let has_mark = text.contains([',', '[', ']', '{', '}', '"', '\n']);
    let reads_otherwise = text.contains(": ")
        || text.contains(" #")
        || text.starts_with(['&', '!', '|', '>', '%', '@', '`', '\'', '#', '-', '?', ':'])
        || serde_json::from_str::<Value>(text).is_ok();
    if text.is_empty() || ends_oddly || has_mark || reads_otherwise {
        let _infallible = write!(out, "{}", Value::from(text));
    } else {
        out.push_str(text);
    }
}
