//! What differs within a unit, property by property, under the unit's line.

use reconcile_core::verdict::{Effect, FieldChange};

use super::layout::{columns, pad, wrap};
use super::style::{ADDED, FAINT, REMOVED, STRONG, of_effect, paint};
use crate::views::difference::{self, Line, Piece};
use crate::views::groups::{Group, by_part};
use crate::views::sentences::{effect_note, effect_sign, part};
use crate::views::visible;

/// Fields of one unit; more are counted, not shown.
const FIELDS: usize = 40;
/// Lines of one value.
const VALUE_LINES: usize = 24;
/// Columns of the path's column at most; a longer path pushes its value aside.
const PATH_COLUMNS: usize = 40;

/// Which two values a field's are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sides {
    /// What it is, and what it will be.
    BeforeAfter,
    /// What git says, and what AWS has instead.
    GitAws,
}

/// Writes the fields of a change, each line within `width`.
pub(super) fn render(fields: &[FieldChange], sides: Sides, width: usize) -> Vec<String> {
    let shown = &fields[..fields.len().min(FIELDS)];
    let groups = by_part(shown);
    let coming_or_going = groups.iter().filter(|group| group.whole.is_some());
    let names = coming_or_going.filter_map(|group| group.name.map(columns));
    let name_columns = names.filter(|columns| *columns <= PATH_COLUMNS).max().unwrap_or(0);
    let mut lines = Vec::new();
    for group in &groups {
        let indent = match group.name {
            Some(name) => {
                lines.extend(heading(group, &pad(name, name_columns), width));
                8
            }
            None => 4,
        };
        let path_columns = group.fields.iter().map(|(path, _)| columns(path));
        let path_columns =
            path_columns.filter(|columns| *columns <= PATH_COLUMNS).max().unwrap_or(0);
        let page = Page { indent, path_columns, width, sides };
        for (path, field) in &group.fields {
            lines.extend(page.field(path, field));
        }
    }
    if fields.len() > shown.len() {
        let rest =
            format!("      … {} more differences: see --output json", fields.len() - shown.len());
        lines.push(paint(FAINT, rest));
    }
    lines
}

/// `+ Key  AWS::KMS::Key`, or `~ Key` above the properties that differ.
fn heading(group: &Group<'_>, name: &str, width: usize) -> Vec<String> {
    let effect = group.effect();
    let sign = format!("{:>3}", effect_sign(effect));
    let start = format!("    {} ", paint(of_effect(effect), sign));
    let Some(whole) = group.whole else {
        return vec![start + &paint(STRONG, name.trim_end())];
    };
    let kind = part(whole);
    let kind = visible::text(&kind);
    if 10 + columns(name) + columns(&kind) <= width && !kind.contains('\n') {
        return vec![start + &paint(STRONG, name) + "  " + &paint(FAINT, kind)];
    }
    let below = wrap(&kind, width.saturating_sub(10)).into_iter();
    let below = below.map(|line| paint(FAINT, format!("          {line}")));
    std::iter::once(start + &paint(STRONG, name.trim_end())).chain(below).collect()
}

/// Where the fields of one part are written.
#[derive(Debug, Clone, Copy)]
struct Page {
    indent: usize,
    path_columns: usize,
    width: usize,
    sides: Sides,
}

impl Page {
    fn field(&self, path: &str, field: &FieldChange) -> Vec<String> {
        let FieldChange { path: _, before, after, effect } = field;
        let path = visible::text(path);
        let sign = match self.sides {
            Sides::BeforeAfter => sign_of(field),
            Sides::GitAws => "≠",
        };
        let start = format!(
            "{}{} ",
            " ".repeat(self.indent),
            paint(of_effect(*effect), format!("{sign:>3}"))
        );
        let note = effect_note(*effect).map(|note| format!("  ({note})")).unwrap_or_default();
        let values = [before, after];
        if !values.into_iter().flatten().any(|value| difference::is_block(value)) {
            let value = self.one_line(before.as_deref(), after.as_deref());
            let value_columns = columns(&anstream::adapter::strip_str(&value).to_string());
            let taken = self.indent + 4 + self.path_columns.max(columns(&path)) + 2;
            if taken + value_columns + columns(&note) <= self.width {
                let path = pad(&path, self.path_columns);
                return vec![format!("{start}{path}  {value}{}", paint(FAINT, note))];
            }
            if self.indent + 6 + value_columns <= self.width {
                let below = format!("{}{value}", " ".repeat(self.indent + 6));
                return vec![format!("{start}{path}{}", paint(FAINT, note)), below];
            }
        }
        let mut lines = vec![format!("{start}{path}{}", paint(FAINT, note))];
        lines.extend(self.difference(before.as_deref(), after.as_deref()));
        lines
    }

