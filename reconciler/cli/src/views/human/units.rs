//! The line of one unit: sign, word, address, reason.

use std::time::Duration;

use anstyle::Style;
use reconcile_core::outcome::Outcome;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::verdict::Verdict;

use super::layout::{columns, pad, wrap};
use super::style::{FAINT, STRONG, of_outcome, of_verdict, paint};
use crate::views::{sentences, visible};

/// Columns of sign and word.
const LEAD: usize = 16;
/// Columns below which a reason goes under its unit instead of beside it.
const REASON: usize = 32;

/// Units whose lines stand below each other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Units {
    address_columns: usize,
    width: usize,
}

struct Lead<'a> {
    sign: &'a str,
    word: &'a str,
    style: Style,
}

impl Units {
    /// Measures the units.
    pub(super) fn new(units: &[&PlannedUnit], width: usize) -> Self {
        let addresses = units.iter().map(|unit| columns(&unit.address.to_string()));
        Self { address_columns: addresses.max().unwrap_or(0), width }
    }

    /// What is to be done with a unit, and why.
    pub(super) fn verdict(&self, unit: &PlannedUnit) -> Vec<String> {
        let verdict = &unit.planned.verdict;
        let lead = Lead {
            sign: sentences::sign(verdict),
            word: sentences::word(verdict),
            style: of_verdict(verdict),
        };
        let mut lines = self.line(&lead, unit, sentences::reason(verdict));
        if let Verdict::Blocked { why: _, unblock, change: _ } = verdict {
            lines.extend(self.advice(unblock));
        }
        lines
    }

    /// What became of a unit, and why.
    pub(super) fn outcome(
        &self,
        unit: &PlannedUnit,
        outcome: &Outcome,
        took: Option<&Duration>,
    ) -> Vec<String> {
        let (sign, word, why) = sentences::outcome(outcome, &unit.planned.verdict);
        let lead = Lead { sign, word, style: of_outcome(outcome) };
        match outcome {
            Outcome::Applied => {
                let took = took.map(|took| format!("in {}", sentences::took(*took)));
                self.line(&lead, unit, took.as_deref().unwrap_or_default())
            }
            Outcome::Unchanged | Outcome::Skipped { .. } => self.line(&lead, unit, why),
            Outcome::Refused { why, unblock } => {
                let mut lines = self.line(&lead, unit, why);
                lines.extend(self.advice(unblock));
                lines
            }
            // A cause is read in full, so it has the whole width.
            Outcome::Failed { why } => {
                let mut lines = self.line(&lead, unit, "");
                let why = wrap(&visible::text(why), self.width.saturating_sub(8));
                lines.extend(
                    why.into_iter().map(|line| format!("        {line}").trim_end().to_owned()),
                );
                lines
            }
        }
    }

    fn line(&self, lead: &Lead<'_>, unit: &PlannedUnit, reason: &str) -> Vec<String> {
        let start = paint(lead.style, format!("{:>5} {:<10}", lead.sign, lead.word));
        let address = unit.address.to_string();
        let reason = visible::text(reason);
        if reason.is_empty() {
            return vec![format!("{start}{}", paint(STRONG, &address))];
        }
        let at = LEAD + self.address_columns + 2;
        if self.width < at + REASON {
            let mut lines = vec![format!("{start}{}", paint(STRONG, &address))];
            let reason = wrap(&reason, self.width.saturating_sub(LEAD));
            lines.extend(reason.into_iter().map(|line| format!("{}{line}", " ".repeat(LEAD))));
            return lines;
        }
        let address = paint(STRONG, pad(&address, self.address_columns));
        wrap(&reason, self.width - at)
            .into_iter()
            .enumerate()
            .map(|(row, line)| match row {
                0 => format!("{start}{address}  {line}"),
                _ => format!("{}{line}", " ".repeat(at)),
            })
            .collect()
    }

    /// What a person does about it.
    fn advice(&self, unblock: &str) -> Vec<String> {
        let text = wrap(&visible::text(unblock), self.width.saturating_sub(10));
        let lines = text.into_iter().enumerate().map(|(row, line)| {
            let lead = if row == 0 { paint(FAINT, "→") } else { " ".to_owned() };
            format!("        {lead} {line}")
        });
        lines.collect()
    }
}
