//! Whatever goes wrong at whichever call of a run, the next run reaches the same end as an undisturbed one.
//!
//! For every scenario the calls of an undisturbed run are counted; then the run is repeated from the same
//! account for every one of them and every fault of the sandbox's laboratory. However the struck run ended,
//! the next one has to end well, the one after it has to write nothing, and the account has to hold what
//! it would hold otherwise. Time is virtual and the SDK's random pauses are seeded: a case that fails, fails again.

mod case;
mod scenarios;
mod table;

use reconcile_tests::crew::work_on;

pub(crate) use case::FAULTS;
use case::{Case, Stage};
use table::Table;

#[test]
fn every_fault_at_every_call_of_every_scenario() {
    let stages = Stage::all();
    let cases: Vec<Case<'_>> = stages.iter().flat_map(Stage::cases).collect();
    let outcomes = work_on(&cases, |case| {
        let outcome = case.judge();
        // Told at once: all of them take minutes.
        outcome.wrong.iter().for_each(|wrong| println!("{wrong}"));
        outcome
    });
    let table = Table::of(cases.iter().zip(&outcomes));
    println!("{table}");
    assert!(table.strikes() >= 1_000, "only {} cases", table.strikes());
    let wrong = outcomes.iter().filter(|outcome| outcome.wrong.is_some()).count();
    assert_eq!(wrong, 0, "that many cases go wrong");
}
