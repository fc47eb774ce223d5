//! (a) Nothing to do, (b) creating, (c) updating one: every tool, against the same emulator.

use std::error::Error;
use std::path::Path;

use super::{Bench, at, median_at};
use crate::emulator::Emulator;
use crate::report::Row;
use crate::tools::Tool;
use crate::units::Unit;

const NOTHING_TO_DO: [usize; 3] = [10, 100, 500];
const CREATED: [usize; 2] = [20, 100];
/// A plan that fails if there is something to do.
const PLAN: [&str; 2] = ["plan", "--detailed-exitcode"];
/// Runs of ours, whose median is shown. The peers' take long enough to be told apart by one, after one that does not count.
const RUNS: usize = 3;

/// (a) and (c).
pub(crate) fn standing(bench: &Bench, row: &mut dyn FnMut(Row)) {
    for &count in bench.sizes(&NOTHING_TO_DO) {
        let task = format!("apply, nothing to do, {count} stacks");
        each(bench, ('a', &task, count), row, |tool, folder| {
            stand(bench, tool, folder, (&task, count))
        });
    }
}

/// (b).
pub(crate) fn creating(bench: &Bench, row: &mut dyn FnMut(Row)) {
    for &count in bench.sizes(&CREATED) {
        let task = format!("create {count} stacks");
        each(bench, ('b', &task, count), row, |tool, folder| {
            tool.declare(folder, &Unit::many(count), false)?;
            let aws = folder.join("aws");
            Bench::lay_out(&aws, "plain", 0)?;
            let emulator = Emulator::serve(&bench.program, &aws)?;
            let (run, traffic) = at(&emulator, tool.deploy(folder))?;
            Ok(vec![
                Row::of('b', &*task, tool.name(), count)
                    .took(run)
                    .called(traffic)
                    .noted(tool.remark()),
            ])
        });
    }
}

/// Every tool in a folder of its own; one that fails, or is not here, has a row that says so.
fn each(
    bench: &Bench,
    (scenario, task, count): (char, &str, usize),
    row: &mut dyn FnMut(Row),
    measure: impl Fn(&dyn Tool, &Path) -> Result<Vec<Row>, Box<dyn Error>>,
) {
    for (name, found) in &bench.tools {
        let rows = match found {
            Err(why) => Err(format!("peer not installable here: {why}")),
            Ok(tool) => tempfile::tempdir()
                .map_err(Into::into)
                .and_then(|folder| measure(tool.as_ref(), folder.path()))
                .map_err(|error| format!("failed: {error}")),
        };
        match rows {
            Ok(rows) => rows.into_iter().for_each(&mut *row),
            Err(note) => row(Row::of(scenario, task, name, count).noted(note)),
        }
    }
}

fn stand(
    bench: &Bench,
    tool: &dyn Tool,
    folder: &Path,
    (task, count): (&str, usize),
) -> Result<Vec<Row>, Box<dyn Error>> {
    let is_ours = tool.is_ours();
    let aws = if is_ours { folder.to_owned() } else { folder.join("aws") };
    Bench::lay_out(&aws, if is_ours { "stacks" } else { "plain" }, count)?;
    let mut units = Unit::many(count);
    tool.declare(folder, &units, true)?;
    let emulator = Emulator::serve(&bench.program, &aws)?;
    // Once for what is done once: caches, imports.
    at(&emulator, tool.deploy(folder))?;
    let runs = if is_ours { RUNS } else { 1 };
    let (run, traffic) = median_at(&emulator, runs, || tool.deploy(folder))?;
    let mut rows =
        vec![Row::of('a', task, tool.name(), count).took(run).called(traffic).noted(tool.remark())];
    if is_ours {
        let (run, traffic) = median_at(&emulator, RUNS, || bench.ours().command(folder, &PLAN))?;
        let task = format!("plan, nothing to do, {count} stacks");
        rows.push(Row::of('a', task, tool.name(), count).took(run).called(traffic));
    }
    // One of a hundred; of the smallest size only if there is no other.
    if count == 100 || bench.quick {
        if let Some(unit) = units.get_mut(count / 2) {
            unit.timeout = 60;
        }
        tool.declare(folder, &units, true)?;
        let (run, traffic) = at(&emulator, tool.deploy(folder))?;
        let task = format!("update one of {count} stacks");
        rows.push(
            Row::of('c', task, tool.name(), count).took(run).called(traffic).noted(tool.remark()),
        );
    }
    Ok(rows)
}
