//! What was measured: rows, the targets that they are held to, the table, and the file for programs.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::process::Run;
use crate::proxy::Traffic;
use crate::targets::{self, Target};

/// Everything of one run of the benchmark.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Report {
    /// When, and on what.
    pub(crate) date: String,
    pub(crate) machine: String,
    pub(crate) command: String,
    /// In the order of the scenarios.
    pub(crate) rows: Vec<Row>,
    /// They follow from the rows.
    #[serde(skip_deserializing)]
    pub(crate) targets: Vec<Target>,
}

/// One tool at one task.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Row {
    /// The letter of the scenario.
    pub(crate) scenario: char,
    pub(crate) task: String,
    pub(crate) tool: String,
    /// How many stacks, terminals or files.
    pub(crate) count: usize,
    /// On the wall's clock.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seconds: Option<f64>,
    /// How many times as long as `reconcile` took in the same run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) times: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) virtual_seconds: Option<f64>,
    /// The shortest time that the quota or the graph permits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) floor_seconds: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) calls: Option<u64>,
    /// Calls that AWS's published quotas would have throttled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) beyond_quota: Option<u64>,
    /// The most resident memory, or what is on disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bytes: Option<u64>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) note: String,
}

impl Row {
    /// A row of which nothing is known yet.
    pub(crate) fn of(scenario: char, task: impl Into<String>, tool: &str, count: usize) -> Self {
        Self { scenario, task: task.into(), tool: tool.to_owned(), count, ..Self::default() }
    }

    /// With time and memory of a run.
    pub(crate) fn took(self, run: Run) -> Self {
        Self { seconds: Some(run.wall.as_secs_f64()), bytes: Some(run.memory), ..self }
    }

    /// With its calls.
    pub(crate) fn called(self, traffic: Traffic) -> Self {
        Self { calls: Some(traffic.calls), beyond_quota: Some(traffic.beyond), ..self }
    }

    /// With what a reader should know.
    pub(crate) fn noted(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

/// Compares every row with ours of the same task.
pub(crate) fn compare(rows: &mut [Row]) {
    let ours: Vec<Row> = rows.iter().filter(|row| row.tool == "reconcile").cloned().collect();
    for row in rows.iter_mut().filter(|row| row.tool != "reconcile") {
        let same = ours.iter().find(|our| our.scenario == row.scenario && our.task == row.task);
        row.times = row.seconds.zip(same.and_then(|our| our.seconds)).map(|(one, our)| one / our);
    }
}

const MIB: f64 = 1024.0 * 1024.0;

impl Report {
    /// For a terminal.
    pub(crate) fn table(&self) -> String {
        let mut text = format!("{}, {}\n{}\n\n", self.date, self.machine, self.command);
        let head = ["", "time", "to ours", "calls", "over quota", "MiB"];
        let [tool, time, times, calls, beyond, mib] = head;
        line(
            &mut text,
            format_args!("{tool:46}{time:>12}{times:>9}{calls:>8}{beyond:>12}{mib:>8}"),
        );
        let mut task = None;
        for row in &self.rows {
            if task != Some((row.scenario, &row.task)) {
                task = Some((row.scenario, &row.task));
                line(&mut text, format_args!("({}) {}", row.scenario, row.task));
            }
            let Cells { time, times, calls, beyond, mib } = row.cells();
            let (tool, note) = (&row.tool, &row.note);
            let text_of_row =
                format!("    {tool:42}{time:>12}{times:>9}{calls:>8}{beyond:>12}{mib:>8}  {note}");
            line(&mut text, format_args!("{}", text_of_row.trim_end()));
        }
        text.push_str("\nTargets\n");
        for target in &self.targets {
            let Target { scenario, text: asked, found, met } = target;
            let word = if *met { "met" } else { "MISSED" };
            line(&mut text, format_args!("  {word:7}({scenario}) {asked}: {found}"));
        }
        text
    }

    /// What an earlier run wrote.
    pub(crate) fn read(file: &Path) -> Result<Self, Box<dyn Error>> {
        let report: Self = serde_json::from_slice(&fs::read(file)?)?;
        Ok(Self { targets: targets::judge(&report.rows), ..report })
    }

    /// For programs.
    pub(crate) fn json(&self) -> String {
        serde_json::to_string_pretty(self).unwrap_or_default()
    }
}

fn line(text: &mut String, said: std::fmt::Arguments<'_>) {
    // Writing to text does not fail.
    writeln!(text, "{said}").unwrap_or_default();
}

/// A row, ready to be shown.
#[derive(Debug)]
pub(crate) struct Cells {
    pub(crate) time: String,
    pub(crate) times: String,
    pub(crate) calls: String,
    pub(crate) beyond: String,
    pub(crate) mib: String,
}

impl Row {
    /// Its figures in words.
    pub(crate) fn cells(&self) -> Cells {
        let time = match (self.seconds, self.virtual_seconds) {
            (Some(seconds), _) => duration(seconds),
            (None, Some(seconds)) => format!("{seconds:.1} s virt."),
            (None, None) => String::new(),
        };
        let shown =
            |number: Option<u64>| number.map_or_else(String::new, |number| number.to_string());
        let times = self.times.map_or_else(String::new, |times| {
            if times < 0.1 { format!("{times:.2}×") } else { format!("{times:.1}×") }
        });
        let mib = self.bytes.map_or_else(String::new, mebibytes);
        Cells { time, times, calls: shown(self.calls), beyond: shown(self.beyond_quota), mib }
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is shown with one decimal")]
fn mebibytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / MIB)
}

fn duration(seconds: f64) -> String {
    if seconds < 1.0 { format!("{:.0} ms", seconds * 1000.0) } else { format!("{seconds:.1} s") }
}
