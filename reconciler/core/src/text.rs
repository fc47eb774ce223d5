//! Strings with references in them: `${stacks.kms.KeyArn}`, `${env.prefix}`, and `$${` for a literal `${`.

use std::fmt;
use std::ops::Range;

use crate::address::Address;

/// A value that another unit publishes once it exists: `${stacks.kms.KeyArn}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The unit that publishes it.
    pub address: Address,
    /// The output's name.
    pub output: String,
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "${{{}.{}.{}}}", self.address.kind(), self.address.name(), self.output)
    }
}

/// One piece of a [`Text`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// Characters as they are.
    Literal(String),
    /// `${env.NAME}`
    Variable(String),
    /// `${kind.NAME.OUTPUT}`
    Reference(Reference),
}

/// A string of `desired/`, split into literals and references.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Text {
    parts: Vec<Part>,
}

/// Why a string is not a [`Text`]; `range` is in bytes of the string.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TextError {
    /// Where in the string.
    pub range: Range<usize>,
    /// What is wrong.
    pub message: String,
}

impl Text {
    /// Splits `written`.
    pub fn parse(written: &str) -> Result<Self, TextError> {
        let mut parts = Vec::new();
        let mut literal = String::new();
        let mut at = 0;
        while let Some(found) = written[at..].find('$') {
            let start = at + found;
            literal.push_str(&written[at..start]);
            let rest = &written[start..];
            if rest.starts_with("$${") {
                literal.push_str("${");
                at = start + 3;
            } else if rest.starts_with("${") {
                let length = rest.find('}').ok_or_else(|| TextError {
                    range: start..written.len(),
                    message: "`${` is never closed: write `$${` for a literal `${`".to_owned(),
                })?;
                let range = start..start + length + 1;
                if !literal.is_empty() {
                    parts.push(Part::Literal(std::mem::take(&mut literal)));
                }
                parts.push(parse_reference(&rest[2..length], &range)?);
                at = range.end;
            } else {
                literal.push('$');
                at = start + 1;
            }
        }
        literal.push_str(&written[at..]);
        if !literal.is_empty() {
            parts.push(Part::Literal(literal));
        }
        Ok(Self { parts })
    }

    /// A text without references.
    pub fn literal(text: impl Into<String>) -> Self {
        Self { parts: vec![Part::Literal(text.into())] }
    }

    /// The pieces, in order.
    pub fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// The units' outputs that it refers to, in order.
    pub fn references(&self) -> impl Iterator<Item = &Reference> {
        self.parts.iter().filter_map(|part| match part {
            Part::Reference(reference) => Some(reference),
            Part::Literal(_) | Part::Variable(_) => None,
        })
    }

    /// Replaces `${env.NAME}` by what `lookup` knows, and by nothing what it does not: those names come second.
    pub fn with_variables<'a>(
        self,
        lookup: impl Fn(&str) -> Option<&'a str>,
    ) -> (Self, Vec<String>) {
        let mut unknown = Vec::new();
        let mut parts: Vec<Part> = Vec::with_capacity(self.parts.len());
        for part in self.parts {
            let part = match part {
                Part::Variable(name) => {
                    let Some(value) = lookup(&name) else {
                        unknown.push(name);
                        continue;
                    };
                    Part::Literal(value.to_owned())
                }
                part @ (Part::Literal(_) | Part::Reference(_)) => part,
            };
            match (parts.last_mut(), part) {
                (Some(Part::Literal(before)), Part::Literal(text)) => before.push_str(&text),
                (_, part) => parts.push(part),
            }
        }
        (Self { parts }, unknown)
    }
}

impl fmt::Display for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.parts.iter().try_for_each(|part| match part {
            Part::Literal(text) => f.write_str(&text.replace("${", "$${")),
            Part::Variable(name) => write!(f, "${{env.{name}}}"),
            Part::Reference(reference) => write!(f, "{reference}"),
        })
    }
}

fn parse_reference(inside: &str, range: &Range<usize>) -> Result<Part, TextError> {
    let error = |message: String| TextError { range: range.clone(), message };
    match inside.split('.').collect::<Vec<_>>().as_slice() {
        ["env", name] if !name.is_empty() => Ok(Part::Variable((*name).to_owned())),
        [kind, name, output] if !output.is_empty() => {
            let address = format!("{kind}/{name}").parse::<Address>();
            let address = address.map_err(|_| error(format!("`${{{inside}}}` names no unit")))?;
            Ok(Part::Reference(Reference { address, output: (*output).to_owned() }))
        }
        _ => Err(error(format!(
            "`${{{inside}}}` is not a reference: write `${{env.NAME}}`, `${{stacks.NAME.OUTPUT}}`, or `$${{` for a literal `${{`"
        ))),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Part, Text};

    proptest! {
        #[test]
        fn reads_what_it_writes(
            written in r"([a-z$ {}]|\$\$\{|\$\{env\.[a-z]{1,3}\}|\$\{stacks\.[a-z]{1,3}\.[A-Z]\}){0,8}",
        ) {
            let Ok(text) = Text::parse(&written) else { return Ok(()) };
            prop_assert_eq!(Text::parse(&text.to_string()), Ok(text));
        }

        #[test]
        fn takes_anything_apart_or_says_where_it_cannot(written in any::<String>()) {
            if let Err(error) = Text::parse(&written) {
                prop_assert!(written.get(error.range).is_some());
            }
        }

        #[test]
        fn what_is_literal_stays_as_it_is(literal in r"[a-z$ {}]{0,12}") {
            let text = Text::parse(&Text::literal(literal.as_str()).to_string()).unwrap();
            let parts: Vec<_> = text.parts().iter().map(|part| match part {
                Part::Literal(literal) => literal.as_str(),
                Part::Variable(_) | Part::Reference(_) => "?",
            }).collect();
            prop_assert_eq!(parts.concat(), literal);
        }
    }

    #[test]
    fn splits_literals_variables_and_references() {
        let text = Text::parse("$${a}-${env.prefix}-${stacks.kms.KeyArn}$").unwrap();
        assert_eq!(text.to_string(), "$${a}-${env.prefix}-${stacks.kms.KeyArn}$");
        let (text, _) = text.with_variables(|name| (name == "prefix").then_some("clinic"));
        assert_eq!(text.parts()[0], Part::Literal("${a}-clinic-".to_owned()));
        assert_eq!(text.references().count(), 1);
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let error = Text::parse("x-${stacks.kms}").unwrap_err();
        assert_eq!(error.range, 2..15);
        assert!(error.message.contains("`${stacks.kms}` is not a reference"), "{error}");
        assert!(Text::parse("${env.a").unwrap_err().message.contains("never closed"));
    }

    #[test]
    fn names_the_unknown_variables_and_keeps_the_rest() {
        let text = Text::parse("${env.a}${env.b}${stacks.kms.KeyArn}").unwrap();
        let (text, unknown) = text.with_variables(|_| None);
        assert_eq!(
            (text.to_string().as_str(), unknown.join(" ").as_str()),
            ("${stacks.kms.KeyArn}", "a b")
        );
    }
}
