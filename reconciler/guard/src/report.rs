//! Guard's report of one document, as its command writes it, and the breaches in it.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

/// The report of one document.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct FileReport {
    not_compliant: Vec<Clause>,
    pub(crate) compliant: BTreeSet<String>,
}

/// Something that is not as a rule asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The rule.
    pub(crate) rule: String,
    /// How far the document is there: keys and indices, with `/` before each.
    pub(crate) path: String,
    /// What the rule says to that.
    pub(crate) messages: Vec<String>,
}

#[derive(Debug, Deserialize)]
enum Clause {
    Rule { name: String, checks: Vec<Clause> },
    Block { messages: Messages, unresolved: Option<Unresolved> },
    Disjunctions { checks: Vec<Clause> },
    Clause(Compared),
}

#[derive(Debug, Deserialize)]
enum Compared {
    Unary(Check),
    Binary(Check),
}

#[derive(Debug, Deserialize)]
struct Check {
    messages: Messages,
    check: Outcome,
}

#[derive(Debug, Default, Deserialize)]
struct Messages {
    custom_message: Option<String>,
}

#[derive(Debug, Deserialize)]
enum Outcome {
    UnResolved {
        value: Unresolved,
    },
    Resolved {
        // One value of a question about one, the left one of a comparison.
        #[serde(alias = "from")]
        value: At,
    },
    InResolved {
        from: At,
    },
    UnResolvedContext(String),
}

#[derive(Debug, Deserialize)]
struct Unresolved {
    traversed_to: At,
    remaining_query: String,
}

#[derive(Debug, Deserialize)]
struct At {
    path: String,
}

impl FileReport {
    /// What breaks a rule, each place once for each rule.
    pub(crate) fn findings(&self) -> Vec<Finding> {
        let mut found = BTreeMap::new();
        for clause in &self.not_compliant {
            clause.collect("", &mut found);
        }
        let finding = |((rule, path), messages)| Finding { rule, path, messages };
        found.into_iter().map(finding).collect()
    }
}

/// Messages by rule and path.
type Found = BTreeMap<(String, String), Vec<String>>;

impl Clause {
    fn collect(&self, rule: &str, found: &mut Found) {
        let (path, words, fallback) = match self {
            Self::Rule { name, checks } => {
                return checks.iter().for_each(|check| check.collect(name, found));
            }
            Self::Disjunctions { checks } => {
                return checks.iter().for_each(|check| check.collect(rule, found));
            }
            Self::Block { messages, unresolved } => match unresolved {
                Some(missing) => (missing.path(), messages, missing.words()),
                None => ("", messages, NOTHING.to_owned()),
            },
            Self::Clause(Compared::Unary(check) | Compared::Binary(check)) => {
                let (path, fallback) = check.check.told();
                (path, &check.messages, fallback)
            }
        };
        let own = words.custom_message.as_deref().map(str::trim).filter(|own| !own.is_empty());
        let message = own.map_or(fallback, str::to_owned);
        let messages = found.entry((rule.to_owned(), path.to_owned())).or_default();
        if !messages.contains(&message) {
            messages.push(message);
        }
    }
}

const NOTHING: &str = "there is nothing of what it asks for";

impl Outcome {
    /// The path, and what is to be said where the rule has no words of its own.
    fn told(&self) -> (&str, String) {
        match self {
            Self::UnResolved { value } => (value.path(), value.words()),
            Self::Resolved { value: at } | Self::InResolved { from: at } => {
                (&at.path, "it has another value than the rule asks for".to_owned())
            }
            Self::UnResolvedContext(context) => ("", format!("`{}` is not there", context.trim())),
        }
    }
}

impl Unresolved {
    fn path(&self) -> &str {
        &self.traversed_to.path
    }

    fn words(&self) -> String {
        format!("`{}` is missing", self.remaining_query)
    }
}
