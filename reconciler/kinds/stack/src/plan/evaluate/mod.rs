//! Evaluates a template as far as it can be known beforehand: parameters, mappings, conditions, and the
//! functions over them. What depends on AWS stays as it is written.

use std::collections::BTreeMap;

use reconcile_cfn::Template;
use reconcile_cfn::intrinsics::{self, SubPart, sub_parts};
use reconcile_core::input::Value;
use serde_json::{Map, Value as Json};

/// What a template knows of where it is deployed.
#[derive(Debug, Clone, Copy)]
pub struct Setting<'a> {
    /// `AWS::Region`
    pub region: &'a str,
    /// `AWS::StackName`
    pub stack_name: &'a str,
}

/// A template with everything in it that could be evaluated; what a condition leaves out is not in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evaluated {
    /// By logical ID.
    pub resources: BTreeMap<String, EvaluatedResource>,
    /// By name.
    pub outputs: BTreeMap<String, EvaluatedOutput>,
}

/// A resource as it will be declared to CloudFormation's provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluatedResource {
    /// `AWS::S3::Bucket`
    pub type_name: String,
    /// An object.
    pub properties: Json,
    /// Those of [`ATTRIBUTES`] that it has, but for policies that only say the default, `Delete`.
    pub attributes: BTreeMap<&'static str, Json>,
    /// `Delete` unless declared.
    pub deletion_policy: String,
    /// `Delete` unless declared.
    pub update_replace_policy: String,
}

/// What a resource has besides properties and CloudFormation counts as a change of it
/// (API Reference, `ResourceChange`, `Scope`).
pub const ATTRIBUTES: [&str; 5] =
    ["CreationPolicy", "DeletionPolicy", "Metadata", "UpdatePolicy", "UpdateReplacePolicy"];

/// An output as it will be published.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EvaluatedOutput {
    /// Its value.
    pub value: Json,
    /// The name it is exported under.
    pub export: Option<Json>,
}

impl Evaluated {
    /// Evaluates `template` with these parameter values; defaults stand in for those not given.
    pub fn new(
        template: &Template,
        given: &BTreeMap<String, Value>,
        setting: &Setting<'_>,
    ) -> Self {
        Self::knowing(template, given, setting, &BTreeMap::new())
    }

    /// Evaluates `template` with what AWS is known to give for references to resources and for pseudo
    /// parameters, by the name that `Fn::Sub` has for them: `Bucket`, `Bucket.Arn`, `AWS::AccountId`.
    pub fn knowing(
        template: &Template,
        given: &BTreeMap<String, Value>,
        setting: &Setting<'_>,
        known: &BTreeMap<String, Json>,
    ) -> Self {
        let mut evaluator = Evaluator::new(template, given, setting);
        evaluator.values.extend(known.iter().map(|(name, value)| (name.as_str(), value.clone())));
        let resources = template
            .resources()
            .filter(|resource| evaluator.exists(resource.condition))
            .map(|resource| {
                let section = |name| resource.body.get(name).unwrap_or(&Json::Null);
                let policy = |policy: Option<&Json>| {
                    policy.and_then(Json::as_str).unwrap_or("Delete").to_owned()
                };
                let evaluated = EvaluatedResource {
                    type_name: resource.type_name.to_owned(),
                    properties: evaluator.evaluate(section("Properties")).unwrap_or_default(),
                    attributes: ATTRIBUTES
                        .into_iter()
                        .filter_map(|name| {
                            Some((name, evaluator.evaluate(resource.body.get(name)?)?))
                        })
                        .filter(|(name, value)| !name.ends_with("Policy") || value != "Delete")
                        .collect(),
                    deletion_policy: policy(resource.deletion_policy),
                    update_replace_policy: policy(resource.update_replace_policy),
                };
                (resource.logical_id.to_owned(), evaluated)
            })
            .collect();
        let outputs = template
            .outputs()
            .filter(|output| evaluator.exists(output.condition))
            .map(|output| {
                let evaluate = |value| evaluator.evaluate(value).unwrap_or_default();
                let evaluated = EvaluatedOutput {
                    value: evaluate(output.value),
                    export: output.export_name.map(evaluate),
                };
                (output.name.to_owned(), evaluated)
            })
            .collect();
        Self { resources, outputs }
    }
}

