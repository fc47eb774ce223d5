//! The intrinsic functions: what an expression in a template is worth.
//!
//! Evaluation is partial. Whatever depends on a resource that is not there yet stays an expression, with
//! everything around it reduced, and is evaluated again when the resource exists.

use serde_json::{Map, Value, json};

use super::functions;
use super::scope::Scope;
use crate::error::AwsError;

/// What is known of a resource that an expression refers to.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Known {
    /// It exists, and this is the value.
    Value(Value),
    /// It will be known later: the expression stays.
    Later,
    /// There is no such resource or attribute.
    Missing,
}

/// Where expressions find the resources that they refer to.
pub(crate) trait Resources {
    /// The value of `Ref`.
    fn reference(&self, logical_id: &str) -> Known;
    /// The value of `Fn::GetAtt`.
    fn attribute(&self, logical_id: &str, attribute: &str) -> Known;
}

/// The view before anything exists: every resource is for later.
pub(crate) struct Unborn;

impl Resources for Unborn {
    fn reference(&self, _logical_id: &str) -> Known {
        Known::Later
    }

    fn attribute(&self, _logical_id: &str, _attribute: &str) -> Known {
        Known::Later
    }
}

/// Evaluates expressions in one scope, over one view of the resources.
pub(crate) struct Evaluator<'a> {
    pub(crate) scope: &'a Scope,
    pub(crate) resources: &'a dyn Resources,
}

/// A value, or nothing where the template says `AWS::NoValue`.
type Evaluated = Result<Option<Value>, AwsError>;

impl Evaluator<'_> {
    /// Evaluates a value, and takes `AWS::NoValue` for an empty object.
    pub(crate) fn value(&self, value: &Value) -> Result<Value, AwsError> {
        Ok(self.evaluate(value)?.unwrap_or_else(|| Value::Object(Map::new())))
    }

    /// Evaluates a value.
    pub(crate) fn evaluate(&self, value: &Value) -> Evaluated {
        match value {
            Value::Array(items) => {
                let mut kept = Vec::with_capacity(items.len());
                for item in items {
                    kept.extend(self.evaluate(item)?);
                }
                Ok(Some(Value::Array(kept)))
            }
            Value::Object(map) => match intrinsic(value) {
                Some((function, arguments)) => self.call(function, arguments),
                None => self.object(map),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                Ok(Some(value.clone()))
            }
        }
    }

    fn object(&self, map: &Map<String, Value>) -> Evaluated {
        let mut kept = Map::new();
        for (key, value) in map {
            if let Some(value) = self.evaluate(value)? {
                kept.insert(key.clone(), value);
            }
        }
        Ok(Some(Value::Object(kept)))
    }

    fn call(&self, function: &str, arguments: &Value) -> Evaluated {
        match function {
            "Ref" => self.reference(text(arguments, "Ref")?),
            "Fn::GetAtt" => self.attribute(arguments).map(Some),
            "Fn::If" => self.choice(arguments),
            "Fn::Sub" => self.substitute(arguments).map(Some),
            "Fn::FindInMap" => self.find_in_map(arguments),
            "Fn::ImportValue" => self.import(arguments).map(Some),
            _ => {
                let arguments = self.value(arguments)?;
                if is_pending(&arguments) {
                    return Ok(Some(json!({ function: arguments })));
                }
                functions::apply(function, &arguments, &self.scope.region).map(Some)
            }
        }
    }

    fn reference(&self, name: &str) -> Evaluated {
        if name == "AWS::NoValue" {
            return Ok(None);
        }
        if let Some(value) = self.scope.parameters.get(name) {
            return Ok(Some(value.clone()));
        }
        match self.resources.reference(name) {
            Known::Value(value) => Ok(Some(value)),
            Known::Later => Ok(Some(json!({ "Ref": name }))),
            Known::Missing => Err(AwsError::validation(format!(
                "Template format error: Unresolved resource dependencies [{name}] in the Resources block of the template"
            ))),
        }
    }

    fn attribute(&self, arguments: &Value) -> Result<Value, AwsError> {
        let arguments = self.value(arguments)?;
        let Some((resource, attribute)) = split_attribute(&arguments) else {
            return Err(AwsError::validation(
                "Template error: every Fn::GetAtt object requires two non-empty parameters, the resource name and the resource attribute",
            ));
        };
        match self.resources.attribute(&resource, &attribute) {
            Known::Value(value) => Ok(value),
            Known::Later => Ok(json!({ "Fn::GetAtt": [resource, attribute] })),
            Known::Missing => Err(AwsError::validation(format!(
                "Template error: resource {resource} does not support attribute type {attribute} in Fn::GetAtt"
            ))),
        }
    }

    fn choice(&self, arguments: &Value) -> Evaluated {
        let [name, then, otherwise] = arguments.as_array().map_or(&[][..], Vec::as_slice) else {
            return Err(AwsError::validation(
                "Template error: Fn::If requires a list argument with three elements",
            ));
        };
        let name = text(name, "Fn::If")?;
        let Some(holds) = self.scope.conditions.get(name) else {
            return Err(AwsError::validation(format!(
                "Template error: unresolved condition dependency {name} in Fn::If"
            )));
        };
        self.evaluate(if *holds { then } else { otherwise })
    }

    /// `Fn::Sub` is `Fn::Join` in another spelling, and is evaluated as that.
    fn substitute(&self, arguments: &Value) -> Result<Value, AwsError> {
        let (template, variables) = match arguments {
            Value::String(template) => (template, None),
            Value::Array(pair) => match pair.as_slice() {
                [Value::String(template), Value::Object(variables)] => (template, Some(variables)),
                _ => return Err(bad_sub()),
            },
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {
                return Err(bad_sub());
            }
        };
        let parts = functions::sub_parts(template)?.into_iter().map(|part| match part {
            functions::SubPart::Text(text) => Value::String(text),
            functions::SubPart::Variable(name) => {
                match variables.and_then(|variables| variables.get(&name)) {
                    Some(value) => value.clone(),
                    None => match name.split_once('.') {
                        Some((resource, attribute)) => {
                            json!({ "Fn::GetAtt": [resource, attribute] })
                        }
                        None => json!({ "Ref": name }),
                    },
                }
            }
        });
        self.value(&json!({ "Fn::Join": ["", parts.collect::<Vec<_>>()] }))
    }

    fn find_in_map(&self, arguments: &Value) -> Evaluated {
        let arguments = self.value(arguments)?;
        if is_pending(&arguments) {
            return Ok(Some(json!({ "Fn::FindInMap": arguments })));
        }
        let keys = arguments.as_array().map_or(&[][..], Vec::as_slice);
        let [map, first, second, rest @ ..] = keys else {
            return Err(AwsError::validation(
                "Template error: every Fn::FindInMap object requires three parameters, the map name, map key and the attribute for return value",
            ));
        };
        let found = [map, first, second]
            .iter()
            .try_fold(&self.scope.mappings, |value, key| value.get(functions::scalar(key)?));
        let default = rest.first().and_then(|options| options.get("DefaultValue"));
        found.or(default).cloned().map(Some).ok_or_else(|| {
            let map = functions::scalar(map).unwrap_or_default();
            AwsError::validation(format!(
                "Template error: Unable to get mapping for {map}::{}::{}",
                functions::scalar(first).unwrap_or_default(),
                functions::scalar(second).unwrap_or_default(),
            ))
        })
    }

    fn import(&self, arguments: &Value) -> Result<Value, AwsError> {
        let name = self.value(arguments)?;
        let Value::String(name) = name else {
            return Ok(json!({ "Fn::ImportValue": name }));
        };
        self.scope.import(&name)
    }
}

