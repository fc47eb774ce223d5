//! Parameters and secrets: values that templates refer to.

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Failure, Provider};
use crate::cloudformation::names::suffix;
use crate::resource::Resource;
use crate::world::World;

/// The attribute that holds the earlier values of a parameter, the oldest first.
const HISTORY: &str = "EarlierValues";

/// `AWS::SSM::Parameter`
pub(super) struct ParameterProvider;

impl Provider for ParameterProvider {
    /// Keeps the value that is overwritten.
    fn update(
        &self,
        _world: &mut World,
        before: &Resource,
        after: &mut Resource,
        _at: Timestamp,
    ) -> Result<(), Failure> {
        let old = before.properties.get("Value");
        if let Some(old) = old.filter(|old| Some(*old) != after.properties.get("Value")) {
            let mut earlier = earlier_values(before);
            earlier.push(old.clone());
            after.attributes.insert(HISTORY.to_owned(), Value::Array(earlier));
        }
        Ok(())
    }
}

/// The values that a parameter had before the present one, the oldest first.
pub(crate) fn earlier_values(parameter: &Resource) -> Vec<Value> {
    let earlier = parameter.attributes.get(HISTORY).and_then(Value::as_array);
    earlier.cloned().unwrap_or_default()
}

/// What a secret holds: what was given, or what its service has made up.
pub(crate) fn secret_string(secret: &Resource) -> Option<String> {
    if let Some(given) = secret.properties.get("SecretString").and_then(Value::as_str) {
        return Some(given.to_owned());
    }
    let asked = secret.properties.get("GenerateSecretString")?;
    let generated = suffix(&["secret", &secret.identifier, &secret.created.to_string()], 32);
    let text = |name: &str| asked.get(name).and_then(Value::as_str);
    let Some((template, key)) = text("SecretStringTemplate").zip(text("GenerateStringKey")) else {
        return Some(generated);
    };
    let mut content: Value = serde_json::from_str(template).ok()?;
    content.as_object_mut()?.insert(key.to_owned(), json!(generated));
    Some(content.to_string())
}