struct Evaluator<'a> {
    /// Of parameters and of all else that `Ref` and `Fn::Sub` may name.
    values: BTreeMap<&'a str, Json>,
    conditions: Option<&'a Map<String, Json>>,
    mappings: Option<&'a Map<String, Json>>,
}

impl<'a> Evaluator<'a> {
    fn new(
        template: &'a Template,
        given: &'a BTreeMap<String, Value>,
        setting: &Setting<'_>,
    ) -> Self {
        let mut values: BTreeMap<&str, Json> = BTreeMap::from([
            ("AWS::Region", Json::from(setting.region)),
            ("AWS::StackName", Json::from(setting.stack_name)),
            ("AWS::Partition", Json::from(partition(setting.region))),
        ]);
        for parameter in template.parameters() {
            let text = match given.get(parameter.name) {
                Some(Value::Known(text)) => text.clone(),
                Some(Value::Pending(_)) => continue,
                None => match parameter.default {
                    Some(default) => scalar(default).unwrap_or_default(),
                    None => continue,
                },
            };
            // An SSM parameter's value is looked up by CloudFormation: only its name is known.
            if parameter.type_name.starts_with("AWS::SSM::Parameter::Value") {
                let looked_up = serde_json::json!({ "AWS::SSM::Parameter::Value": text });
                values.insert(parameter.name, looked_up);
                continue;
            }
            let is_list = parameter.type_name == "CommaDelimitedList"
                || parameter.type_name.starts_with("List<");
            let value = if is_list {
                text.split(',').map(|item| Json::from(item.trim())).collect()
            } else {
                Json::from(text)
            };
            values.insert(parameter.name, value);
        }
        let section = |name| template.section(name);
        Self { values, conditions: section("Conditions"), mappings: section("Mappings") }
    }

    /// Whether what has this condition is there; a condition that cannot be told is taken as true.
    fn exists(&self, condition: Option<&str>) -> bool {
        condition.is_none_or(|name| self.condition(name) != Some(false))
    }

    fn condition(&self, name: &str) -> Option<bool> {
        self.truth(self.conditions?.get(name)?)
    }

    fn truth(&self, value: &Json) -> Option<bool> {
        let truths = |items: &Json| -> Option<Vec<Option<bool>>> {
            Some(items.as_array()?.iter().map(|item| self.truth(item)).collect())
        };
        // One that decides is enough, whatever the unknown ones turn out to be.
        let any = |truths: &[Option<bool>], decisive: bool| {
            if truths.contains(&Some(decisive)) {
                Some(decisive)
            } else {
                truths.iter().all(Option::is_some).then_some(!decisive)
            }
        };
        match intrinsics::call(value) {
            Some(("Condition", Json::String(name))) => self.condition(name),
            Some(("Fn::And", items)) => any(&truths(items)?, false),
            Some(("Fn::Or", items)) => any(&truths(items)?, true),
            Some(("Fn::Not", items)) => Some(!(*truths(items)?.first()?)?),
            Some(("Fn::Equals", items)) => {
                let [left, right] = items.as_array()?.as_slice() else { return None };
                let left = scalar(&self.evaluate(left)?)?;
                Some(left == scalar(&self.evaluate(right)?)?)
            }
            Some(_) | None => None,
        }
    }

    /// The value, or none for `AWS::NoValue`.
    fn evaluate(&self, value: &Json) -> Option<Json> {
        if let Some((function, argument)) = intrinsics::call(value) {
            return self.call(function, argument, value);
        }
        Some(match value {
            Json::Object(map) => {
                let entry =
                    |(key, value): (&String, &Json)| Some((key.clone(), self.evaluate(value)?));
                Json::Object(map.iter().filter_map(entry).collect())
            }
            Json::Array(items) => items.iter().filter_map(|item| self.evaluate(item)).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => value.clone(),
        })
    }

