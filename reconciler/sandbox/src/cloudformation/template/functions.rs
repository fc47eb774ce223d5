//! The functions that need nothing but their arguments.

use serde_json::{Value, json};

use crate::error::AwsError;

/// Applies `function` to arguments in which nothing is left to evaluate.
pub(super) fn apply(function: &str, arguments: &Value, region: &str) -> Result<Value, AwsError> {
    let result = match function {
        "Fn::Join" => join(arguments),
        "Fn::Split" => split(arguments),
        "Fn::Select" => return select(arguments),
        "Fn::Base64" => scalar(arguments).map(|text| json!(base64(text.as_bytes()))),
        "Fn::Cidr" => cidr(arguments),
        "Fn::GetAZs" => Some(zones(arguments, region)),
        "Fn::Length" => arguments.as_array().map(|items| json!(items.len())),
        "Fn::ToJsonString" => Some(json!(arguments.to_string())),
        _ => {
            return Err(AwsError::validation(format!(
                "Template format error: Unrecognized intrinsic function {function}"
            )));
        }
    };
    result.ok_or_else(|| {
        AwsError::validation(format!(
            "Template error: every {function} object requires arguments of the documented form"
        ))
    })
}

/// A scalar as text, as the template language takes every scalar.
pub(crate) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}

fn join(arguments: &Value) -> Option<Value> {
    let [delimiter, items] = arguments.as_array()?.as_slice() else {
        return None;
    };
    let mut texts = Vec::new();
    for item in items.as_array()? {
        match item.as_array() {
            Some(inner) => texts.extend(inner.iter().filter_map(scalar)),
            None => texts.push(scalar(item)?),
        }
    }
    Some(json!(texts.join(&scalar(delimiter)?)))
}

fn split(arguments: &Value) -> Option<Value> {
    let [delimiter, text] = arguments.as_array()?.as_slice() else {
        return None;
    };
    let text = scalar(text)?;
    Some(json!(text.split(&scalar(delimiter)?).collect::<Vec<_>>()))
}

fn select(arguments: &Value) -> Result<Value, AwsError> {
    let chosen = arguments.as_array().and_then(|pair| match pair.as_slice() {
        [index, Value::Array(items)] => {
            let index: usize = scalar(index)?.parse().ok()?;
            items.get(index).cloned()
        }
        _ => None,
    });
    chosen.ok_or_else(|| {
        AwsError::validation(
            "Template error: Fn::Select cannot select nonexistent value at the given index",
        )
    })
}

fn zones(arguments: &Value, region: &str) -> Value {
    let region = arguments.as_str().filter(|name| !name.is_empty()).unwrap_or(region);
    json!(["a", "b", "c"].map(|zone| format!("{region}{zone}")))
}

fn cidr(arguments: &Value) -> Option<Value> {
    let parts = arguments.as_array()?;
    let block = scalar(parts.first()?)?;
    let (address, prefix) = block.split_once('/')?;
    let network = u32::from(address.parse::<std::net::Ipv4Addr>().ok()?);
    let prefix: u32 = prefix.parse().ok()?;
    let count: u32 = scalar(parts.get(1)?)?.parse().ok()?;
    let bits: u32 = parts.get(2).map_or(Some(8), |bits| scalar(bits)?.parse().ok())?;
    let room = 32_u32.checked_sub(prefix)?.checked_sub(bits)?;
    if bits >= 32 || (room < 32 && u64::from(count) > 1_u64 << room) {
        return None;
    }
    let blocks = (0..count).map(|index| {
        format!("{}/{}", std::net::Ipv4Addr::from(network + (index << bits)), 32 - bits)
    });
    Some(json!(blocks.collect::<Vec<_>>()))
}

/// Text or a variable inside a `Fn::Sub` template.
pub(super) enum SubPart {
    Text(String),
    Variable(String),
}

/// Takes a `Fn::Sub` template apart; `${!name}` is the literal `${name}`.
pub(super) fn sub_parts(template: &str) -> Result<Vec<SubPart>, AwsError> {
    let mut parts = Vec::new();
    let mut rest = template;
    while let Some(start) = rest.find("${") {
        let (text, tail) = rest.split_at(start);
        let Some(end) = tail.find('}') else { break };
        parts.push(SubPart::Text(text.to_owned()));
        let name = tail.get(2..end).unwrap_or_default().trim();
        match name.strip_prefix('!') {
            Some(literal) => parts.push(SubPart::Text(format!("${{{literal}}}"))),
            None if name.is_empty() => {
                return Err(AwsError::validation(format!(
                    "Template error: invalid variable name in Fn::Sub expression. Check the syntax of the Fn::Sub expression: {template}"
                )));
            }
            None => parts.push(SubPart::Variable(name.to_owned())),
        }
        rest = tail.get(end + 1..).unwrap_or_default();
    }
    parts.push(SubPart::Text(rest.to_owned()));
    Ok(parts)
}

fn base64(bytes: &[u8]) -> String {
    aws_smithy_types::base64::encode(bytes)
}