fn bad_sub() -> AwsError {
    AwsError::validation(
        "Template error: One or more Fn::Sub intrinsic functions don't specify expected arguments. Specify a string as first argument, and an optional second argument to specify a mapping of values to replace in the string",
    )
}

fn text<'a>(value: &'a Value, function: &str) -> Result<&'a str, AwsError> {
    value.as_str().ok_or_else(|| {
        AwsError::validation(format!(
            "Template error: every {function} object must have a single String value."
        ))
    })
}

/// The function and its arguments, if the value is a call of one.
pub(crate) fn intrinsic(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (name, arguments) = map.iter().next()?;
    (name == "Ref" || name.starts_with("Fn::")).then_some((name.as_str(), arguments))
}

/// The resource and the attribute that the arguments of `Fn::GetAtt` name.
pub(crate) fn split_attribute(arguments: &Value) -> Option<(String, String)> {
    let (resource, attribute) = match arguments {
        Value::String(text) => {
            let (resource, attribute) = text.split_once('.')?;
            (resource.to_owned(), attribute.to_owned())
        }
        Value::Array(parts) => {
            let parts = parts.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?;
            let (resource, attribute) = parts.split_first()?;
            ((*resource).to_owned(), attribute.join("."))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => return None,
    };
    (!resource.is_empty() && !attribute.is_empty()).then_some((resource, attribute))
}

/// Whether an expression is left anywhere in the value.
pub(crate) fn is_pending(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.iter().any(is_pending),
        Value::Object(map) => intrinsic(value).is_some() || map.values().any(is_pending),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}
