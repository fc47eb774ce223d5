//! The figures in the README: a table between two marks, and the chart.

use std::error::Error;
use std::fs;
use std::path::Path;

use crate::chart;
use crate::report::{Cells, Report};

const BEGIN: &str = "<!-- figures -->\n";
const END: &str = "<!-- /figures -->";

/// Where the chart is kept.
const CHART: &str = "tests/bench/chart.svg";

/// The tasks that the README shows: the beginnings of their names.
const SHOWN: [&str; 11] = [
    "apply, nothing to do, 100 ",
    "create 100 ",
    "update one of 100 ",
    "drift of 100 ",
    "plan, nothing to do, 10000 terminals",
    "enrol 1000 ",
    "graph of 60 ",
    "validate 10000 ",
    "diff of two ",
    "start",
    "size",
];

/// Writes both.
pub(crate) fn write(root: &Path, report: &Report) -> Result<(), Box<dyn Error>> {
    let path = root.join("README.md");
    let text = fs::read_to_string(&path)?;
    let begin = text.find(BEGIN).ok_or("the README has no mark for the figures")? + BEGIN.len();
    let end = text.find(END).ok_or("the README has no mark for the figures' end")?;
    let written = [&text[..begin], &table(report), &text[end..]].concat();
    fs::write(path, written)?;
    Ok(fs::write(root.join(CHART), chart::draw(&report.rows))?)
}

fn table(report: &Report) -> String {
    let mut lines = vec![
        format!("{}, {}, by `{}`:", report.date, report.machine, report.command),
        String::new(),
        "| task | tool | time | to ours | calls | over quota | MiB |".to_owned(),
        "|---|---|--:|--:|--:|--:|--:|".to_owned(),
    ];
    let mut task = "";
    for row in
        report.rows.iter().filter(|row| SHOWN.iter().any(|shown| row.task.starts_with(shown)))
    {
        let Cells { time, times, calls, beyond, mib } = row.cells();
        let shown = if row.task == task { "" } else { &row.task };
        task = &row.task;
        let why = if time.is_empty() && mib.is_empty() { &row.note } else { "" };
        lines.push(format!(
            "| {shown} | {} | {time}{why} | {times} | {calls} | {beyond} | {mib} |",
            row.tool
        ));
    }
    lines.push(String::new());
    let missed: Vec<_> = report.targets.iter().filter(|target| !target.met).collect();
    lines.push(format!(
        "{} of {} targets are met.",
        report.targets.len() - missed.len(),
        report.targets.len()
    ));
    lines.extend(
        missed.iter().map(|target| format!("Missed: {}; it is {}.", target.text, target.found)),
    );
    lines.extend([
        String::new(),
        format!("![Time and calls by number of stacks]({CHART})"),
        String::new(),
    ]);
    lines.join("\n")
}
