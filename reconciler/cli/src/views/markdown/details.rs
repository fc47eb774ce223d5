//! One unit in full, folded until somebody opens it.

use reconcile_core::outcome::Outcome;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::verdict::{FieldChange, Verdict};

use super::escape::{fence, html, sentence};
use crate::views::difference::{self, Line, Piece};
use crate::views::groups::by_part;
use crate::views::{Subject, sentences, visible};

/// Lines of one value.
const VALUE_LINES: usize = 60;
/// Lines of one unit.
const UNIT_LINES: usize = 300;

/// The detail of a unit; none where its line says everything.
pub(super) fn of(
    subject: Subject,
    unit: &PlannedUnit,
    outcome: Option<&Outcome>,
) -> Option<String> {
    let verdict = &unit.planned.verdict;
    if subject == Subject::Apply {
        let Some(Outcome::Failed { why }) = outcome else {
            return None;
        };
        let lines = cut(why.lines().map(|line| visible::text(line).into_owned()).collect());
        return Some(folded(unit, "failed", &fence("text", &lines)));
    }
    let is_pending = matches!(verdict, Verdict::Change(_)) && !sentences::is_drift(verdict);
    if subject == Subject::Drift && is_pending {
        return None;
    }
    let fields = verdict.change().map_or(&[][..], |change| &change.fields);
    let unblock = match verdict {
        Verdict::Blocked { why: _, unblock, change: _ } => {
            format!("To unblock it: {}\n\n", sentence(unblock))
        }
        Verdict::InSync | Verdict::Change(_) | Verdict::Unknown { .. } => String::new(),
    };
    if fields.is_empty() && unblock.is_empty() {
        return None;
    }
    let differences = sentences::count(fields.len() as u64, "difference", "differences");
    let block = if fields.is_empty() { String::new() } else { fence("diff", &cut(diff(fields))) };
    let title = format!("{}: {differences}", sentences::word(verdict));
    Some(folded(unit, &title, &format!("{unblock}{block}")))
}

fn folded(unit: &PlannedUnit, title: &str, inside: &str) -> String {
    let address = html(&unit.address.to_string());
    format!("<details><summary><code>{address}</code> {title}</summary>\n\n{inside}\n</details>\n")
}

fn cut(mut lines: Vec<String>) -> String {
    let rest = lines.len().saturating_sub(UNIT_LINES);
    if rest > 0 {
        lines.truncate(UNIT_LINES);
        lines.push(format!("… {rest} more lines"));
    }
    lines.join("\n")
}

fn diff(fields: &[FieldChange]) -> Vec<String> {
    let mut lines = Vec::new();
    for group in by_part(fields) {
        if let Some(name) = group.name {
            let kind = group.whole.map(sentences::part);
            let sign =
                if group.whole.is_some() { sentences::effect_sign(group.effect()) } else { "" };
            // Only the first character colours a line.
            let sign = sign.chars().next().unwrap_or(' ');
            let kind = kind.map(|kind| format!("  {}", visible::text(&kind))).unwrap_or_default();
            lines.push(format!("{sign} {name}{kind}"));
        }
        let indent = if group.name.is_some() { "  " } else { "" };
        for (path, field) in &group.fields {
            lines.extend(property(indent, path, field));
        }
    }
    lines
}

fn property(indent: &str, path: &str, field: &FieldChange) -> Vec<String> {
    let FieldChange { path: _, before, after, effect } = field;
    let path = visible::text(path);
    let note =
        sentences::effect_note(*effect).map(|note| format!("  # {note}")).unwrap_or_default();
    let values = [('-', before), ('+', after)];
    let is_block =
        values.iter().any(|(_, value)| value.as_deref().is_some_and(difference::is_block));
    if !is_block {
        let lines = values.iter().filter_map(|(sign, value)| {
            let value = visible::value(value.as_ref()?);
            Some(format!("{sign} {indent}{path}: {value}{note}"))
        });
        return lines.collect();
    }
    let mut lines = vec![format!("  {indent}{path}:{note}")];
    lines.extend(difference::lines(before.as_deref(), after.as_deref(), VALUE_LINES).iter().map(
        |line| {
            let (sign, text) = match line {
                Line::Same(text) => (' ', visible::text(text).into_owned()),
                Line::Removed(pieces) => ('-', text_of(pieces)),
                Line::Added(pieces) => ('+', text_of(pieces)),
                Line::Folded(count) => {
                    (' ', format!("… {}", sentences::count(*count as u64, "line", "lines")))
                }
            };
            format!("{sign} {indent}  {text}")
        },
    ));
    lines
}

fn text_of(pieces: &[Piece]) -> String {
    pieces.iter().map(|piece| visible::text(&piece.text)).collect()
}
