//! What runs now: a line a unit.

use reconcile_core::status::UnitStatus;
use unicode_width::UnicodeWidthStr;

use super::Format;

/// The units, in the order given.
pub(crate) fn render(units: &[UnitStatus], format: Format) -> String {
    match format {
        Format::Json => {
            let value = serde_json::json!({ "formatVersion": "1.0", "units": units });
            serde_json::to_string_pretty(&value).unwrap_or_default()
        }
        Format::Text => table(units),
        Format::Markdown => markdown(units),
    }
}

const HEADINGS: [&str; 4] = ["UNIT", "STATE", "COMMIT", "SINCE"];

fn cells(unit: &UnitStatus) -> [String; 4] {
    let UnitStatus { address, running, unreadable, declared } = unit;
    let name = if *declared { address.to_string() } else { format!("{address} (not declared)") };
    let Some(running) = running else {
        let state = unreadable
            .as_ref()
            .map_or_else(|| "absent".to_owned(), |why| format!("unreadable: {why}"));
        return [name, state, String::new(), String::new()];
    };
    let commit = running.commit.as_deref().map_or("-", |commit| commit.get(..12).unwrap_or(commit));
    let since = running.since.map(|time| time.strftime("%Y-%m-%d %H:%M:%SZ").to_string());
    [name, running.state.clone(), commit.to_owned(), since.unwrap_or_default()]
}

fn table(units: &[UnitStatus]) -> String {
    let rows: Vec<[String; 4]> =
        [HEADINGS.map(str::to_owned)].into_iter().chain(units.iter().map(cells)).collect();
    let width =
        |column: usize| rows.iter().map(|row| row[column].width()).max().unwrap_or_default();
    let widths = [0, 1, 2, 3].map(width);
    let line = |row: &[String; 4]| {
        let padded = row.iter().zip(widths).map(|(cell, width)| {
            format!("{cell}{}", " ".repeat(width.saturating_sub(cell.width())))
        });
        padded.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect::<Vec<_>>().join("\n")
}

fn markdown(units: &[UnitStatus]) -> String {
    let line =
        |row: [String; 4]| format!("| {} |", row.map(|cell| cell.replace('|', "\\|")).join(" | "));
    let head = [line(HEADINGS.map(str::to_owned)), "|---|---|---|---|".to_owned()];
    head.into_iter()
        .chain(units.iter().map(|unit| line(cells(unit))))
        .collect::<Vec<_>>()
        .join("\n")
}
