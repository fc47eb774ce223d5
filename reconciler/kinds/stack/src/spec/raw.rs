//! A stack as it is written, beyond the header that every file has.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::Deserialize;
use serde::de::{self, Deserializer, SeqAccess, Visitor};

/// A CloudFormation stack.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(title = "Stack")]
pub struct RawStack {
    /// The template, from the root of the repository; sent to AWS byte for byte.
    pub template: String,
    /// The stack's name in AWS; the file's stem unless given.
    #[serde(default)]
    pub stack_name: Option<String>,
    /// The region; the environment's unless given.
    #[serde(default)]
    pub region: Option<String>,
    /// Several regions: one unit each, `stacks/NAME@REGION`.
    #[serde(default)]
    #[schemars(length(min = 1))]
    pub regions: Option<Vec<String>>,
    /// Values of the template's parameters; a list is joined with commas.
    #[serde(default)]
    pub parameters: BTreeMap<String, ParameterValue>,
    /// The stack policy's file, from the root of the repository.
    #[serde(default)]
    pub policy: Option<String>,
    /// Whether the stack refuses to be deleted.
    #[serde(default)]
    pub termination_protection: bool,
    /// What is done about drift.
    #[serde(default)]
    pub on_drift: OnDrift,
    /// Permission for what would otherwise be held back.
    #[serde(default)]
    pub allow: RawAllow,
    /// Properties whose drift is known and accepted for a time.
    #[serde(default)]
    pub ignore_drift: Vec<RawIgnore>,
    /// Rules that the stack may break for a time.
    #[serde(default)]
    pub exceptions: Vec<RawException>,
    /// What the template is permitted to do, such as `CAPABILITY_NAMED_IAM`.
    #[serde(default)]
    pub capabilities: Vec<Capability>,
    /// Tags of the stack, beside the environment's; CloudFormation puts them on its resources.
    #[serde(default)]
    pub tags: BTreeMap<String, String>,
    /// Units that come first although nothing here refers to them: `stacks/NAME`.
    #[serde(default)]
    pub depends_on: Vec<String>,
    /// The role that CloudFormation takes to change resources; the environment's unless given. `caller`: none, it acts with
    /// the rights of whoever applies.
    #[serde(default)]
    pub role_arn: Option<String>,
}

/// What is done about drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnDrift {
    /// It is reported; a person decides.
    #[default]
    Report,
    /// What was changed outside git is changed back.
    Revert,
}

/// Permission for what would otherwise be held back, by logical ID.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawAllow {
    /// Resources that hold data or identity and may be replaced.
    #[serde(default)]
    pub replace: Vec<String>,
    /// Resources that hold data or identity and may be deleted.
    #[serde(default)]
    pub delete: Vec<String>,
    /// Resources that may be left as they are when a rollback that failed is continued.
    #[serde(default)]
    pub skip_rollback: Vec<String>,
    /// Whether an existing stack of this name that is not ours yet may be taken over.
    #[serde(default)]
    pub adopt: bool,
    /// Whether the whole stack may be deleted and made anew where nothing else leads out of its state.
    #[serde(default)]
    pub recreate: bool,
}

/// A property whose drift is known and accepted for a time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawIgnore {
    /// The resource's logical ID.
    pub resource: String,
    /// The property's path, such as `/CodeSigningConfigArn`; what is below it is meant too.
    #[schemars(pattern(r"^/"))]
    pub property: String,
    /// Why it is accepted.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// The last day on which it is, `YYYY-MM-DD`.
    #[schemars(pattern(r"^\d{4}-\d{2}-\d{2}$"))]
    pub until: String,
}

/// A rule that may be broken for a time.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RawException {
    /// The rule's name, as in `infra/rules/`.
    pub rule: String,
    /// The logical ID of the resource that may break it; without it, what is of no single resource may.
    #[serde(default)]
    pub resource: Option<String>,
    /// Why that is right for now.
    #[schemars(length(min = 1))]
    pub reason: String,
    /// The last day on which it may, `YYYY-MM-DD`.
    #[schemars(pattern(r"^\d{4}-\d{2}-\d{2}$"))]
    pub until: String,
}

/// A capability, as `CreateChangeSet` takes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
pub enum Capability {
    /// Templates with IAM resources.
    #[serde(rename = "CAPABILITY_IAM")]
    CapabilityIam,
    /// Templates with IAM resources that have names.
    #[serde(rename = "CAPABILITY_NAMED_IAM")]
    CapabilityNamedIam,
    /// Templates with macros.
    #[serde(rename = "CAPABILITY_AUTO_EXPAND")]
    CapabilityAutoExpand,
}

impl Capability {
    /// AWS's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CapabilityIam => "CAPABILITY_IAM",
            Self::CapabilityNamedIam => "CAPABILITY_NAMED_IAM",
            Self::CapabilityAutoExpand => "CAPABILITY_AUTO_EXPAND",
        }
    }
}

/// A parameter's value: text, a whole number, true or false, or a list of these.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterValue(pub Vec<String>);

impl JsonSchema for ParameterValue {
    fn schema_name() -> Cow<'static, str> {
        "ParameterValue".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        let scalar = serde_json::json!(["string", "integer", "boolean"]);
        json_schema!({
            "description": "Text, a whole number, true or false, or a list of these",
            "type": ["string", "integer", "boolean", "array"],
            "items": { "type": scalar },
        })
    }
}

impl<'de> Deserialize<'de> for ParameterValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ParameterVisitor)
    }
}

struct ParameterVisitor;

impl<'de> Visitor<'de> for ParameterVisitor {
    type Value = ParameterValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("text, a whole number, true or false, or a list of these")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(ParameterValue(vec![text.to_owned()]))
    }

    fn visit_bool<E: de::Error>(self, flag: bool) -> Result<Self::Value, E> {
        Ok(ParameterValue(vec![flag.to_string()]))
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(ParameterValue(vec![number.to_string()]))
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(ParameterValue(vec![number.to_string()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut values = Vec::new();
        while let Some(ParameterValue(item)) = items.next_element()? {
            values.extend(item);
        }
        Ok(ParameterValue(values))
    }
}
