//! Who applied which commit, and what became of it.

use reconcile_core::verdict::Action;
use reconcile_engine::state::history::History;
use reconcile_engine::state::record::{RunRecord, RunStatus};
use serde_json::json;

use super::word;
use crate::views::evidence::Chapter;
use crate::views::evidence::markdown::{Table, or_dash, time};
use crate::views::survey::Sight;

/// The newest runs.
pub(super) fn runs(sight: &Sight) -> Chapter {
    let (tables, json) = match &sight.history {
        Ok(history) => (
            told(history),
            json!({
                "newest": history.runs, "older": history.unread, "unreadable": history.remarks,
            }),
        ),
        Err(why) => {
            let rows = vec![vec![why.clone()]];
            let table =
                Table { title: None, heads: &["The records could not be read"], rows, empty: "" };
            (vec![table], json!({ "unseen": why }))
        }
    };
    Chapter {
        name: "runs",
        title: "Who applied what",
        about: "The newest run records of the state bucket. A run applies one commit under one plan's digest; whoever merged that commit into the protected branch approved it. `As` is whom AWS saw, by STS; `Actor` is the person or job that the run was recorded for.",
        tables,
        json,
    }
}

fn told(history: &History) -> Vec<Table> {
    let run = |run: &RunRecord| {
        vec![
            time(run.started_at),
            ended(run.status),
            or_dash(run.actor.clone()),
            run.caller.clone(),
            or_dash(run.commit.clone()),
            run.plan_digest.short().to_owned(),
            run.run.clone(),
        ]
    };
    let units = history.runs.iter().flat_map(|run| run.units.iter().map(move |unit| (run, unit)));
    let units = units.map(|(run, unit)| {
        vec![
            run.run.clone(),
            unit.address.to_string(),
            or_dash(unit.action.map(Action::word)),
            unit.outcome.word().to_owned(),
            or_dash(unit.outcome.why()),
        ]
    });
    let unreadable = history.remarks.iter().map(|why| vec![why.clone()]);
    vec![
        Table {
            title: None,
            heads: &["Begun", "Result", "Actor", "As", "Commit", "Plan", "Run"],
            rows: history.runs.iter().map(run).collect(),
            empty: "No run is on record.",
        },
        Table {
            title: Some("Unit by unit"),
            heads: &["Run", "Unit", "Action", "Outcome", "Why"],
            rows: units.collect(),
            empty: "No unit was changed.",
        },
        Table {
            title: Some("Records that cannot be read"),
            heads: &["Why"],
            rows: unreadable.collect(),
            empty: "None.",
        },
    ]
}

fn ended(status: RunStatus) -> String {
    match status {
        RunStatus::Running => "running or killed".to_owned(),
        RunStatus::Ended(status) => word(status),
    }
}
