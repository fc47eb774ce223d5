//! Values that flow from unit to unit: known now, or pending until another unit exists.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::Serialize;

use crate::address::Address;
use crate::text::{Part, Reference, Text};

/// A value as planning sees it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Known now.
    Known(String),
    /// Known once these units were applied.
    Pending(BTreeSet<Address>),
}

impl Value {
    /// The text, if it is known.
    pub fn known(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Pending(_) => None,
        }
    }
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(text) => f.write_str(text),
            Self::Pending(after) => {
                let after: Vec<_> = after.iter().map(ToString::to_string).collect();
                write!(f, "(known after {})", after.join(", "))
            }
        }
    }
}

/// What the units planned or applied so far publish.
#[derive(Debug, Clone, Default)]
pub struct Outputs {
    units: BTreeMap<Address, BTreeMap<String, Value>>,
}

/// [`Outputs`] as a unit of one region sees them.
#[derive(Debug, Clone, Copy)]
pub struct Inputs<'a> {
    outputs: &'a Outputs,
    region: &'a str,
}

/// The unit that a name means to a unit of `region`: the one of that name, or its unit of that region.
pub fn in_region(
    address: &Address,
    region: &str,
    exists: impl Fn(&Address) -> bool,
) -> Option<Address> {
    if exists(address) {
        return Some(address.clone());
    }
    let regional = address.clone().with_part(region);
    exists(&regional).then_some(regional)
}

impl Outputs {
    /// Notes what a unit publishes.
    pub fn publish(&mut self, address: Address, outputs: BTreeMap<String, Value>) {
        self.units.insert(address, outputs);
    }

    /// What a unit published.
    pub fn of(&self, address: &Address) -> Option<&BTreeMap<String, Value>> {
        self.units.get(address)
    }

    /// What these units published.
    #[must_use]
    pub fn only(&self, units: &[Address]) -> Self {
        let of = |address: &Address| Some((address.clone(), self.units.get(address)?.clone()));
        Self { units: units.iter().filter_map(of).collect() }
    }

    /// As a unit of `region` sees them.
    pub fn seen_from<'a>(&'a self, region: &'a str) -> Inputs<'a> {
        Inputs { outputs: self, region }
    }
}

impl Inputs<'_> {
    /// The value of one reference; pending when its unit has not published it.
    pub fn get(&self, reference: &Reference) -> Value {
        let units = &self.outputs.units;
        in_region(&reference.address, self.region, |address| units.contains_key(address))
            .and_then(|address| units.get(&address)?.get(&reference.output).cloned())
            .unwrap_or_else(|| Value::Pending(BTreeSet::from([reference.address.clone()])))
    }

    /// The text with its references resolved; pending as a whole if any of them is.
    pub fn resolve(&self, text: &Text) -> Value {
        let mut known = String::new();
        let mut pending = BTreeSet::new();
        for part in text.parts() {
            match part {
                Part::Literal(literal) => known.push_str(literal),
                // Variables were replaced when the file was loaded; what is left names itself.
                Part::Variable(name) => known.push_str(name),
                Part::Reference(reference) => match self.get(reference) {
                    Value::Known(value) => known.push_str(&value),
                    Value::Pending(after) => pending.extend(after),
                },
            }
        }
        if pending.is_empty() { Value::Known(known) } else { Value::Pending(pending) }
    }
}
