//! What is wrong with a value that may take one of several shapes, and takes none.
//!
//! The validator says what is wrong with every shape; a person wants to hear only of the one that was
//! meant: the one of the right type, and among maps the one whose key is there.

use std::collections::BTreeSet;

use jsonschema::error::{ValidationError, ValidationErrorKind as Kind};
use reconcile_core::problem::Problem;

use super::explain::{Explain, type_names, word_of, words_of};

type Branch = Vec<ValidationError<'static>>;

/// The problems with the shape that was meant.
pub(super) fn problems(
    explain: &Explain<'_>,
    error: &ValidationError<'_>,
    branches: &[Branch],
) -> Vec<Problem> {
    let pointer = error.instance_path().as_str();
    let fitting: Vec<_> = branches.iter().filter(|branch| fits(branch, pointer)).collect();
    let keyed = fitting.iter().find(|branch| !lacks_its_key(branch, pointer));
    match (fitting.as_slice(), keyed) {
        ([], _) => vec![none_fits(explain, pointer, branches)],
        ([branch], _) | (_, Some(branch)) => {
            branch.iter().flat_map(|error| explain.problems(error)).collect()
        }
        (several, None) => no_known_key(explain, pointer, several),
    }
}

/// Whether the value has the type of a branch, and is no wrong word.
fn fits(branch: &Branch, pointer: &str) -> bool {
    !branch.iter().any(|error| wanted_instead(error, pointer).is_some())
}

fn lacks_its_key(branch: &Branch, pointer: &str) -> bool {
    let lacks = |error: &ValidationError<'_>| {
        error.instance_path().as_str() == pointer && matches!(error.kind(), Kind::Required { .. })
    };
    branch.iter().any(lacks)
}

/// What a branch wanted instead: words it knows, or types.
#[derive(Default)]
struct Wanted {
    words: Vec<String>,
    types: BTreeSet<&'static str>,
}

/// What an error about the value itself wanted; nothing if it is about a value that fits so far.
#[expect(clippy::wildcard_enum_match_arm, reason = "all others are about a value that fits")]
fn wanted_instead(error: &ValidationError<'_>, pointer: &str) -> Option<Wanted> {
    if error.instance_path().as_str() != pointer {
        return None;
    }
    let mut wanted = Wanted::default();
    match error.kind() {
        Kind::Enum { options } => wanted.words = words_of(options),
        Kind::Constant { expected_value } => wanted.words.push(word_of(expected_value)),
        Kind::Type { kind } => wanted.types.extend(type_names(kind)),
        Kind::AnyOf { context } | Kind::OneOfNotValid { context } => {
            if context.iter().any(|branch| fits(branch, pointer)) {
                return None;
            }
            wanted = wanted_by(context, pointer);
        }
        _ => return None,
    }
    Some(wanted)
}

fn wanted_by(branches: &[Branch], pointer: &str) -> Wanted {
    let mut all = Wanted::default();
    for wanted in branches.iter().flatten().filter_map(|error| wanted_instead(error, pointer)) {
        all.words.extend(wanted.words);
        all.types.extend(wanted.types);
    }
    all
}

/// No branch is of the value's type, or knows the word.
fn none_fits(explain: &Explain<'_>, pointer: &str, branches: &[Branch]) -> Problem {
    let mut all = wanted_by(branches, pointer);
    if !all.words.is_empty() {
        // The words say it better.
        all.types.remove("string");
    }
    let types: Vec<_> = all.types.into_iter().collect();
    explain.wrong_value(pointer, &all.words, &types)
}

/// A map that has the key of none of the branches.
fn no_known_key(explain: &Explain<'_>, pointer: &str, branches: &[&Branch]) -> Vec<Problem> {
    let mut known = BTreeSet::new();
    let mut unknown = BTreeSet::new();
    for error in branches.iter().copied().flatten() {
        if error.instance_path().as_str() != pointer {
            continue;
        }
        if let Kind::Required { property } = error.kind() {
            known.extend(property.as_str());
        } else if let Kind::AdditionalProperties { unexpected } = error.kind() {
            unknown.extend(unexpected.iter().cloned());
        }
    }
    let known: Vec<_> = known.into_iter().collect();
    if unknown.is_empty() {
        return vec![explain.no_key_of(pointer, &known)];
    }
    explain.unknown_keys(pointer, &Vec::from_iter(unknown), &known)
}

/// `a, b or c`.
pub(super) fn or(words: impl Iterator<Item = String>) -> String {
    let words: Vec<_> = words.collect();
    match words.split_last() {
        None => String::new(),
        Some((last, [])) => last.clone(),
        Some((last, before)) => format!("{} or {last}", before.join(", ")),
    }
}