    fn call(&self, function: &str, argument: &Json, value: &Json) -> Option<Json> {
        let known = match (function, argument) {
            ("Ref", Json::String(name)) if name == "AWS::NoValue" => return None,
            ("Ref", Json::String(name)) => self.values.get(name.as_str()).cloned(),
            ("Fn::GetAtt", _) => self.attribute(argument),
            ("Fn::If", Json::Array(parts)) => match parts.as_slice() {
                [Json::String(name), yes, no] => match self.condition(name) {
                    Some(true) => return self.evaluate(yes),
                    Some(false) => return self.evaluate(no),
                    None => Some(
                        serde_json::json!({ "Fn::If": [name, self.branch(yes), self.branch(no)] }),
                    ),
                },
                _ => None,
            },
            ("Fn::Sub", _) => Some(self.substitute(argument)),
            ("Fn::Join", _) => self.join(argument),
            ("Fn::Split", _) => self.split(argument),
            ("Fn::Select", _) => self.select(argument),
            ("Fn::FindInMap", _) => self.find_in_map(argument),
            _ => None,
        };
        known.or_else(|| {
            let Json::Object(call) = value else { return Some(value.clone()) };
            let argument = self.evaluate(argument).unwrap_or_default();
            Some(call.keys().map(|name| (name.clone(), argument.clone())).collect())
        })
    }

    /// One side of an `Fn::If` that cannot be decided yet; nothing has its place there.
    fn branch(&self, value: &Json) -> Json {
        self.evaluate(value).unwrap_or_else(|| serde_json::json!({ "Ref": "AWS::NoValue" }))
    }

    fn attribute(&self, argument: &Json) -> Option<Json> {
        let (resource, attribute) = intrinsics::get_att(argument)?;
        let attribute = scalar(&self.evaluate(&attribute)?)?;
        self.values.get(format!("{resource}.{attribute}").as_str()).cloned()
    }

    /// A string if everything in it is known, else the function with what is known put in.
    fn substitute(&self, argument: &Json) -> Json {
        let (text, own) = match argument {
            Json::String(text) => (text.as_str(), None),
            Json::Array(parts) => {
                (parts.first().and_then(Json::as_str).unwrap_or_default(), parts.get(1))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Object(_) => {
                return argument.clone();
            }
        };
        let own = own.and_then(|own| self.evaluate(own));
        // What it is if all is known, and how it would be written if not.
        let (mut known, mut rest) = (Some(String::new()), String::new());
        for part in sub_parts(text) {
            let value = match part {
                SubPart::Literal(literal) => Some(literal.to_owned()),
                SubPart::Variable(name) => {
                    let of_own = own.as_ref().and_then(|own| own.get(name)).and_then(scalar);
                    let value = of_own.or_else(|| self.values.get(name).and_then(scalar));
                    if value.is_none() {
                        rest.extend(["${", name, "}"]);
                    }
                    value
                }
            };
            rest.push_str(&value.as_deref().unwrap_or_default().replace("${", "${!"));
            known = known.zip(value).map(|(known, value)| known + &value);
        }
        let out = rest;
        match own {
            _ if known.is_some() => Json::from(known),
            Some(own) => serde_json::json!({ "Fn::Sub": [out, own] }),
            None => serde_json::json!({ "Fn::Sub": out }),
        }
    }

    fn join(&self, argument: &Json) -> Option<Json> {
        let [Json::String(delimiter), items] = argument.as_array()?.as_slice() else { return None };
        let items: Option<Vec<_>> = self.evaluate(items)?.as_array()?.iter().map(scalar).collect();
        Some(Json::String(items?.join(delimiter)))
    }

    fn split(&self, argument: &Json) -> Option<Json> {
        let [Json::String(delimiter), text] = argument.as_array()?.as_slice() else { return None };
        let text = scalar(&self.evaluate(text)?)?;
        Some(text.split(delimiter.as_str()).map(Json::from).collect())
    }

    fn select(&self, argument: &Json) -> Option<Json> {
        let [index, items] = argument.as_array()?.as_slice() else { return None };
        let index: usize = scalar(&self.evaluate(index)?)?.parse().ok()?;
        self.evaluate(items)?.as_array()?.get(index).cloned()
    }

    fn find_in_map(&self, argument: &Json) -> Option<Json> {
        let keys: Option<Vec<_>> =
            argument.as_array()?.iter().take(3).map(|key| scalar(&self.evaluate(key)?)).collect();
        let [map, top, second] = keys?.try_into().ok()?;
        self.mappings?.get(&map)?.get(&top)?.get(&second).cloned()
    }
}

/// The text of a scalar: CloudFormation treats `true` and `"true"` alike.
fn scalar(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(flag) => Some(flag.to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

fn partition(region: &str) -> &'static str {
    if region.starts_with("cn-") {
        "aws-cn"
    } else if region.starts_with("us-gov-") {
        "aws-us-gov"
    } else {
        "aws"
    }
}

#[cfg(test)]
mod tests;
