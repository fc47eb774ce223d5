//! A report as an engineer reads it in a terminal: what is dangerous, what differs, what was not seen,
//! what it cost, and what to do next.

mod comparison;
mod fields;
pub(super) mod layout;
mod style;
mod units;

#[cfg(test)]
mod tests;

pub(super) use comparison::render as render_comparison;

use reconcile_core::outcome::Outcome;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::report::Report;
use reconcile_core::verdict::Verdict;

use self::fields::Sides;
use self::layout::{columns, wrap};
use self::style::{FAINT, STRONG, of_level, paint};
use self::units::Units;
use super::sentences::Next;
use super::{Subject, sentences, visible};

/// Writes the report, each line within `width` where it can be broken. Styled throughout.
pub(super) fn render(subject: Subject, report: &Report, width: usize) -> String {
    let mut page = Page { lines: Vec::new(), width: width.max(40) };
    page.lines.push(paint(STRONG, sentences::title(subject, report)));
    if subject != Subject::Apply {
        page.dangers(report);
    }
    match subject {
        Subject::Plan | Subject::Proposal => page.plan(report),
        Subject::Drift => page.drift(report),
        Subject::Apply => page.apply(report),
    }
    page.facts(report);
    page.end(subject, report);
    page.lines.push(String::new());
    page.lines.join("\n")
}

struct Page {
    lines: Vec<String>,
    width: usize,
}

impl Page {
    fn gap(&mut self) {
        if self.lines.last().is_some_and(|line| !line.is_empty()) {
            self.lines.push(String::new());
        }
    }

    /// A sentence behind something already styled, with its further lines below its beginning.
    fn sentence(&mut self, (lead, lead_columns): (&str, usize), text: &str) {
        let text = visible::text(text);
        for (at, line) in wrap(&text, self.width.saturating_sub(lead_columns)).iter().enumerate() {
            let lead = if at == 0 { lead.to_owned() } else { " ".repeat(lead_columns) };
            self.lines.push(format!("{lead}{line}"));
        }
    }

    fn dangers(&mut self, report: &Report) {
        let dangers = report.plan().dangers();
        if dangers.is_empty() {
            return;
        }
        self.gap();
        let address_columns = dangers.iter().map(|(unit, _)| columns(&unit.address.to_string()));
        let address_columns = address_columns.max().unwrap_or(0);
        self.lines.push(paint(STRONG, "Dangers"));
        for (unit, danger) in dangers {
            let level = format!("{:>6}", sentences::level(danger.level));
            let address = layout::pad(&unit.address.to_string(), address_columns);
            let lead = format!("{}  {address}  ", paint(of_level(danger.level), level));
            let consent = sentences::consent(danger);
            let text = format!("{} {}{consent}", danger.subject, danger.what);
            self.sentence((&lead, 10 + address_columns), &text);
        }
    }

    fn plan(&mut self, report: &Report) {
        let differing: Vec<_> = differing(report).collect();
        self.units(&differing, Sides::BeforeAfter);
    }

    fn drift(&mut self, report: &Report) {
        let (pending, drifted): (Vec<_>, Vec<_>) = differing(report).partition(|unit| {
            let verdict = &unit.planned.verdict;
            matches!(verdict, Verdict::Change(_)) && !sentences::is_drift(verdict)
        });
        self.units(&drifted, Sides::GitAws);
        if !pending.is_empty() {
            self.gap();
            self.lines.push(paint(STRONG, "Not drift, but not applied yet"));
            let units = Units::new(&pending, self.width);
            self.lines.extend(pending.iter().flat_map(|unit| units.verdict(unit)));
        }
    }

    /// Units with what differs in them; set apart where that takes more than their line.
    fn units(&mut self, listed: &[&PlannedUnit], sides: Sides) {
        let units = Units::new(listed, self.width);
        let mut apart = true;
        for unit in listed {
            let mut lines = units.verdict(unit);
            if let Some(change) = unit.planned.verdict.change() {
                lines.extend(fields::render(&change.fields, sides, self.width));
            }
            if apart || lines.len() > 1 {
                self.gap();
            }
            apart = lines.len() > 1;
            self.lines.extend(lines);
        }
    }

    fn apply(&mut self, report: &Report) {
        let none = std::collections::BTreeMap::new();
        let outcomes = report.outcomes.as_ref().unwrap_or(&none);
        let listed: Vec<&PlannedUnit> = report
            .plan()
            .units()
            .iter()
            .filter(|unit| match outcomes.get(&unit.address) {
                Some(Outcome::Unchanged) => false,
                Some(_) => true,
                None => unit.planned.verdict != Verdict::InSync,
            })
            .collect();
        let units = Units::new(&listed, self.width);
        if !listed.is_empty() {
            self.gap();
        }
        for unit in listed {
            match outcomes.get(&unit.address) {
                Some(outcome) => {
                    self.lines.extend(units.outcome(unit, outcome, report.took.get(&unit.address)));
                }
                None => self.lines.extend(units.verdict(unit)),
            }
        }
    }

    /// What was seen and what it cost.
    fn facts(&mut self, report: &Report) {
        self.gap();
        let coverage = report.coverage();
        let in_sync = report.summary().in_sync;
        let mut facts = Vec::new();
        if in_sync > 0 {
            facts.push(sentences::count(in_sync, "unit in sync", "units in sync"));
        }
        // Where nothing is there yet, counts of nothing say nothing.
        if !coverage.is_empty() {
            facts.push(sentences::coverage(&coverage));
        }
        let notes = coverage.notes.iter().chain(&report.notes);
        facts.extend(notes.map(|note| format!("note: {note}")));
        facts.push(sentences::calls(&report.calls));
        for fact in facts {
            let text = visible::text(&fact).into_owned();
            self.lines.extend(wrap(&text, self.width).into_iter().map(|line| paint(FAINT, line)));
        }
    }

    /// The result in one line, and what to do with it.
    fn end(&mut self, subject: Subject, report: &Report) {
        self.gap();
        let summary = report.summary();
        let digest = format!("digest {}", report.digest().short());
        let (result, digest) = match subject {
            Subject::Plan | Subject::Proposal => {
                (format!("Plan: {}", sentences::to_do(&summary)), Some(digest))
            }
            Subject::Drift => (format!("Drift: {}", sentences::drifted(report)), None),
            Subject::Apply => (format!("Applied: {}", sentences::done(&summary)), None),
        };
        let whole = digest.iter().fold(result.clone(), |result, more| format!("{result} · {more}"));
        // A digest is not torn from its name.
        let lines = if columns(&whole) <= self.width {
            vec![whole]
        } else {
            wrap(&result, self.width).into_iter().chain(digest).collect()
        };
        self.lines.extend(lines.into_iter().map(|line| paint(STRONG, line)));
        let Next { text, command } = sentences::next(subject, report);
        match command {
            None if text.is_empty() => {}
            None => self.lines.extend(wrap(text, self.width)),
            Some(command) if text.len() + 1 + columns(&command) <= self.width => {
                self.lines.push(format!("{text} {command}"));
            }
            // A command is copied, so it is not broken.
            Some(command) => {
                self.lines.extend(wrap(text, self.width));
                self.lines.push(format!("  {command}"));
            }
        }
    }
}

fn differing(report: &Report) -> impl Iterator<Item = &PlannedUnit> {
    report.plan().units().iter().filter(|unit| unit.planned.verdict != Verdict::InSync)
}
