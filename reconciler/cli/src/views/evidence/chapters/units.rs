//! What is declared, what runs, and what differs.

use reconcile_core::plan::PlannedUnit;
use reconcile_core::verdict::{Change, Verdict};
use serde_json::{Value as Json, json};

use super::with;
use crate::views::evidence::Chapter;
use crate::views::evidence::markdown::{Table, or_dash, time};
use crate::views::sentences;
use crate::views::survey::Sight;

/// What git declares.
pub(super) fn declared(sight: &Sight) -> Chapter {
    let units = sight.declared.iter();
    let rows = units.clone().map(|(address, unit)| {
        let file = format!("`{}`", unit.sha256);
        vec![
            address.to_string(),
            unit.physical_name.clone(),
            unit.region.clone(),
            unit.file.clone(),
            file,
        ]
    });
    Chapter {
        name: "declared",
        title: "What is declared",
        about: "Every unit that git declares for the environment, the file that does so, and the SHA-256 of that file as it was read.",
        tables: vec![Table {
            title: None,
            heads: &["Unit", "Name in AWS", "Region", "File", "SHA-256 of the file"],
            rows: rows.collect(),
            empty: "Nothing is declared.",
        }],
        json: units.map(|(address, unit)| with(&json!({ "address": address }), unit)).collect(),
    }
}

/// What AWS shows.
pub(super) fn running(sight: &Sight) -> Chapter {
    let rows = sight.running.iter().map(|unit| {
        let running = unit.running.as_ref();
        let absent = unit
            .unreadable
            .as_ref()
            .map_or_else(|| "absent".to_owned(), |why| format!("unreadable: {why}"));
        let name = if unit.declared {
            unit.address.to_string()
        } else {
            format!("{} (not declared)", unit.address)
        };
        vec![
            name,
            running.map_or(absent, |running| running.state.clone()),
            or_dash(running.and_then(|running| running.commit.clone())),
            or_dash(running.and_then(|running| running.since).map(time)),
            or_dash(
                running
                    .map(|running| running.identity.clone())
                    .filter(|identity| !identity.is_empty()),
            ),
        ]
    });
    Chapter {
        name: "running",
        title: "What runs",
        about: "What AWS showed of every unit: its state, the commit that last changed it, since when it is so, and its name in AWS.",
        tables: vec![Table {
            title: None,
            heads: &["Unit", "State", "Commit", "Since", "Identity"],
            rows: rows.collect(),
            empty: "Nothing runs.",
        }],
        json: json!(sight.running),
    }
}

/// What is not as git says.
pub(super) fn differences(sight: &Sight) -> Chapter {
    let units = sight.report.plan().units().iter();
    let differing: Vec<_> = units.filter(|unit| unit.planned.verdict != Verdict::InSync).collect();
    let rows = differing.iter().map(|unit| {
        let verdict = &unit.planned.verdict;
        vec![
            unit.address.to_string(),
            sentences::word(verdict).to_owned(),
            since(unit, sight),
            sentences::reason(verdict).to_owned(),
        ]
    });
    let fields = differing.iter().flat_map(|unit| {
        let fields = unit.planned.verdict.change().map_or(&[][..], |change| &change.fields);
        fields.iter().map(|field| {
            vec![
                unit.address.to_string(),
                field.path.clone(),
                or_dash(field.before.clone()),
                or_dash(field.after.clone()),
            ]
        })
    });
    Chapter {
        name: "differences",
        title: "What differs",
        about: "Every unit that is not as git says, or of which that could not be told. Drift is what was changed in AWS outside git: it began after the last time at which the unit was known to be right.",
        tables: vec![
            Table {
                title: None,
                heads: &["Unit", "Verdict", "Since", "Why"],
                rows: rows.collect(),
                empty: "Nothing differs.",
            },
            Table {
                title: Some("Property by property"),
                heads: &["Unit", "Property", "In AWS", "In git"],
                rows: fields.collect(),
                empty: "No property differs.",
            },
        ],
        json: json!({
            "status": sight.report.status(),
            "planDigest": sight.report.digest(),
            "coverage": sight.report.coverage(),
            "units": differing.iter().map(|unit| difference(unit, sight)).collect::<Vec<_>>(),
        }),
    }
}

fn since(unit: &PlannedUnit, sight: &Sight) -> String {
    if !sentences::is_drift(&unit.planned.verdict) {
        return "-".to_owned();
    }
    let since = sight.drifted_since(&unit.address);
    let noticed = format!("noticed {}", time(since.noticed));
    match since.good {
        Some(good) => format!("after {}, {noticed}", time(good)),
        None => noticed,
    }
}

fn difference(unit: &PlannedUnit, sight: &Sight) -> Json {
    let verdict = &unit.planned.verdict;
    let change = verdict.change();
    json!({
        "address": unit.address,
        "verdict": verdict.word(),
        "action": change.map(|change| change.action),
        "reason": sentences::reason(verdict),
        "dangers": change.map_or(&[][..], |change: &Change| &change.dangers),
        "fields": change.map_or(&[][..], |change| &change.fields),
        "drift": sentences::is_drift(verdict).then(|| sight.drifted_since(&unit.address)),
    })
}
