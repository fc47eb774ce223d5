//! What planning decides about one unit, and why.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The decision about one unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// AWS is as git says.
    InSync,
    /// AWS differs, and applying makes it match.
    Change(Change),
    /// AWS differs, and something that only a person can give is missing.
    Blocked {
        /// Why it is not carried out.
        why: String,
        /// What a person does about it.
        unblock: String,
        /// What would change, or what drifted.
        change: Option<Change>,
    },
    /// It cannot be told.
    Unknown {
        /// Why not.
        why: String,
    },
}

/// A difference, with what is done about it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What is done.
    pub action: Action,
    /// Why, in one sentence.
    pub reason: String,
    /// What is lost or interrupted.
    pub dangers: Vec<Danger>,
    /// What differs, property by property.
    pub fields: Vec<FieldChange>,
}

/// What is done to a unit as a whole.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It is made.
    Create,
    /// It is changed where it is.
    Update,
    /// Parts of it are made anew and the old ones removed.
    Replace,
    /// It is removed.
    Delete,
    /// What was changed outside git is changed back.
    Revert,
    /// It is brought out of a state in which nothing else can be done.
    Recover,
    /// What is done to units before it makes it as git says; when its turn comes, it is looked at again.
    Follow,
}

impl Action {
    /// The word for a heading: `create`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Replace => "replace",
            Self::Delete => "delete",
            Self::Revert => "revert",
            Self::Recover => "recover",
            Self::Follow => "follow",
        }
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// Something that is lost or interrupted when a change is carried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Danger {
    /// How bad.
    pub level: DangerLevel,
    /// The part of the unit, such as a logical ID.
    pub subject: String,
    /// What happens to it, in words that follow its name: "is replaced: its data stays behind".
    pub what: String,
    /// Whether git permits it (`allow:`).
    pub allowed: bool,
}

/// How bad a [`Danger`] is.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum DangerLevel {
    /// Nothing is lost.
    #[default]
    None,
    /// Something is interrupted or may have to be redone; no data or identity is lost.
    Low,
    /// Data or identity is lost or left behind.
    High,
}

/// One property that differs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// Where it is within the unit: `Resources/Key/Properties/EnableKeyRotation`.
    pub path: String,
    /// The value now; none when it is added.
    pub before: Option<String>,
    /// The value wanted; none when it is removed.
    pub after: Option<String>,
    /// What changing it does.
    pub effect: Effect,
}

/// What changing one property does to the thing that has it.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Effect {
    /// Only what is recorded about it changes.
    Record,
    /// It is made.
    Create,
    /// It is changed where it is.
    InPlace,
    /// It is made anew if the value turns out to differ.
    MayReplace,
    /// It is made anew and the old one removed.
    Replace,
    /// It is removed.
    Delete,
}

impl Effect {
    /// Whether something that exists may go.
    pub fn is_destructive(self) -> bool {
        match self {
            Self::MayReplace | Self::Replace | Self::Delete => true,
            Self::Record | Self::Create | Self::InPlace => false,
        }
    }
}

impl Verdict {
    /// The change that is carried out or that is held back.
    pub fn change(&self) -> Option<&Change> {
        match self {
            Self::Change(change) => Some(change),
            Self::Blocked { change, why: _, unblock: _ } => change.as_ref(),
            Self::InSync | Self::Unknown { .. } => None,
        }
    }

    /// `in_sync`, `change`, `blocked` or `unknown`.
    pub fn word(&self) -> &'static str {
        match self {
            Self::InSync => "in_sync",
            Self::Change(_) => "change",
            Self::Blocked { .. } => "blocked",
            Self::Unknown { .. } => "unknown",
        }
    }
}

impl Change {
    /// A change without dangers or fields.
    pub fn new(action: Action, reason: impl Into<String>) -> Self {
        Self { action, reason: reason.into(), dangers: Vec::new(), fields: Vec::new() }
    }

    /// The worst of its dangers.
    pub fn danger(&self) -> DangerLevel {
        self.dangers.iter().map(|danger| danger.level).max().unwrap_or_default()
    }

    /// What this change destroys beyond `approved`, which a person has seen: nothing, if it may go on.
    pub fn beyond(&self, approved: &Self) -> Option<String> {
        let grown = self.fields.iter().find(|field| {
            let seen = approved.fields.iter().find(|seen| seen.path == field.path);
            field.effect.is_destructive()
                && seen
                    .is_none_or(|seen| !seen.effect.is_destructive() && seen.effect < field.effect)
        });
        grown.map(|field| format!("`{}` would now {}", field.path, field.effect.words())).or_else(
            || {
                let new_delete = self.action == Action::Delete && approved.action != Action::Delete;
                new_delete.then(|| "it would now be deleted".to_owned())
            },
        )
    }
}

impl Effect {
    /// What happens, in words that follow "would".
    pub fn words(self) -> &'static str {
        match self {
            Self::Record => "be recorded",
            Self::Create => "be created",
            Self::InPlace => "be updated in place",
            Self::MayReplace => "possibly be replaced",
            Self::Replace => "be replaced",
            Self::Delete => "be deleted",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Action, Change, Effect, FieldChange};

    fn change(action: Action, fields: &[(&str, Effect)]) -> Change {
        let fields = fields.iter().map(|(path, effect)| FieldChange {
            path: (*path).to_owned(),
            before: None,
            after: None,
            effect: *effect,
        });
        Change { fields: fields.collect(), ..Change::new(action, "it differs") }
    }

    #[test]
    fn what_destroys_nothing_more_is_not_beyond() {
        let seen = change(Action::Update, &[("a", Effect::InPlace), ("b", Effect::Replace)]);
        assert_eq!(seen.beyond(&seen), None);
        let harmless = change(Action::Create, &[("c", Effect::Create), ("d", Effect::InPlace)]);
        assert_eq!(harmless.beyond(&seen), None);
    }

    #[test]
    fn what_may_be_replaced_was_seen_as_such() {
        let seen = change(Action::Update, &[("a", Effect::MayReplace)]);
        assert_eq!(change(Action::Replace, &[("a", Effect::Replace)]).beyond(&seen), None);
    }

    #[test]
    fn what_destroys_more_is_beyond() {
        let seen = change(Action::Update, &[("a", Effect::InPlace)]);
        let beyond = |action, fields: &[_]| change(action, fields).beyond(&seen);
        let replaced = Some("`a` would now be replaced".to_owned());
        assert_eq!(beyond(Action::Replace, &[("a", Effect::Replace)]), replaced);
        let deleted = Some("`b` would now be deleted".to_owned());
        assert_eq!(beyond(Action::Update, &[("b", Effect::Delete)]), deleted);
        let gone = Some("it would now be deleted".to_owned());
        assert_eq!(beyond(Action::Delete, &[]), gone);
    }
}
