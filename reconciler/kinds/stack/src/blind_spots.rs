//! Resources that CloudFormation's drift detection leaves out, as Cloud Control shows them.
//!
//! It knows how what was read makes the deployed template's references known; not how it is read.

use std::collections::BTreeMap;

use reconcile_cfn::Template;
use reconcile_core::input::Value;
use serde_json::Value as Json;

use crate::plan::evaluate::{Evaluated, Setting};
use crate::state::Described;

/// What was read of a stack's resources beside its drift detection.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BlindSpots {
    /// What `Ref` gives for each resource of the stack, by logical ID.
    pub physical: BTreeMap<String, String>,
    /// What came of reading each resource that drift detection leaves out, by logical ID.
    pub readings: BTreeMap<String, Reading>,
    /// The properties of resources whose attributes those refer to, by logical ID.
    pub beside: BTreeMap<String, Json>,
}

/// What came of reading one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reading {
    /// It is there.
    Live {
        /// Its primary identifier.
        identifier: String,
        /// Its properties, as its type's schema shapes them.
        properties: Json,
    },
    /// AWS answered that there is none.
    Missing {
        /// The identifier that was asked for.
        identifier: String,
    },
    /// Cloud Control does not read its type.
    Unsupported,
    /// It could not be read: why.
    Unreadable(String),
}

impl BlindSpots {
    /// The deployed template with everything evaluated that what was read makes known. Parameters that AWS
    /// does not show stay hidden, so that no secret is compared or shown.
    pub(crate) fn deployed(&self, template: &Template, described: &Described) -> Evaluated {
        let shown = described.parameters.iter();
        let shown = shown.map(|(name, value)| (name.clone(), Value::Known(value.clone())));
        let setting = Setting { region: described.region(), stack_name: &described.name };
        Evaluated::knowing(template, &shown.collect(), &setting, &self.known(described))
    }

    /// References by the name that they have in `Fn::Sub`: `AWS::AccountId`, `Bucket`, `Bucket.Arn`.
    fn known(&self, described: &Described) -> BTreeMap<String, Json> {
        let account = described.id.split(':').nth(4).unwrap_or_default();
        let china = described.region().starts_with("cn-");
        let suffix = if china { "amazonaws.com.cn" } else { "amazonaws.com" };
        let mut known: BTreeMap<String, Json> = BTreeMap::from([
            ("AWS::AccountId".to_owned(), account.into()),
            ("AWS::StackId".to_owned(), described.id.as_str().into()),
            ("AWS::URLSuffix".to_owned(), suffix.into()),
        ]);
        for (id, physical) in &self.physical {
            known.insert(id.clone(), physical.as_str().into());
        }
        let live = self.readings.iter().filter_map(|(id, reading)| match reading {
            Reading::Live { properties, identifier: _ } => Some((id, properties)),
            Reading::Missing { .. } | Reading::Unsupported | Reading::Unreadable(_) => None,
        });
        for (id, properties) in live.chain(&self.beside) {
            attributes(id, properties, &mut known);
        }
        known
    }
}

/// `Endpoint.Address` is `Address` of `Endpoint`.
fn attributes(name: &str, value: &Json, known: &mut BTreeMap<String, Json>) {
    if let Json::Object(members) = value {
        for (member, value) in members {
            let name = format!("{name}.{member}");
            attributes(&name, value, known);
            known.insert(name, value.clone());
        }
    }
}
