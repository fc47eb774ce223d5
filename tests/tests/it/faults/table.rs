//! The fault matrix as a table: a row for each scenario, a column for each fault.

use std::collections::BTreeMap;
use std::fmt;

use super::case::{Case, FAULTS, Outcome, STORMS, Trouble};
use super::scenarios::SCENARIOS;

/// What became of the cases of one scenario and fault.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    cases: u64,
    converged: u64,
    extra_writes: u64,
}

/// The cells by scenario and fault.
pub(super) struct Table(BTreeMap<(&'static str, &'static str), Cell>);

impl Table {
    pub(super) fn of<'a>(judged: impl Iterator<Item = (&'a Case<'a>, &'a Outcome)>) -> Self {
        let mut cells: BTreeMap<_, Cell> = BTreeMap::new();
        for (case, outcome) in judged {
            let cell = cells.entry((case.stage.name, case.trouble.name())).or_default();
            cell.cases += 1;
            cell.converged += u64::from(outcome.wrong.is_none());
            cell.extra_writes += outcome.extra_writes;
        }
        Self(cells)
    }

    /// How many cases there are of one fault at one call.
    pub(super) fn strikes(&self) -> u64 {
        let storm = Trouble::Storm(0).name();
        self.sum(|(_, fault)| fault != storm).cases
    }

    fn sum(&self, of: impl Fn((&str, &str)) -> bool) -> Cell {
        let cells = self.0.iter().filter(|((scenario, fault), _)| of((scenario, fault)));
        cells.fold(Cell::default(), |sum, (_, cell)| Cell {
            cases: sum.cases + cell.cases,
            converged: sum.converged + cell.converged,
            extra_writes: sum.extra_writes + cell.extra_writes,
        })
    }
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cases, converged, extra_writes } = self;
        write!(f, "{converged}/{cases} +{extra_writes}")
    }
}

impl fmt::Display for Table {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "converged/cases +write calls of the run after them; storms of seeds 1 to {STORMS}"
        )?;
        write!(f, "{:20}", "fault")?;
        for (scenario, _) in SCENARIOS {
            write!(f, "{scenario:>17}")?;
        }
        writeln!(f, "{:>17}", "all")?;
        let storm = Trouble::Storm(0);
        for fault in FAULTS.iter().map(|fault| fault.name()).chain([storm.name()]) {
            write!(f, "{fault:20}")?;
            for (scenario, _) in SCENARIOS {
                let cell = self.sum(|key| key == (scenario, fault)).to_string();
                write!(f, "{cell:>17}")?;
            }
            writeln!(f, "{:>17}", self.sum(|(_, of)| of == fault).to_string())?;
        }
        write!(f, "{:20}", "all")?;
        for (scenario, _) in SCENARIOS {
            write!(f, "{:>17}", self.sum(|(of, _)| of == scenario).to_string())?;
        }
        writeln!(f, "{:>17}", self.sum(|_| true).to_string())
    }
}
