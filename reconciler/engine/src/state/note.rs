//! What the ledger keeps of a unit.

use std::fmt;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value as Json;

/// A unit's note: JSON that only its kind understands. It is kept as text, which takes a tenth of the memory that
/// the parsed value of a terminal takes.
#[derive(Clone, PartialEq, Eq)]
pub struct Note(Box<str>);

impl Note {
    /// Notes something; none if it cannot be written as JSON.
    pub fn of<T: Serialize>(what: &T) -> Option<Self> {
        serde_json::to_string(what).ok().map(|text| Self(text.into()))
    }

    /// Reads what was noted; a note that cannot be read says nothing.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_str(&self.0).ok()
    }
}

impl fmt::Debug for Note {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl Serialize for Note {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let value: Json = serde_json::from_str(&self.0).map_err(serde::ser::Error::custom)?;
        value.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Note {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Json::deserialize(deserializer)?;
        Ok(Self(value.to_string().into()))
    }
}
