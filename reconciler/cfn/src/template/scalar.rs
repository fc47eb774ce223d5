//! What a scalar without a function means.
//!
//! CloudFormation reads YAML 1.1, so `yes` and `off` are booleans. A number is one only if
//! nothing of its writing would be lost: `0123` (an account), `1.10` (a version) and `1e3`
//! stay the text that they are.

use super::{Position, TemplateError};
use saphyr_parser::{ScalarStyle, Tag};
use serde_json::{Number, Value};

/// Resolves a scalar, refusing nulls and YAML types that templates do not have.
pub(super) fn value(
    text: &str,
    style: ScalarStyle,
    tag: Option<&Tag>,
    at: Position,
) -> Result<Value, TemplateError> {
    match tag.map(|tag| tag.suffix.as_str()) {
        Some("str") => return Ok(Value::from(text)),
        None | Some("bool" | "int" | "float") => {}
        Some(other) => return Err(at.error(format!("the YAML type `!!{other}` is not supported"))),
    }
    if style != ScalarStyle::Plain {
        return Ok(Value::from(text));
    }
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Err(at.error("null is not allowed in templates")),
        "true" | "True" | "TRUE" | "yes" | "Yes" | "YES" | "on" | "On" | "ON" => Ok(true.into()),
        "false" | "False" | "FALSE" | "no" | "No" | "NO" | "off" | "Off" | "OFF" => {
            Ok(false.into())
        }
        text => Ok(number(text).map_or_else(|| Value::from(text), Value::Number)),
    }
}

fn number(text: &str) -> Option<Number> {
    if !text.starts_with(|c: char| c == '-' || c.is_ascii_digit()) {
        return None;
    }
    let number: Number = serde_json::from_str(text).ok()?;
    (number.to_string() == text).then_some(number)
}
