//! Workflow commands by which GitHub shows a message beside a line of a file.

use reconcile_core::address::Address;
use reconcile_core::plan::PlannedUnit;
use reconcile_core::problem::{Place, Problem};
use reconcile_core::report::Report;
use reconcile_core::verdict::{DangerLevel, Verdict};

/// Messages of one level that GitHub shows of a step; more would be dropped.
const SHOWN: usize = 10;

/// How a message stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Level {
    Error,
    Warning,
    Notice,
}

/// A line of a file, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Line {
    /// From the root of the repository.
    pub(crate) path: String,
    /// From 1.
    pub(crate) line: usize,
}

/// A message beside each unit that differs; `line` says where it is declared.
pub(crate) fn of_report(report: &Report, line: impl Fn(&Address) -> Option<Line>) -> Vec<String> {
    let units = report.plan().units().iter();
    let mut found: Vec<(Level, String)> = units
        .filter_map(|unit| {
            let (level, text) = said(unit)?;
            let place = line(&unit.address)?;
            let title = format!("{} in {}", unit.address, report.environment);
            let at = [("file", place.path), ("line", place.line.to_string()), ("title", title)];
            Some((level, command(level, &at, &text)))
        })
        .collect();
    found.sort_by_key(|(level, _)| *level);
    let mut shown = Vec::new();
    for level in [Level::Error, Level::Warning, Level::Notice] {
        let of_level = found.iter().filter(|(other, _)| *other == level);
        shown.extend(of_level.take(SHOWN).map(|(_, command)| command.clone()));
    }
    shown
}

/// A message beside each place where something is wrong.
pub(crate) fn of_problems(problems: &[Problem]) -> Vec<String> {
    let commands = problems.iter().map(|Problem { place, message, hint }| {
        let text =
            hint.as_ref().map_or_else(|| message.clone(), |hint| format!("{message}\n{hint}"));
        let at = place.as_ref().map(|place: &Place| {
            let (line, column) = place.line_column();
            let path = place.file.path.clone();
            [("file", path), ("line", line.to_string()), ("col", column.to_string())]
        });
        command(Level::Error, at.as_ref().map_or(&[], |at| at.as_slice()), &text)
    });
    commands.take(SHOWN).collect()
}

fn said(unit: &PlannedUnit) -> Option<(Level, String)> {
    match &unit.planned.verdict {
        Verdict::InSync => None,
        Verdict::Unknown { why } => Some((Level::Error, why.clone())),
        Verdict::Blocked { why, unblock, change: _ } => {
            Some((Level::Error, format!("{why}\n{unblock}")))
        }
        Verdict::Change(change) => {
            let high = change.dangers.iter().filter(|danger| danger.level == DangerLevel::High);
            let high: Vec<_> =
                high.map(|danger| format!("\n{} {}", danger.subject, danger.what)).collect();
            let level = if high.is_empty() { Level::Notice } else { Level::Warning };
            let text = format!("{}: {}{}", change.action, change.reason, high.concat());
            Some((level, text))
        }
    }
}

fn command(level: Level, properties: &[(&str, String)], text: &str) -> String {
    let level = match level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Notice => "notice",
    };
    let properties: Vec<_> =
        properties.iter().map(|(name, value)| format!("{name}={}", property(value))).collect();
    let space = if properties.is_empty() { "" } else { " " };
    format!("::{level}{space}{}::{}", properties.join(","), data(text))
}

fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::{Line, of_problems, of_report};
    use crate::views::fixtures;

    #[test]
    fn what_is_dangerous_is_told_first_and_beside_its_file() {
        let line = |address: &_| Some(Line { path: format!("desired/{address}.yaml"), line: 3 });
        let commands = of_report(&fixtures::plan(), line);
        let levels: Vec<_> = commands.iter().filter_map(|one| one.split(' ').next()).collect();
        let rank =
            |level: &&str| ["::error", "::warning", "::notice"].iter().position(|one| one == level);
        assert!(levels.is_sorted_by_key(rank), "{levels:?}");
        assert!(commands[0].starts_with("::error file=desired/stacks/"), "{}", commands[0]);
        assert!(commands[0].contains(",line=3,title="), "{}", commands[0]);
        assert!(of_report(&fixtures::many(50), line).len() <= 30, "GitHub drops what is more");
    }

    #[test]
    fn a_message_cannot_end_its_command() {
        let commands = of_problems(&fixtures::problems());
        assert_eq!(
            commands[0],
            "::error file=desired/stacks/kms.yaml,line=4,col=1::unknown key `terminationProtect`%0Adid you mean `terminationProtection`?"
        );
        assert!(commands.iter().all(|command| !command.contains('\n')));
        assert!(commands.last().unwrap().starts_with("::error::`desired/`"));
    }
}