    /// Both values on one line.
    fn one_line(&self, before: Option<&str>, after: Option<&str>) -> String {
        match self.sides {
            Sides::BeforeAfter => {
                let before = before.map(|value| visible::value(value).into_owned());
                let after = after.map(|value| visible::value(value).into_owned());
                match (before, after) {
                    (Some(before), Some(after)) => {
                        let arrow = paint(FAINT, "→");
                        format!("{} {arrow} {}", paint(REMOVED, before), paint(ADDED, after))
                    }
                    (Some(before), None) => paint(REMOVED, before),
                    (None, Some(after)) => paint(ADDED, after),
                    (None, None) => String::new(),
                }
            }
            Sides::GitAws => {
                let [git, aws] = [after, before]
                    .map(|value| value.map_or_else(|| "(not set)".into(), visible::value));
                format!(
                    "{} {}   {} {}",
                    paint(FAINT, "git:"),
                    paint(ADDED, git),
                    paint(FAINT, "AWS:"),
                    paint(REMOVED, aws)
                )
            }
        }
    }

    /// What differs between the values, line by line.
    fn difference(&self, before: Option<&str>, after: Option<&str>) -> Vec<String> {
        let indent = " ".repeat(self.indent + 6);
        let room = self.width.saturating_sub(indent.len() + 2);
        let mut lines = Vec::new();
        if self.sides == Sides::GitAws {
            lines.push(paint(FAINT, format!("{indent}- AWS has   + git says")));
        }
        for line in difference::lines(before, after, VALUE_LINES) {
            let (sign, style, pieces) = match line {
                Line::Same(text) => (" ", FAINT, vec![Piece { text, differs: false }]),
                Line::Removed(pieces) => ("-", REMOVED, pieces),
                Line::Added(pieces) => ("+", ADDED, pieces),
                Line::Folded(count) => {
                    let folded = if count == 1 { "1 line" } else { &format!("{count} lines") };
                    lines.push(paint(FAINT, format!("{indent}  … {folded}")));
                    continue;
                }
            };
            for (at, row) in wrap_pieces(&pieces, room).iter().enumerate() {
                let sign = if at == 0 { sign } else { " " };
                let text: String = row
                    .iter()
                    .map(|piece| {
                        paint(
                            if piece.differs { style.bold().underline() } else { style },
                            &piece.text,
                        )
                    })
                    .collect();
                lines.push(format!("{indent}{} {text}", paint(style, sign)));
            }
        }
        lines
    }
}

/// The sign of a property: it comes, goes or changes.
fn sign_of(field: &FieldChange) -> &'static str {
    match (&field.before, &field.after, field.effect) {
        (_, _, Effect::Replace) => effect_sign(Effect::Replace),
        (None, Some(_), _) => "+",
        (Some(_), None, _) => "-",
        (Some(_), Some(_), _) | (None, None, _) => "~",
    }
}

/// Pieces of one line in rows of at most `width` columns.
fn wrap_pieces(pieces: &[Piece], width: usize) -> Vec<Vec<Piece>> {
    let pieces: Vec<Piece> = pieces
        .iter()
        .map(|piece| Piece {
            text: visible::text(&piece.text).into_owned(),
            differs: piece.differs,
        })
        .collect();
    let whole: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
    let mut marks = pieces.iter().flat_map(|piece| piece.text.chars().map(|_| piece.differs));
    let mut unread = whole.as_str();
    let mut rows = Vec::new();
    for row in wrap(&whole, width) {
        // Spaces at which a row was broken are not part of any row.
        let skipped = unread.find(row.as_str()).unwrap_or(0);
        let skipped_characters = unread[..skipped].chars().count();
        marks.by_ref().take(skipped_characters).for_each(drop);
        unread = &unread[skipped + row.len()..];
        let mut pieces: Vec<Piece> = Vec::new();
        for (c, differs) in row.chars().zip(marks.by_ref()) {
            match pieces.last_mut() {
                Some(piece) if piece.differs == differs => piece.text.push(c),
                _ => pieces.push(Piece { text: c.to_string(), differs }),
            }
        }
        rows.push(pieces);
    }
    if rows.is_empty() { vec![Vec::new()] } else { rows }
}
