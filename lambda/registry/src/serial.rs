//! Serial numbers of certificates.

use std::fmt;

use serde::{Deserialize, Serialize};

/// RFC 5280's limit, in bytes.
const MAX_BYTES: usize = 20;

/// A certificate's serial number: lower-case hexadecimal without leading zeros.
///
/// It is read in the spellings that are met (AWS's `77:1a:..`, OpenSSL's `771A..`), and compared as a number.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Serial(String);

/// What was read is no serial number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a serial number: hexadecimal, up to {MAX_BYTES} bytes, not zero", .0.escape_debug())]
pub struct NotASerial(String);

impl Serial {
    /// Takes the number as a certificate has it: DER's bytes of it.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotASerial> {
        let is_negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
        let hex = hex::encode(bytes);
        if is_negative { Err(NotASerial(hex)) } else { Self::try_from(hex) }
    }

    /// The number in lower-case hexadecimal.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Serial {
    type Error = NotASerial;

    fn try_from(text: String) -> Result<Self, NotASerial> {
        let digits: String = text.split(':').collect();
        let number = digits.trim_start_matches('0').to_ascii_lowercase();
        let is_serial = (1..=2 * MAX_BYTES).contains(&number.len())
            && number.bytes().all(|byte| byte.is_ascii_hexdigit());
        if is_serial { Ok(Self(number)) } else { Err(NotASerial(text)) }
    }
}

impl From<Serial> for String {
    fn from(serial: Serial) -> Self {
        serial.0
    }
}

impl fmt::Display for Serial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
