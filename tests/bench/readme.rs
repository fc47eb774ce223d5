//! The figures in the README: two tables between two marks, and the chart.
//!
//! One has a column for each tool; the other has what nobody else does, beside the floor or a program that does less.

use std::error::Error;
use std::fs;
use std::path::Path;

use crate::chart;
use crate::report::{Cells, Report, Row};

const BEGIN: &str = "<!-- figures -->\n";
const END: &str = "<!-- /figures -->";

/// Where the chart is kept.
const CHART: &str = "tests/bench/chart.svg";

/// Scenarios in which every tool takes part.
const COMPARED: &str = "abcjkl";

/// Scenarios of ours.
const ALONE: &str = "defghi";

/// The sizes that are shown, unless only smaller ones were measured.
const FROM: usize = 100;

const OURS: &str = "reconcile";

/// Writes both.
pub(crate) fn write(root: &Path, report: &Report) -> Result<(), Box<dyn Error>> {
    let path = root.join("README.md");
    let text = fs::read_to_string(&path)?;
    let begin = text.find(BEGIN).ok_or("the README has no mark for the figures")? + BEGIN.len();
    let end = text.find(END).ok_or("the README has no mark for the figures' end")?;
    let written = [&text[..begin], &figures(report), &text[end..]].concat();
    fs::write(path, written)?;
    Ok(fs::write(root.join(CHART), chart::draw(&report.rows))?)
}

fn figures(report: &Report) -> String {
    let Report { date, machine, command, rows, targets } = report;
    let mut lines = vec![format!("{date}, {machine}, by `{command}`:"), String::new()];
    lines.extend(compared(&shown(rows, COMPARED)));
    lines.extend(alone(&shown(rows, ALONE)));
    let missed: Vec<_> = targets.iter().filter(|target| !target.met).collect();
    let met = targets.len() - missed.len();
    lines.push(format!("{met} of {} targets are met.", targets.len()));
    let told =
        missed.iter().map(|target| format!("Missed: {}; it is {}.", target.text, target.found));
    lines.extend(told);
    lines.extend([
        String::new(),
        format!("![Time and calls by number of stacks]({CHART})"),
        String::new(),
    ]);
    lines.join("\n")
}

/// The rows of these scenarios, the small sizes only where there is no other. A plan that changes nothing is an apply
/// with nothing to do.
fn shown<'a>(rows: &'a [Row], scenarios: &str) -> Vec<&'a Row> {
    let large = |row: &Row| row.count == 0 || row.count >= FROM;
    let of = |scenario: char| {
        let own = rows.iter().filter(move |row| row.scenario == scenario);
        own.filter(|row| row.scenario != 'a' || row.task.starts_with("apply"))
    };
    let of = |scenario: char| {
        let any_large = of(scenario).any(large);
        of(scenario).filter(move |row| !any_large || large(row))
    };
    scenarios.chars().flat_map(of).collect()
}

/// A row for each task, a column for each tool that is here.
fn compared(rows: &[&Row]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let mut tools: Vec<&str> = Vec::new();
    for row in rows.iter().filter(|row| is_measured(row)) {
        if !tools.contains(&row.tool.as_str()) {
            tools.push(&row.tool);
        }
    }
    let mut lines = vec![format!("| | {} |", tools.join(" | "))];
    lines.push(format!("|---|{}", "--:|".repeat(tools.len())));
    let mut tasks: Vec<&str> = rows.iter().map(|row| row.task.as_str()).collect();
    tasks.dedup();
    for task in tasks {
        let cells = tools.iter().map(|tool| {
            let own = rows.iter().find(|row| row.task == task && row.tool == *tool);
            own.map(|row| figure(row)).unwrap_or_default()
        });
        lines.push(format!("| {task} | {} |", cells.collect::<Vec<_>>().join(" | ")));
    }
    lines.push(String::new());
    if rows.iter().any(|row| is_beyond(row)) {
        lines.push(
            "† AWS would have throttled some of its calls at that pace; the emulator does not."
                .to_owned(),
        );
    }
    for row in rows.iter().filter(|row| row.scenario == 'j' && !is_measured(row)) {
        lines.push(format!("{}: {}.", row.tool, row.note));
    }
    lines.push(String::new());
    lines
}

/// A row for each task of ours, with what it is beside.
fn alone(rows: &[&Row]) -> Vec<String> {
    if rows.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![format!("| | {OURS} | beside |"), "|---|--:|---|".to_owned()];
    for ours in rows.iter().filter(|row| row.tool == OURS) {
        let peer = rows.iter().find(|row| row.task == ours.task && row.tool != OURS);
        let beside = peer.map_or_else(
            || ours.note.clone(),
            |peer| format!("{}: {} ({})", peer.tool, figure(peer), peer.note),
        );
        lines.push(format!("| {} | {} | {beside} |", ours.task, figure(ours)));
    }
    lines.push(String::new());
    lines
}

fn is_measured(row: &Row) -> bool {
    row.seconds.is_some() || row.virtual_seconds.is_some() || row.bytes.is_some()
}

fn is_beyond(row: &Row) -> bool {
    row.beyond_quota.is_some_and(|calls| calls > 0)
}

/// `0.2 s, 3 calls`, with the memory where that is the point.
fn figure(row: &Row) -> String {
    if !is_measured(row) {
        return row.note.clone();
    }
    let Cells { time, calls, mib, .. } = row.cells();
    let mut parts = Vec::new();
    if !time.is_empty() {
        parts.push(time.replace("virt.", "of virtual time"));
    }
    if !calls.is_empty() {
        parts.push(format!("{calls} calls{}", if is_beyond(row) { " †" } else { "" }));
    }
    if matches!(row.scenario, 'e' | 'k' | 'l') {
        parts.push(format!("{mib} MiB"));
    }
    parts.join(", ")
}
