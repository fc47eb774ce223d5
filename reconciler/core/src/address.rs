//! How a unit is named: `stacks/kms`, or `stacks/guardduty@us-east-1` where one file makes several units.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The name of one unit of desired state, parsed once. Whoever names the unit shares it: a copy costs a pointer.
///
/// ```
/// # use reconcile_core::address::Address;
/// let address: Address = "stacks/guardduty@us-east-1".parse()?;
/// assert_eq!((address.kind(), address.name(), address.part()), ("stacks", "guardduty", Some("us-east-1")));
/// assert_eq!(address.to_string(), "stacks/guardduty@us-east-1");
/// # Ok::<(), reconcile_core::address::ParseAddressError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Address(Arc<Parts>);

/// In the order in which addresses are sorted.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Parts {
    kind: Box<str>,
    name: Box<str>,
    part: Option<Box<str>>,
}

/// What was written is not an address.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{written}` is not an address: write `kind/name`, such as `stacks/kms`")]
pub struct ParseAddressError {
    written: String,
}

impl Address {
    /// The address of `name` among a kind's units; `kind` is the plural, such as `stacks`.
    pub fn new(kind: &str, name: &str) -> Self {
        Self(Arc::new(Parts { kind: kind.into(), name: name.into(), part: None }))
    }

    /// The same name as one unit among the several that its file makes.
    #[must_use]
    pub fn with_part(self, part: &str) -> Self {
        let whole = Arc::unwrap_or_clone(self.0);
        Self(Arc::new(Parts { part: Some(part.into()), ..whole }))
    }

    /// The plural of the kind: `stacks`.
    pub fn kind(&self) -> &str {
        &self.0.kind
    }

    /// The file stem that declares it.
    pub fn name(&self) -> &str {
        &self.0.name
    }

    /// Which of its file's units it is, where there are several: a region, or a word of the kind's.
    pub fn part(&self) -> Option<&str> {
        self.0.part.as_deref()
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Parts { kind, name, part } = self.0.as_ref();
        write!(f, "{kind}/{name}")?;
        part.as_ref().map_or(Ok(()), |part| write!(f, "@{part}"))
    }
}

impl FromStr for Address {
    type Err = ParseAddressError;

    fn from_str(written: &str) -> Result<Self, Self::Err> {
        let error = || ParseAddressError { written: written.to_owned() };
        let (kind, rest) = written.split_once('/').ok_or_else(error)?;
        let (name, part) = match rest.split_once('@') {
            Some((name, part)) => (name, Some(part)),
            None => (rest, None),
        };
        let plain = |part: &str| {
            !part.is_empty()
                && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        if !plain(kind) || !plain(name) || !part.is_none_or(plain) {
            return Err(error());
        }
        let address = Self::new(kind, name);
        Ok(match part {
            Some(part) => address.with_part(part),
            None => address,
        })
    }
}

impl TryFrom<String> for Address {
    type Error = ParseAddressError;

    fn try_from(written: String) -> Result<Self, Self::Error> {
        written.parse()
    }
}

impl From<Address> for String {
    fn from(address: Address) -> Self {
        address.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::Address;

    proptest! {
        #[test]
        fn reads_what_it_writes(written in "[a-z]{1,6}/[A-Za-z0-9_.-]{1,8}(@[a-z0-9-]{1,8})?") {
            let address: Address = written.parse().unwrap();
            prop_assert_eq!(address.to_string(), written);
        }

        #[test]
        fn refuses_what_it_would_not_write(written in any::<String>()) {
            if let Ok(address) = written.parse::<Address>() {
                prop_assert_eq!(address.to_string(), written);
            }
        }
    }
}
