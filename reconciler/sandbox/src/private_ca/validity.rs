//! Periods of validity: `END_DATE`, `ABSOLUTE`, `DAYS`, `MONTHS`, `YEARS`.

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, ToSpan as _};
use serde_json::Value;

use super::refusal::invalid_args;
use crate::error::AwsError;

/// How much earlier than its issuance a certificate becomes valid, for clocks that are slow.
const LEEWAY: SignedDuration = SignedDuration::from_mins(60);

/// From when to when a certificate is valid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Period {
    pub(super) not_before: Timestamp,
    pub(super) not_after: Timestamp,
}

impl Period {
    /// The period that `Validity` and `ValidityNotBefore` say, of a certificate that is issued now.
    pub(super) fn read(
        validity: Option<&Value>,
        not_before: Option<&Value>,
        now: Timestamp,
    ) -> Result<Self, AwsError> {
        let validity = validity.ok_or_else(|| invalid_args("Validity must be given"))?;
        let not_before = match not_before.filter(|value| !value.is_null()) {
            None => now - LEEWAY,
            Some(start) if kind(start) == "ABSOLUTE" => end(start, now)?,
            Some(_) => {
                return Err(invalid_args("The type of ValidityNotBefore must be ABSOLUTE"));
            }
        };
        let not_after = end(validity, now)?;
        if not_after <= now {
            return Err(invalid_args("The certificate's validity ends in the past"));
        }
        if not_after <= not_before {
            return Err(invalid_args("The certificate's validity ends before it starts"));
        }
        Ok(Self { not_before, not_after })
    }

    /// Whether it ends within the time that short-lived certificates have.
    pub(super) fn is_short(self, now: Timestamp) -> bool {
        after(now, Some(7.days())).is_some_and(|latest| self.not_after <= latest)
    }
}

fn kind(validity: &Value) -> &str {
    validity.get("Type").and_then(Value::as_str).unwrap_or_default()
}

/// The point in time that a `Validity` means.
fn end(validity: &Value, now: Timestamp) -> Result<Timestamp, AwsError> {
    let value = validity.get("Value");
    let value = value.and_then(|value| value.as_i64().or_else(|| value.as_str()?.parse().ok()));
    let value = value
        .filter(|value| *value > 0)
        .ok_or_else(|| invalid_args("The value of a validity is a positive number"))?;
    let at = match kind(validity) {
        "END_DATE" => end_date(value),
        "ABSOLUTE" => Timestamp::from_second(value).ok(),
        "DAYS" => after(now, Span::new().try_days(value).ok()),
        "MONTHS" => after(now, Span::new().try_months(value).ok()),
        "YEARS" => after(now, Span::new().try_years(value).ok()),
        other => return Err(invalid_args(format!("{other} is not a type of validity"))),
    };
    at.ok_or_else(|| invalid_args("The validity is out of range"))
}

fn after(now: Timestamp, span: Option<Span>) -> Option<Timestamp> {
    Some(now.to_zoned(TimeZone::UTC).checked_add(span?).ok()?.timestamp())
}

/// `YYMMDDHHMMSS` or `YYYYMMDDHHMMSS`, as a number that has lost its leading zeros.
fn end_date(value: i64) -> Option<Timestamp> {
    let digits = format!("{value:012}");
    let digits = match digits.len() {
        12 if digits.as_str() < "50" => format!("20{digits}"),
        12 => format!("19{digits}"),
        _ => digits,
    };
    let at = DateTime::strptime("%Y%m%d%H%M%S", digits).ok()?;
    Some(at.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[track_caller]
    fn check(validity: &Value, expected: &str) {
        let now: Timestamp = "2026-01-31T12:34:54Z".parse().expect("is a time");
        let period = Period::read(Some(validity), None, now).expect("is a period");
        assert_eq!(period.not_after.to_string(), expected);
        assert_eq!(period.not_before.to_string(), "2026-01-31T11:34:54Z");
    }

    #[test]
    fn a_validity_is_a_date_or_a_span() {
        check(&json!({ "Type": "DAYS", "Value": 90 }), "2026-05-01T12:34:54Z");
        check(&json!({ "Type": "MONTHS", "Value": 1 }), "2026-02-28T12:34:54Z");
        check(&json!({ "Type": "YEARS", "Value": "10" }), "2036-01-31T12:34:54Z");
        check(&json!({ "Type": "ABSOLUTE", "Value": 2_524_608_000_u32 }), "2050-01-01T00:00:00Z");
        check(&json!({ "Type": "END_DATE", "Value": 491_231_235_959_i64 }), "2049-12-31T23:59:59Z");
        check(
            &json!({ "Type": "END_DATE", "Value": 20_500_101_000_000_i64 }),
            "2050-01-01T00:00:00Z",
        );
    }

    #[test]
    fn a_validity_that_is_over_or_means_nothing_is_refused() {
        let now: Timestamp = "2026-01-31T12:34:54Z".parse().expect("is a time");
        for validity in [
            json!({ "Type": "DAYS", "Value": 0 }),
            json!({ "Type": "ABSOLUTE", "Value": 1 }),
            json!({ "Type": "END_DATE", "Value": 991_231_235_959_i64 }),
            json!({ "Type": "WEEKS", "Value": 1 }),
            json!({ "Type": "YEARS", "Value": 1_000_000 }),
        ] {
            Period::read(Some(&validity), None, now).expect_err("is refused");
        }
    }
}
