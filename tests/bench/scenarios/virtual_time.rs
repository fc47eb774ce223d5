//! (d) Drift, (f) enrolling, (g) a graph: in virtual time, under AWS's published quotas.

use std::error::Error;
use std::time::Duration;

use reconcile_tests::paces::{self, Pace};
use serde_json::{Value, json};

use super::Bench;
use crate::report::Row;

/// (d).
pub(crate) fn drift(_: &Bench, row: &mut dyn FnMut(Row)) {
    tell(Row::of('d', "drift of 100 stacks, quotas on", "reconcile", 100), row);
}

/// (f).
pub(crate) fn enrolling(bench: &Bench, row: &mut dyn FnMut(Row)) {
    let count = if bench.quick { 100 } else { 1_000 };
    tell(Row::of('f', format!("enrol {count} terminals, quotas on"), "reconcile", count), row);
}

/// (g).
pub(crate) fn graph(_: &Bench, row: &mut dyn FnMut(Row)) {
    tell(Row::of('g', "graph of 60 stacks with durations", "reconcile", 60), row);
}

fn tell(named: Row, row: &mut dyn FnMut(Row)) {
    row(match measured(named.clone()) {
        Ok(row) => row,
        Err(error) => named.noted(format!("failed: {error}")),
    });
}

fn measured(row: Row) -> Result<Row, Box<dyn Error>> {
    let said = Bench::apart(&["experiment", &row.scenario.to_string(), &row.count.to_string()])?;
    let said: Value = serde_json::from_str(said.trim())?;
    let seconds = |name: &str| said[name].as_f64();
    let floor = seconds("floor").ok_or("the experiment tells no floor")?;
    let note = format!("the floor is {floor:.1} s");
    let (virtual_seconds, floor_seconds) = (seconds("took"), Some(floor));
    Ok(Row { virtual_seconds, floor_seconds, calls: said["calls"].as_u64(), note, ..row })
}

/// Does one of them in this process.
pub(crate) fn experiment(letter: &str, count: usize) -> Result<String, Box<dyn Error>> {
    let Pace { took, floor, report, account: _, operator: _ } = match letter {
        "d" => paces::drift(count),
        "f" => paces::enrolment(count),
        "g" => paces::graph(),
        _ => return Err(format!("there is no experiment `{letter}`").into()),
    };
    let seconds = |time: Duration| time.as_secs_f64();
    Ok(json!({ "took": seconds(took), "floor": seconds(floor), "calls": report.calls.total })
        .to_string())
}
