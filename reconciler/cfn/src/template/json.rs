//! JSON templates: `serde_json` reads the value, the YAML reader finds the places.
//!
//! JSON is YAML enough for positions and duplicate keys once the two things that YAML reads
//! otherwise, tabs and surrogate pairs, are masked by text of the same length.

use super::{Position, Positions, TemplateError, read};
use serde_json::Value;

/// Reads a JSON template.
pub(super) fn read(text: &str) -> Result<(Value, Positions), TemplateError> {
    let body = serde_json::from_str(text).map_err(|error| invalid(&error))?;
    let (_, positions) = read::document(&masked(text))?;
    Ok((body, positions))
}

fn invalid(error: &serde_json::Error) -> TemplateError {
    let at = Position { line: error.line().max(1), column: error.column().max(1) };
    let message = error.to_string();
    let place = format!(" at line {} column {}", error.line(), error.column());
    let message = message.strip_suffix(&place).unwrap_or(&message);
    at.error(format!("not valid JSON: {message}"))
}

fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        match c {
            '\t' => masked.push(' '),
            '\\' => {
                masked.push(c);
                masked.extend(rest.next());
                let digits: String = rest.clone().take(4).collect();
                if masked.ends_with('u') && is_surrogate(&digits) {
                    masked.push_str("FFFD");
                    rest.nth(3);
                }
            }
            c => masked.push(c),
        }
    }
    masked
}

fn is_surrogate(digits: &str) -> bool {
    u32::from_str_radix(digits, 16).is_ok_and(|code| (0xD800..=0xDFFF).contains(&code))
}
