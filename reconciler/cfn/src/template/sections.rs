//! Typed views of a template's sections: borrowed, shallow, and in written order.
//!
//! A macro call (`Fn::ForEach::…`) among the entries is skipped: what it stands for is
//! known only once CloudFormation has processed the template.

use super::Template;
use serde_json::{Map, Value};

/// A parameter as declared.
#[derive(Debug, Clone, Copy)]
pub struct Parameter<'t> {
    /// The parameter's name.
    pub name: &'t str,
    /// The type as written: `String`, `CommaDelimitedList`, `AWS::SSM::Parameter::Value<…>`.
    pub type_name: &'t str,
    /// The value taken when none is given; without it one must be.
    pub default: Option<&'t Value>,
    /// Whether the value is masked wherever CloudFormation shows it.
    pub no_echo: bool,
    /// The only values allowed; empty if any is.
    pub allowed_values: &'t [Value],
    /// Everything declared, for the rarer constraints.
    pub body: &'t Map<String, Value>,
}

/// A resource as declared.
#[derive(Debug, Clone, Copy)]
pub struct Resource<'t> {
    /// The name within the template.
    pub logical_id: &'t str,
    /// The type, such as `AWS::S3::Bucket`.
    pub type_name: &'t str,
    /// The properties, if any are set.
    pub properties: Option<&'t Map<String, Value>>,
    /// The condition under which it exists.
    pub condition: Option<&'t str>,
    /// What becomes of it when it leaves the stack; text unless a language extension computes it.
    pub deletion_policy: Option<&'t Value>,
    /// What becomes of the old one when it is replaced.
    pub update_replace_policy: Option<&'t Value>,
    /// Everything declared.
    pub body: &'t Map<String, Value>,
}

/// An output as declared.
#[derive(Debug, Clone, Copy)]
pub struct Output<'t> {
    /// The output's name.
    pub name: &'t str,
    /// The value, with its intrinsics.
    pub value: &'t Value,
    /// The name it is exported under, with its intrinsics.
    pub export_name: Option<&'t Value>,
    /// The condition under which it exists.
    pub condition: Option<&'t str>,
}

impl Template {
    /// Returns the declared parameters.
    pub fn parameters(&self) -> impl Iterator<Item = Parameter<'_>> {
        self.entries("Parameters").filter_map(Parameter::view)
    }

    /// Returns the declared resources.
    pub fn resources(&self) -> impl Iterator<Item = Resource<'_>> {
        self.entries("Resources").filter_map(Resource::view)
    }

    /// Returns the declared outputs.
    pub fn outputs(&self) -> impl Iterator<Item = Output<'_>> {
        self.entries("Outputs").filter_map(Output::view)
    }

    /// Returns the resource with this logical ID.
    pub fn resource(&self, logical_id: &str) -> Option<Resource<'_>> {
        let (id, body) = self.section("Resources")?.get_key_value(logical_id)?;
        Resource::view((id, body))
    }

    /// Returns a section that is a map: `Mappings`, `Conditions`, `Rules`, …
    pub fn section(&self, name: &str) -> Option<&Map<String, Value>> {
        self.body.get(name)?.as_object()
    }

    /// Returns the names of the macros that the whole template is processed by.
    pub fn transforms(&self) -> Vec<&str> {
        match self.body.get("Transform") {
            None => Vec::new(),
            Some(Value::Array(list)) => list.iter().filter_map(transform_name).collect(),
            Some(one) => transform_name(one).into_iter().collect(),
        }
    }

    fn entries(&self, section: &str) -> impl Iterator<Item = (&String, &Value)> {
        self.section(section).into_iter().flatten()
    }
}

impl<'t> Parameter<'t> {
    fn view((name, body): (&'t String, &'t Value)) -> Option<Self> {
        let body = body.as_object()?;
        Some(Self {
            name,
            type_name: text(body, "Type")?,
            default: body.get("Default"),
            no_echo: body.get("NoEcho").is_some_and(is_true),
            allowed_values: list(body, "AllowedValues"),
            body,
        })
    }
}

impl<'t> Resource<'t> {
    fn view((logical_id, body): (&'t String, &'t Value)) -> Option<Self> {
        let body = body.as_object()?;
        Some(Self {
            logical_id,
            type_name: text(body, "Type")?,
            properties: body.get("Properties").and_then(Value::as_object),
            condition: text(body, "Condition"),
            deletion_policy: body.get("DeletionPolicy"),
            update_replace_policy: body.get("UpdateReplacePolicy"),
            body,
        })
    }

    /// Returns the logical IDs it says it depends on, beside those its values refer to.
    pub fn depends_on(&self) -> Vec<&'t str> {
        match self.body.get("DependsOn") {
            Some(Value::String(one)) => vec![one],
            Some(_) => list(self.body, "DependsOn").iter().filter_map(Value::as_str).collect(),
            None => Vec::new(),
        }
    }
}

impl<'t> Output<'t> {
    fn view((name, body): (&'t String, &'t Value)) -> Option<Self> {
        let body = body.as_object()?;
        Some(Self {
            name,
            value: body.get("Value")?,
            export_name: body.get("Export").and_then(|export| export.get("Name")),
            condition: text(body, "Condition"),
        })
    }
}

fn transform_name(transform: &Value) -> Option<&str> {
    transform.get("Name").unwrap_or(transform).as_str()
}

fn text<'t>(body: &'t Map<String, Value>, key: &str) -> Option<&'t str> {
    body.get(key)?.as_str()
}

fn list<'t>(body: &'t Map<String, Value>, key: &str) -> &'t [Value] {
    body.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Tells whether a flag is set; templates write it as a boolean or as text.
fn is_true(value: &Value) -> bool {
    value.as_bool().unwrap_or_else(|| value.as_str() == Some("true"))
}
