//! Schema errors in our own words, at the place that they are about.

use std::sync::Arc;

use jsonschema::JsonType;
use jsonschema::error::{TypeKind, ValidationError, ValidationErrorKind as Kind};
use reconcile_core::problem::{Place, Problem, SourceFile, did_you_mean};
use serde_json::Value as Json;

use super::super::tree::Node;
use super::alternatives;

/// What an explanation may look at.
pub(super) struct Explain<'a> {
    pub(super) schema: &'a Json,
    pub(super) file: &'a Arc<SourceFile>,
    pub(super) root: &'a Node,
}

impl Explain<'_> {
    /// The problems that an error stands for.
    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "what no schema of ours says yet is said in the library's words"
    )]
    pub(super) fn problems(&self, error: &ValidationError<'_>) -> Vec<Problem> {
        let pointer = error.instance_path().as_str();
        let problem = match error.kind() {
            Kind::AdditionalProperties { unexpected }
            | Kind::UnevaluatedProperties { unexpected } => {
                return self.unknown_keys(pointer, unexpected, &self.known_keys(error));
            }
            Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
                return alternatives::problems(self, error, context);
            }
            Kind::Required { property } => {
                let key = property.as_str().unwrap_or_default();
                let message = format!("`{}` is missing", name(&format!("{pointer}/{key}")));
                Problem::at(self.place(pointer), message)
            }
            Kind::Type { kind } => self.wrong_value(pointer, &[], &type_names(kind)),
            Kind::Enum { options } => self.wrong_value(pointer, &words_of(options), &[]),
            Kind::Constant { expected_value } => {
                self.wrong_value(pointer, &[word_of(expected_value)], &[])
            }
            Kind::Pattern { pattern } => {
                let words = self.sibling(error, "patternErrorMessage");
                let wanted =
                    words.map_or_else(|| format!("text that matches `{pattern}`"), str::to_owned);
                self.must_be(pointer, &wanted)
            }
            Kind::Format { format } if format == "date" => {
                self.must_be(pointer, "a date such as `2027-03-31`")
            }
            Kind::MinLength { limit: 1 }
            | Kind::MinItems { limit: 1 }
            | Kind::MinProperties { limit: 1 } => {
                let message = format!("`{}` is empty", name(pointer));
                Problem::at(self.place(pointer), message)
                    .hint("give it a value, or leave the key out")
            }
            Kind::MaxLength { limit } => {
                let message = format!("`{}` is longer than {limit} characters", name(pointer));
                Problem::at(self.place(pointer), message)
            }
            Kind::UniqueItems => {
                let message = format!("`{}` says the same thing twice", name(pointer));
                Problem::at(self.place(pointer), message)
            }
            _ => Problem::at(self.place(pointer), format!("`{}`: {error}", name(pointer))),
        };
        vec![problem]
    }

    /// One problem for each key that is not known.
    pub(super) fn unknown_keys(
        &self,
        pointer: &str,
        unknown: &[String],
        known: &[&str],
    ) -> Vec<Problem> {
        let hint = |key: &str| {
            did_you_mean(key, known.iter().copied())
                .unwrap_or_else(|| format!("known keys: {}", quoted(known)))
        };
        let problem = |key: &String| {
            let at = format!("{pointer}/{}", escaped(key));
            let place = self.at(self.root.key_range(&at));
            Problem::at(place, format!("unknown key `{}`", name(&at))).hint(hint(key))
        };
        unknown.iter().map(problem).collect()
    }

    /// The keys that the schema of an error about unknown keys knows.
    pub(super) fn known_keys(&self, error: &ValidationError<'_>) -> Vec<&str> {
        let properties = self.sibling_value(error, "properties");
        let known = properties.and_then(Json::as_object).into_iter();
        known.flat_map(|known| known.keys().map(String::as_str)).collect()
    }

    /// A value that is none of these words and of none of these types, with the likely reason.
    pub(super) fn wrong_value(&self, pointer: &str, words: &[String], types: &[&str]) -> Problem {
        let wanted = words.iter().map(|word| format!("`{word}`"));
        let wanted = wanted.chain(types.iter().map(|name| type_in_words(name).to_owned()));
        let problem = self.must_be(pointer, &alternatives::or(wanted));
        let written = self.root.at(pointer).and_then(Node::text).unwrap_or_default();
        let hint = did_you_mean(written, words.iter().map(String::as_str));
        match hint.or_else(|| self.type_hint(pointer, types)) {
            Some(hint) => problem.hint(hint),
            None => problem,
        }
    }

    /// What a value must be, and what it is instead.
    pub(super) fn must_be(&self, pointer: &str, wanted: &str) -> Problem {
        let name = name(pointer);
        let written =
            self.root.at(pointer).map(|node| (node.json(), node.text().unwrap_or_default()));
        let message = match written {
            None | Some((Json::Null, _)) => format!("`{name}` is empty, but must be {wanted}"),
            Some((Json::Bool(_), text)) => format!("`{name}` must be {wanted}, not `{text}`"),
            Some((Json::Number(_), text)) => {
                format!("`{name}` must be {wanted}, not the number {text}")
            }
            Some((Json::String(_), text)) => {
                format!("`{name}` must be {wanted}, not the text `{text}`")
            }
            Some((Json::Array(_), _)) => format!("`{name}` must be {wanted}, not a list"),
            Some((Json::Object(_), _)) => format!("`{name}` must be {wanted}, not a map"),
        };
        Problem::at(self.place(pointer), message)
    }

    /// A map in which none of these keys is there.
    pub(super) fn no_key_of(&self, pointer: &str, keys: &[&str]) -> Problem {
        let keys = alternatives::or(keys.iter().map(|key| format!("`{key}`")));
        Problem::at(self.place(pointer), format!("`{}` must have {keys}", name(pointer)))
    }

    fn type_hint(&self, pointer: &str, types: &[&str]) -> Option<String> {
        let node = self.root.at(pointer)?;
        let text = node.text().unwrap_or_default();
        let wants = |name: &str| types.contains(&name);
        match node.json() {
            Json::Null => Some("give it a value, or leave the key out".to_owned()),
            Json::Bool(_) | Json::Number(_) if wants("string") => {
                Some(format!("put it in quotes: `\"{text}\"`"))
            }
            Json::String(_) if wants("boolean") && is_old_boolean(text) => {
                Some("write `true` or `false`, without quotes".to_owned())
            }
            Json::String(text) if wants("integer") && text.parse::<i64>().is_ok() => {
                Some(format!("write it without quotes: `{text}`"))
            }
            Json::Bool(_) | Json::Number(_) | Json::String(_) if wants("array") => {
                Some(format!("write a list: `[{text}]`"))
            }
            Json::Bool(_)
            | Json::Number(_)
            | Json::String(_)
            | Json::Array(_)
            | Json::Object(_) => None,
        }
    }

    fn sibling(&self, error: &ValidationError<'_>, key: &str) -> Option<&str> {
        self.sibling_value(error, key).and_then(Json::as_str)
    }

    /// The value of another keyword beside the one that an error is about.
    fn sibling_value(&self, error: &ValidationError<'_>, key: &str) -> Option<&Json> {
        let (around, _) = error.schema_path().as_str().rsplit_once('/')?;
        self.schema.pointer(around)?.get(key)
    }

    fn place(&self, pointer: &str) -> Place {
        self.at(self.root.value_range(pointer))
    }

    fn at(&self, range: std::ops::Range<usize>) -> Place {
        Place { file: Arc::clone(self.file), range }
    }
}

