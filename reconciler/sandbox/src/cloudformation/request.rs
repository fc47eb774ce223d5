//! What a caller submits with a creation, an update or a change set.

use std::collections::BTreeMap;

use serde_json::Value;

use super::dynamic;
use super::stack::{Deployment, Stack};
use super::template::parameters::{self, Given};
use super::template::rules::Inventory;
use super::template::{self, capabilities};
use crate::call::Call;
use crate::error::AwsError;
use crate::resource::Resource;
use crate::resources;
use crate::world::World;

/// The published limits on a template's size in bytes: in the call, and in S3.
const MAX_BODY: usize = 51_200;
const MAX_OBJECT: usize = 1_048_576;

const MAX_TAGS: usize = 50;

/// The deployment that a call asks for. What it leaves out is taken from `previous`.
pub(super) fn deployment(
    world: &World,
    call: &Call,
    previous: Option<&Stack>,
) -> Result<Deployment, AwsError> {
    let previous = previous.map(|stack| &stack.deployment);
    let text = template_text(world, call, previous)?;
    let body = template::read(&text)?;
    let capabilities = texts(call.list("Capabilities"));
    capabilities::check(&body, &capabilities)?;
    let none = BTreeMap::new();
    let known = previous.map_or(&none, |previous| &previous.parameters);
    let declared = template::declared(&body);
    let values = parameters::settle(&declared, &given(call), known)?;
    let account = Account { world, region: &call.region };
    let resolved = dynamic::stored(world, &call.region, &declared, &values)?;
    let mut known = values.clone();
    known.extend(resolved.clone());
    template::check_rules(&body, &call.region, &known, &account)?;
    dynamic::check(world, &call.region, &body)?;
    let mut notification_arns = texts(call.list("NotificationARNs"));
    let mut tags = tags(call)?;
    if let Some(previous) = previous {
        if !call.has("NotificationARNs") {
            notification_arns.clone_from(&previous.notification_arns);
        }
        if !call.has("Tags") {
            tags.clone_from(&previous.tags);
        }
    }
    let role = call.text("RoleARN").map(str::to_owned);
    Ok(Deployment {
        description: body.get("Description").and_then(Value::as_str).map(str::to_owned),
        template: text,
        parameters: values,
        resolved,
        no_echo: parameters::no_echo_names(&declared),
        tags,
        capabilities,
        notification_arns,
        role_arn: role.or_else(|| previous?.role_arn.clone()),
        imports: BTreeMap::new(),
    })
}

/// The live resources that a template's rules may ask for.
struct Account<'a> {
    world: &'a World,
    region: &'a str,
}

impl Inventory for Account<'_> {
    fn all(&self, type_name: &str) -> Vec<String> {
        let all = self.world.resources.with_prefix(Resource::key(self.region, type_name, ""));
        all.map(|(_, resource)| resource.identifier.clone()).collect()
    }

    fn attribute(&self, type_name: &str, identifier: &str, attribute: &str) -> Option<Value> {
        let resource =
            self.world.resources.get(&Resource::key(self.region, type_name, identifier))?;
        let Some(key) = attribute.strip_prefix("Tags.") else {
            return resources::attribute(resource, attribute);
        };
        let tags = resource.properties.get("Tags")?.as_array()?;
        tags.iter().find(|tag| tag.get("Key").is_some_and(|it| it == key))?.get("Value").cloned()
    }
}

/// The template's text, from wherever the call says that it is.
pub(super) fn template_text(
    world: &World,
    call: &Call,
    previous: Option<&Deployment>,
) -> Result<String, AwsError> {
    let use_previous = call.flag("UsePreviousTemplate").unwrap_or(false);
    match (call.text("TemplateBody"), call.text("TemplateURL"), previous) {
        (Some(body), None, _) if !use_previous => {
            if body.len() > MAX_BODY {
                return Err(AwsError::validation(format!(
                    "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to {MAX_BODY}"
                )));
            }
            Ok(body.to_owned())
        }
        (None, Some(url), _) if !use_previous => {
            let text = crate::s3::object_text(world, url)?;
            if text.len() > MAX_OBJECT {
                return Err(AwsError::validation("Template may not exceed 1000000 bytes in size."));
            }
            Ok(text)
        }
        (None, None, Some(previous)) if use_previous => Ok(previous.template.clone()),
        _ => Err(AwsError::validation("Either Template URL or Template Body must be specified.")),
    }
}

fn given(call: &Call) -> Vec<Given> {
    let member = |parameter: &Value, name: &str| {
        parameter.get(name).and_then(Value::as_str).map(str::to_owned)
    };
    call.list("Parameters")
        .iter()
        .map(|parameter| Given {
            key: member(parameter, "ParameterKey").unwrap_or_default(),
            value: member(parameter, "ParameterValue"),
            use_previous: member(parameter, "UsePreviousValue")
                .is_some_and(|text| text.eq_ignore_ascii_case("true")),
        })
        .collect()
}

fn tags(call: &Call) -> Result<BTreeMap<String, String>, AwsError> {
    let list = call.list("Tags");
    if list.len() > MAX_TAGS {
        return Err(AwsError::validation(format!(
            "1 validation error detected: Value at 'tags' failed to satisfy constraint: Member must have length less than or equal to {MAX_TAGS}"
        )));
    }
    let text = |tag: &Value, name: &str| {
        tag.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let tags: BTreeMap<_, _> =
        list.iter().map(|tag| (text(tag, "Key"), text(tag, "Value"))).collect();
    if let Some(key) = tags.keys().find(|key| key.is_empty() || key.starts_with("aws:")) {
        return Err(AwsError::validation(format!(
            "Tag key '{key}' is invalid: it must not be empty or begin with aws:"
        )));
    }
    Ok(tags)
}

/// The texts of a list of scalars.
pub(super) fn texts(list: &[Value]) -> Vec<String> {
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}
