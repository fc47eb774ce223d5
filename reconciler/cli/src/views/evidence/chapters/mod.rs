//! The chapters: each a value, and tables of it.

mod certificates;
mod rules;
mod runs;
mod units;

use reconcile_core::report::Status;
use serde::Serialize;
use serde_json::Value as Json;

use super::Chapter;
use crate::views::survey::Sight;

/// All chapters, in the order in which they are read.
pub(super) fn of(sight: &Sight) -> [Chapter; 7] {
    [
        units::declared(sight),
        units::running(sight),
        units::differences(sight),
        runs::runs(sight),
        rules::rules(sight),
        certificates::certificates(sight),
        rules::exceptions(sight),
    ]
}

/// The word for a result.
pub(super) fn word(status: Status) -> String {
    match status {
        Status::InSync => "in sync",
        Status::Changes => "something differs",
        Status::Applied => "applied",
        Status::Partial => "partly applied",
        Status::Blocked => "something waits for a person",
        Status::Error => "incomplete, or something failed",
    }
    .to_owned()
}

/// An object with the fields of another one behind its own.
fn with(begin: &Json, rest: &impl Serialize) -> Json {
    let mut value = begin.clone();
    if let (Json::Object(value), Ok(Json::Object(rest))) = (&mut value, serde_json::to_value(rest))
    {
        value.extend(rest);
    }
    value
}
