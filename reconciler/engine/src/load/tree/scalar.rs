//! What an unquoted scalar means in YAML 1.2, and where text is safer than a number.

use serde_json::{Number, Value as Json};

/// The value of a plain scalar.
///
/// Digits that begin with a zero stay the text that they are, as account ids do, and so does what JSON
/// has no number for. `yes`, `no`, `on` and `off` are text, other than in YAML 1.1.
pub(super) fn json(text: &str) -> Json {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Json::Null,
        "true" | "True" | "TRUE" => Json::Bool(true),
        "false" | "False" | "FALSE" => Json::Bool(false),
        _ => number(text).map_or_else(|| Json::from(text), Json::Number),
    }
}

/// Whether a text means itself when it stands without quotes.
pub(in super::super) fn means_text(text: &str) -> bool {
    json(text).is_string()
}

/// What is written of a scalar at the beginning of a text: as far as its closing quote, if it has quotes.
pub(super) fn written(source: &str) -> &str {
    let Some(quote @ ('"' | '\'')) = source.chars().next() else { return source };
    let mut rest = source.char_indices().skip(1).peekable();
    while let Some((at, c)) = rest.next() {
        if c == '\\' && quote == '"' {
            rest.next();
        } else if c == quote && rest.next_if(|(_, next)| quote == '\'' && *next == quote).is_none()
        {
            return &source[..=at];
        }
    }
    source
}

fn number(text: &str) -> Option<Number> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if let Some(hex) = text.strip_prefix("0x") {
        return radix(hex, 16);
    }
    if let Some(octal) = text.strip_prefix("0o") {
        return radix(octal, 8);
    }
    if !digits.starts_with(|c: char| c == '.' || c.is_ascii_digit()) {
        return None;
    }
    if digits.bytes().all(|byte| byte.is_ascii_digit()) {
        let padded = digits.len() > 1 && digits.starts_with('0');
        let unsigned = text.strip_prefix('+').unwrap_or(text);
        return if padded {
            None
        } else {
            let positive = unsigned.parse::<u64>().map(Number::from);
            positive.or_else(|_| unsigned.parse::<i64>().map(Number::from)).ok()
        };
    }
    let decimal = |byte: u8| byte.is_ascii_digit() || b".eE+-".contains(&byte);
    text.bytes().all(decimal).then(|| text.parse().ok().and_then(Number::from_f64))?
}

fn radix(digits: &str, radix: u32) -> Option<Number> {
    let plain = digits.bytes().all(|byte| byte.is_ascii_alphanumeric());
    plain.then(|| u64::from_str_radix(digits, radix).ok().map(Number::from))?
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    #[test]
    fn a_comment_behind_a_quote_does_not_belong_to_the_text() {
        for (source, written) in [
            ("plain", "plain"),
            ("'it''s' # '", "'it''s'"),
            (r#""a \" b" # 鍵"#, r#""a \" b""#),
            ("''", "''"),
            ("'open", "'open"),
        ] {
            assert_eq!(super::written(source), written);
        }
    }

    #[test]
    fn account_ids_with_a_leading_zero_stay_text() {
        for (text, value) in [
            ("0123456789", json!("0123456789")),
            ("-007", json!("-007")),
            ("111122223333", json!(111_122_223_333_u64)),
            ("99999999999999999999999", json!("99999999999999999999999")),
            ("0", json!(0)),
            ("-5", json!(-5)),
            ("+5", json!(5)),
            ("0x1F", json!(31)),
            ("0o17", json!(15)),
            ("1.10", json!(1.1)),
            (".5", json!(0.5)),
            ("1e3", json!(1000.0)),
            ("1e999", json!("1e999")),
            ("1.2.3", json!("1.2.3")),
            ("2027-03-31", json!("2027-03-31")),
            ("12:30", json!("12:30")),
            ("-", json!("-")),
            ("yes", json!("yes")),
            ("True", json!(true)),
            ("~", json!(null)),
            ("nan", json!("nan")),
        ] {
            assert_eq!(super::json(text), value, "{text}");
        }
    }
}
