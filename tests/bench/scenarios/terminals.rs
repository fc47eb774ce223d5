//! (e) A plan of many terminals with nothing to do.

use std::error::Error;

use super::{Bench, median_at};
use crate::emulator::Emulator;
use crate::report::Row;

const COUNTS: [usize; 3] = [100, 1_000, 10_000];
const RUNS: usize = 3;

/// (e). No peer declares terminals; what is shown is exact.
pub(crate) fn planned(bench: &Bench, row: &mut dyn FnMut(Row)) {
    for &count in bench.sizes(&COUNTS) {
        let named =
            Row::of('e', format!("plan, nothing to do, {count} terminals"), "reconcile", count);
        row(match plan(bench, count, named.clone()) {
            Ok(row) => row,
            Err(error) => named.noted(format!("failed: {error}")),
        });
    }
}

fn plan(bench: &Bench, count: usize, row: Row) -> Result<Row, Box<dyn Error>> {
    let folder = tempfile::tempdir()?;
    Bench::lay_out(folder.path(), "terminals", count)?;
    let emulator = Emulator::serve(&bench.program, folder.path())?;
    let (run, traffic) = median_at(&emulator, RUNS, || {
        bench.ours().command(folder.path(), &["plan", "--detailed-exitcode"])
    })?;
    Ok(row.took(run).called(traffic).noted("no peer declares terminals"))
}