/// A JSON pointer as a person writes a path: `target.aws.account`, `capabilities[0]`.
fn name(pointer: &str) -> String {
    let tokens = pointer.split('/').skip(1);
    tokens.fold(String::new(), |before, token| {
        let token = token.replace("~1", "/").replace("~0", "~");
        let is_index = token.bytes().all(|byte| byte.is_ascii_digit());
        match before.as_str() {
            "" => token,
            before if is_index => format!("{before}[{token}]"),
            before => format!("{before}.{token}"),
        }
    })
}

fn escaped(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn quoted(keys: &[&str]) -> String {
    let keys: Vec<_> = keys.iter().map(|key| format!("`{key}`")).collect();
    keys.join(", ")
}

pub(super) fn words_of(options: &Json) -> Vec<String> {
    options.as_array().into_iter().flatten().map(word_of).collect()
}

pub(super) fn word_of(option: &Json) -> String {
    option.as_str().map_or_else(|| option.to_string(), str::to_owned)
}

pub(super) fn type_names(kind: &TypeKind) -> Vec<&'static str> {
    match kind {
        TypeKind::Single(only) => vec![only.as_str()],
        TypeKind::Multiple(set) => set.iter().map(JsonType::as_str).collect(),
    }
}

fn type_in_words(name: &str) -> &str {
    match name {
        "boolean" => "true or false",
        "string" => "text",
        "integer" => "a whole number",
        "number" => "a number",
        "array" => "a list",
        "object" => "a map",
        other => other,
    }
}

/// What YAML 1.1 took for a boolean, and a boolean in quotes.
fn is_old_boolean(text: &str) -> bool {
    let lower = text.to_lowercase();
    matches!(lower.as_str(), "yes" | "no" | "on" | "off" | "y" | "n" | "true" | "false")
}
