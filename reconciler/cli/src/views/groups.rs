//! The fields of a change, put together by the part of the unit that they belong to.

use reconcile_core::verdict::{Effect, FieldChange};

/// The fields of one part, such as a resource of a stack.
#[derive(Debug)]
pub(super) struct Group<'a> {
    /// The part's name; none for fields of the unit itself.
    pub(super) name: Option<&'a str>,
    /// The part as a whole, where it comes or goes.
    pub(super) whole: Option<&'a FieldChange>,
    /// Its properties, with their paths within it.
    pub(super) fields: Vec<(&'a str, &'a FieldChange)>,
}

/// The fields grouped, in the order in which the parts are first named; the unit's own come first.
pub(super) fn by_part(fields: &[FieldChange]) -> Vec<Group<'_>> {
    let mut groups: Vec<Group<'_>> = Vec::new();
    for field in fields {
        let (name, path) = split(&field.path);
        let at = groups.iter().position(|group| group.name == name);
        let at = at.unwrap_or_else(|| {
            let at = if name.is_none() { 0 } else { groups.len() };
            groups.insert(at, Group { name, whole: None, fields: Vec::new() });
            at
        });
        match path {
            Some(path) => groups[at].fields.push((path, field)),
            None => groups[at].whole = Some(field),
        }
    }
    groups
}

impl Group<'_> {
    /// What happens to the part, at worst.
    pub(super) fn effect(&self) -> Effect {
        let worst = self.fields.iter().map(|(_, field)| field.effect).max();
        self.whole.map(|whole| whole.effect).or(worst).unwrap_or(Effect::InPlace)
    }
}

/// `Resources/Key/Properties/X/Y` is `X/Y` of `Key`, and `Resources/Key` is all of `Key`.
fn split(path: &str) -> (Option<&str>, Option<&str>) {
    let Some(inside) = path.strip_prefix("Resources/") else {
        return (None, Some(path));
    };
    match inside.split_once('/') {
        Some((name, rest)) => (Some(name), Some(rest.strip_prefix("Properties/").unwrap_or(rest))),
        None => (Some(inside), None),
    }
}
