//! Spans of whole days, as files write them: `90d`.

use std::fmt;
use std::str::FromStr;

use jiff::{SignedDuration, Timestamp};
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, de};

/// More than a certificate may sensibly be good.
const MOST: u32 = 3_650;

/// So many days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Days(u32);

/// What was written is no span of days.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a number of days such as `90d`, from `1d` to `{MOST}d`")]
pub struct NotDays(String);

impl Days {
    /// So many days.
    pub const fn new(days: u32) -> Self {
        Self(days)
    }

    /// Their number.
    pub fn count(self) -> u32 {
        self.0
    }

    /// As a duration.
    pub fn duration(self) -> SignedDuration {
        SignedDuration::from_hours(i64::from(self.0) * 24)
    }

    /// The time so many days after another.
    pub fn after(self, time: Timestamp) -> Timestamp {
        time.saturating_add(self.duration()).unwrap_or(Timestamp::MAX)
    }

    /// The time so many days before another.
    pub fn before(self, time: Timestamp) -> Timestamp {
        time.saturating_sub(self.duration()).unwrap_or(Timestamp::MIN)
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}d", self.0)
    }
}

impl FromStr for Days {
    type Err = NotDays;

    fn from_str(written: &str) -> Result<Self, NotDays> {
        let number = written.strip_suffix('d').and_then(|days| days.parse().ok());
        let days = number.filter(|days| (1..=MOST).contains(days));
        days.map(Self).ok_or_else(|| NotDays(written.to_owned()))
    }
}

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

impl JsonSchema for Days {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Days".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": "string",
            "pattern": "^[1-9][0-9]{0,3}d$",
            "patternErrorMessage": "a number of days such as `90d`",
        })
    }
}
