//! (j) Start-up, (k) memory, (l) size of each tool.

use super::Bench;
use crate::process;
use crate::report::Row;
use crate::tools::install;

/// Runs whose median is shown.
const STARTS: usize = 9;

/// (j).
pub(crate) fn started(bench: &Bench, row: &mut dyn FnMut(Row)) {
    for (name, found) in &bench.tools {
        let named = Row::of('j', "start, and say the version", name, 0);
        row(match found {
            Err(why) => named.noted(format!("peer not installable here: {why}")),
            Ok(tool) => match process::median(STARTS, || tool.version()) {
                Ok(run) => named.took(run),
                Err(error) => named.noted(format!("failed: {error}")),
            },
        });
    }
}

/// (k), of what was measured at as many stacks.
pub(crate) fn remembered(rows: &[Row], count: usize) -> Vec<Row> {
    let runs = rows.iter().filter(|row| row.scenario == 'a' && row.count == count);
    let runs = runs.filter(|row| row.task.starts_with("apply"));
    let memory = |row: &Row| Row {
        bytes: row.bytes,
        note: row.note.clone(),
        ..Row::of('k', format!("peak memory, nothing to do, {count} stacks"), &row.tool, count)
    };
    runs.map(memory).collect()
}

/// (l).
pub(crate) fn weighed(bench: &Bench, row: &mut dyn FnMut(Row)) {
    for (name, found) in &bench.tools {
        let named = Row::of('l', "size on disk", name, 0);
        row(match found {
            Err(why) => named.noted(format!("peer not installable here: {why}")),
            Ok(tool) => Row { bytes: Some(install::size(&tool.files())), ..named },
        });
    }
}
